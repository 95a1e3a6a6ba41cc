// SPDX-License-Identifier: Apache-2.0
//
// Hearing of tokens while a search goes on, and ending calls early.

#include "ErrorOf.h"
#include "Random.h"
#include "ToyModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace transept::tests {
namespace {

using testing::Each;
using testing::ElementsAre;

std::vector<Id> prefixOf(const std::vector<Id> &ids, std::size_t count) {
  return {ids.begin(), ids.begin() + std::ptrdiff_t(std::min(count, ids.size()))};
}

TEST(Listener, HearsTheBestResultOfBeamsBeforeTheSearchEnds) {
  int early = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random random(seed);
    ToyModel toy(seed, 23, float(random.upTo(6)));
    Model model = toy.open();
    Source source = model.encode(random.ids(1 + random.upTo(10), 23));
    GenerateOptions options{.beams = 2 + random.upTo(2), .maximumLength = 12};
    options.returnCount = 1 + random.upTo(1);
    if (random.oneIn(3))
      options.forcedBeginning = 9;
    if (random.oneIn(3))
      options.sample = true;
    else if (random.oneIn(3)) {
      options.beams = 4;
      options.beamGroups = 2;
      options.diversityPenalty = 0.1f;
    }
    std::vector<Id> heard{1};
    std::vector<int> callsThen;
    options.onToken = [&](std::size_t, Id id) {
      heard.push_back(id);
      callsThen.push_back(toy.parameters.decodeCalls);
      return true;
    };
    EXPECT_EQ(model.generate(source, options).ids(), heard) << seed;
    for (int calls : callsThen)
      early += calls < toy.parameters.decodeCalls ? 1 : 0;
  }
  EXPECT_GT(early, 100);
}

TEST(Listener, OfBeamsCanStopTheCall) {
  ToyModel toy(9);
  Model model = toy.open();
  GenerateOptions options{.beams = 3, .onToken = [](std::size_t, Id) { return false; }};
  Source source = model.encode({4, 5});
  EXPECT_EQ(errorOf([&] { model.generate(source, options); }), "the token callback asked to stop");
  options.keepPartial = true;
  options.returnCount = 3;
  EXPECT_EQ(model.generate(source, options).sequences.size(), 3u);
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
}

TEST(Listener, ThatThrowsEndsACallThatKeepsWhatThereIs) {
  ToyModel toy(9);
  Model model = toy.open();
  GenerateOptions options{
      .onToken = [](std::size_t, Id) -> bool { throw std::out_of_range("mine"); },
      .keepPartial = true};
  EXPECT_THROW(model.generate(model.encode({4, 5}), options), std::out_of_range);
}

/// Ends a search over several sources when the first of them has so many tokens.
struct NamedOptions {
  const char *name;
  GenerateOptions options;

  friend void PrintTo(const NamedOptions &named, std::ostream *stream) { *stream << named.name; }
};
class Stopping : public testing::TestWithParam<NamedOptions> {};

TEST_P(Stopping, EndsWithinAStep) {
  ToyModel toy(12, 23, -20);
  Model model = toy.open();
  std::vector<Source> sources = model.encodeBatch({{4, 5}, {6}});
  std::stop_source stop;
  GenerateOptions options = GetParam().options;
  options.maximumLength = 30;
  options.forcedEnd = 2;
  std::vector<Generation> whole = model.generateBatch(sources, options);
  int callsAtStop = 0;
  std::size_t count = 0;
  options.stop = stop.get_token();
  options.onToken = [&](std::size_t source, Id) {
    count += source == 0 ? 1 : 0;
    if (count == 5 && stop.request_stop())
      callsAtStop = toy.parameters.decodeCalls;
    return true;
  };
  try {
    model.generateBatch(sources, options);
    ADD_FAILURE();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::Cancelled);
    EXPECT_STREQ(error.what(), "the call was asked to stop");
  }
  EXPECT_EQ(toy.parameters.decodeCalls, callsAtStop);
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);

  count = 0;
  stop = std::stop_source();
  options.stop = stop.get_token();
  options.keepPartial = true;
  std::vector<Generation> partial = model.generateBatch(sources, options);
  for (std::size_t source = 0; source < sources.size(); ++source) {
    const Sequence &sequence = partial[source].best();
    EXPECT_EQ(sequence.finishReason, FinishReason::Cancelled);
    EXPECT_GE(sequence.ids.size(), 5u);
    EXPECT_EQ(prefixOf(whole[source].ids(), 3), prefixOf(sequence.ids, 3));
  }
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Searches, Stopping,
    testing::Values(NamedOptions{"Greedy", {}}, NamedOptions{"Samples", {.sample = true}},
                    NamedOptions{"Beams", {.beams = 3}},
                    NamedOptions{"SampledBeams", {.beams = 2, .sample = true}},
                    NamedOptions{"ForcedWords", {.beams = 2, .forcedWords = {{{7}}}}}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(Stop, BeforeTheFirstStepKeepsPromptsAndFinishedResults) {
  ToyModel toy(12);
  Model model = toy.open();
  std::vector<Source> sources = model.encodeBatch({{4, 5}, {6}});
  std::stop_source stop;
  stop.request_stop();
  GenerateOptions options{.prompt = {1, 7}, .stop = stop.get_token(), .keepPartial = true};
  for (const Generation &generation : model.generateBatch(sources, options)) {
    EXPECT_THAT(generation.ids(), ElementsAre(1, 7));
    EXPECT_EQ(generation.best().finishReason, FinishReason::Cancelled);
  }
  // All tokens are forced, so no step is needed.
  options = {.maximumLength = 3,
             .forcedBeginning = 9,
             .forcedEnd = 2,
             .stop = stop.get_token(),
             .keepPartial = true};
  Sequence forced = model.generate(sources[0], options).best();
  EXPECT_THAT(forced.ids, ElementsAre(1, 9, 2));
  EXPECT_EQ(forced.finishReason, FinishReason::End);
}

TEST(Stop, OfEncodingKeepsWhatIsEncoded) {
  ToyModel toy(12);
  Model model = toy.open();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(errorOf([&] { model.encode(std::vector<Id>{4, 5}, stop.get_token()); }),
            "the call was asked to stop");
  EXPECT_EQ(toy.parameters.encodeCalls, 0);
  EXPECT_EQ(model.statistics().encoder_entries, 0u);
  Source known = model.encode({4, 5});
  EXPECT_EQ(model.encode(std::vector<Id>{4, 5}, stop.get_token()).ids().size(), 2u);
}

TEST(Stop, ReachesWhoeverWaitsForAnotherThread) {
  ToyModel toy(12);
  toy.parameters.encodeDelayMicroseconds = 500000;
  Model model = toy.open();
  std::jthread other([&] { model.encode({4, 5}); });
  while (model.statistics().encoder_misses == 0)
    std::this_thread::yield();
  std::stop_source stop;
  std::jthread stopper([&] {
    while (model.statistics().encoder_waits == 0)
      std::this_thread::yield();
    stop.request_stop();
  });
  EXPECT_EQ(errorOf([&] { model.encode(std::vector<Id>{4, 5}, stop.get_token()); }),
            "the call was asked to stop");
  EXPECT_EQ(model.statistics().encoder_hits, 0u) << "the other thread was done before";
}

} // namespace
} // namespace transept::tests
