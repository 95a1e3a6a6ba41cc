// SPDX-License-Identifier: Apache-2.0
//
// What WebAssembly is called by LLVM and in a module's manifest.

#include "compiler/targets/wasm32/Wasm32.h"

#include "transept/abi.h"

#include "llvm/Support/TargetSelect.h"

namespace transept::targets::wasm32 {

namespace {

void initializeLLVM() {
  static const bool isInitialized = [] {
    LLVMInitializeWebAssemblyTargetInfo();
    LLVMInitializeWebAssemblyTarget();
    LLVMInitializeWebAssemblyTargetMC();
    LLVMInitializeWebAssemblyAsmPrinter();
    LLVMInitializeWebAssemblyAsmParser();
    return true;
  }();
  (void)isInitialized;
}

} // namespace

const Architecture &architecture() {
  static const Architecture result{
      .triple = "wasm32-unknown-unknown",
      .leastProcessor = "generic",
      .processorExamples = {"simd128", "relaxed-simd"},
      .crossPackages = {"wasi-libc", "libc++-22-dev-wasm32", "libc++abi-22-dev-wasm32"},
      .features = {{TRANSEPT_CPU_SIMD128, {"simd128"}, {}},
                   {TRANSEPT_CPU_RELAXED_SIMD, {"relaxed-simd"}, {"+relaxed-simd"}}},
      .format = LibraryFormat::WebModule,
      .pointerBytes = 4,
      .knows = knows,
      .targetFor = targetFor,
      .featuresUsedBy = featuresUsedBy,
      .initializeLLVM = initializeLLVM,
      .products = vectorProducts(),
      .tiles = nullptr};
  return result;
}

} // namespace transept::targets::wasm32
