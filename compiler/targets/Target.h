// SPDX-License-Identifier: Apache-2.0
//
// What the compiler knows of a processor as plain facts: its registers, its cache, what LLVM calls
// it. Blocking, layouts and kernels follow from these alone; what an instruction set has that is
// its own is in its folder (Architecture.h).

#ifndef TRANSEPT_COMPILER_TARGETS_TARGET_H
#define TRANSEPT_COMPILER_TARGETS_TARGET_H

#include <algorithm>

#include <cstdint>
#include <optional>
#include <string>

namespace mlir {
class ModuleOp;
}

namespace transept::targets {

struct Architecture;

/// What words of 32 bits hold when vectors multiply them.
enum class WordForm {
  Bytes,      // four, signed in rows and unsigned in columns
  HalfWords,  // two integers of 16 bits: every second of four bytes, widened
  BFloats,    // two bf16
  SignedBytes // four, signed in both: columns lose the 128 that they are stored with
};

/// Vector registers, and the block of sums of a product that they hold.
struct VectorBlock {
  int64_t lanes = 0;        // f32 numbers in a register
  int64_t sumRegisters = 0; // registers that sums may take, beside what operands need
  int64_t rows = 0;         // of a block of one panel
  int64_t panelWidth = 0;   // columns of a block, and of the panels that weights are packed in
  /// Multiplications take a number of a vector as their factor, so that the factors of several rows
  /// are one load.
  bool multipliesByLane = false;
};

/// Registers of tiles have 16 rows of 64 bytes. Packed weights and the words of attention are
/// filled up to whole ones for every target, so that targets share them.
inline constexpr int64_t kTileRegisters = 8, kTileRegisterRows = 16, kTileRegisterRowBytes = 64;

struct Target {
  /// Whose instructions the processor has; never null in what targetFor returns.
  const Architecture *architecture = nullptr;
  /// LLVM's name of the processor and its feature string.
  std::string cpu;
  std::string features;
  /// TRANSEPT_CPU_* bits (abi.h) that the generated code needs.
  uint64_t requiredFeatures = 0;

  VectorBlock vectors;
  /// Bytes, SignedBytes or HalfWords: how vectors multiply bytes. Sums of products of bytes are
  /// exact, so that all give the same bits.
  WordForm byteForm = WordForm::HalfWords;
  /// Vectors multiply pairs of bf16 as they are; where there are tiles, these are faster by far.
  bool hasBFloatVectors = false;
  /// Registers of tiles, for products of many rows of bytes and for all products of bf16; vectors
  /// are then as wide as a row of a tile.
  bool hasTiles = false;
  /// For tests on processors without tiles: each is computed in vectors.
  bool emulatesTiles = false;
  /// Bytes of the second-level cache that a worker may count on.
  int64_t secondLevelCacheBytes = 0;

  int64_t lanes() const { return vectors.lanes; }
  int64_t tileRows() const { return vectors.rows; }
  int64_t panelWidth() const { return vectors.panelWidth; }
  /// The most rows of a block that is `columnVectors` vectors wide.
  int64_t mostRows(int64_t columnVectors) const {
    return std::min(vectors.rows, vectors.sumRegisters / columnVectors);
  }
  /// Whether pairs of bf16 are multiplied as they are; otherwise they are widened to f32.
  bool multipliesBFloats() const { return hasTiles || hasBFloatVectors; }
  /// Bytes that one byte of a row takes in the form in which it is multiplied.
  int64_t storedBytes() const { return byteForm == WordForm::HalfWords ? 2 : 1; }
};

/// The target that `--cpu` calls `name`: "native", a name of LLVM's, or one that an architecture
/// has for tests. Returns nothing when no architecture knows `name`, or when the processor lacks
/// what generated code needs; `error` then says which.
std::optional<Target> targetFor(const std::string &name, std::string &error);

/// The target called `cpu`, or an error at the module.
std::optional<Target> targetOrError(mlir::ModuleOp module, const std::string &cpu);

} // namespace transept::targets

#endif
