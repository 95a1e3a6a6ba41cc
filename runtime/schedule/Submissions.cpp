// SPDX-License-Identifier: Apache-2.0
//
// Sources of several requests are encoded together; what is wrong with one of them ends that one.

#include "runtime/schedule/Submissions.h"

#include "runtime/base/Messages.h"
#include "runtime/platform/Signals.h"

#include <system_error>

namespace transept::runtime {
namespace {

/// Rows of sources that are encoded together: those that come meanwhile wait for the next time.
constexpr std::uint64_t rowsTogether = 512;

} // namespace

Submissions::~Submissions() {
  {
    std::unique_lock guard(mutex);
    isClosing = true;
    for (auto &[key, request] : unfinished)
      request->cancel();
    changed.notify_all();
    changed.wait(guard, [&] { return unfinished.empty(); });
  }
  if (encoder.joinable())
    encoder.join();
  scheduler.endResidence();
  if (decoder.joinable())
    decoder.join();
}

void Submissions::startThreads() {
  SignalsBlocked whileStarting;
  try {
    if (!encoder.joinable())
      encoder = std::thread([this] { encode(); });
    if (!decoder.joinable())
      decoder = std::thread([this] { scheduler.reside(); });
  } catch (const std::system_error &error) {
    fail(ErrorCode::OutOfMemory, "requests need two threads, but the system allows no more (",
         std::string_view(error.what()), ")");
  }
}

std::shared_ptr<Request> Submissions::submit(std::span<const transept_source_input> inputs,
                                             const transept_generation_options *options,
                                             EndListener listener) {
  auto request = std::make_shared<Request>(engine, inputs, options, listener);
  std::lock_guard guard(mutex);
  if (limit != 0 && unfinished.size() >= limit)
    fail(ErrorCode::Overloaded, unfinished.size(), " requests are on their way, and at most ",
         limit, " may be");
  startThreads();
  unfinished.emplace(request.get(), request);
  try {
    waiting.push_back(request);
  } catch (...) {
    unfinished.erase(request.get());
    throw;
  }
  changed.notify_all();
  return request;
}

void Submissions::encode() {
  while (true) {
    Requests requests = takeSome();
    if (requests.empty())
      return;
    encodeTogether(requests);
  }
}

/// The next requests in order; none once the model is being closed and nothing is left.
Submissions::Requests Submissions::takeSome() {
  std::unique_lock guard(mutex);
  changed.wait(guard, [&] { return isClosing || !waiting.empty(); });
  Requests requests;
  std::uint64_t rows = 0;
  while (!waiting.empty() && (requests.empty() || rows < rowsTogether)) {
    rows += waiting.front()->rows();
    requests.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  return requests;
}

void Submissions::encodeTogether(Requests &requests) {
  std::erase_if(requests, [&](const std::shared_ptr<Request> &request) {
    if (!request->isCancelled() && !request->isLate())
      return false;
    bool isCancelled = request->isCancelled();
    end(request, std::make_exception_ptr(
                     isCancelled ? Error(ErrorCode::Cancelled, "the request was cancelled")
                                 : Error(ErrorCode::DeadlineExceeded,
                                         "the deadline of the request passed before it began")));
    return true;
  });
  if (requests.empty())
    return;
  std::vector<SourceReference> encoded;
  try {
    std::vector<GivenSource> given;
    for (const std::shared_ptr<Request> &request : requests)
      given.insert(given.end(), request->given().begin(), request->given().end());
    encoded = encodeSources(engine, std::move(given));
  } catch (...) {
    if (requests.size() == 1)
      return end(requests.front(), std::current_exception());
    for (const std::shared_ptr<Request> &request : requests) {
      Requests alone{request};
      encodeTogether(alone);
    }
    return;
  }
  auto next = encoded.begin();
  for (const std::shared_ptr<Request> &request : requests) {
    auto last = next + std::ptrdiff_t(request->given().size());
    start(request, {std::move_iterator(next), std::move_iterator(last)});
    next = last;
  }
}

void Submissions::start(const std::shared_ptr<Request> &request,
                        std::vector<SourceReference> &&sources) {
  try {
    request->start(
        scheduler, std::move(sources),
        [](void *self, Request &ended) { static_cast<Submissions *>(self)->forget(ended); }, this);
  } catch (...) {
    end(request, std::current_exception());
  }
}

void Submissions::end(const std::shared_ptr<Request> &request, std::exception_ptr failure) {
  request->end(std::move(failure));
  forget(*request);
}

/// The request may be gone then.
void Submissions::forget(Request &request) {
  std::shared_ptr<Request> kept; // until the lock is released
  std::lock_guard guard(mutex);
  auto entry = unfinished.find(&request);
  kept = std::move(entry->second);
  unfinished.erase(entry);
  if (unfinished.empty())
    changed.notify_all();
}

} // namespace transept::runtime
