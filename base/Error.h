// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with something that came from outside: whatever it is, it reaches its user as a
// sentence that says what, where, what was found and what is allowed.

#ifndef TRANSEPT_BASE_ERROR_H
#define TRANSEPT_BASE_ERROR_H

#include "base/Printable.h"

#include "transept/error.h"

namespace transept {

/// A file, an option or a model that cannot be used as it is, in printable words. Programs catch it
/// as Error, as they do whatever else Transept throws.
class InputError : public Error {
public:
  explicit InputError(const std::string &message)
      : Error(ErrorCode::InvalidArgument, printable(message)) {}
};

} // namespace transept

#endif
