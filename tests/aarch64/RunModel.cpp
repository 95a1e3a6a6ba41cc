// SPDX-License-Identifier: Apache-2.0
//
// A program for the other machine, run there by an emulator: a compiled model against what was
// recorded of the original, on the level that opening should choose.
//
//   run_model LIB LEVEL goldens FOLDER CASE...    cases of FOLDER/goldens.json, or all
//   run_model LIB LEVEL phrases FILE COUNT        the first texts of examples/number-words
//   run_model LIB LEVEL bits                      batches and threads change no bits

#include "base/Json.h"
#include "workbench/goldens/GoldenChecks.h"

#include "transept/model.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace transept {
namespace {

int failures = 0;

void expect(bool holds, const std::string &what) {
  if (holds)
    return;
  ++failures;
  std::printf("FAILED: %s\n", what.c_str());
}

void checkGoldenCase(const Model &model, const workbench::Goldens &goldens,
                     const workbench::GoldenCase &golden) {
  workbench::Tolerances tolerances = workbench::tolerancesOf(model);
  workbench::CaseResult result = workbench::checkCase(model, goldens, tolerances, golden);
  expect(result.passes(), result.name + ": " + result.failure);
  expect(!result.ids || result.ids->equal == result.ids->all,
         result.name + ": other ids than those recorded");
  for (const workbench::Comparison &comparison : result.comparisons)
    std::printf("%s %s off by %.1e\n", result.name.c_str(), comparison.output.c_str(),
                double(comparison.relativeError));
}

/// Those called so, or all.
void checkGoldens(const Model &model, const std::string &folder, std::span<char *const> names) {
  workbench::Goldens goldens = workbench::Goldens::read(folder);
  size_t count = 0;
  for (const workbench::GoldenCase &each : goldens.cases())
    if (names.empty() || std::ranges::find(names, each.name) != names.end()) {
      checkGoldenCase(model, goldens, each);
      ++count;
    }
  expect(count == (names.empty() ? goldens.cases().size() : names.size()), "cases are missing");
}

void checkPhrases(const Model &model, const std::string &file, size_t count) {
  const nlohmann::ordered_json cases = readJsonFile(file).at("cases");
  std::vector<std::vector<Id>> sources, expected;
  for (size_t index = 0; index < count; ++index) {
    const auto &item = cases.at(index);
    std::string text = item.at("source").get<std::string>();
    sources.push_back(item.at("source_ids").get<std::vector<Id>>());
    expected.push_back(item.at("output_ids").get<std::vector<Id>>());
    expect(model.tokenize(text) == sources.back(), text + ": other ids of the source");
  }
  std::vector<Generation> results = model.generateBatch(model.encodeBatch(sources));
  for (size_t index = 0; index < count; ++index) {
    std::string text = cases.at(index).at("source").get<std::string>();
    expect(results[index].ids() == expected[index], text + ": other ids than those recorded");
    expect(model.detokenize(results[index].ids()) ==
               cases.at(index).at("output").get<std::string>(),
           text + ": another text than the one recorded");
  }
}

/// The logits of all sources, which are their own targets, as bits.
std::vector<uint32_t> bitsOf(const Model &model, std::span<const std::vector<Id>> sources) {
  std::vector<std::vector<Id>> given(sources.begin(), sources.end());
  std::vector<uint32_t> bits;
  for (const Rows &rows : model.logitsBatch(model.encodeBatch(given), given)) {
    size_t begin = bits.size();
    bits.resize(begin + rows.values.size());
    std::memcpy(&bits[begin], rows.values.data(), rows.values.size() * sizeof(float));
  }
  return bits;
}

void checkBits(const std::string &library) {
  std::vector<std::vector<Id>> sources;
  for (size_t length : {1, 19, 2, 7, 33}) {
    sources.emplace_back();
    for (size_t index = 0; index < length; ++index)
      sources.back().push_back(Id(2 + (7 * index + 13 * length) % 90));
  }
  std::vector<uint32_t> alone;
  Model one = Model::open(library, {.threads = 1, .encoderCacheBytes = 0});
  for (const std::vector<Id> &source : sources) {
    std::vector<uint32_t> bits = bitsOf(one, std::span(&source, 1));
    alone.insert(alone.end(), bits.begin(), bits.end());
  }
  expect(!alone.empty(), "no logits");
  expect(bitsOf(one, sources) == alone, "other bits in a batch");
  Model two = Model::open(library, {.threads = 2, .encoderCacheBytes = 0});
  expect(bitsOf(two, sources) == alone, "other bits with two threads");
}

int run(std::span<char *const> arguments) {
  if (arguments.size() < 4)
    throw std::runtime_error("run_model LIB LEVEL goldens|phrases|bits ...");
  std::string library = arguments[1], level = arguments[2], what = arguments[3];
  Model model = Model::open(library, {.threads = 2, .encoderCacheBytes = 0});
  const std::string chosen = model.level().name;
  expect(chosen == level, "opening chose " + chosen + ", not " + level);
  if (what == "goldens")
    checkGoldens(model, arguments[4], arguments.subspan(5));
  else if (what == "phrases")
    checkPhrases(model, arguments[4], std::stoul(arguments[5]));
  else
    checkBits(library);
  std::printf("%s on %s: %d failures\n", what.c_str(), chosen.c_str(), failures);
  return failures == 0 ? 0 : 1;
}

} // namespace
} // namespace transept

int main(int count, char **arguments) {
  try {
    return transept::run(std::span(arguments, size_t(count)));
  } catch (const std::exception &error) {
    std::printf("FAILED: %s\n", error.what());
    return 1;
  }
}
