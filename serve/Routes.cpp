// SPDX-License-Identifier: Apache-2.0
//
// Paths are matched segment by segment; {} takes one.

#include "serve/Routes.h"

#include "serve/Handlers.h"

#include "base/Json.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::serve {

namespace {

constexpr auto kText = Route::Body::Text;
constexpr auto kSound = Route::Body::Sound;
constexpr auto kOpenAi = ErrorForm::OpenAi;

constexpr Route kRoutes[] = {
    {.method = "GET", .path = "/", .isOpen = true, .handler = showPage},
    {.method = "GET", .path = "/metrics", .handler = showMetrics},

    {.method = "GET", .path = "/v2/health/live", .isOpen = true, .handler = checkLive},
    {.method = "GET", .path = "/v2/health/ready", .isOpen = true, .handler = checkReady},
    {.method = "GET", .path = "/v2", .handler = describeServer},
    {.method = "GET", .path = "/v2/models/{}", .handler = describeModel},
    {.method = "GET", .path = "/v2/models/{}/ready", .handler = checkModelReady},
    {.method = "POST", .path = "/v2/models/{}/infer", .body = kText, .handler = infer},
    {.method = "POST", .path = "/v2/models/{}/generate", .body = kText, .handler = generateText},
    {.method = "POST",
     .path = "/v2/models/{}/generate_stream",
     .body = kText,
     .handler = streamText},

    {.method = "POST",
     .path = "/translate",
     .body = kText,
     .takesKeyInBody = true,
     .handler = translate},
    {.method = "GET", .path = "/languages", .isOpen = true, .handler = listLanguages},
    {.method = "POST",
     .path = "/detect",
     .body = kText,
     .takesKeyInBody = true,
     .handler = detectLanguage},

    {.method = "GET", .path = "/v1/models", .errors = kOpenAi, .handler = listModels},
    {.method = "GET", .path = "/v1/models/{}", .errors = kOpenAi, .handler = retrieveModel},
    {.method = "POST",
     .path = "/v1/audio/transcriptions",
     .body = kSound,
     .errors = kOpenAi,
     .handler = transcribeSound},
    {.method = "POST",
     .path = "/v1/audio/translations",
     .body = kSound,
     .errors = kOpenAi,
     .handler = translateSound},
};

/// What stands before the next '/', which both lose.
std::string_view takeSegment(std::string_view &path) {
  size_t end = std::min(path.find('/'), path.size());
  std::string_view segment = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return segment;
}

bool matches(std::string_view pattern, std::string_view path,
             std::vector<std::string> &parameters) {
  parameters.clear();
  if (std::ranges::count(pattern, '/') != std::ranges::count(path, '/'))
    return false;
  while (!pattern.empty() || !path.empty()) {
    std::string_view wanted = takeSegment(pattern), found = takeSegment(path);
    if (wanted == "{}")
      parameters.emplace_back(found);
    else if (wanted != found)
      return false;
  }
  return true;
}

} // namespace

std::span<const Route> allRoutes() {
  return kRoutes;
}

const Route &findRoute(const HttpRequest &request, std::vector<std::string> &parameters,
                       ErrorForm &form) {
  const Route *other = nullptr;
  form = request.path.starts_with("/v1/") ? ErrorForm::OpenAi : ErrorForm::Sentence;
  for (const Route &route : kRoutes) {
    if (!matches(route.path, request.path, parameters))
      continue;
    bool isHead = request.method == "HEAD" && std::string_view(route.method) == "GET";
    if (request.method == route.method || isHead)
      return route;
    other = &route;
  }
  if (other)
    throw HttpError(405, fmt::format("{} takes {}, not {}", other->path, other->method,
                                     quoteText(request.method)));
  throw HttpError(404, fmt::format("there is nothing at {}; docs/serving.md lists what there is",
                                   quoteText(request.path)));
}

} // namespace transept::serve
