// SPDX-License-Identifier: Apache-2.0
//
// Sharing, eviction, single flight and failure of encoded sources.

#include "ErrorOf.h"
#include "ToyModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace transept::tests {
namespace {

using testing::ElementsAre;

TEST(EncoderCache, EncodesEqualSourcesOnce) {
  ToyModel toy;
  Model model = toy.open();
  Source first = model.encode({4, 5, 6});
  Source second = model.encode({4, 5, 6});
  EXPECT_EQ(first.states().data(), second.states().data());
  Statistics statistics = model.statistics();
  EXPECT_EQ(statistics.encoder_misses, 1u);
  EXPECT_EQ(statistics.encoder_hits, 1u);
  EXPECT_EQ(statistics.encoder_entries, 1u);
  EXPECT_EQ(statistics.encoder_referenced_entries, 1u);
}

TEST(EncoderCache, EncodesASourceThatIsTwiceInABatchOnce) {
  ToyModel toy;
  Model model = toy.open();
  std::vector<Source> sources = model.encodeBatch({{4, 5}, {6}, {4, 5}});
  EXPECT_EQ(toy.parameters.encodedSources, 2);
  EXPECT_EQ(sources[0].states().data(), sources[2].states().data());
}

TEST(EncoderCache, KeepsSourcesApartThatDifferOnlyInPositions) {
  ToyModel toy;
  Model model = toy.open();
  std::vector<Id> ids{4, 5};
  std::vector<std::int32_t> positions{3, 9};
  Source plain = model.encode(ids);
  Source placed = model.encode({.ids = ids, .positions = positions});
  EXPECT_NE(plain.states().data(), placed.states().data());
  EXPECT_THAT(placed.states(), ElementsAre(4, 3, 5, 9));
  EXPECT_THAT(placed.positions(), ElementsAre(3, 9));
}

TEST(EncoderCache, PaddingThatIsNotCountedIsRefusedInTargets) {
  ToyModel toy;
  toy.table.has_uncounted_target_id = 1;
  toy.table.uncounted_target_id = 3;
  Model model = toy.open();
  Source source = model.encode({4, 5});
  std::string why = "is 3, but must be another id: padding has no position in this model";
  std::vector<Id> padded{1, 3, 5}, whole{1, 2, 5};
  EXPECT_THAT(errorOf([&] { model.logits(source, padded); }), testing::HasSubstr(why));
  EXPECT_THAT(errorOf([&] { source.decode().append(padded); }), testing::HasSubstr(why));
  EXPECT_EQ(errorOf([&] { model.generate(source, {.prompt = {1, 3}}); }), "prompt[1] " + why);
  EXPECT_EQ(errorOf([&] { model.logits(source, whole); }), "no error");
}

TEST(EncoderCache, PaddingThatIsNotCountedShiftsNoPosition) {
  ToyModel toy;
  toy.table.has_uncounted_source_id = 1;
  toy.table.uncounted_source_id = 3;
  Model model = toy.open();
  std::vector<Id> ids{3, 3, 4, 3, 5, 6};
  std::vector<std::uint8_t> mask{0, 0, 1, 0, 1, 1}, hole{0, 0, 1, 0, 0, 1};
  std::vector<std::int32_t> positions{0, 1, 2, 3, 4, 5};
  EXPECT_THAT(model.encode({.ids = ids, .mask = mask}).positions(), ElementsAre(0, 1, 2));
  // A token that is masked, but no padding, is counted.
  EXPECT_THAT(model.encode({.ids = ids, .mask = hole}).positions(), ElementsAre(0, 2));
  EXPECT_THAT(model.encode({.ids = ids, .mask = mask, .positions = positions}).positions(),
              ElementsAre(2, 4, 5));
  try {
    model.encode({.ids = ids});
    FAIL();
  } catch (const Error &error) {
    EXPECT_STREQ(error.what(), "sources[0].ids[0] is 3, but must be masked, or another id: padding "
                               "has no position in this model");
  }
}

TEST(EncoderCache, DropsMaskedTokensButKeepsThePositionsOfTheOthers) {
  ToyModel toy;
  Model model = toy.open();
  std::vector<Id> ids{7, 4, 7, 5};
  std::vector<std::uint8_t> mask{0, 1, 0, 1};
  Source source = model.encode({.ids = ids, .mask = mask});
  EXPECT_THAT(source.ids(), ElementsAre(4, 5));
  EXPECT_THAT(source.states(), ElementsAre(4, 1, 5, 3));
}

TEST(EncoderCache, IgnoresIdsUnderTheMask) {
  ToyModel toy;
  std::vector<Id> ids{4, 5, -100};
  std::vector<std::uint8_t> mask{1, 1, 0};
  EXPECT_EQ(toy.open().encode({.ids = ids, .mask = mask}).length(), 2u);
}

/// Bytes of one entry of up to 16 tokens.
std::size_t entryBytes(ToyModel &toy, std::size_t length) {
  Model model = toy.open();
  Source source = model.encode(std::vector<Id>(length, 4));
  return model.statistics().encoder_bytes;
}

TEST(EncoderCache, CountsBytesOfKeysValuesStatesAndKey) {
  ToyModel toy;
  EXPECT_EQ(entryBytes(toy, 3), 16 * 3 * 4 + TRANSEPT_CACHE_SLACK + 3 * 2 * 4 + 3 * 2 * 4);
  EXPECT_EQ(entryBytes(toy, 17), 32 * 3 * 4 + TRANSEPT_CACHE_SLACK + 17 * 2 * 4 + 17 * 2 * 4);
}

TEST(EncoderCache, EvictsLeastRecentlyUsedWhenOverBudget) {
  ToyModel toy;
  Model model = toy.open({.threads = 1, .encoderCacheBytes = 2 * entryBytes(toy, 1)});
  toy.parameters.encodedSources = 0;
  model.encode({4});
  model.encode({5});
  model.encode({4}); // 5 is the oldest now
  model.encode({6});
  EXPECT_EQ(model.statistics().encoder_evictions, 1u);
  model.encode({4});
  EXPECT_EQ(toy.parameters.encodedSources, 3);
  model.encode({5});
  EXPECT_EQ(toy.parameters.encodedSources, 4);
}

TEST(EncoderCache, KeepsReferencedEntriesBeyondTheBudgetAndDropsThemOnRelease) {
  ToyModel toy;
  Model model = toy.open({.threads = 1, .encoderCacheBytes = 0});
  {
    Source first = model.encode({4}), second = model.encode({5}), copy = first;
    EXPECT_EQ(model.statistics().encoder_entries, 2u);
    EXPECT_THAT(first.states(), ElementsAre(4, 0));
    first = second;
    EXPECT_EQ(model.statistics().encoder_entries, 2u);
  }
  Statistics statistics = model.statistics();
  EXPECT_EQ(statistics.encoder_entries, 0u);
  EXPECT_EQ(statistics.encoder_bytes, 0u);
  EXPECT_EQ(statistics.encoder_evictions, 2u);
}

TEST(EncoderCache, LetsTheSecondThreadWaitForTheFirst) {
  ToyModel toy;
  Model model = toy.open();
  toy.parameters.encodeDelayMicroseconds = 50000;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] { EXPECT_EQ(model.encode({4, 5, 6}).length(), 3u); });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(toy.parameters.encodedSources, 1);
  Statistics statistics = model.statistics();
  EXPECT_EQ(statistics.encoder_misses, 1u);
  EXPECT_EQ(statistics.encoder_hits, 3u);
  EXPECT_LE(statistics.encoder_waits, 3u);
}

TEST(EncoderCache, NeverLetsBatchesWithCommonSourcesWaitForEachOther) {
  ToyModel toy;
  Model model = toy.open({.threads = 1, .encoderCacheBytes = 0});
  toy.parameters.encodeDelayMicroseconds = 100;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 50; ++round) {
        std::vector<std::vector<Id>> batch{{4}, {5}, {6}, {7}};
        std::rotate(batch.begin(), batch.begin() + thread, batch.end());
        std::vector<Source> sources = model.encodeBatch(batch);
        for (std::size_t index = 0; index < 4; ++index)
          EXPECT_EQ(sources[index].states()[0], float(batch[index][0]));
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  Statistics statistics = model.statistics();
  EXPECT_EQ(statistics.encoder_hits + statistics.encoder_misses, 4u * 50 * 4);
  EXPECT_EQ(statistics.encoder_entries, 0u);
}

TEST(EncoderCache, EncodesLargeBatchesInBoundedInvocations) {
  ToyModel toy;
  Model model = toy.open({.threads = 2});
  std::vector<std::vector<Id>> batch;
  for (int index = 0; index < 12; ++index)
    batch.push_back(std::vector<Id>(1000, 3 + index)); // more than the rows of one: goes alone
  batch.push_back(std::vector<Id>(5000, 3));
  std::vector<Source> sources = model.encodeBatch(batch);
  EXPECT_EQ(toy.parameters.encodeCalls, 13);
  for (std::size_t index = 0; index < batch.size(); ++index)
    EXPECT_EQ(sources[index].states()[2 * 999], float(batch[index][0]));
}

TEST(EncoderCache, LeavesNothingBehindAfterARefusedBatch) {
  ToyModel toy;
  Model model = toy.open();
  EXPECT_THROW(model.encodeBatch({{4}, {5, 999}}), Error);
  EXPECT_EQ(model.statistics().encoder_entries, 0u);
  EXPECT_EQ(toy.parameters.encodeCalls, 0);
}

TEST(EncoderCache, RetriesAfterRunningOutOfMemory) {
  ToyModel toy;
  // 2^63 bytes an entry: one cannot be allocated, two cannot even be counted.
  transept_cache_slot huge[] = {{"keys", TRANSEPT_CACHE_KEYS, 1u << 31, 1u << 26, sizeof(float)}};
  const transept_cache_slot *good = toy.table.encoder_slots;
  Model model = toy.open();
  toy.table.encoder_slots = huge;
  toy.table.encoder_slot_count = 1;
  for (const std::vector<std::vector<Id>> &batch :
       {std::vector<std::vector<Id>>{{4}}, std::vector<std::vector<Id>>{{4}, {5}}}) {
    try {
      model.encodeBatch(batch);
      FAIL();
    } catch (const Error &error) {
      EXPECT_EQ(error.code(), ErrorCode::OutOfMemory);
    }
    EXPECT_EQ(model.statistics().encoder_entries, 0u);
    EXPECT_EQ(model.statistics().encoder_bytes, 0u);
  }
  toy.table.encoder_slots = good;
  toy.table.encoder_slot_count = 2;
  EXPECT_EQ(model.encodeBatch({{4}, {5}}).size(), 2u);
}

} // namespace
} // namespace transept::tests
