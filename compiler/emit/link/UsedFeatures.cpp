// SPDX-License-Identifier: Apache-2.0
//
// Looks for the intrinsics, and the conversions to bf16, that need more than the base levels have.

#include "compiler/emit/link/UsedFeatures.h"

#include "transept/abi.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

namespace transept::emit {

namespace {

constexpr uint64_t kAnyVnni = TRANSEPT_CPU_AVX_VNNI | TRANSEPT_CPU_AVX512_VNNI;

/// Which of the features VNNI (of either kind), AMX and bf16 an instruction needs.
uint64_t neededBy(const llvm::Instruction &instruction) {
  // With AVX-512 BF16 this is one instruction.
  if (llvm::isa<llvm::FPTruncInst>(instruction) &&
      instruction.getType()->getScalarType()->isBFloatTy())
    return TRANSEPT_CPU_AVX512_BF16;
  auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
  if (!call)
    return 0;
  if (auto *assembly = llvm::dyn_cast<llvm::InlineAsm>(call->getCalledOperand())) {
    llvm::StringRef text = assembly->getAsmString();
    bool hasTiles = text.contains("tdp") || text.contains("tile");
    bool hasBFloat = !hasTiles && text.contains("bf16");
    return (text.contains("vpdp") ? kAnyVnni : 0) |
           (hasTiles ? uint64_t(TRANSEPT_CPU_AMX) : uint64_t(0)) |
           (hasBFloat ? uint64_t(TRANSEPT_CPU_AVX512_BF16) : uint64_t(0));
  }
  const llvm::Function *callee = call->getCalledFunction();
  llvm::StringRef name = callee ? callee->getName() : "";
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

codegen::Target withoutUnusedFeatures(const codegen::Target &target, const llvm::Module &code) {
  uint64_t used = 0;
  for (const llvm::Function &function : code)
    for (const llvm::Instruction &instruction : llvm::instructions(function))
      used |= neededBy(instruction);

  static const std::pair<uint64_t, std::vector<llvm::StringRef>> optional[] = {
      {TRANSEPT_CPU_AVX_VNNI, {"+avxvnni"}},
      {TRANSEPT_CPU_AVX512_VNNI, {"+avx512vnni"}},
      {TRANSEPT_CPU_AMX, {"+amx-tile", "+amx-int8", "+amx-bf16"}},
      {TRANSEPT_CPU_AVX512_BF16, {"+avx512bf16"}}};
  codegen::Target result = target;
  // A processor with tiles has vectors of bf16 as well, which may be all that is used.
  if (result.requiredFeatures & TRANSEPT_CPU_AMX)
    result.requiredFeatures |= TRANSEPT_CPU_AVX512_BF16;
  llvm::SmallVector<llvm::StringRef> features;
  llvm::StringRef(target.features).split(features, ',');
  for (const auto &[bit, names] : optional)
    if (!(used & bit)) {
      result.requiredFeatures &= ~bit;
      llvm::erase_if(features,
                     [&](llvm::StringRef name) { return llvm::is_contained(names, name); });
    }
  result.features = llvm::join(features, ",");
  return result;
}

} // namespace transept::emit
