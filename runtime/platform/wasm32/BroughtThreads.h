// SPDX-License-Identifier: Apache-2.0
//
// A module of WebAssembly cannot start threads: JavaScript brings them before the model is opened.
#ifndef TRANSEPT_RUNTIME_PLATFORM_WASM32_BROUGHTTHREADS_H
#define TRANSEPT_RUNTIME_PLATFORM_WASM32_BROUGHTTHREADS_H

#include <cstdint>

namespace transept::runtime {

/// How many threads JavaScript has brought, beside the one that opens the model.
std::uint32_t broughtThreads();

} // namespace transept::runtime

#endif
