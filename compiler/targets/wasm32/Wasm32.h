// SPDX-License-Identifier: Apache-2.0
//
// WebAssembly with vectors of 128 bits (SIMD128) and with relaxed SIMD. The rest of the compiler
// sees architecture() only.

#ifndef TRANSEPT_COMPILER_TARGETS_WASM32_WASM32_H
#define TRANSEPT_COMPILER_TARGETS_WASM32_WASM32_H

#include "compiler/targets/Architecture.h"

namespace transept::targets::wasm32 {

const Architecture &architecture();

// Its parts, a file each.
bool knows(llvm::StringRef processor);
std::optional<Target> targetFor(const std::string &processor, std::string &error);
uint64_t featuresUsedBy(const llvm::Instruction &instruction);
const ProductInstructions &vectorProducts();

} // namespace transept::targets::wasm32

#endif
