// SPDX-License-Identifier: Apache-2.0
//
// Draining: nothing new is accepted, idle connections are closed, and the rest is closed with its
// answers. What is not done by then is asked to stop.

#include "serve/HttpServer.h"

#include "serve/HttpSession.h"
#include "serve/Log.h"

#include "base/Error.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <csignal>

namespace transept::serve {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

HttpServer::HttpServer(Service &service)
    : service(service), pool(service.limits.running, service.limits.queue) {
  try {
    tcp::endpoint endpoint(asio::ip::make_address(service.address), service.port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
  } catch (const boost::system::system_error &error) {
    throw InputError(fmt::format("cannot listen at {} port {}: {}", service.address, service.port,
                                 error.code().message()));
  }
  service.gauges = [this] {
    return Gauges{pool.waiting(), pool.running(), sessionCount, size_t(reservedBytes.load())};
  };
}

HttpServer::~HttpServer() {
  service.gauges = [] { return Gauges(); };
}

void HttpServer::run() {
  for (int signal : {SIGTERM, SIGINT, SIGHUP})
    signals.add(signal);
  waitForSignal();
  accept();
  logEvent("info", "listening",
           {{"address", acceptor.local_endpoint().address().to_string()},
            {"port", acceptor.local_endpoint().port()}});
  context.run();
  reloader.join();
  logEvent("info", "stopped", nlohmann::ordered_json::object());
}

void HttpServer::accept() {
  if (isAccepting || service.isDraining || sessions.size() >= service.limits.connections)
    return;
  isAccepting = true;
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    isAccepting = false;
    if (service.isDraining)
      return;
    if (error) { // no descriptors are left, for example
      logEvent("error", "accept", {{"message", error.message()}});
      timer.expires_after(std::chrono::milliseconds(100));
      timer.async_wait([this](error_code) { accept(); });
      return;
    }
    auto session = std::make_shared<HttpSession>(std::move(socket), *this);
    sessions.insert(session.get());
    sessionCount = sessions.size();
    session->start();
    accept();
  });
}

void HttpServer::leave(HttpSession &session) {
  sessions.erase(&session);
  sessionCount = sessions.size();
  accept();
  finishIfEmpty();
}

bool HttpServer::reserveBody(uint64_t bytes) {
  if (bodyBytes + bytes > service.limits.allBodyBytes)
    return false;
  bodyBytes += bytes;
  reservedBytes = bodyBytes;
  return true;
}

void HttpServer::releaseBody(uint64_t bytes) {
  bodyBytes -= bytes;
  reservedBytes = bodyBytes;
}

uint64_t HttpServer::retryAfter() const {
  // A second for each round of requests that stands before the next one.
  return 1 + std::min<uint64_t>(59, pool.waiting() / service.limits.running);
}

void HttpServer::waitForSignal() {
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

void HttpServer::drain() {
  logEvent("info", "draining", {{"connections", sessions.size()}});
  service.isDraining = true;
  acceptor.close();
  timer.expires_after(std::chrono::seconds(service.limits.drainSeconds));
  timer.async_wait([this](error_code error) {
    if (!error)
      endDrain();
  });
  std::set<HttpSession *> now = sessions;
  for (HttpSession *session : now)
    session->closeIfIdle();
  finishIfEmpty();
}

void HttpServer::endDrain() {
  std::set<HttpSession *> now = sessions;
  for (HttpSession *session : now)
    session->giveUp();
}

void HttpServer::finishIfEmpty() {
  if (!service.isDraining || !sessions.empty() || isStopped)
    return;
  isStopped = true;
  timer.cancel();
  signals.cancel();
}

} // namespace transept::serve
