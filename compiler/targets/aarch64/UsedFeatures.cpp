// SPDX-License-Identifier: Apache-2.0
//
// Recognizes the intrinsics and the conversions to bf16 that need more than Armv8.0 has.

#include "compiler/targets/aarch64/AArch64.h"

#include "transept/abi.h"

#include "llvm/IR/Instructions.h"

namespace transept::targets::aarch64 {

uint64_t featuresUsedBy(const llvm::Instruction &instruction) {
  // With BF16 this is one instruction.
  if (llvm::isa<llvm::FPTruncInst>(instruction) &&
      instruction.getType()->getScalarType()->isBFloatTy())
    return TRANSEPT_CPU_ARM_BF16;
  auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
  const llvm::Function *callee = call ? call->getCalledFunction() : nullptr;
  llvm::StringRef name = callee ? callee->getName() : "";
  if (!name.consume_front("llvm.aarch64.neon."))
    return 0;
  if (name.starts_with("sdot"))
    return TRANSEPT_CPU_DOTPROD;
  if (name.starts_with("usdot"))
    return TRANSEPT_CPU_I8MM;
  return name.starts_with("bfdot") ? TRANSEPT_CPU_ARM_BF16 : 0;
}

} // namespace transept::targets::aarch64
