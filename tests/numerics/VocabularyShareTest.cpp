// SPDX-License-Identifier: Apache-2.0
//
// Searches over a share of a compiled model's vocabulary: the bits of its logits are those of the
// whole vocabulary's search, whatever number type the panels are gathered from, beside whatever
// other shares, and on any number of threads.

#include "tests/numerics/CompiledModel.h"
#include "tests/numerics/RandomModels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

namespace transept::testing {
namespace {

/// The first random model from `seed` on with so many tokens, and a bias if wanted.
frontend::Description modelOf(int64_t vocabularySize, bool hasBias, uint64_t seed) {
  while (true) {
    frontend::Description description = randomModel(seed++);
    if (description.target.embedding.vocabularySize == vocabularySize &&
        description.logits.bias.has_value() == hasBias)
      return description;
  }
}

std::vector<Id> randomShare(int64_t vocabularySize, std::size_t count, std::mt19937_64 &random) {
  std::vector<Id> ids(static_cast<std::size_t>(vocabularySize));
  for (std::size_t id = 0; id != ids.size(); ++id)
    ids[id] = Id(id);
  std::shuffle(ids.begin(), ids.end(), random);
  ids.resize(count);
  return ids;
}

GenerateOptions optionsOf(std::vector<Id> share, int newTokens) {
  GenerateOptions options{.ignoreModelDefaults = true, .decoderStart = 1};
  options.ends = std::vector<Id>{};
  options.maximumNewTokens = newTokens;
  options.tokenScores = TokenScores::Processed;
  if (!share.empty())
    options.vocabulary = std::move(share);
  return options;
}

/// Greedy search over a share (ascending) by whole rows of logits; `scores` receives the logits.
std::vector<Id> chosenOf(const Model &model, const Source &source, const std::vector<Id> &share,
                         int newTokens, std::vector<float> &scores) {
  std::vector<Id> ids{1};
  for (int token = 0; token != newTokens; ++token) {
    Rows rows = model.logits(source, ids);
    std::span<const float> last(rows.values.data() + (rows.size() - 1) * rows.width, rows.width);
    Id best = share.front();
    for (Id id : share)
      if (last[std::size_t(id)] > last[std::size_t(best)])
        best = id;
    scores.push_back(last[std::size_t(best)]);
    ids.push_back(best);
  }
  return ids;
}

void check(const frontend::Description &description, const CompileFor &how,
           const std::vector<std::size_t> &counts) {
  SCOPED_TRACE(description.name);
  constexpr int newTokens = 4;
  int64_t vocabularySize = description.target.embedding.vocabularySize;
  std::string library = compileWithRandomWeights(description, how, /*seed=*/5);
  Model model = Model::open(library, {.threads = 1});
  std::mt19937_64 random(9);
  std::vector<Id> text = randomSequences({20}, description.source.embedding.vocabularySize, 3)[0];
  Source source = model.encode(text);
  std::vector<GenerateOptions> options{optionsOf({}, newTokens)};
  std::vector<Sequence> alone{model.generate(source, options[0]).best()};
  for (std::size_t count : counts) {
    SCOPED_TRACE(count);
    std::vector<Id> share = randomShare(vocabularySize, count, random);
    options.push_back(optionsOf(share, newTokens));
    alone.push_back(model.generate(source, options.back()).best());
    std::sort(share.begin(), share.end());
    std::vector<float> scores;
    EXPECT_EQ(alone.back().ids, chosenOf(model, source, share, newTokens, scores));
    EXPECT_EQ(alone.back().tokenScores, scores) << "other bits than those of the whole vocabulary";
  }
  for (unsigned threads : {2u, 3u}) {
    SCOPED_TRACE(threads);
    Model other = Model::open(library, {.threads = threads});
    SourceInput input{.ids = text};
    std::vector<Request> requests;
    for (int round = 0; round != 2; ++round)
      for (const GenerateOptions &each : options)
        requests.push_back(other.submit(std::span(&input, 1), each));
    for (std::size_t index = 0; index != requests.size(); ++index) {
      Sequence result = requests[index].get().front().best();
      const Sequence &expected = alone[index % options.size()];
      EXPECT_EQ(result.ids, expected.ids) << index;
      EXPECT_EQ(result.score, expected.score) << index;
    }
  }
  std::filesystem::remove(library);
}

class VocabularyShares : public ProcessorAndType {};

TEST_P(VocabularyShares, HaveTheLogitsOfTheWholeVocabulary) {
  check(modelOf(389, false, 1), {cpu, weights}, {17, 300});
  if (cpu != "emulated-amx") // several blocks, which take long to emulate
    check(modelOf(4100, true, 1), {cpu, weights}, {1, 31, 513, 1500});
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, VocabularyShares,
                         ::testing::Combine(::testing::Values("x86-64-v3", "native"),
                                            ::testing::Values("f32", "bf16", "int8", "int4")),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(Tiles, VocabularyShares,
                         ::testing::Combine(::testing::Values("emulated-amx"),
                                            ::testing::Values("int8")),
                         nameOf);

} // namespace
} // namespace transept::testing
