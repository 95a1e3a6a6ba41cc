// SPDX-License-Identifier: Apache-2.0
//
// Recognizes the intrinsics, the assembly and the conversions to bf16 that need more than the base
// levels have.

#include "compiler/targets/x86_64/X86_64.h"

#include "transept/abi.h"

#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"

namespace transept::targets::x86_64 {

namespace {

constexpr uint64_t kAnyVnni = TRANSEPT_CPU_AVX_VNNI | TRANSEPT_CPU_AVX512_VNNI;

uint64_t usedByAssembly(llvm::StringRef text) {
  bool hasTiles = text.contains("tdp") || text.contains("tile");
  bool hasBFloat = !hasTiles && text.contains("bf16");
  return (text.contains("vpdp") ? kAnyVnni : 0) |
         (hasTiles ? uint64_t(TRANSEPT_CPU_AMX) : uint64_t(0)) |
         (hasBFloat ? uint64_t(TRANSEPT_CPU_AVX512_BF16) : uint64_t(0));
}

uint64_t usedByIntrinsic(llvm::StringRef name) {
  if (!name.consume_front("llvm.x86."))
    return 0;
  if (name.starts_with("avx512.vpdp"))
    return kAnyVnni;
  if (name.starts_with("avx512bf16."))
    return TRANSEPT_CPU_AVX512_BF16;
  for (llvm::StringRef tiles :
       {"tile", "tdp", "ldtilecfg", "sttilecfg", "cast.tile.to.vector", "cast.vector.to.tile"})
    if (name.starts_with(tiles))
      return TRANSEPT_CPU_AMX;
  return 0;
}

} // namespace

uint64_t featuresUsedBy(const llvm::Instruction &instruction) {
  // With AVX-512 BF16 this is one instruction.
  if (llvm::isa<llvm::FPTruncInst>(instruction) &&
      instruction.getType()->getScalarType()->isBFloatTy())
    return TRANSEPT_CPU_AVX512_BF16;
  auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
  if (!call)
    return 0;
  if (auto *assembly = llvm::dyn_cast<llvm::InlineAsm>(call->getCalledOperand()))
    return usedByAssembly(assembly->getAsmString());
  const llvm::Function *callee = call->getCalledFunction();
  return callee ? usedByIntrinsic(callee->getName()) : 0;
}

} // namespace transept::targets::x86_64
