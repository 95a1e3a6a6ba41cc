// SPDX-License-Identifier: Apache-2.0
//
// Clients open a connection for each question and each sound, so it ends with the transcript.
// Reading goes on meanwhile: that is how one learns that a client has left.

#include "serve/WyomingSession.h"

#include "serve/Log.h"
#include "serve/RequestId.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>

namespace transept::serve {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr size_t kPiece = size_t(64) << 10;
/// Of one event; clients send some kilobytes.
constexpr uint64_t kMostPayload = uint64_t(1) << 20;
constexpr uint64_t kLingerSeconds = 1;
constexpr const char *kRoute = "wyoming";

} // namespace

WyomingSession::WyomingSession(asio::ip::tcp::socket accepted, Server &server)
    : server(server), socket(std::move(accepted)), deadline(socket.get_executor()),
      reader(server.service.limits.headerBytes,
             std::min(kMostPayload, server.service.limits.soundBytes)),
      conversation(server.service), piece(kPiece, '\0') {
  error_code ignored;
  request.client = addressOf(socket);
  request.path = kRoute;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void WyomingSession::start() {
  setDeadline(server.service.limits.idleSeconds);
  read();
}

void WyomingSession::closeIfIdle() {
  if (!isRunning && !conversation.isTakingSound())
    close();
}

void WyomingSession::giveUp() {
  stopSource.request_stop();
  if (!isRunning)
    close();
}

void WyomingSession::read() {
  socket.async_read_some(asio::buffer(piece),
                         [self = shared_from_this()](error_code error, size_t count) {
                           if (error) {
                             self->stopSource.request_stop();
                             return self->isRunning ? void() : self->close();
                           }
                           if (self->isRunning || self->isEnding)
                             return self->read();
                           self->reader.add(std::string_view(self->piece).substr(0, count));
                           self->take();
                         });
}

void WyomingSession::take() {
  const Limits &limits = server.service.limits;
  try {
    while (std::optional<WyomingEvent> event = reader.next()) {
      WyomingConversation::Step step = conversation.take(std::move(*event));
      if (!step.answer.empty())
        send(std::move(step.answer));
      if (step.utterance) {
        dispatch(std::move(*step.utterance));
        return read();
      }
    }
    if (!reserve())
      throw HttpError(429, "the requests that are here already have as many bytes as fit");
    setDeadline(conversation.isTakingSound() ? limits.bodySeconds : limits.idleSeconds);
  } catch (const std::exception &error) {
    refuse(problemOf(error));
  }
  read();
}

/// Whether there is room for the sound as far as it has come.
bool WyomingSession::reserve() {
  uint64_t bytes = conversation.heldBytes();
  if (bytes > reservedBytes && !server.reserveBody(bytes - reservedBytes))
    return false;
  if (bytes < reservedBytes)
    server.releaseBody(reservedBytes - bytes);
  reservedBytes = bytes;
  return true;
}

void WyomingSession::dispatch(Utterance utterance) {
  deadline.cancel();
  request.arrival = Clock::now();
  request.id = makeRequestId();
  isRunning = server.pool.add(0, 1, [self = shared_from_this(), utterance = std::move(utterance)] {
    self->run(utterance);
  });
  if (!isRunning)
    refuse({429, "as many requests wait as may; try again later"});
}

/// On a thread of the pool.
void WyomingSession::run(const Utterance &utterance) {
  int status = 200;
  std::string answer;
  try {
    if (stopSource.stop_requested())
      throw HttpError(499, "the client left before the request ran");
    const std::vector<std::string> parameters;
    answer = transcriptOf(utterance, Call{server.service, request, *this, parameters, {}});
  } catch (const std::exception &error) {
    Problem problem = problemOf(error);
    status = problem.status;
    answer = wyomingError(problem);
  }
  asio::post(socket.get_executor(),
             [self = shared_from_this(), status, answer = std::move(answer)] {
               self->isRunning = false;
               self->finish(status, answer);
             });
}

void WyomingSession::finish(int status, const std::string &answer) {
  Metrics &metrics = server.service.metrics;
  if (stopSource.stop_requested()) {
    status = 499;
    metrics.cancelled();
  }
  double seconds = std::chrono::duration<double>(Clock::now() - request.arrival).count();
  metrics.answered(kRoute, status, seconds);
  logEvent("info", "request",
           {{"id", request.id},
            {"client", request.client},
            {"path", request.path},
            {"status", status},
            {"seconds", seconds}});
  if (status == 499)
    return close();
  isEnding = true;
  send(answer);
}

void WyomingSession::refuse(const Problem &problem) {
  server.service.metrics.rejected(problem.status == 429 ? "queue" : kRoute);
  isEnding = true;
  send(wyomingError(problem));
}

void WyomingSession::send(std::string text) {
  outgoing += text;
  if (sending.empty())
    sendNext();
}

void WyomingSession::sendNext() {
  sending = std::exchange(outgoing, {});
  if (sending.empty())
    return isEnding ? endSending() : void();
  setDeadline(server.service.limits.writeSeconds);
  asio::async_write(socket, asio::buffer(sending),
                    [self = shared_from_this()](error_code error, size_t) {
                      self->sending.clear();
                      error ? self->close() : self->sendNext();
                    });
}

/// Takes what the client still sends, for a while: a connection that is closed before loses the
/// answer on its way.
void WyomingSession::endSending() {
  error_code ignored;
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  setDeadline(kLingerSeconds);
}

void WyomingSession::setDeadline(uint64_t seconds) {
  deadline.expires_after(std::chrono::seconds(seconds));
  deadline.async_wait([self = shared_from_this()](error_code error) {
    if (!error && !self->isRunning)
      self->close();
  });
}

void WyomingSession::close() {
  if (isClosed)
    return;
  isClosed = true;
  error_code ignored;
  deadline.cancel();
  socket.close(ignored);
  server.releaseBody(std::exchange(reservedBytes, 0));
  server.leave(*this);
}

} // namespace transept::serve
