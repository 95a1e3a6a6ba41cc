// SPDX-License-Identifier: Apache-2.0
//
// A promise of the design: the bits of a result depend neither on the batch it was computed in, nor
// on the beams beside it, nor on the number of threads.

#include "tests/end-to-end/Command.h"

#include "transept/model.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <random>

namespace transept::endtoend {
namespace {

using Bits = std::vector<uint32_t>;

Bits bitsOf(std::span<const float> values) {
  Bits bits(values.size());
  std::memcpy(bits.data(), values.data(), values.size_bytes());
  return bits;
}

/// Sources of different lengths around the kernels' block sizes, in no order.
std::vector<std::vector<Id>> randomSequences(size_t vocabularySize) {
  std::mt19937 random(7);
  std::uniform_int_distribution<Id> id(2, Id(vocabularySize) - 2);
  std::vector<std::vector<Id>> sequences;
  for (size_t length : {1, 33, 2, 7, 16, 12, 40, 17, 3, 15})
    for (sequences.emplace_back(length); Id &value : sequences.back())
      value = id(random);
  return sequences;
}

/// Everything that a model computes of the sources, as bits, one entry for each source.
struct Results {
  std::vector<Bits> states, logits;
  std::vector<std::vector<Id>> ids;
  std::vector<Bits> scores;
  bool operator==(const Results &) const = default;
};

void append(Results &results, const Model &model, std::span<const std::vector<Id>> inputs,
            const GenerateOptions &options) {
  std::vector<std::vector<Id>> sources(inputs.begin(), inputs.end());
  std::vector<Source> encoded = model.encodeBatch(sources);
  for (const Source &source : encoded)
    results.states.push_back(bitsOf(source.states()));
  for (const Rows &rows : model.logitsBatch(encoded, sources))
    results.logits.push_back(bitsOf(rows.values));
  for (const Generation &generation : model.generateBatch(encoded, options))
    for (const Sequence &sequence : generation.sequences) {
      results.ids.push_back(sequence.ids);
      results.scores.push_back(bitsOf(std::span(&sequence.score, 1)));
    }
}

class Invariance : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    if (!fs::exists(libraryFile(GetParam())))
      GTEST_SKIP() << "compiled only where native is more than x86-64-v3";
  }

  /// No encoder cache: each call computes.
  Model open(unsigned threads) const {
    return Model::open(libraryFile(GetParam()), {.threads = threads, .encoderCacheBytes = 0});
  }
};

TEST_P(Invariance, SameBitsInAnyBatchWithAnyThreads) {
  for (int beams : {1, 4}) {
    GenerateOptions options{.beams = beams, .returnCount = beams, .maximumNewTokens = 20};
    Results expected;
    Model alone = open(1);
    std::vector<std::vector<Id>> sources = randomSequences(alone.sourceVocabularySize());
    for (const std::vector<Id> &source : sources)
      append(expected, alone, std::span(&source, 1), options);
    for (unsigned threads : {1, 2, 3}) {
      Model model = open(threads);
      Results together;
      append(together, model, sources, options);
      EXPECT_TRUE(together == expected) << threads << " threads, beams " << beams;
      Results inPairs;
      for (size_t index = 0; index != sources.size(); index += 2)
        append(inPairs, model, std::span(sources).subspan(index, 2), options);
      EXPECT_TRUE(inPairs == expected) << threads << " threads, pairs, beams " << beams;
    }
  }
}

TEST_P(Invariance, AHypothesisGivesTheSameBitsAmongOthers) {
  Model model = open(2);
  std::vector<std::vector<Id>> sources = randomSequences(model.sourceVocabularySize());
  Source source = model.encode(sources[1]);
  const std::vector<Id> &target = sources[6];
  Rows teacherForced = model.logits(source, target);

  // Grows one id at a time with forks of other ids beside it.
  Decoder watched = source.decode();
  std::vector<Decoder> others;
  for (size_t position = 0; position < target.size(); ++position) {
    if (position % 5 == 3)
      others.push_back(watched.fork());
    std::vector<Decoder *> decoders;
    std::vector<std::vector<Id>> ids;
    for (Decoder &other : others) {
      decoders.push_back(&other);
      ids.push_back({target[(position * 7 + decoders.size()) % target.size()]});
    }
    decoders.push_back(&watched);
    ids.push_back({target[position]});
    Rows logits = Decoder::appendBatch(decoders, ids);
    EXPECT_EQ(bitsOf(logits[logits.size() - 1]), bitsOf(teacherForced[position]))
        << "position " << position;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Invariance,
                         testing::Values("marian.native", "t5.native", "marian.x86-64-v3",
                                         "t5.x86-64-v3"),
                         [](const auto &info) {
                           std::string name = info.param;
                           std::ranges::replace_if(name, [](char c) { return !isalnum(c); }, '_');
                           return name;
                         });

} // namespace
} // namespace transept::endtoend
