// SPDX-License-Identifier: Apache-2.0
//
// Recognizes the multiply-adds that LLVM rounds once where relaxed SIMD allows it, and the
// intrinsics of relaxed SIMD.

#include "compiler/targets/wasm32/Wasm32.h"

#include "transept/abi.h"

#include "llvm/IR/Instructions.h"

namespace transept::targets::wasm32 {

uint64_t featuresUsedBy(const llvm::Instruction &instruction) {
  auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
  const llvm::Function *callee = call ? call->getCalledFunction() : nullptr;
  llvm::StringRef name = callee ? callee->getName() : "";
  bool isRelaxed = name.starts_with("llvm.wasm.relaxed.") || name.starts_with("llvm.fmuladd.v");
  return isRelaxed ? TRANSEPT_CPU_RELAXED_SIMD : 0;
}

} // namespace transept::targets::wasm32
