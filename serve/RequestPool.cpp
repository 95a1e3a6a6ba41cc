// SPDX-License-Identifier: Apache-2.0
//
// One lock: it is held for book-keeping only.

#include "serve/RequestPool.h"

namespace transept::serve {

RequestPool::RequestPool(size_t threads, size_t queue) : threadCount(threads), queue(queue) {
  this->threads.reserve(threads);
  for (size_t index = 0; index < threads; ++index)
    this->threads.emplace_back([this] { work(); });
}

RequestPool::~RequestPool() {
  {
    std::lock_guard lock(mutex);
    isEnding = true;
  }
  changed.notify_all();
  for (std::thread &thread : threads)
    thread.join();
}

bool RequestPool::add(uint64_t caller, double weight, std::function<void()> run) {
  {
    std::lock_guard lock(mutex);
    if (waitingCount + runningCount >= threadCount + queue)
      return false;
    Caller &entry = callers[caller];
    entry.weight = weight;
    entry.waiting.push_back(std::move(run));
    ++waitingCount;
  }
  changed.notify_one();
  return true;
}

size_t RequestPool::waiting() const {
  std::lock_guard lock(mutex);
  return waitingCount;
}

size_t RequestPool::running() const {
  std::lock_guard lock(mutex);
  return runningCount;
}

/// Where several have equally little, they take turns: the first behind the one served last.
std::map<uint64_t, RequestPool::Caller>::iterator RequestPool::next() {
  auto best = callers.end();
  auto from = callers.upper_bound(lastServed);
  auto consider = [&](auto begin, auto end) {
    for (auto each = begin; each != end; ++each) {
      auto part = [](const Caller &caller) { return double(caller.running) / caller.weight; };
      if (!each->second.waiting.empty() &&
          (best == callers.end() || part(each->second) < part(best->second)))
        best = each;
    }
  };
  consider(from, callers.end());
  consider(callers.begin(), from);
  return best;
}

void RequestPool::work() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return isEnding || waitingCount != 0; });
    if (waitingCount == 0)
      return;
    auto entry = next();
    std::function<void()> run = std::move(entry->second.waiting.front());
    entry->second.waiting.pop_front();
    lastServed = entry->first;
    --waitingCount;
    ++entry->second.running;
    ++runningCount;
    lock.unlock();
    run();
    run = nullptr; // what it holds is given up without the lock
    lock.lock();
    --runningCount;
    if (--entry->second.running == 0 && entry->second.waiting.empty())
      callers.erase(entry);
  }
}

} // namespace transept::serve
