// SPDX-License-Identifier: Apache-2.0
//
// The requests that programs have submitted to a model, and the two threads that work for them: one
// encodes their sources, the other runs steps where no call that waits does. Both begin with the
// first request.
#ifndef TRANSEPT_RUNTIME_SCHEDULE_SUBMISSIONS_H
#define TRANSEPT_RUNTIME_SCHEDULE_SUBMISSIONS_H

#include "runtime/schedule/Request.h"

#include <thread>
#include <unordered_map>

namespace transept::runtime {

class Submissions {
public:
  /// `limit` requests may be on their way at once, 0 for any number.
  Submissions(std::shared_ptr<Engine> engine, Scheduler &scheduler, std::uint64_t limit)
      : engine(std::move(engine)), scheduler(scheduler), limit(limit) {}
  /// Cancels what has not ended, and waits for it. Not from a callback of a request.
  ~Submissions();
  Submissions(const Submissions &) = delete;
  Submissions &operator=(const Submissions &) = delete;

  /// Throws Error for what is wrong, and (Overloaded) where as many are on their way as may.
  std::shared_ptr<Request> submit(std::span<const transept_source_input> inputs,
                                  const transept_generation_options *options, EndListener listener);

private:
  using Requests = std::vector<std::shared_ptr<Request>>;

  void startThreads();
  void encode();
  Requests takeSome();
  void encodeTogether(Requests &requests);
  void start(const std::shared_ptr<Request> &request, std::vector<SourceReference> &&sources);
  void end(const std::shared_ptr<Request> &request, std::exception_ptr failure);
  void forget(Request &request);

  const std::shared_ptr<Engine> engine;
  Scheduler &scheduler;
  const std::uint64_t limit;

  std::mutex mutex; // of what follows
  std::condition_variable changed;
  std::deque<std::shared_ptr<Request>> waiting; // to be encoded
  std::unordered_map<Request *, std::shared_ptr<Request>> unfinished;
  bool isClosing = false;
  std::thread encoder, decoder;
};

} // namespace transept::runtime

#endif
