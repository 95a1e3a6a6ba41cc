// SPDX-License-Identifier: Apache-2.0
//
// WebAssembly has no processors but proposals: `simd128`, which every engine has, and
// `relaxed-simd`, whose multiply-adds are those of the machine.

#include "compiler/targets/wasm32/Wasm32.h"

#include "transept/abi.h"

namespace transept::targets::wasm32 {

namespace {

/// 4x8 sums take 8 of the 16 registers that engines have on x86-64, and 4x16 of attention's scores
/// all of them: more rows would spill (6x8: half as fast in Chromium 156).
constexpr VectorBlock kVectors{
    .lanes = 4, .sumRegisters = 16, .rows = 4, .panelWidth = 8, .multipliesByLane = false};

constexpr const char *kLeast = "simd128", *kRelaxed = "relaxed-simd";

} // namespace

bool knows(llvm::StringRef processor) {
  return processor == kLeast || processor == kRelaxed;
}

std::optional<Target> targetFor(const std::string &processor, std::string &) {
  Target target;
  target.architecture = &architecture();
  target.cpu = "generic";
  // What every engine with vectors has, and the runtime is compiled for.
  target.features = "+simd128,+bulk-memory,+sign-ext,+nontrapping-fptoint,+mutable-globals";
  target.requiredFeatures = TRANSEPT_CPU_SIMD128;
  if (processor == kRelaxed) {
    target.features += ",+relaxed-simd";
    target.requiredFeatures |= TRANSEPT_CPU_RELAXED_SIMD;
  }
  target.vectors = kVectors;
  target.byteForm = WordForm::HalfWords;
  // What engines run on is not known; a phone's share of its cache.
  target.secondLevelCacheBytes = int64_t(512) << 10;
  return target;
}

} // namespace transept::targets::wasm32
