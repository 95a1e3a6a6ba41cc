// SPDX-License-Identifier: Apache-2.0
//
// JavaScript knows how many cores there are, and has brought as many threads as it wants to use.

#include "runtime/platform/UsableCores.h"

#include "runtime/platform/wasm32/BroughtThreads.h"

namespace transept::runtime {

std::uint32_t usableCores() {
  return 1 + broughtThreads();
}

std::uint32_t undisturbedProcessors() {
  return usableCores();
}

} // namespace transept::runtime
