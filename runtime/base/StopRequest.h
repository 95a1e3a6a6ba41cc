// SPDX-License-Identifier: Apache-2.0
//
// A caller's wish to end a call, asked for between its steps.
#ifndef TRANSEPT_RUNTIME_BASE_STOPREQUEST_H
#define TRANSEPT_RUNTIME_BASE_STOPREQUEST_H

#include "runtime/base/Messages.h"

#include "transept/abi.h"

namespace transept::runtime {

struct StopRequest {
  transept_stop_function call = nullptr; // null: nobody asks
  void *context = nullptr;

  /// Throws Error (Cancelled) once the caller asks to stop.
  void check() const {
    if (call && call(context) != 0)
      fail(ErrorCode::Cancelled, "the call was asked to stop");
  }
};

} // namespace transept::runtime

#endif
