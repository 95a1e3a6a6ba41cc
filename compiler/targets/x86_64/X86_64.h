// SPDX-License-Identifier: Apache-2.0
//
// x86-64 under Linux: AVX2, AVX-512, VNNI, AVX-512 BF16 and AMX. The rest of the compiler sees
// architecture() only.

#ifndef TRANSEPT_COMPILER_TARGETS_X86_64_X86_64_H
#define TRANSEPT_COMPILER_TARGETS_X86_64_X86_64_H

#include "compiler/targets/Architecture.h"

namespace transept::targets::x86_64 {

const Architecture &architecture();

// Its parts, a file each.
bool knows(llvm::StringRef processor);
std::optional<Target> targetFor(const std::string &processor, std::string &error);
uint64_t featuresUsedBy(const llvm::Instruction &instruction);
const ProductInstructions &vectorProducts();
const TileInstructions &tileProducts();

} // namespace transept::targets::x86_64

#endif
