// SPDX-License-Identifier: Apache-2.0
//
// What code generation knows of a CPU: its vectors, its registers, and what LLVM calls it.

#ifndef TRANSEPT_COMPILER_TARGETS_TARGET_H
#define TRANSEPT_COMPILER_TARGETS_TARGET_H

#include "mlir/IR/BuiltinOps.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace transept::codegen {

enum class InstructionSet { Avx2, Avx512 };

/// What multiplies bytes. Sums of products of bytes are exact, so all of these give the same bits.
enum class ByteProducts {
  Words, // AVX2 alone: bytes widened to words, vpmaddwd
  Vnni   // vpdpbusd, of AVX-VNNI or AVX-512 VNNI by the width of the vectors
};

struct Target {
  InstructionSet instructionSet = InstructionSet::Avx2;
  ByteProducts byteProducts = ByteProducts::Words;
  /// AMX tiles for products of many rows of bytes and for all products of bf16.
  bool hasTiles = false;
  /// vdpbf16ps of AVX-512 BF16; where there are tiles, these are faster by far.
  bool hasBFloatVectors = false;
  /// For tests on processors without AMX: tiles are computed in vectors of AVX-512 VNNI.
  bool emulatesTiles = false;
  /// LLVM's name of the processor and its feature string.
  std::string cpu;
  std::string features;
  /// TRANSEPT_CPU_* bits (abi.h) that the generated code needs.
  uint64_t requiredFeatures = 0;

  /// Whether pairs of bf16 are multiplied as they are; otherwise they are widened to f32.
  bool multipliesBFloats() const { return hasTiles || hasBFloatVectors; }
  /// f32 numbers in a vector register.
  int64_t lanes() const { return instructionSet == InstructionSet::Avx512 ? 16 : 8; }
  /// Rows and columns of the register block of a product: 12x32 takes 24 of 32 registers for the
  /// sums, 6x16 takes 12 of 16.
  int64_t tileRows() const { return instructionSet == InstructionSet::Avx512 ? 12 : 6; }
  int64_t panelWidth() const { return 2 * lanes(); }
  /// Bytes of the second-level cache that a worker may count on.
  int64_t secondLevelCacheBytes() const {
    return int64_t(instructionSet == InstructionSet::Avx512 ? 2 : 1) << 20;
  }
};

/// The names that `--cpu` takes: "native" and LLVM names such as x86-64-v3, x86-64-v4,
/// sapphirerapids, znver4; for tests "emulated-amx".
/// Returns nothing when LLVM does not know `name` or the processor lacks AVX2 and FMA; `error` then
/// says which.
std::optional<Target> targetFor(const std::string &name, std::string &error);

/// The target called `cpu`, or an error at the module.
std::optional<Target> targetOrError(mlir::ModuleOp module, const std::string &cpu);

} // namespace transept::codegen

#endif
