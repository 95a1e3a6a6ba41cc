// SPDX-License-Identifier: Apache-2.0
//
// Finds out what a processor offers, from LLVM's tables or from the machine itself.

#include "compiler/targets/Target.h"

#include "transept/abi.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

namespace transept::codegen {

namespace {

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

} // namespace

std::optional<Target> targetFor(const std::string &name, std::string &error) {
  bool isNative = name == "native";
  if (name == "emulated-amx") {
    std::optional<Target> target = targetFor("cascadelake", error);
    target->hasTiles = target->emulatesTiles = true;
    return target;
  }
  if (!isNative && llvm::X86::parseArchX86(name, /*Only64Bit=*/true) == llvm::X86::CK_None) {
    error = "unknown processor '" + name +
            "'; allowed are native and LLVM's names, e.g. x86-64-v3, x86-64-v4, sapphirerapids";
    return std::nullopt;
  }
  llvm::StringSet<> features = isNative ? featuresOfThisMachine() : featuresOf(name);
  if (!hasAll(features, {"avx2", "fma", "f16c", "bmi2"})) {
    error = "processor '" + name + "' lacks AVX2 or FMA, which generated code needs";
    return std::nullopt;
  }

  Target target;
  // These imply avx512f, which LLVM's table therefore leaves out.
  bool hasAvx512 = hasAll(features, {"avx512bw", "avx512cd", "avx512dq", "avx512vl"});
  target.instructionSet = hasAvx512 ? InstructionSet::Avx512 : InstructionSet::Avx2;
  // The code uses nothing beyond the level it asks for at open, whatever LLVM could schedule for.
  target.cpu = hasAvx512 ? "x86-64-v4" : "x86-64-v3";
  target.requiredFeatures = TRANSEPT_CPU_AVX2_FMA;
  if (hasAvx512) {
    target.features = "-prefer-256-bit";
    target.requiredFeatures |= TRANSEPT_CPU_AVX512;
  }
  auto use = [&](const char *feature, uint64_t bit) {
    target.features += (target.features.empty() ? "+" : ",+") + std::string(feature);
    target.requiredFeatures |= bit;
  };
  if (hasAvx512 && features.contains("avx512vnni")) {
    target.byteProducts = ByteProducts::Vnni;
    use("avx512vnni", TRANSEPT_CPU_AVX512_VNNI);
  } else if (!hasAvx512 && features.contains("avxvnni")) {
    target.byteProducts = ByteProducts::Vnni;
    use("avxvnni", TRANSEPT_CPU_AVX_VNNI);
  }
  // A processor with tiles has all the rest; code may then count on it.
  if (target.byteProducts == ByteProducts::Vnni && hasAvx512 &&
      hasAll(features, {"amx-tile", "amx-int8", "amx-bf16", "avx512bf16"})) {
    target.hasTiles = true;
    use("amx-tile,+amx-int8,+amx-bf16,+avx512bf16", TRANSEPT_CPU_AMX);
  } else if (hasAvx512 && features.contains("avx512bf16")) {
    target.hasBFloatVectors = true;
    use("avx512bf16", TRANSEPT_CPU_AVX512_BF16);
  }
  return target;
}

std::optional<Target> targetOrError(mlir::ModuleOp module, const std::string &cpu) {
  std::string error;
  std::optional<Target> target = targetFor(cpu, error);
  if (!target)
    module.emitError(error);
  return target;
}

} // namespace transept::codegen
