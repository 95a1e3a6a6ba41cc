// SPDX-License-Identifier: Apache-2.0
//
// What the server knows and does, without sockets: who may ask, what is asked, and the answer.

#ifndef TRANSEPT_SERVE_SERVICE_H
#define TRANSEPT_SERVE_SERVICE_H

#include "serve/Errors.h"
#include "serve/Metrics.h"
#include "serve/Models.h"

#include <atomic>
#include <functional>
#include <variant>

namespace transept::serve {

class Service;

/// Who asks: a key's number in the schedule, or 0 for each request of its own.
struct Caller {
  uint64_t number = 0;
  double weight = 1;
  int priority = 0;
  std::string name = {};
};

/// One request on its way through a handler.
struct Call {
  Service &service;
  const HttpRequest &request;
  Exchange &exchange;
  /// What the path has in the places of {}.
  const std::vector<std::string> &parameters;
  Caller caller;

  ModelPointer model() const;
  /// Counts the tokens of a result.
  void generated(const ServedModel &served, const TextGeneration &generation) const;
  /// How the request stands among others. Throws HttpError where its time is up.
  Schedule schedule() const;
};

struct Route {
  enum class Body { None, Text, Sound };
  const char *method;
  /// "/v2/models/{}/infer", also its name in metrics.
  const char *path;
  Body body = Body::None;
  ErrorForm errors = ErrorForm::Sentence;
  /// Anyone may ask, also where keys are needed.
  bool isOpen = false;
  /// The handler looks for a key in the body where the header has none.
  bool takesKeyInBody = false;
  HttpResponse (*handler)(Call &) = nullptr;

  /// Whether it runs on a thread of the pool; others are answered at once.
  bool isQueued() const { return body != Body::None; }
};

/// A request whose header is accepted.
struct Admission {
  const Route *route = nullptr;
  std::vector<std::string> parameters = {};
  Caller caller = {};
  uint64_t bodyLimit = 0;
};

class Service {
public:
  /// Opens the models. `configure` reads the configuration, now and for each reload.
  explicit Service(std::function<Configuration()> configure);

  /// Reads the configuration again: models and keys change, limits and the address do not.
  void reload();

  /// Looks at a request's header. Counts what is refused.
  std::variant<Admission, HttpResponse> admit(const HttpRequest &request);
  /// Runs the handler. Whatever it throws becomes the answer; where that has begun, its last event.
  HttpResponse answer(const Admission &admission, const HttpRequest &request, Exchange &exchange);

  /// Throws HttpError (401) for a key that is not known, or none where there are keys.
  Caller callerOf(const std::string &key) const;
  bool needsKey() const;

  const Limits limits;
  const std::string address;
  const uint16_t port;
  const std::optional<uint16_t> wyomingPort, grpcPort;
  Models models;
  Metrics metrics;
  std::atomic<bool> isDraining = false;
  /// What is so now; set by who knows it.
  std::function<Gauges()> gauges = [] { return Gauges(); };

private:
  Service(std::function<Configuration()> configure, const Configuration &first);
  void use(const Configuration &configuration, bool isFirst);

  std::function<Configuration()> configure;
  mutable std::mutex mutex;
  std::vector<ApiKey> keys;
};

} // namespace transept::serve

#endif
