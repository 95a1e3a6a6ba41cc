// SPDX-License-Identifier: Apache-2.0
//
// Requests and answers as the routes see them, without a socket: whoever answers one may do so from
// any thread.

#ifndef TRANSEPT_SERVE_HTTPMESSAGES_H
#define TRANSEPT_SERVE_HTTPMESSAGES_H

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace transept::serve {

using Clock = std::chrono::steady_clock;

struct HttpRequest {
  std::string method, path, query; // the path has no query
  std::string contentType, authorization, body;
  /// Given by the client or made here.
  std::string id;
  /// Address and port.
  std::string client;
  /// Binary tensors behind the JSON of a request; no route takes them.
  bool hasBinaryTensors = false;
  Clock::time_point arrival = Clock::now();
};

struct HttpResponse {
  int status = 200;
  std::string contentType = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Where the answer to one request goes. Nothing here waits for the client.
class Exchange {
public:
  virtual ~Exchange() = default;
  /// Begins an answer that comes in parts; what the handler returns is not sent then.
  virtual void beginStream(const std::string &contentType) = 0;
  /// The next part. A client that takes too little of it is given up, as one that has left.
  virtual void write(std::string_view part) = 0;
  virtual bool isStreaming() const = 0;
  /// Stop is requested when the client has left, or the server will not wait any longer.
  virtual std::stop_token stop() const = 0;
};

} // namespace transept::serve

#endif
