// SPDX-License-Identifier: Apache-2.0
//
// One connection: reads a request, has it answered, reads the next.

#ifndef TRANSEPT_SERVE_HTTPSESSION_H
#define TRANSEPT_SERVE_HTTPSESSION_H

#include "serve/Server.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>

namespace transept::serve {

class HttpSession final : public Connection,
                          public Exchange,
                          public std::enable_shared_from_this<HttpSession> {
public:
  HttpSession(boost::asio::ip::tcp::socket socket, Server &server);
  ~HttpSession() override;

  // On the thread of the server.
  void start() override;
  void closeIfIdle() override;
  void giveUp() override;

  // On the thread of the handler.
  void beginStream(const std::string &contentType) override;
  void write(std::string_view part) override;
  bool isStreaming() const override { return streaming; }
  std::stop_token stop() const override { return stopSource.get_token(); }

private:
  using Error = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void waitForRequest();
  void readHeader();
  void takeHeader();
  bool reserveBody(const Admission &accepted);
  void readBody();
  void dispatch();
  void runHandler();
  void finish(HttpResponse response);
  void refuse(int status, const std::string &message, const char *reason);
  void refuseBroken(Error error);
  void send(std::string piece, bool isLast);
  void sendNext();
  void finishAnswer();
  void linger();
  void watchClient();
  bool hasClient();
  void close();
  std::string headOf(int status, const std::string &contentType) const;

  Server &server;
  boost::beast::tcp_stream stream;
  boost::beast::flat_buffer buffer;
  boost::asio::steady_timer watch;
  std::string client;

  // Of the request that is read or answered now.
  std::optional<Parser> parser;
  HttpRequest request;
  std::optional<Admission> admission;
  std::stop_source stopSource;
  uint64_t reservedBytes = 0;
  bool isIdle = true, keepsOpen = false, isLastQueued = false, isWriting = false, isRunning = false;
  bool isClosed = false;
  int status = 0;
  size_t sentBytes = 0;
  std::deque<std::string> outgoing;
  size_t sentOfFirst = 0;
  std::atomic<size_t> pendingBytes = 0;
  std::atomic<bool> streaming = false;
};

} // namespace transept::serve

#endif
