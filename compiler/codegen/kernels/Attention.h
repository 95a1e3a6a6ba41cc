// SPDX-License-Identifier: Apache-2.0
//
// Attention as one tiled kernel with an online softmax (Dao et al. 2022, Milakov and Gimelshein
// 2018): no score matrix, masks as loop bounds, biases as table look-ups.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTION_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTION_H

#include "compiler/codegen/kernels/KernelBuilder.h"
#include "dialects/Plan/Plan.h"

namespace transept::codegen {

/// Keys that one softmax step takes together. Blocks begin at multiples of it from key 0 on, so
/// that a row's sums group the same way whatever is computed beside it.
constexpr int64_t kKeysPerStep = 64;

using plan::KeySource;

/// Everything that makes one attention kernel differ from another. Strides count floats.
struct AttentionShape {
  KeySource keys = KeySource::Rows;
  int64_t headCount = 0, keyDim = 0, valueDim = 0;
  double scale = 1;
  int64_t queryStride = 0, keyStride = 0, valueStride = 0, outputStride = 0;
  bool isCausal = false;
  /// Keys more than this many positions before or behind the query are hidden; -1: no such bound.
  int64_t windowBefore = -1, windowAfter = -1;
  /// Bias table [head][2 * biasReach + 1]: element d + biasReach for key minus query position d,
  /// d cut off at +-biasReach (see distanceReach); -1: no bias.
  int64_t biasReach = -1;
  /// Rows: queries, keys, weights and values are rounded to bf16 and multiplied as such; scores,
  /// softmax and sums stay f32.
  bool multipliesBFloats = false;
  /// Pages, EncoderCache: the cache holds bf16, which are widened as they are read.
  bool cachesBFloats = false;

  /// Whether callers may ask for the softmax weights (operands.weights).
  bool emitsWeights() const { return keys == KeySource::EncoderCache; }

  std::string name() const;
};

/// The kernel's operands; each is used by some key sources only and null (or 0) elsewhere.
struct AttentionOperands {
  Expression query, key, value, bias, output;
  Expression positions;    // [rows] i32: positions of the queries, and of the keys of Rows
  Expression groupCount;   // sequences (Rows, Pages) or source groups (EncoderCache)
  Expression groupOffsets; // [groupCount + 1] i64 first query row of each
  Expression pastLengths;  // Pages: [groupCount] i64
  Expression containers;   // Pages: [groupCount] page tables; EncoderCache: [groupCount] entries
  Expression containerLengths; // EncoderCache: [groupCount] i64 positions in each entry
  Expression keySlot;          // Pages, EncoderCache: numbers per position before the key slot
  Expression valueSlot;        // likewise for the values
  Expression weights;      // EncoderCache: [rows, heads, weightStride] receives weights, or null
  Expression weightStride; // i64, at least the longest entry's positions
  Expression scratch, worker, workerCount;

  Expressions asList() const;
};

mlir::func::FuncOp attentionKernel(KernelBuilder &kernel, const AttentionShape &shape);

/// Bytes of scratch that one worker needs, and what each key adds (keys rounded up to a block).
int64_t attentionScratchBytes(const AttentionShape &shape, const Target &target);
int64_t attentionScratchBytesPerKey(const AttentionShape &shape, const Target &target);

} // namespace transept::codegen

#endif
