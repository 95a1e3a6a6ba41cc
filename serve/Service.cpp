// SPDX-License-Identifier: Apache-2.0
//
// Keys are compared in a time that does not depend on where they differ.

#include "serve/Service.h"

#include "serve/Log.h"
#include "serve/Routes.h"

#include "base/Error.h"
#include "base/Json.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::serve {

namespace {

bool areEqual(std::string_view left, std::string_view right) {
  unsigned difference = left.size() != right.size();
  for (size_t index = 0; index < left.size(); ++index)
    difference |=
        unsigned(static_cast<unsigned char>(left[index]) ^
                 static_cast<unsigned char>(right.empty() ? 0 : right[index % right.size()]));
  return difference == 0;
}

/// The key of "Bearer KEY"; empty where there is none.
std::string keyOf(const std::string &authorization) {
  constexpr std::string_view scheme = "bearer ";
  bool isBearer =
      authorization.size() > scheme.size() &&
      std::ranges::equal(scheme, std::string_view(authorization).substr(0, scheme.size()), {}, {},
                         [](unsigned char each) { return char(std::tolower(each)); });
  return isBearer ? authorization.substr(scheme.size()) : "";
}

} // namespace

ModelPointer Call::model() const {
  return service.models.find(parameters.front());
}

void Call::generated(const ServedModel &served, const TextGeneration &generation) const {
  size_t tokens = 0;
  for (const TextResult &result : generation.results)
    for (const Sequence &sequence : result.sequences)
      tokens += sequence.ids.size();
  service.metrics.generated(served.name, tokens);
}

Schedule Call::schedule() const {
  Schedule result{
      .caller = caller.number, .weight = float(caller.weight), .priority = caller.priority};
  if (service.limits.requestSeconds == 0)
    return result;
  auto left =
      std::chrono::seconds(service.limits.requestSeconds) - (Clock::now() - request.arrival);
  result.deadline = std::chrono::duration_cast<std::chrono::microseconds>(left);
  if (result.deadline.count() <= 0)
    throw HttpError(504, fmt::format("the request was not begun within {} s, which is all that one "
                                     "may take",
                                     service.limits.requestSeconds));
  return result;
}

Service::Service(std::function<Configuration()> configure) : Service(configure, configure()) {}

Service::Service(std::function<Configuration()> configure, const Configuration &first)
    : limits(first.limits), address(first.address), port(first.port),
      wyomingPort(first.wyomingPort), grpcPort(first.grpcPort), configure(std::move(configure)) {
  use(first, /*isFirst=*/true);
}

void Service::use(const Configuration &configuration, bool isFirst) {
  Models::Changes changes = models.update(configuration.models, configuration.threads);
  if (isFirst && !changes.problems.empty())
    throw InputError(changes.problems.front());
  {
    std::lock_guard lock(mutex);
    keys = configuration.keys;
  }
  for (const std::string &problem : changes.problems)
    logEvent("error", "model", {{"message", problem}});
  logEvent(
      "info", "models",
      {{"opened", changes.opened}, {"replaced", changes.replaced}, {"unloaded", changes.unloaded}});
}

void Service::reload() {
  try {
    use(configure(), /*isFirst=*/false);
  } catch (const std::exception &error) {
    logEvent("error", "configuration", {{"message", error.what()}});
  }
}

bool Service::needsKey() const {
  std::lock_guard lock(mutex);
  return !keys.empty();
}

Caller Service::callerOf(const std::string &key) const {
  std::lock_guard lock(mutex);
  if (keys.empty())
    return {};
  for (size_t index = 0; index < keys.size(); ++index)
    if (areEqual(key, keys[index].key))
      return {index + 1, keys[index].weight, keys[index].priority, keys[index].name};
  throw HttpError(401, key.empty() ? "a key is needed: Authorization: Bearer KEY"
                                   : "the key is not one of this server's");
}

std::variant<Admission, HttpResponse> Service::admit(const HttpRequest &request) {
  ErrorForm form = ErrorForm::Sentence;
  try {
    Admission admission;
    admission.route = &findRoute(request, admission.parameters, form);
    const Route &route = *admission.route;
    admission.bodyLimit = route.body == Route::Body::Sound  ? limits.soundBytes
                          : route.body == Route::Body::Text ? limits.bodyBytes
                                                            : 0;
    std::string key = keyOf(request.authorization);
    if (!route.isOpen && !(route.takesKeyInBody && key.empty()))
      admission.caller = callerOf(key);
    return admission;
  } catch (const HttpError &error) {
    metrics.rejected(error.status == 401 ? "key" : "path");
    return problemResponse(form, problemOf(error));
  }
}

HttpResponse Service::answer(const Admission &admission, const HttpRequest &request,
                             Exchange &exchange) {
  Call call{*this, request, exchange, admission.parameters, admission.caller};
  try {
    if (exchange.stop().stop_requested())
      throw HttpError(499, "the client left before the request ran");
    return admission.route->handler(call);
  } catch (const std::exception &error) {
    Problem problem = problemOf(error);
    if (problem.status == 500)
      logEvent("error", "handler", {{"id", request.id}, {"message", error.what()}});
    if (exchange.isStreaming())
      exchange.write("data: " + problemText(admission.route->errors, problem) + "\n\n");
    HttpResponse response = problemResponse(admission.route->errors, problem);
    if (problem.status == 429 || problem.status == 503)
      response.headers.emplace_back("Retry-After", "1");
    return response;
  }
}

} // namespace transept::serve
