// SPDX-License-Identifier: Apache-2.0
//
// `transept forecast`, and the C++ functions behind it. `transept verify` compares the numbers with
// the original's (tests/golden).

#include "tests/end-to-end/Command.h"

#include "transept/model.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

namespace transept::endtoend {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string forecaster() {
  return library("chronos_bolt");
}

/// A wave, with these values missing.
std::vector<float> wave(size_t length, const std::vector<size_t> &missing = {}) {
  std::vector<float> series;
  for (size_t step = 0; step < length; ++step)
    series.push_back(std::round(100 * std::sin(float(step) / 3)) / 10);
  for (size_t step : missing)
    series[step] = NAN;
  return series;
}

TEST(Forecast, WritesALineAQuantile) {
  std::vector<float> series = wave(30);
  CommandResult result = run({"forecast", forecaster(), "--horizon", "5"},
                             fmt::format("{}\n", fmt::join(series, " ")));
  EXPECT_EQ(result.status, 0) << result.errors;
  std::vector<std::string> lines = linesOf(result.output);
  ASSERT_EQ(lines.size(), 8u) << "seven quantiles, and an empty line";
  Forecast expected = Model::open(forecaster()).forecast(series, 5);
  for (size_t index = 0; index < 7; ++index)
    EXPECT_EQ(lines[index], fmt::format("{}\t{}", expected.quantiles[index],
                                        fmt::join(expected.row(index), " ")));
  EXPECT_EQ(lines[7], "");
}

TEST(Forecast, TakesNumbersAsPeopleWriteThem) {
  std::string files = (std::filesystem::path(testing::TempDir()) / "series.txt").string();
  std::ofstream(files) << "1 2.5 nan -3e1\n1, 2.5,, -30\n1,2.5,NaN,-30\r\n1\t2.5\tnan\t-30\n";
  CommandResult result = run({"forecast", forecaster(), "--json", "--file", files});
  std::vector<std::string> lines = linesOf(result.output);
  ASSERT_EQ(lines.size(), 4u) << result.errors;
  Json first = Json::parse(lines[0]);
  EXPECT_EQ(first["line"], 1);
  EXPECT_EQ(first["horizon"], 12);
  EXPECT_EQ(first["quantiles"].size(), 7u);
  EXPECT_EQ(first["quantiles"]["0.5"].size(), 12u);
  for (const std::string &line : lines)
    EXPECT_EQ(Json::parse(line)["quantiles"], first["quantiles"]);
  std::filesystem::remove(files);
}

TEST(Forecast, SaysWhatIsWrong) {
  expectFailure(run({"forecast", library("t5")}, "1 2\n"), 1, "forecasts no series");
  expectFailure(run({"forecast", forecaster()}, "1 2\n\n"), 1, "line 2");
  expectFailure(run({"forecast", forecaster()}, "1 two\n"), 1, "value 2 is \"two\"");
  expectFailure(run({"forecast", forecaster()}, "1 inf\n"), 1, "must be a finite number");
  expectFailure(run({"forecast", forecaster(), "--horizon", "0"}, "1\n"), 2, "--horizon");
  expectFailure(run({"forecast", forecaster(), "--file", "/nowhere"}), 1, "/nowhere");
  expectFailure(run({"generate", forecaster(), "--ids"}, "1\n"), 1, "use `transept forecast`");
  EXPECT_THAT(run({"inspect", forecaster()}).output, HasSubstr("12 steps at once"));
  CommandResult result = run({"forecast", forecaster(), "--json", "--skip-invalid"}, "1\nx\n2\n");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(linesOf(result.output), ElementsAre(StartsWith("{\"line\":1"), HasSubstr("error"),
                                                  StartsWith("{\"line\":3")));
}

TEST(Forecast, OfManySeriesIsThatOfEach) {
  Model model = Model::open(forecaster(), {.threads = 2});
  std::vector<std::vector<float>> given = {wave(200), wave(1), wave(70, {0, 1, 33, 69}), {NAN}};
  std::vector<std::span<const float>> series(given.begin(), given.end());
  std::vector<Forecast> all = model.forecastBatch(series, 40);
  ASSERT_EQ(all.size(), 4u);
  for (size_t index = 0; index < all.size(); ++index) {
    EXPECT_EQ(all[index].values, model.forecast(series[index], 40).values) << index;
    for (float value : all[index].values)
      EXPECT_TRUE(std::isfinite(value));
  }
  EXPECT_TRUE(model.forecastBatch({}).empty());
}

TEST(Forecast, CountsTheLastValuesOnly) {
  Model model = Model::open(forecaster(), {.threads = 1});
  std::vector<float> series = wave(150);
  Forecast whole = model.forecast(series);
  EXPECT_EQ(whole.values, model.forecast(std::span(series).last(96)).values);
  // A horizon beyond the model's begins with what the model's own is.
  Forecast longer = model.forecast(series, 30);
  for (size_t index = 0; index < 7; ++index)
    EXPECT_TRUE(std::ranges::equal(longer.row(index).first(12), whole.row(index)));
  EXPECT_EQ(whole.at(0.5F, 3), whole.row(3)[3]);
  EXPECT_THROW(whole.at(0.4F, 0), Error);
  EXPECT_THROW(whole.at(0.5F, 12), Error);
}

TEST(Forecast, RefusesWhatIsNoSeries) {
  Model model = Model::open(forecaster(), {.threads = 1});
  auto refusal = [&](const std::vector<float> &series, size_t horizon) {
    try {
      model.forecast(series, horizon);
      return std::string("no error");
    } catch (const Error &error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(refusal({}, 0), HasSubstr("a series has 1 value or more"));
  EXPECT_EQ(refusal({1, INFINITY}, 0),
            "series[0][1] is inf, but must be a finite number, or NaN for one that is missing");
  EXPECT_EQ(refusal({1}, 65537), "horizon is 65537, but must be 1 to 65536");
  EXPECT_EQ(refusal({1}, SIZE_MAX / 2), "horizon is 9223372036854775807, but must be 1 to 65536");
  EXPECT_THROW(model.generate(model.encodeFeatures(std::vector<float>(16))), Error);
}

} // namespace
} // namespace transept::endtoend
