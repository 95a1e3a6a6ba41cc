// SPDX-License-Identifier: Apache-2.0
//
// Finds out what a processor offers, from LLVM's tables or from the machine itself.

#include "compiler/targets/x86_64/X86_64.h"

#include "transept/abi.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

namespace transept::targets::x86_64 {

namespace {

/// Cascade Lake with tiles in vectors of AVX-512 VNNI.
constexpr llvm::StringLiteral kEmulatedTiles = "emulated-amx";

/// 6x16 sums take 12 of 16 registers.
constexpr VectorBlock kAvx2{.lanes = 8, .sumRegisters = 12, .rows = 6, .panelWidth = 16};
/// 12x32 sums take 24 of 32 registers.
constexpr VectorBlock kAvx512{.lanes = 16, .sumRegisters = 24, .rows = 12, .panelWidth = 32};

llvm::StringSet<> featuresOf(llvm::StringRef cpu) {
  llvm::SmallVector<llvm::StringRef> features;
  llvm::X86::getFeaturesForCPU(cpu, features);
  // LLVM's table leaves out what others imply: alderlake has AVX-VNNI there, but not AVX2.
  llvm::StringMap<bool> implied;
  llvm::StringSet<> result;
  for (llvm::StringRef feature : features) {
    result.insert(feature);
    llvm::X86::updateImpliedFeatures(feature, /*Enabled=*/true, implied);
  }
  for (const auto &feature : implied)
    result.insert(feature.first());
  return result;
}

llvm::StringSet<> featuresOfThisMachine() {
  llvm::StringSet<> result;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    if (feature.second)
      result.insert(feature.first());
  return result;
}

bool hasAll(const llvm::StringSet<> &features, std::initializer_list<const char *> names) {
  return llvm::all_of(names, [&](const char *name) { return features.contains(name); });
}

/// The base level that the features reach. The code uses nothing beyond the level it asks for at
/// open, whatever LLVM could schedule for.
Target baseLevel(bool hasAvx512) {
  Target target;
  target.architecture = &architecture();
  target.requiredFeatures = TRANSEPT_CPU_AVX2_FMA;
  if (!hasAvx512) {
    target.cpu = "x86-64-v3";
    target.vectors = kAvx2;
    target.secondLevelCacheBytes = int64_t(1) << 20;
    return target;
  }
  target.cpu = "x86-64-v4";
  target.features = "-prefer-256-bit";
  target.requiredFeatures |= TRANSEPT_CPU_AVX512;
  target.vectors = kAvx512;
  target.secondLevelCacheBytes = int64_t(2) << 20;
  return target;
}

} // namespace

bool knows(llvm::StringRef processor) {
  return processor == kEmulatedTiles ||
         llvm::X86::parseArchX86(processor, /*Only64Bit=*/true) != llvm::X86::CK_None;
}

std::optional<Target> targetFor(const std::string &processor, std::string &error) {
  if (processor == kEmulatedTiles) {
    std::optional<Target> target = targetFor("cascadelake", error);
    target->hasTiles = target->emulatesTiles = true;
    return target;
  }
  llvm::StringSet<> features =
      processor == "native" ? featuresOfThisMachine() : featuresOf(processor);
  if (!hasAll(features, {"avx2", "fma", "f16c", "bmi2"})) {
    error = "processor '" + processor + "' lacks AVX2 or FMA, which generated code needs";
    return std::nullopt;
  }

  // These imply avx512f, which LLVM's table therefore leaves out.
  bool hasAvx512 = hasAll(features, {"avx512bw", "avx512cd", "avx512dq", "avx512vl"});
  Target target = baseLevel(hasAvx512);
  auto use = [&](const char *feature, uint64_t bit) {
    target.features += (target.features.empty() ? "+" : ",+") + std::string(feature);
    target.requiredFeatures |= bit;
  };
  // vpdpbusd; otherwise bytes are widened for vpmaddwd.
  if (hasAvx512 && features.contains("avx512vnni")) {
    target.byteForm = WordForm::Bytes;
    use("avx512vnni", TRANSEPT_CPU_AVX512_VNNI);
  } else if (!hasAvx512 && features.contains("avxvnni")) {
    target.byteForm = WordForm::Bytes;
    use("avxvnni", TRANSEPT_CPU_AVX_VNNI);
  }
  // A processor with tiles has all the rest; code may then count on it.
  if (target.byteForm == WordForm::Bytes && hasAvx512 &&
      hasAll(features, {"amx-tile", "amx-int8", "amx-bf16", "avx512bf16"})) {
    target.hasTiles = true;
    use("amx-tile,+amx-int8,+amx-bf16,+avx512bf16", TRANSEPT_CPU_AMX);
  } else if (hasAvx512 && features.contains("avx512bf16")) {
    target.hasBFloatVectors = true;
    use("avx512bf16", TRANSEPT_CPU_AVX512_BF16);
  }
  return target;
}

} // namespace transept::targets::x86_64
