// SPDX-License-Identifier: Apache-2.0
//
// How logs tell requests and clients apart.

#ifndef TRANSEPT_SERVE_REQUESTID_H
#define TRANSEPT_SERVE_REQUESTID_H

#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace transept::serve {

/// 16 hexadecimal digits, drawn at random. From any thread.
std::string makeRequestId();

/// "127.0.0.1:4711", who is at the other end.
std::string addressOf(const boost::asio::ip::tcp::socket &socket);

} // namespace transept::serve

#endif
