// SPDX-License-Identifier: Apache-2.0
//
// AArch64 under Linux: vectors of 128 bits, dot products of bytes, I8MM and BF16. The rest of the
// compiler sees architecture() only.

#ifndef TRANSEPT_COMPILER_TARGETS_AARCH64_AARCH64_H
#define TRANSEPT_COMPILER_TARGETS_AARCH64_AARCH64_H

#include "compiler/targets/Architecture.h"

namespace transept::targets::aarch64 {

const Architecture &architecture();

// Its parts, a file each.
bool knows(llvm::StringRef processor);
std::optional<Target> targetFor(const std::string &processor, std::string &error);
uint64_t featuresUsedBy(const llvm::Instruction &instruction);
const ProductInstructions &vectorProducts();

} // namespace transept::targets::aarch64

#endif
