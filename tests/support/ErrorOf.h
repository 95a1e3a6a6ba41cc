// SPDX-License-Identifier: Apache-2.0
//
// What a reader says of bad input.

#ifndef TRANSEPT_TESTS_SUPPORT_ERROROF_H
#define TRANSEPT_TESTS_SUPPORT_ERROROF_H

#include "base/Error.h"

#include <string>

namespace transept {

template <typename Function> std::string errorOf(Function function) {
  try {
    function();
  } catch (const InputError &error) {
    return error.what();
  }
  return "no error";
}

} // namespace transept

#endif
