// SPDX-License-Identifier: Apache-2.0
//
// What a call says that must fail.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_ERROROF_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_ERROROF_H

#include "transept/error.h"

#include <string>

namespace transept::tests {

/// The message of the Error that `call` throws.
template <typename Call> std::string errorOf(Call &&call) {
  try {
    call();
  } catch (const Error &error) {
    return error.what();
  }
  return "no error";
}

} // namespace transept::tests

#endif
