// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a request, as a status and a sentence; each protocol writes it in its own
// form.

#ifndef TRANSEPT_SERVE_ERRORS_H
#define TRANSEPT_SERVE_ERRORS_H

#include "serve/HttpMessages.h"

#include <exception>
#include <stdexcept>

namespace transept::serve {

/// A request that is refused. The text says what was found and what is allowed.
class HttpError : public std::runtime_error {
public:
  HttpError(int status, const std::string &message, std::string field = {})
      : std::runtime_error(message), status(status), field(std::move(field)) {}

  int status;
  /// The part of the request that is wrong, where it has a name.
  std::string field;
};

/// How a route's protocol writes errors.
enum class ErrorForm {
  Sentence, ///< {"error": "..."}: Open Inference Protocol, LibreTranslate
  OpenAi    ///< {"error": {"message": "...", "type": "...", "param": ..., "code": ...}}
};

struct Problem {
  int status;
  std::string message;
  std::string field = {};
};

/// What an exception of a handler means for its client.
Problem problemOf(const std::exception &error);

/// The members of an error's JSON, for answers and for events of a stream.
std::string problemText(ErrorForm form, const Problem &problem);
HttpResponse problemResponse(ErrorForm form, const Problem &problem);

/// "OK" for 200.
const char *reasonOf(int status);

} // namespace transept::serve

#endif
