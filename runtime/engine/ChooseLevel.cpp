// SPDX-License-Identifier: Apache-2.0
//
// Ranks levels by what they need, and says why none fits.

#include "runtime/engine/ChooseLevel.h"

#include "runtime/base/Messages.h"
#include "runtime/platform/CpuFeatures.h"

namespace transept::runtime {
namespace {

/// Orders sets of features so that a superset comes above its subsets. Of two sets that are neither
/// the one with the most valuable feature is above: tiles, then the width of vectors.
std::uint64_t rank(std::uint64_t features) {
  std::uint64_t result = 0;
  for (std::uint64_t feature :
       {TRANSEPT_CPU_AMX, TRANSEPT_CPU_AVX512_BF16, TRANSEPT_CPU_AVX512_VNNI, TRANSEPT_CPU_AVX512,
        TRANSEPT_CPU_AVX_VNNI, TRANSEPT_CPU_AVX2_FMA, TRANSEPT_CPU_I8MM, TRANSEPT_CPU_ARM_BF16,
        TRANSEPT_CPU_DOTPROD, TRANSEPT_CPU_NEON, TRANSEPT_CPU_RELAXED_SIMD, TRANSEPT_CPU_SIMD128})
    result = result << 1 | ((features & feature) != 0);
  return result;
}

const transept_level *bestOf(std::span<const transept_level> levels, std::uint64_t features) {
  const transept_level *best = nullptr;
  for (const transept_level &level : levels)
    if ((level.required_features & ~features) == 0 &&
        (!best || rank(level.required_features) > rank(best->required_features)))
      best = &level;
  return best;
}

std::string nameList(std::span<const transept_level> levels) {
  std::string names;
  for (const transept_level &level : levels)
    names += (names.empty() ? "" : ", ") + std::string(level.name);
  return names;
}

/// "which lacks AVX-512" or, when it has all, that the kernel keeps it from tiles.
std::string whyNot(const transept_level &level, std::uint64_t features) {
  if (std::uint64_t missing = level.required_features & ~features)
    return "this one lacks " + featureNames(missing);
  return "the kernel refuses this process the tile registers of AMX (arch_prctl, "
         "ARCH_REQ_XCOMP_PERM)";
}

[[noreturn]] void failNone(const transept_model_table &table,
                           std::span<const transept_level> levels, std::uint64_t features) {
  std::string model = std::string("model ") + (table.name ? table.name : "");
  if (levels.size() == 1)
    fail(ErrorCode::Unsupported, model, " was compiled for a processor with ",
         featureNames(levels.front().required_features), " (", levels.front().name, "), but ",
         whyNot(levels.front(), features),
         "; compile the model with a --cpu that this processor has");
  std::string reasons;
  for (const transept_level &level : levels)
    reasons += std::string("; ") + level.name + " needs " + featureNames(level.required_features) +
               ", but " + whyNot(level, features);
  fail(ErrorCode::Unsupported, model, " has levels ", nameList(levels),
       ", none of which this processor can run", reasons,
       "; compile the model with a --cpu that this processor has");
}

} // namespace

std::string featureNames(std::uint64_t bits) {
  std::string names;
  auto add = [&](std::string_view name) { names.append(names.empty() ? "" : ", ").append(name); };
  if (bits & TRANSEPT_CPU_AVX2_FMA)
    add("AVX2 with FMA and F16C");
  if (bits & TRANSEPT_CPU_AVX512)
    add("AVX-512 (F, BW, CD, DQ, VL)");
  if (bits & TRANSEPT_CPU_AVX_VNNI)
    add("AVX-VNNI");
  if (bits & TRANSEPT_CPU_AVX512_VNNI)
    add("AVX-512 VNNI");
  if (bits & TRANSEPT_CPU_AMX)
    add("AMX (int8, bf16)");
  if (bits & TRANSEPT_CPU_AVX512_BF16)
    add("AVX-512 BF16");
  if (bits & TRANSEPT_CPU_NEON)
    add("Armv8-A with NEON");
  if (bits & TRANSEPT_CPU_DOTPROD)
    add("dot products of bytes (dotprod)");
  if (bits & TRANSEPT_CPU_I8MM)
    add("I8MM");
  if (bits & TRANSEPT_CPU_ARM_BF16)
    add("BF16");
  if (bits & TRANSEPT_CPU_SIMD128)
    add("vectors of WebAssembly (SIMD128)");
  if (bits & TRANSEPT_CPU_RELAXED_SIMD)
    add("relaxed SIMD");
  for (unsigned number = 12; number < 64; ++number)
    if (bits & (std::uint64_t(1) << number))
      add("feature number " + text(number) + ", unknown to this runtime");
  return names;
}

Processor thisProcessor() {
  return {cpuFeatures(), permitsTiles};
}

LevelChoice bestLevel(std::span<const transept_level> levels, const Processor &processor) {
  const transept_level *best = bestOf(levels, processor.features);
  if (!best || !(best->required_features & TRANSEPT_CPU_AMX) || processor.permitsTiles())
    return {best};
  return {bestOf(levels, processor.features & ~std::uint64_t(TRANSEPT_CPU_AMX)),
          /*tilesWereRefused=*/true};
}

const transept_level &chooseLevel(const transept_model_table &table, std::string_view wanted,
                                  const Processor &processor) {
  std::span<const transept_level> levels(table.levels, table.level_count);
  if (!wanted.empty()) {
    std::span<const transept_level> all = levels;
    while (!levels.empty() && levels.front().name != wanted)
      levels = levels.subspan(1);
    if (levels.empty())
      failArgument("level", wanted, "one that the library has: " + nameList(all));
    levels = levels.first(1);
  }
  LevelChoice choice = bestLevel(levels, processor);
  if (!choice.level)
    failNone(table, levels, processor.features);
  return *choice.level;
}

} // namespace transept::runtime
