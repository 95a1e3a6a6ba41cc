// SPDX-License-Identifier: Apache-2.0
//
// Accepts connections, at a port for each protocol, and knows who is there. All of it happens on
// one thread; requests run on those of a pool.

#ifndef TRANSEPT_SERVE_SERVER_H
#define TRANSEPT_SERVE_SERVER_H

#include "serve/Connection.h"
#include "serve/RequestPool.h"
#include "serve/Service.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <list>
#include <memory>
#include <set>

namespace transept::serve {

class GrpcServer;

class Server {
public:
  /// Listens at the service's address. Throws InputError where it cannot.
  explicit Server(Service &service);
  ~Server();

  /// Serves until SIGTERM or SIGINT, and until what ran then has ended.
  void run();

  // For sessions, on the thread of run().
  void leave(Connection &connection);
  /// False where all bodies together would be too large.
  bool reserveBody(uint64_t bytes);
  void releaseBody(uint64_t bytes);
  /// Seconds after which a refused client may try again.
  uint64_t retryAfter() const;

  Service &service;

private:
  /// Where connections of one protocol come.
  struct Door {
    std::string protocol;
    boost::asio::ip::tcp::acceptor acceptor;
    std::shared_ptr<Connection> (*open)(boost::asio::ip::tcp::socket socket, Server &server);
    bool isAccepting = false;
  };

  template <typename Session> void addDoor(const char *protocol, uint16_t port);
  void accept();
  void accept(Door &door);
  void waitForSignal();
  void drain();
  void endDrain();
  void finishIfEmpty();

  boost::asio::io_context context{1};
  std::list<Door> doors;
  boost::asio::signal_set signals{context};
  boost::asio::steady_timer timer{context};
  boost::asio::thread_pool reloader{1};
  std::set<Connection *> connections;
  uint64_t bodyBytes = 0;
  bool isStopped = false;
  std::atomic<size_t> connectionCount = 0;
  std::atomic<uint64_t> reservedBytes = 0;

public:
  /// Ends first: its threads give up sessions, which need the context.
  RequestPool pool;

private:
  /// Ends before the pool, which runs its calls. Null where it is not spoken, as in builds without
  /// it.
  std::shared_ptr<GrpcServer> grpc;
};

} // namespace transept::serve

#endif
