// SPDX-License-Identifier: Apache-2.0
//
// What AArch64 is called by LLVM and in a library's manifest.

#include "compiler/targets/aarch64/AArch64.h"

#include "transept/abi.h"

#include "llvm/Support/TargetSelect.h"

namespace transept::targets::aarch64 {

namespace {

void initializeLLVM() {
  static const bool isInitialized = [] {
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeAArch64AsmParser();
    return true;
  }();
  (void)isInitialized;
}

} // namespace

const Architecture &architecture() {
  static const Architecture result{
      .triple = "aarch64-unknown-linux-gnu",
      .leastProcessor = "generic",
      .processorExamples = {"armv8-a", "armv8.2-a+dotprod", "armv8.6-a+i8mm+bf16"},
      .crossPackages = {"libc6-arm64-cross", "libstdc++6-arm64-cross", "libgcc-s1-arm64-cross"},
      .features = {{TRANSEPT_CPU_NEON, {"neon"}, {}},
                   {TRANSEPT_CPU_DOTPROD, {"dotprod"}, {"+dotprod"}},
                   {TRANSEPT_CPU_I8MM, {"i8mm"}, {"+i8mm"}},
                   {TRANSEPT_CPU_ARM_BF16, {"bf16"}, {"+bf16"}}},
      .knows = knows,
      .targetFor = targetFor,
      .featuresUsedBy = featuresUsedBy,
      .initializeLLVM = initializeLLVM,
      .products = vectorProducts(),
      .tiles = nullptr};
  return result;
}

} // namespace transept::targets::aarch64
