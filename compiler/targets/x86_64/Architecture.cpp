// SPDX-License-Identifier: Apache-2.0
//
// What x86-64 is called by LLVM and in a library's manifest.

#include "compiler/targets/x86_64/X86_64.h"

#include "transept/abi.h"

#include "llvm/Support/TargetSelect.h"

namespace transept::targets::x86_64 {

namespace {

void initializeLLVM() {
  static const bool isInitialized = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    return true;
  }();
  (void)isInitialized;
}

} // namespace

const Architecture &architecture() {
  static const Architecture result{
      .triple = "x86_64-unknown-linux-gnu",
      .leastProcessor = "x86-64",
      .processorExamples = {"x86-64-v3", "x86-64-v4", "sapphirerapids"},
      .crossPackages = {"libc6-amd64-cross", "libstdc++6-amd64-cross", "libgcc-s1-amd64-cross"},
      .features = {{TRANSEPT_CPU_AVX2_FMA, {"avx2", "fma"}, {}},
                   {TRANSEPT_CPU_AVX512, {"avx512"}, {}},
                   {TRANSEPT_CPU_AVX_VNNI, {"avx_vnni"}, {"+avxvnni"}},
                   {TRANSEPT_CPU_AVX512_VNNI, {"avx512_vnni"}, {"+avx512vnni"}},
                   // A processor with tiles has vectors of bf16 as well, which may be all that is
                   // used.
                   {TRANSEPT_CPU_AMX,
                    {"amx_int8", "amx_bf16"},
                    {"+amx-tile", "+amx-int8", "+amx-bf16"},
                    /*includes=*/TRANSEPT_CPU_AVX512_BF16},
                   {TRANSEPT_CPU_AVX512_BF16, {"avx512_bf16"}, {"+avx512bf16"}}},
      .knows = knows,
      .targetFor = targetFor,
      .featuresUsedBy = featuresUsedBy,
      .initializeLLVM = initializeLLVM,
      .products = vectorProducts(),
      .tiles = &tileProducts()};
  return result;
}

} // namespace transept::targets::x86_64
