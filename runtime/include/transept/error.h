// SPDX-License-Identifier: Apache-2.0
//
// The one exception of Transept's C++ API. Its text says what was wrong, with which value, and what
// is allowed.
#ifndef TRANSEPT_ERROR_H
#define TRANSEPT_ERROR_H

#include <stdexcept>
#include <string>

namespace transept {

/// What kind of thing went wrong. All but Library are the C ABI's status codes.
enum class ErrorCode : int {
  InvalidArgument = 1,  ///< an argument is wrong; nothing was changed
  Unsupported = 2,      ///< this CPU lacks what the library needs, or versions do not fit
  OutOfMemory = 3,      ///< memory, or a limit given at opening, is used up
  Cancelled = 4,        ///< a callback or a stop token asked to stop
  Internal = 5,         ///< a fault of Transept itself
  Library = 6,          ///< the file is missing, damaged, or not a compiled model
  Overloaded = 7,       ///< as many requests wait as may
  DeadlineExceeded = 8, ///< a request's deadline passed before its end
};

class Error : public std::runtime_error {
public:
  Error(ErrorCode code, const std::string &message) : std::runtime_error(message), kind(code) {}

  ErrorCode code() const noexcept { return kind; }

private:
  ErrorCode kind;
};

} // namespace transept

#endif
