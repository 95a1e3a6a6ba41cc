// SPDX-License-Identifier: Apache-2.0
//
// Who comes next, and who is refused.

#include "serve/RequestPool.h"

#include <gmock/gmock.h>

#include <future>

using namespace transept::serve;

namespace {

/// Holds the threads of a pool until it is opened.
struct Gate {
  std::promise<void> promise;
  std::shared_future<void> opened = promise.get_future().share();
  void open() { promise.set_value(); }
};

void waitUntilRunning(const RequestPool &pool, size_t count) {
  while (pool.running() != count)
    std::this_thread::yield();
}

} // namespace

TEST(RequestPool, RefusesWhatIsMoreThanItsQueue) {
  Gate gate;
  RequestPool pool(1, 2);
  auto wait = [opened = gate.opened] { opened.wait(); };
  EXPECT_TRUE(pool.add(0, 1, wait));
  waitUntilRunning(pool, 1);
  EXPECT_TRUE(pool.add(0, 1, wait));
  EXPECT_TRUE(pool.add(0, 1, wait));
  EXPECT_FALSE(pool.add(0, 1, wait));
  EXPECT_EQ(pool.waiting(), 2u);
  gate.open();
}

TEST(RequestPool, RunsWhatWaitsBeforeItEnds) {
  std::atomic<int> count = 0;
  {
    RequestPool pool(3, 100);
    for (int index = 0; index < 50; ++index)
      EXPECT_TRUE(pool.add(uint64_t(index % 3), 1, [&] { ++count; }));
  }
  EXPECT_EQ(count, 50);
}

TEST(RequestPool, LetsCallersTakeTurnsHoweverManyWaitOfOne) {
  Gate gate;
  std::vector<int> order;
  {
    RequestPool pool(1, 100);
    pool.add(9, 1, [opened = gate.opened] { opened.wait(); });
    waitUntilRunning(pool, 1);
    for (int index = 0; index < 4; ++index)
      pool.add(1, 1, [&order] { order.push_back(1); });
    for (int index = 0; index < 2; ++index)
      pool.add(2, 1, [&order] { order.push_back(2); });
    gate.open();
  }
  EXPECT_THAT(order, testing::ElementsAre(1, 2, 1, 2, 1, 1));
}

TEST(RequestPool, GivesThreadsByWeight) {
  Gate first, second;
  std::atomic<int> heavy = 0, light = 0;
  RequestPool pool(6, 100);
  for (int index = 0; index < 6; ++index)
    pool.add(9, 1, [opened = first.opened] { opened.wait(); });
  waitUntilRunning(pool, 6);
  auto hold = [&](std::atomic<int> &count) {
    return [&count, opened = second.opened] {
      ++count;
      opened.wait();
    };
  };
  for (int index = 0; index < 12; ++index) {
    pool.add(1, 1, hold(light));
    pool.add(2, 2, hold(heavy));
  }
  first.open();
  while (heavy + light != 6)
    std::this_thread::yield();
  EXPECT_EQ(heavy, 4);
  EXPECT_EQ(light, 2);
  second.open();
}
