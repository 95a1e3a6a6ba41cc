// SPDX-License-Identifier: Apache-2.0
//
// The step interface, teacher forcing, and copy-on-write of self cache pages.

#include "ToyModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace transept::tests {
namespace {

using testing::ElementsAreArray;

std::vector<Id> countedIds(int count) {
  std::vector<Id> ids;
  for (int index = 0; index < count; ++index)
    ids.push_back((index * 7 + 3) % 23);
  return ids;
}

TEST(Decoder, ReturnsTheLogitsOfTheWholePrefixAtEachStep) {
  ToyModel toy;
  Source source = toy.open({.threads = 2}).encode({4, 5, 6});
  Decoder decoder = source.decode();
  std::vector<Id> prefix;
  for (Id id : countedIds(50)) {
    prefix.push_back(id);
    EXPECT_THAT(decoder.append(id), ElementsAreArray(toy.logits(source.ids(), prefix)));
    EXPECT_EQ(decoder.length(), prefix.size());
  }
}

TEST(Decoder, ReturnsARowForEachIdAcrossInvocations) {
  ToyModel toy;
  Source source = toy.open().encode({4, 5, 6});
  std::vector<Id> ids = countedIds(1100);
  Decoder decoder = source.decode();
  decoder.append(ids[0]);
  Rows rows = decoder.appendAll(std::span(ids).subspan(1));
  ASSERT_EQ(rows.size(), 1099u);
  for (std::size_t at : {0u, 14u, 15u, 511u, 512u, 1098u})
    EXPECT_THAT(rows[at], ElementsAreArray(toy.logits(source.ids(), std::span(ids).first(at + 2))));
  EXPECT_THAT(source.decode().append(ids), ElementsAreArray(rows[1098]));
}

TEST(Decoder, ForkEqualsAnUnforkedSequenceAtEveryLength) {
  ToyModel toy;
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  for (int length = 0; length < 40; ++length) {
    std::vector<Id> left = countedIds(length), right = left;
    Decoder first = source.decode();
    if (length != 0)
      first.append(left);
    Decoder second = first.fork();
    for (int step = 0; step < 20; ++step) { // interleaved, different ids
      left.push_back(step % 23);
      right.push_back((step + 9) % 23);
      EXPECT_THAT(first.append(left.back()), ElementsAreArray(toy.logits(source.ids(), left)));
      EXPECT_THAT(second.append(right.back()), ElementsAreArray(toy.logits(source.ids(), right)));
    }
  }
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
}

TEST(Decoder, CopiesOnlyAPartlyFilledSharedPage) {
  ToyModel toy;
  Model model = toy.open();
  Source source = model.encode({4});
  auto copies = [&] { return model.statistics().self_page_copies; };
  auto inUse = [&] { return model.statistics().self_pages_in_use; };
  Decoder full = source.decode();
  full.append(countedIds(32));
  {
    Decoder fork = full.fork();
    EXPECT_EQ(inUse(), 2u);
    fork.append(1); // begins a page of its own
    EXPECT_EQ(copies(), 0u);
    EXPECT_EQ(inUse(), 3u);
  }
  EXPECT_EQ(inUse(), 2u);
  full.append(1);
  Decoder fork = full.fork();
  EXPECT_EQ(inUse(), 3u);
  fork.append(2); // shared and partly filled: copied
  EXPECT_EQ(copies(), 1u);
  full.append(3); // one owner left: in place
  EXPECT_EQ(copies(), 1u);
  EXPECT_EQ(inUse(), 4u);
}

TEST(Decoder, StepsManySequencesInOnePass) {
  ToyModel toy;
  Model model = toy.open();
  Source one = model.encode({4, 5}), two = model.encode({6});
  Decoder first = one.decode(), second = two.decode(), third = one.decode();
  toy.parameters.decodeCalls = 0;
  Decoder *decoders[] = {&first, &second, &third};
  std::vector<std::vector<Id>> ids{{1, 2, 3}, {4}, {5, 6}};
  Rows rows = Decoder::appendBatch(decoders, ids);
  EXPECT_EQ(toy.parameters.decodeCalls, 1);
  EXPECT_THAT(rows[0], ElementsAreArray(toy.logits(one.ids(), ids[0])));
  EXPECT_THAT(rows[1], ElementsAreArray(toy.logits(two.ids(), ids[1])));
  EXPECT_THAT(rows[2], ElementsAreArray(toy.logits(one.ids(), ids[2])));
  Decoder *twice[] = {&first, &first};
  EXPECT_THROW(Decoder::appendBatch(twice, std::vector<std::vector<Id>>{{1}, {2}}), Error);
}

TEST(Decoder, KeepsModelAndSourceAlive) {
  ToyModel toy;
  auto decoder = [&] { return toy.open().encode({4, 5}).decode(); }();
  std::vector<Id> source{4, 5}, prefix{1};
  EXPECT_THAT(decoder.append(1), ElementsAreArray(toy.logits(source, prefix)));
}

TEST(Decoder, IsUnchangedAfterARefusedAppend) {
  ToyModel toy;
  toy.table.maximum_target_length = 20;
  Source source = toy.open().encode({4, 5});
  Decoder decoder = source.decode();
  decoder.append(countedIds(18));
  EXPECT_THROW(decoder.append(std::vector<Id>{1, 2, 3}), Error);
  EXPECT_THROW(decoder.append(23), Error);
  EXPECT_THROW(decoder.append(-1), Error);
  EXPECT_THROW(decoder.append(std::vector<Id>{}), Error);
  EXPECT_EQ(decoder.length(), 18u);
  std::vector<Id> prefix = countedIds(18);
  prefix.push_back(2);
  EXPECT_THAT(decoder.append(2), ElementsAreArray(toy.logits(source.ids(), prefix)));
}

TEST(Decoder, RefusesPagesBeyondTheLimitAndGoesOnWhenThereIsRoom) {
  ToyModel toy;
  std::size_t pageBytes = 16 * 3 * 4 + TRANSEPT_CACHE_SLACK;
  Model model = toy.open({.threads = 1, .selfCacheBytes = 3 * pageBytes});
  Source source = model.encode({4});
  Decoder first = source.decode();
  first.append(countedIds(33));
  {
    Decoder second = first.fork();
    try {
      second.append(1);
      FAIL();
    } catch (const Error &error) {
      EXPECT_EQ(error.code(), ErrorCode::OutOfMemory);
    }
    EXPECT_EQ(second.length(), 33u);
  }
  std::vector<Id> prefix = countedIds(33);
  prefix.push_back(1);
  EXPECT_THAT(first.append(1), ElementsAreArray(toy.logits(source.ids(), prefix)));
  EXPECT_THROW(model.generate(source, {.maximumLength = 20}), Error);
  EXPECT_EQ(model.statistics().self_pages_in_use, 3u);
}

TEST(Logits, ScoreEveryPositionOfABatchOfAnyLengths) {
  ToyModel toy;
  Model model = toy.open({.threads = 2});
  std::vector<Source> sources = model.encodeBatch({{4, 5}, {6}, {7, 8, 9}});
  std::vector<std::vector<Id>> targets{countedIds(3), countedIds(700), countedIds(400)};
  std::vector<Rows> rows = model.logitsBatch(sources, targets);
  for (std::size_t index = 0; index < 3; ++index) {
    ASSERT_EQ(rows[index].size(), targets[index].size());
    for (std::size_t at = 0; at < targets[index].size(); at += 37)
      EXPECT_THAT(rows[index][at],
                  ElementsAreArray(
                      toy.logits(sources[index].ids(), std::span(targets[index]).first(at + 1))));
  }
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
}

TEST(Sessions, ShareOneModelFromManyThreads) {
  ToyModel toy(4, 23, 1);
  Model model = toy.open({.threads = 2, .encoderCacheBytes = 2000});
  std::vector<std::vector<Id>> ids{{4}, {5, 6}, {7, 8, 9}, {10, 11}};
  std::vector<std::vector<Id>> expected;
  GenerateOptions options{.beams = 3, .maximumLength = 40};
  for (const std::vector<Id> &source : ids)
    expected.push_back(model.generate(model.encode(source), options).ids());
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (std::size_t round = 0; round < 25; ++round) {
        std::size_t which = (thread + round) % 4;
        Source source = model.encode(ids[which]);
        EXPECT_EQ(model.generate(source, options).ids(), expected[which]);
        Decoder decoder = source.decode();
        std::vector<Id> prefix = countedIds(20);
        decoder.append(prefix);
        Decoder fork = decoder.fork();
        std::thread other([&, fork = std::move(fork)]() mutable { fork.append(5); });
        prefix.push_back(6);
        EXPECT_THAT(decoder.append(6), ElementsAreArray(toy.logits(source.ids(), prefix)));
        other.join();
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
  EXPECT_EQ(model.statistics().encoder_referenced_entries, 0u);
}

} // namespace
} // namespace transept::tests
