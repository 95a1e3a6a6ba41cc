// SPDX-License-Identifier: Apache-2.0
//
// Finds out what a processor offers: from LLVM's tables, by the name of a processor (neoverse-n1)
// or of a version of the architecture (armv8.2-a+dotprod), or from the machine itself.

#include "compiler/targets/aarch64/AArch64.h"

#include "transept/abi.h"

#include "llvm/TargetParser/AArch64TargetParser.h"
#include "llvm/TargetParser/Host.h"

namespace transept::targets::aarch64 {

namespace {

/// 6x16 sums take 24 of 32 registers. Panels are those of AVX2, so that weights are packed alike.
constexpr VectorBlock kNeon{
    .lanes = 4, .sumRegisters = 24, .rows = 6, .panelWidth = 16, .multipliesByLane = true};

/// What of a processor the compiler makes use of.
struct Extensions {
  bool dotProducts = false, i8mm = false, bFloats = false;

  /// Adds one by its name; false for those that generated code does not use.
  bool add(llvm::StringRef name) {
    bool *known = name == "dotprod" ? &dotProducts
                  : name == "i8mm"  ? &i8mm
                  : name == "bf16"  ? &bFloats
                                    : nullptr;
    if (known)
      *known = true;
    return known;
  }
};

Extensions extensionsIn(const llvm::AArch64::ExtensionBitset &bits) {
  return {.dotProducts = bits.test(llvm::AArch64::AEK_DOTPROD),
          .i8mm = bits.test(llvm::AArch64::AEK_I8MM),
          .bFloats = bits.test(llvm::AArch64::AEK_BF16)};
}

/// "armv8.2-a+dotprod": a version, and extensions beside what it has anyway.
std::optional<Extensions> extensionsOfVersion(llvm::StringRef name) {
  auto [version, list] = name.split('+');
  const llvm::AArch64::ArchInfo *found = llvm::AArch64::parseArch(version);
  if (!found)
    return std::nullopt;
  Extensions result = extensionsIn(found->DefaultExts);
  llvm::SmallVector<llvm::StringRef> names;
  list.split(names, '+', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (llvm::StringRef extension : names)
    if (!result.add(extension))
      return std::nullopt;
  return result;
}

std::optional<Extensions> extensionsOf(llvm::StringRef name) {
  if (auto processor = llvm::AArch64::parseCpu(name))
    return extensionsIn(processor->getImpliedExtensions());
  return extensionsOfVersion(name);
}

Extensions extensionsOfThisMachine() {
  Extensions result;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    if (feature.second)
      result.add(feature.first());
  return result;
}

} // namespace

bool knows(llvm::StringRef processor) {
  return extensionsOf(processor).has_value();
}

std::optional<Target> targetFor(const std::string &processor, std::string &) {
  Extensions extensions =
      processor == "native" ? extensionsOfThisMachine() : *extensionsOf(processor);
  Target target;
  target.architecture = &architecture();
  target.cpu = "generic";
  target.requiredFeatures = TRANSEPT_CPU_NEON;
  target.vectors = kNeon;
  target.byteForm = extensions.i8mm ? WordForm::Bytes : WordForm::SignedBytes;
  target.hasBFloatVectors = extensions.bFloats;
  // What most cores since Cortex-A76 have at least.
  target.secondLevelCacheBytes = int64_t(512) << 10;
  auto use = [&](const char *feature, uint64_t bit) {
    target.features += (target.features.empty() ? "+" : ",+") + std::string(feature);
    target.requiredFeatures |= bit;
  };
  if (extensions.i8mm)
    use("i8mm", TRANSEPT_CPU_I8MM);
  else if (extensions.dotProducts)
    use("dotprod", TRANSEPT_CPU_DOTPROD);
  if (extensions.bFloats)
    use("bf16", TRANSEPT_CPU_ARM_BF16);
  return target;
}

} // namespace transept::targets::aarch64
