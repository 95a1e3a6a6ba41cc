// SPDX-License-Identifier: Apache-2.0
//
// Nothing waits here: what a client does not take stays in `outgoing`, which is bounded. Requests
// of one connection are answered one after another.

#include "serve/HttpSession.h"

#include "serve/Log.h"
#include "serve/RequestId.h"

#include "base/Printable.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace transept::serve {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

/// What a client may leave untaken of a stream before it is given up.
constexpr size_t kMostPending = size_t(1) << 20;
constexpr size_t kPiece = size_t(64) << 10;
constexpr auto kWatchInterval = std::chrono::milliseconds(100);
constexpr auto kLingerTime = std::chrono::seconds(1);

/// The client's, where it can stand in a header and a log as it is.
std::string idOf(std::string_view given) {
  bool isPlain = !given.empty() && given.size() <= 128 && std::ranges::all_of(given, [](char each) {
    return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') ||
           (each >= 'A' && each <= 'Z') || each == '-' || each == '_' || each == '.';
  });
  return isPlain ? std::string(given) : makeRequestId();
}

std::string text(beast::string_view view) {
  return {view.data(), view.size()};
}

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

} // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, Server &server)
    : server(server), stream(std::move(socket)), buffer(server.service.limits.headerBytes + kPiece),
      watch(stream.get_executor()) {
  Error ignored;
  client = addressOf(stream.socket());
  stream.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

HttpSession::~HttpSession() = default;

void HttpSession::start() {
  waitForRequest();
}

void HttpSession::closeIfIdle() {
  if (isIdle)
    close();
}

void HttpSession::giveUp() {
  stopSource.request_stop();
  if (!isRunning)
    close();
}

/// The first bytes of a request; they may be here already.
void HttpSession::waitForRequest() {
  isIdle = true;
  streaming = false;
  parser.reset();
  admission.reset();
  request = HttpRequest();
  stopSource = std::stop_source();
  if (buffer.size() != 0)
    return readHeader();
  stream.expires_after(std::chrono::seconds(server.service.limits.idleSeconds));
  stream.async_read_some(buffer.prepare(4096),
                         [self = shared_from_this()](Error error, size_t count) {
                           if (error)
                             return self->close();
                           self->buffer.commit(count);
                           self->readHeader();
                         });
}

void HttpSession::readHeader() {
  const Limits &limits = server.service.limits;
  isIdle = false;
  request.arrival = Clock::now();
  request.client = client;
  parser.emplace();
  parser->header_limit(uint32_t(limits.headerBytes));
  parser->body_limit(boost::none);
  stream.expires_after(std::chrono::seconds(limits.headerSeconds));
  http::async_read_header(stream, buffer, *parser,
                          [self = shared_from_this()](Error error, size_t) {
                            if (error)
                              return self->refuseBroken(error);
                            self->takeHeader();
                          });
}

void HttpSession::takeHeader() {
  const auto &message = parser->get();
  request.method = text(message.method_string());
  std::string target = text(message.target());
  size_t mark = std::min(target.find('?'), target.size());
  request.path = target.substr(0, mark);
  request.query = mark == target.size() ? "" : target.substr(mark + 1);
  request.contentType = text(message[http::field::content_type]);
  request.authorization = text(message[http::field::authorization]);
  request.hasBinaryTensors = message.count("Inference-Header-Content-Length") != 0;
  request.id = idOf(text(message["X-Request-Id"]));
  keepsOpen = message.keep_alive();
  std::variant<Admission, HttpResponse> accepted = server.service.admit(request);
  if (auto *response = std::get_if<HttpResponse>(&accepted)) {
    keepsOpen = keepsOpen && parser->is_done();
    return finish(std::move(*response));
  }
  admission = std::get<Admission>(std::move(accepted));
  if (parser->is_done())
    return dispatch();
  if (!reserveBody(*admission))
    return;
  std::string expectation = text(message[http::field::expect]);
  if (expectation.empty())
    return readBody();
  if (!beast::iequals(expectation, "100-continue"))
    return refuse(417, "Expect is " + expectation + ", but may be 100-continue alone", "expect");
  static constexpr std::string_view proceed = "HTTP/1.1 100 Continue\r\n\r\n";
  stream.expires_after(std::chrono::seconds(server.service.limits.writeSeconds));
  asio::async_write(stream, asio::buffer(proceed.data(), proceed.size()),
                    [self = shared_from_this()](Error error, size_t) {
                      error ? self->close() : self->readBody();
                    });
}

/// Whether there is room for the body; otherwise the request is refused.
bool HttpSession::reserveBody(const Admission &accepted) {
  auto declared = parser->content_length();
  uint64_t length = declared ? *declared : accepted.bodyLimit;
  if (length > accepted.bodyLimit) {
    refuse(413,
           fmt::format("the body has {} bytes, but may have {} here", length, accepted.bodyLimit),
           "body_size");
    return false;
  }
  parser->body_limit(accepted.bodyLimit);
  if (!server.reserveBody(length)) {
    refuse(429, "the requests that are here already have as many bytes as fit", "bodies");
    return false;
  }
  reservedBytes = length;
  return true;
}

void HttpSession::readBody() {
  stream.expires_after(std::chrono::seconds(server.service.limits.bodySeconds));
  http::async_read(stream, buffer, *parser, [self = shared_from_this()](Error error, size_t) {
    if (error)
      return self->refuseBroken(error);
    self->request.body = std::move(self->parser->get().body());
    self->dispatch();
  });
}

void HttpSession::dispatch() {
  stream.expires_never();
  if (!admission->route->isQueued())
    return finish(server.service.answer(*admission, request, *this));
  bool isAccepted = server.pool.add(admission->caller.number, admission->caller.weight,
                                    [self = shared_from_this()] { self->runHandler(); });
  if (!isAccepted)
    return refuse(429, "as many requests wait as may; try again later", "queue");
  isRunning = true;
  watchClient();
}

/// On a thread of the pool.
void HttpSession::runHandler() {
  HttpResponse response = server.service.answer(*admission, request, *this);
  asio::post(stream.get_executor(),
             [self = shared_from_this(), response = std::move(response)]() mutable {
               self->isRunning = false;
               self->watch.cancel();
               self->finish(std::move(response));
             });
}

void HttpSession::beginStream(const std::string &contentType) {
  streaming = true;
  server.service.metrics.firstToken(admission->route->path, secondsSince(request.arrival));
  asio::post(stream.get_executor(), [self = shared_from_this(), contentType] {
    bool isChunked = self->parser->get().version() >= 11;
    self->keepsOpen = self->keepsOpen && isChunked;
    self->status = 200;
    self->send(self->headOf(200, contentType) + "Cache-Control: no-store\r\n" +
                   (isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n"),
               /*isLast=*/false);
  });
}

void HttpSession::write(std::string_view part) {
  if (part.empty() || stopSource.stop_requested())
    return;
  if (pendingBytes.fetch_add(part.size()) > kMostPending) {
    stopSource.request_stop();
    return;
  }
  asio::post(stream.get_executor(), [self = shared_from_this(), piece = std::string(part)] {
    bool isChunked = self->parser->get().version() >= 11;
    self->send(isChunked ? fmt::format("{:x}\r\n{}\r\n", piece.size(), piece) : piece,
               /*isLast=*/false);
    self->pendingBytes -= piece.size();
  });
}

std::string HttpSession::headOf(int status, const std::string &contentType) const {
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nX-Request-Id: {}\r\n"
                     "X-Content-Type-Options: nosniff\r\nConnection: {}\r\n",
                     status, reasonOf(status), contentType, request.id,
                     keepsOpen ? "keep-alive" : "close");
}

/// Sends the answer, or ends one that was streamed.
void HttpSession::finish(HttpResponse response) {
  keepsOpen = keepsOpen && !server.service.isDraining;
  if (streaming) {
    status = response.status;
    bool isChunked = parser->get().version() >= 11;
    return send(isChunked ? "0\r\n\r\n" : "", /*isLast=*/true);
  }
  status = response.status;
  std::string text = headOf(status, response.contentType);
  for (const auto &[name, value] : response.headers)
    text += name + ": " + value + "\r\n";
  text += fmt::format("Content-Length: {}\r\n\r\n", response.body.size());
  if (request.method != "HEAD")
    text += response.body;
  send(std::move(text), /*isLast=*/true);
}

void HttpSession::refuse(int code, const std::string &message, const char *reason) {
  server.service.metrics.rejected(reason);
  keepsOpen = keepsOpen && parser->is_done();
  ErrorForm form = admission ? admission->route->errors : ErrorForm::Sentence;
  HttpResponse response = problemResponse(form, {code, message});
  if (code == 429)
    response.headers.emplace_back("Retry-After", std::to_string(server.retryAfter()));
  finish(std::move(response));
}

/// What cannot be read: the client has left, is too slow, or speaks something else.
void HttpSession::refuseBroken(Error error) {
  if (request.id.empty())
    request.id = makeRequestId();
  keepsOpen = false;
  const Limits &limits = server.service.limits;
  if (error == beast::error::timeout) {
    // The stream's socket is closed then, so there is nobody to tell.
    server.service.metrics.rejected("timeout");
    status = 408;
    return finishAnswer();
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return refuse(431, fmt::format("the header has more than {} bytes", limits.headerBytes),
                  "header_size");
  if (error == http::error::body_limit)
    return refuse(413, fmt::format("the body has more than {} bytes", admission->bodyLimit),
                  "body_size");
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != http::make_error_code(http::error::end_of_stream).category()) {
    if (admission)
      server.service.metrics.cancelled();
    return close();
  }
  refuse(400, "this is no HTTP request: " + error.message(), "http");
}

void HttpSession::send(std::string piece, bool isLast) {
  isLastQueued = isLastQueued || isLast;
  if (!piece.empty())
    outgoing.push_back(std::move(piece));
  if (!isWriting)
    sendNext();
}

void HttpSession::sendNext() {
  if (!stream.socket().is_open())
    outgoing.clear();
  if (outgoing.empty()) {
    if (isLastQueued)
      finishAnswer();
    return;
  }
  isWriting = true;
  const std::string &piece = outgoing.front();
  size_t count = std::min(piece.size() - sentOfFirst, kPiece);
  stream.expires_after(std::chrono::seconds(server.service.limits.writeSeconds));
  stream.async_write_some(asio::buffer(piece.data() + sentOfFirst, count),
                          [self = shared_from_this()](Error error, size_t count) {
                            self->isWriting = false;
                            if (error) {
                              self->stopSource.request_stop();
                              self->outgoing.clear();
                              self->stream.socket().close(error);
                              return self->sendNext();
                            }
                            self->sentBytes += count;
                            self->sentOfFirst += count;
                            if (self->sentOfFirst == self->outgoing.front().size()) {
                              self->outgoing.pop_front();
                              self->sentOfFirst = 0;
                            }
                            self->sendNext();
                          });
}

void HttpSession::finishAnswer() {
  Service &service = server.service;
  bool isGone = stopSource.stop_requested() || !stream.socket().is_open();
  if (isGone && status != 408) {
    status = 499;
    service.metrics.cancelled();
  }
  double taken = secondsSince(request.arrival);
  service.metrics.answered(admission ? admission->route->path : "none", status, taken);
  logEvent("info", "request",
           {{"id", request.id},
            {"client", client},
            {"method", printable(request.method)},
            {"path", printable(request.path)},
            {"status", status},
            {"seconds", std::round(taken * 1e6) / 1e6},
            {"bytes", sentBytes},
            {"key", admission ? admission->caller.name : ""}});
  if (isGone)
    return close();
  isLastQueued = false;
  sentBytes = 0;
  bool isRead = parser->is_done();
  server.releaseBody(std::exchange(reservedBytes, 0));
  if (keepsOpen)
    return waitForRequest();
  isRead ? close() : linger();
}

/// Takes what the client still sends, for a while: a connection that is closed before loses the
/// answer on its way.
void HttpSession::linger() {
  Error ignored;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream.expires_at(request.arrival + std::chrono::seconds(server.service.limits.bodySeconds) +
                    kLingerTime);
  buffer.clear();
  stream.async_read_some(buffer.prepare(kPiece), [self = shared_from_this()](Error error, size_t) {
    error ? self->close() : self->linger();
  });
}

/// Looks now and then whether the client is still there. Reading would tell at once, but there may
/// be a next request in front of the end.
void HttpSession::watchClient() {
  watch.expires_after(kWatchInterval);
  watch.async_wait([self = shared_from_this()](Error error) {
    if (error || !self->isRunning)
      return;
    if (!self->hasClient())
      self->stopSource.request_stop();
    self->watchClient();
  });
}

bool HttpSession::hasClient() {
  tcp_info facts{};
  socklen_t size = sizeof(facts);
  return ::getsockopt(stream.socket().native_handle(), IPPROTO_TCP, TCP_INFO, &facts, &size) == 0 &&
         facts.tcpi_state == TCP_ESTABLISHED;
}

void HttpSession::close() {
  if (isClosed)
    return;
  isClosed = true;
  Error ignored;
  watch.cancel();
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream.close();
  server.releaseBody(std::exchange(reservedBytes, 0));
  server.leave(*this);
}

} // namespace transept::serve
