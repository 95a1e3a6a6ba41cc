// SPDX-License-Identifier: Apache-2.0
//
// Forecasts of a toy whose numbers can be computed by hand, against the definition: how series are
// scaled and cut, and how quantiles go on behind the model's own horizon.

#include "ErrorOf.h"
#include "NeutralDefaults.h"
#include "ToyTable.h"

#include "transept/model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

constexpr std::uint32_t patch = 2, horizon = 2;
constexpr std::size_t context = 6;
constexpr std::array<float, 3> shares = {0.1f, 0.5f, 0.8f};

/// What the toy says of step `step` of a quantile: it knows the last value that it reads, in
/// deviations from the mean, and how many there are.
float toyForecast(float last, float count, std::size_t quantile, std::size_t step) {
  return last + 0.5f * float(quantile + 1) * float(step + 1) - 0.25f + 0.01f * count;
}

/// An entry has the last value of each patch, and behind it how many values are there.
void runEncode(const transept_invocation *invocation, std::uint32_t worker, std::uint32_t) {
  if (worker != 0)
    return;
  std::int64_t length = invocation->sequence_offsets[1];
  std::int64_t padded = (length + TRANSEPT_KEY_BLOCK - 1) / TRANSEPT_KEY_BLOCK * TRANSEPT_KEY_BLOCK;
  float *keys = invocation->encoder_entries[0], *values = keys + padded;
  for (std::int64_t row = 0; row < length; ++row) {
    const float *numbers = invocation->features + row * 2 * patch;
    keys[row] = numbers[patch - 1];
    values[row] = numbers[patch] + numbers[patch + 1];
  }
}

void runDecode(const transept_invocation *invocation, std::uint32_t worker, std::uint32_t) {
  for (std::int64_t request = 0; worker == 0 && request < invocation->requested_count; ++request) {
    std::int64_t row = invocation->requested_rows[request], source = 0;
    while (invocation->source_offsets[source + 1] <= row)
      ++source;
    std::int64_t keys = invocation->source_lengths[source];
    const float *entry = invocation->source_entries[source];
    std::int64_t padded = (keys + TRANSEPT_KEY_BLOCK - 1) / TRANSEPT_KEY_BLOCK * TRANSEPT_KEY_BLOCK;
    float count = 0, last = keys == 0 ? 0 : entry[keys - 1];
    for (std::int64_t key = 0; key < keys; ++key)
      count += entry[padded + key];
    float *to = invocation->logits + request * std::int64_t(shares.size() * horizon);
    for (std::size_t quantile = 0; quantile < shares.size(); ++quantile)
      for (std::size_t step = 0; step < horizon; ++step)
        to[quantile * horizon + step] = toyForecast(last, count, quantile, step);
  }
}

constexpr transept_cache_slot slots[] = {{"keys", TRANSEPT_CACHE_KEYS, 1, 1, sizeof(float)},
                                         {"values", TRANSEPT_CACHE_VALUES, 1, 1, sizeof(float)}};

class ToyForecaster {
public:
  ToyForecaster() {
    encode.run = runEncode;
    decode.run = runDecode;
    beginToyTable(table, level, encode, decode, this);
    table.source_feature_width = 2 * patch;
    table.target_vocabulary_size = shares.size() * horizon;
    table.encoder_hidden_size = 1;
    table.maximum_source_length = table.maximum_target_length = 1000;
    table.encoder_slots = table.self_slots = slots;
    table.encoder_slot_count = table.self_slot_count = 2;
    defaults = neutralDefaults();
    table.generation = &defaults;
    forecaster.quantiles = shares.data();
    forecaster.quantile_count = shares.size();
    forecaster.horizon = horizon;
    forecaster.patch_length = patch;
    forecaster.context_length = context;
    table.forecaster = &forecaster;
  }
  ToyForecaster(const ToyForecaster &) = delete;

  Model open() {
    current = &table;
    return Model([] { return current; }, {.threads = 1});
  }

  transept_model_table table{};

private:
  inline static const transept_model_table *current; // Model takes a function without arguments
  transept_program encode{}, decode{};
  transept_level level{};
  transept_generation_defaults defaults{};
  transept_forecaster forecaster{};
};

using Series = std::vector<float>;

/// [quantiles][horizon] of what the model says of the last values of a series.
std::vector<Series> expectedBlock(Series series) {
  series.erase(series.begin(), series.end() - std::ptrdiff_t(std::min(series.size(), context)));
  double sum = 0, squares = 0, count = 0;
  for (float value : series)
    if (!std::isnan(value)) {
      sum += double(value);
      ++count;
    }
  double mean = count > 0 ? sum / count : 0, deviation = 1;
  for (float value : series)
    if (!std::isnan(value))
      squares += (double(value) - mean) * (double(value) - mean);
  if (count > 0)
    deviation = squares > 0 ? std::sqrt(squares / count) : 1e-5;
  double last = count > 0 ? (double(series.back()) - mean) / deviation : 0;
  std::vector<Series> block(shares.size());
  for (std::size_t quantile = 0; quantile < shares.size(); ++quantile)
    for (std::size_t step = 0; step < horizon; ++step) {
      double number = double(toyForecast(float(last), float(count), quantile, step));
      block[quantile].push_back(float(number * deviation + mean));
    }
  return block;
}

/// Behind the model's horizon each quantile is continued by itself; of all that follows there are
/// the quantiles again.
std::vector<Series> expectedForecast(const Series &series, std::size_t steps) {
  std::vector<Series> block = expectedBlock(series), paths(shares.size(), series);
  std::vector<Series> result = block;
  while (result.front().size() < steps) {
    std::vector<Series> outcomes;
    for (std::size_t path = 0; path < paths.size(); ++path) {
      paths[path].insert(paths[path].end(), block[path].begin(), block[path].end());
      for (const Series &each : expectedBlock(paths[path]))
        outcomes.push_back(each);
    }
    for (std::size_t step = 0; step < horizon; ++step) {
      Series sorted;
      for (const Series &each : outcomes)
        sorted.push_back(each[step]);
      std::sort(sorted.begin(), sorted.end());
      for (std::size_t quantile = 0; quantile < shares.size(); ++quantile) {
        double rank = double(shares[quantile]) * double(sorted.size() - 1),
               below = std::floor(rank);
        double low = double(sorted[std::size_t(below)]),
               high = double(sorted[std::size_t(below) + 1]);
        block[quantile][step] = float(low + (high - low) * (rank - below));
      }
    }
    for (std::size_t quantile = 0; quantile < shares.size(); ++quantile)
      result[quantile].insert(result[quantile].end(), block[quantile].begin(),
                              block[quantile].end());
  }
  for (Series &each : result)
    each.resize(steps);
  return result;
}

void expectForecast(const Forecast &found, const Series &series, std::size_t steps) {
  EXPECT_THAT(found.quantiles, testing::ElementsAreArray(shares));
  ASSERT_EQ(found.horizon, steps);
  std::vector<Series> expected = expectedForecast(series, steps);
  for (std::size_t quantile = 0; quantile < shares.size(); ++quantile)
    for (std::size_t step = 0; step < steps; ++step) {
      float wanted = expected[quantile][step];
      EXPECT_NEAR(found.row(quantile)[step], wanted, 1e-4f * std::max(1.0f, std::fabs(wanted)))
          << quantile << " " << step;
      EXPECT_EQ(found.at(shares[quantile], step), found.row(quantile)[step]);
    }
}

const std::vector<Series> examples = {
    {1, 2, 4, 7},                       // whole patches
    {3, 1, 2},                          // the first patch lacks a value
    {9, 8, 7, 6, 5, 4, 3, 5, 2},        // longer than what counts
    {1, NAN, 3, 8},                     // missing ones
    {5, 7, NAN, NAN, 1, 2},             // a missing patch
    {4},                                // one value, which does not spread
    {-20, 1000, 3e5f, -7e4f, 12, 8e5f}, // far apart
};

TEST(Forecast, IsWhatTheModelSaysOfTheScaledSeries) {
  ToyForecaster toy;
  Model model = toy.open();
  for (const Series &series : examples) {
    SCOPED_TRACE(testing::PrintToString(series));
    expectForecast(model.forecast(series), series, horizon);
    expectForecast(model.forecast(series, 1), series, 1);
  }
}

TEST(Forecast, GoesOnBehindTheModelsHorizonByQuantiles) {
  ToyForecaster toy;
  Model model = toy.open();
  for (const Series &series : examples)
    for (std::size_t steps : {3u, 4u, 9u}) {
      SCOPED_TRACE(testing::PrintToString(series));
      expectForecast(model.forecast(series, steps), series, steps);
    }
}

TEST(Forecast, OfManySeriesAreThoseOfEach) {
  ToyForecaster toy;
  Model model = toy.open();
  std::vector<std::span<const float>> all(examples.begin(), examples.end());
  std::vector<Forecast> together = model.forecastBatch(all, 5);
  ASSERT_EQ(together.size(), examples.size());
  for (std::size_t index = 0; index < examples.size(); ++index)
    EXPECT_EQ(together[index].values, model.forecast(examples[index], 5).values) << index;
}

TEST(Forecast, RefusesWhatIsNoSeries) {
  ToyForecaster toy;
  Model model = toy.open();
  const Series series = {1, 2, INFINITY};
  EXPECT_EQ(errorOf([&] { model.forecast(series); }),
            "series[0][2] is inf, but must be a finite number, or NaN for one that is missing");
  EXPECT_EQ(errorOf([&] { model.forecast(examples[0], 65537); }),
            "horizon is 65537, but must be 1 to 65536");
  EXPECT_EQ(errorOf([&] { model.forecast({}); }),
            "offsets[1] is 0, but must be 1 or more: a series has 1 value or more");
}

TEST(Forecast, OfCChecksItsPointers) {
  ToyForecaster toy;
  const transept_runtime &runtime = *toy.table.runtime;
  transept_model *model = nullptr;
  ASSERT_EQ(runtime.open(&toy.table, nullptr, &model, nullptr), TRANSEPT_OK);
  const float values[] = {1, 2, 4, 7};
  const std::uint64_t offsets[] = {0, 4};
  float quantiles[shares.size() * horizon];
  auto refusal = [&](const float *given, const std::uint64_t *places, float *results) {
    char *message = nullptr;
    EXPECT_EQ(runtime.forecast(model, given, places, 1, 0, results, &message),
              TRANSEPT_INVALID_ARGUMENT);
    std::string text = message ? message : "";
    runtime.release_message(message);
    return text;
  };
  EXPECT_EQ(refusal(values, nullptr, quantiles), "offsets is null, but must be given");
  EXPECT_EQ(refusal(nullptr, offsets, quantiles), "values is null, but must be given");
  EXPECT_EQ(refusal(values, offsets, nullptr), "quantiles is null, but must be given");
  EXPECT_EQ(runtime.forecast(model, values, offsets, 1, 0, quantiles, nullptr), TRANSEPT_OK);
  EXPECT_EQ(runtime.forecast(model, nullptr, nullptr, 0, 0, nullptr, nullptr), TRANSEPT_OK);
  runtime.close(model);
}

} // namespace
} // namespace transept::tests
