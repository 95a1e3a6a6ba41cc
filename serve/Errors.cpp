// SPDX-License-Identifier: Apache-2.0
//
// Statuses follow HTTP: what the client can mend is 4xx, and 499 is nginx's for one who has left.

#include "serve/Errors.h"

#include "base/Printable.h"

#include "transept/error.h"

#include <nlohmann/json.hpp>

#include <new>

namespace transept::serve {

namespace {

using Json = nlohmann::ordered_json;

int statusOf(ErrorCode code) {
  switch (code) {
  case ErrorCode::InvalidArgument:
    return 400;
  case ErrorCode::Unsupported:
    return 501;
  case ErrorCode::OutOfMemory:
    return 503;
  case ErrorCode::Cancelled:
    return 499;
  case ErrorCode::Overloaded:
    return 429;
  case ErrorCode::DeadlineExceeded:
    return 504;
  case ErrorCode::Internal:
  case ErrorCode::Library:
    break;
  }
  return 500;
}

const char *typeOf(int status) {
  return status == 401   ? "authentication_error"
         : status == 403 ? "permission_error"
         : status == 404 ? "not_found_error"
         : status == 429 ? "rate_limit_error"
         : status >= 500 ? "server_error"
                         : "invalid_request_error";
}

} // namespace

Problem problemOf(const std::exception &error) {
  if (auto *refused = dynamic_cast<const HttpError *>(&error))
    return {refused->status, refused->what(), refused->field};
  if (auto *ours = dynamic_cast<const Error *>(&error))
    return {statusOf(ours->code()), ours->what()};
  if (dynamic_cast<const std::bad_alloc *>(&error))
    return {503, "there is not enough memory for this request now"};
  return {500, error.what()};
}

std::string problemText(ErrorForm form, const Problem &problem) {
  std::string message = printable(problem.message);
  Json object = {{"error", message}};
  if (form == ErrorForm::OpenAi)
    object["error"] = {{"message", message},
                       {"type", typeOf(problem.status)},
                       {"param", problem.field.empty() ? Json(nullptr) : Json(problem.field)},
                       {"code", nullptr}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

HttpResponse problemResponse(ErrorForm form, const Problem &problem) {
  HttpResponse response{.status = problem.status, .body = problemText(form, problem) + "\n"};
  if (problem.status == 401)
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

const char *reasonOf(int status) {
  switch (status) {
  case 200:
    return "OK";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 413:
    return "Content Too Large";
  case 415:
    return "Unsupported Media Type";
  case 417:
    return "Expectation Failed";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 499:
    return "Client Closed Request";
  case 501:
    return "Not Implemented";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  default:
    return "Internal Server Error";
  }
}

} // namespace transept::serve
