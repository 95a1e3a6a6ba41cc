// SPDX-License-Identifier: Apache-2.0
//
// A module of WebAssembly runs on one thread.

#include "runtime/platform/UsableCores.h"

namespace transept::runtime {

std::uint32_t usableCores() {
  return 1;
}

std::uint32_t undisturbedProcessors() {
  return 1;
}

} // namespace transept::runtime
