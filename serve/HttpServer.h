// SPDX-License-Identifier: Apache-2.0
//
// Accepts connections and knows who is there. All of it happens on one thread; requests run on
// those of a pool.

#ifndef TRANSEPT_SERVE_HTTPSERVER_H
#define TRANSEPT_SERVE_HTTPSERVER_H

#include "serve/RequestPool.h"
#include "serve/Service.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <set>

namespace transept::serve {

class HttpSession;

class HttpServer {
public:
  /// Listens at the service's address. Throws InputError where it cannot.
  explicit HttpServer(Service &service);
  ~HttpServer();

  /// Serves until SIGTERM or SIGINT, and until what ran then has ended.
  void run();

  // For sessions, on the thread of run().
  void leave(HttpSession &session);
  /// False where all bodies together would be too large.
  bool reserveBody(uint64_t bytes);
  void releaseBody(uint64_t bytes);
  /// Seconds after which a refused client may try again.
  uint64_t retryAfter() const;

  Service &service;

private:
  void accept();
  void waitForSignal();
  void drain();
  void endDrain();
  void finishIfEmpty();

  boost::asio::io_context context{1};
  boost::asio::ip::tcp::acceptor acceptor{context};
  boost::asio::signal_set signals{context};
  boost::asio::steady_timer timer{context};
  boost::asio::thread_pool reloader{1};
  std::set<HttpSession *> sessions;
  uint64_t bodyBytes = 0;
  bool isAccepting = false, isStopped = false;
  std::atomic<size_t> sessionCount = 0;
  std::atomic<uint64_t> reservedBytes = 0;

public:
  /// Ends first: its threads give up sessions, which need the context.
  RequestPool pool;
};

} // namespace transept::serve

#endif
