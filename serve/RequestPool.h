// SPDX-License-Identifier: Apache-2.0
//
// The threads that requests run on, and who comes next. Calls on a model wait for their results, so
// each running request has a thread; how many there are bounds how many share a model's steps.

#ifndef TRANSEPT_SERVE_REQUESTPOOL_H
#define TRANSEPT_SERVE_REQUESTPOOL_H

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace transept::serve {

class RequestPool {
public:
  /// `queue` requests may wait for one of `threads`.
  RequestPool(size_t threads, size_t queue);
  /// Runs what waits to its end.
  ~RequestPool();

  /// False, at once, where as many wait as may. Among callers that wait, the next is the one that
  /// has the least running for its weight; requests of one caller keep their order.
  bool add(uint64_t caller, double weight, std::function<void()> run);

  size_t waiting() const;
  size_t running() const;

private:
  struct Caller {
    double weight = 1;
    size_t running = 0;
    std::deque<std::function<void()>> waiting;
  };

  void work();
  std::map<uint64_t, Caller>::iterator next();

  const size_t threadCount, queue;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::map<uint64_t, Caller> callers; // who runs or waits
  size_t waitingCount = 0, runningCount = 0;
  uint64_t lastServed = 0;
  bool isEnding = false;
  std::vector<std::thread> threads;
};

} // namespace transept::serve

#endif
