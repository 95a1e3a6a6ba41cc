// SPDX-License-Identifier: Apache-2.0
//
// Each thread draws for itself.

#include "serve/RequestId.h"

#include <fmt/format.h>

#include <random>

namespace transept::serve {

std::string makeRequestId() {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  return fmt::format("{:016x}", random());
}

std::string addressOf(const boost::asio::ip::tcp::socket &socket) {
  boost::system::error_code ignored;
  auto endpoint = socket.remote_endpoint(ignored);
  return fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

} // namespace transept::serve
