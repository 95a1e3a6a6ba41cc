// SPDX-License-Identifier: Apache-2.0
//
// Draining: nothing new is accepted, idle connections are closed, and the rest is closed with its
// answers. What is not done by then is asked to stop.

#include "serve/Server.h"

#include "serve/HttpSession.h"
#include "serve/Log.h"
#include "serve/WyomingSession.h"
#ifdef TRANSEPT_GRPC
#include "serve/GrpcServer.h"
#endif

#include "base/Error.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <csignal>

namespace transept::serve {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

template <typename Session> void Server::addDoor(const char *protocol, uint16_t port) {
  try {
    tcp::endpoint endpoint(asio::ip::make_address(service.address), port);
    Door &door = doors.emplace_back(
        Door{.protocol = protocol,
             .acceptor = tcp::acceptor(context),
             .open = [](tcp::socket socket, Server &server) -> std::shared_ptr<Connection> {
               return std::make_shared<Session>(std::move(socket), server);
             }});
    door.acceptor.open(endpoint.protocol());
    door.acceptor.set_option(tcp::acceptor::reuse_address(true));
    door.acceptor.bind(endpoint);
    door.acceptor.listen();
  } catch (const boost::system::system_error &error) {
    throw InputError(fmt::format("cannot listen at {} port {}: {}", service.address, port,
                                 error.code().message()));
  }
}

Server::Server(Service &service)
    : service(service), pool(service.limits.running, service.limits.queue) {
  addDoor<HttpSession>("http", service.port);
  if (service.wyomingPort)
    addDoor<WyomingSession>("wyoming", *service.wyomingPort);
#ifdef TRANSEPT_GRPC
  if (service.grpcPort)
    grpc = std::make_shared<GrpcServer>(service, pool, *service.grpcPort);
#endif
  service.gauges = [this] {
    return Gauges{pool.waiting(), pool.running(), connectionCount, size_t(reservedBytes.load())};
  };
}

Server::~Server() {
  service.gauges = [] { return Gauges(); };
}

void Server::run() {
  for (int signal : {SIGTERM, SIGINT, SIGHUP})
    signals.add(signal);
  waitForSignal();
  accept();
  for (const Door &door : doors)
    logEvent("info", "listening",
             {{"protocol", door.protocol},
              {"address", door.acceptor.local_endpoint().address().to_string()},
              {"port", door.acceptor.local_endpoint().port()}});
#ifdef TRANSEPT_GRPC
  if (grpc)
    logEvent("info", "listening",
             {{"protocol", "grpc"}, {"address", service.address}, {"port", grpc->port()}});
#endif
  context.run();
  reloader.join();
  logEvent("info", "stopped", nlohmann::ordered_json::object());
}

void Server::accept() {
  for (Door &door : doors)
    accept(door);
}

void Server::accept(Door &door) {
  if (door.isAccepting || service.isDraining || connections.size() >= service.limits.connections)
    return;
  door.isAccepting = true;
  door.acceptor.async_accept([this, &door](error_code error, tcp::socket socket) {
    door.isAccepting = false;
    if (service.isDraining)
      return;
    if (error) { // no descriptors are left, for example
      logEvent("error", "accept", {{"message", error.message()}});
      timer.expires_after(std::chrono::milliseconds(100));
      timer.async_wait([this](error_code) { accept(); });
      return;
    }
    std::shared_ptr<Connection> connection = door.open(std::move(socket), *this);
    connections.insert(connection.get());
    connectionCount = connections.size();
    connection->start();
    accept(door);
  });
}

void Server::leave(Connection &connection) {
  connections.erase(&connection);
  connectionCount = connections.size();
  accept();
  finishIfEmpty();
}

bool Server::reserveBody(uint64_t bytes) {
  if (bodyBytes + bytes > service.limits.allBodyBytes)
    return false;
  bodyBytes += bytes;
  reservedBytes = bodyBytes;
  return true;
}

void Server::releaseBody(uint64_t bytes) {
  bodyBytes -= bytes;
  reservedBytes = bodyBytes;
}

uint64_t Server::retryAfter() const {
  // A second for each round of requests that stands before the next one.
  return 1 + std::min<uint64_t>(59, pool.waiting() / service.limits.running);
}

void Server::waitForSignal() {
  signals.async_wait([this](error_code error, int signal) {
    if (error)
      return;
    if (signal == SIGHUP)
      asio::post(reloader, [this] { service.reload(); });
    else if (!service.isDraining)
      drain();
    else
      endDrain();
    if (!isStopped)
      waitForSignal();
  });
}

void Server::drain() {
  logEvent("info", "draining", {{"connections", connections.size()}});
  service.isDraining = true;
  for (Door &door : doors)
    door.acceptor.close();
#ifdef TRANSEPT_GRPC
  if (grpc)
    asio::post(reloader, [this] { grpc->drain(service.limits.drainSeconds); });
#endif
  timer.expires_after(std::chrono::seconds(service.limits.drainSeconds));
  timer.async_wait([this](error_code error) {
    if (!error)
      endDrain();
  });
  std::set<Connection *> now = connections;
  for (Connection *each : now)
    each->closeIfIdle();
  finishIfEmpty();
}

void Server::endDrain() {
  std::set<Connection *> now = connections;
  for (Connection *each : now)
    each->giveUp();
}

void Server::finishIfEmpty() {
  if (!service.isDraining || !connections.empty() || isStopped)
    return;
  isStopped = true;
  timer.cancel();
  signals.cancel();
}

} // namespace transept::serve
