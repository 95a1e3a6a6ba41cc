// SPDX-License-Identifier: Apache-2.0
//
// Attention as one tiled kernel with an online softmax (Dao et al. 2022, Milakov and Gimelshein
// 2018): no score matrix, masks as loop bounds, biases as table look-ups.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTION_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTION_H

#include "compiler/codegen/kernels/KernelOperands.h"
#include "dialects/Plan/Plan.h"

#include <algorithm>

namespace transept::codegen {

/// Keys that one softmax step takes together. Steps begin at multiples of it from key 0 on, so that
/// a row's sums group the same way whatever is computed beside it, and wherever its tile begins.
constexpr int64_t kKeysPerStep = 64;

using plan::KeySource;

/// Everything that makes one attention kernel differ from another. Strides count floats.
struct AttentionShape {
  KeySource keys = KeySource::Rows;
  int64_t headCount = 0, keyDim = 0, valueDim = 0;
  /// Heads of keys and values, each read by as many heads of queries in turn; 0: one for each.
  int64_t keyHeadCount = 0;
  double scale = 1;
  /// c: scores become c * tanh(score / c), before the bias; 0: they stay.
  double softCap = 0;
  int64_t queryStride = 0, keyStride = 0, valueStride = 0, outputStride = 0;
  bool isCausal = false;
  /// Rows: keys that the invocation marks as requested are hidden.
  bool hidesRequested = false;
  /// Keys more than this many positions before or behind the query are hidden; -1: no such bound.
  int64_t windowBefore = -1, windowAfter = -1;
  /// Not 0: keys behind the query's own chunk of so many positions are hidden, and those of chunks
  /// more than chunksBefore before it; -1: no such bound.
  int64_t chunkSize = 0, chunksBefore = -1;
  /// Rows: all are one sequence, and their numbers are its positions.
  bool isOneSequence = false;
  /// Bias table [head][2 * biasReach + 1]: element d + biasReach for key minus query position d,
  /// d cut off at +-biasReach (see distanceReach); -1: no bias.
  int64_t biasReach = -1;
  /// Rows, Pages: each query's row has biases of its own, scoreStride apart: [head][before + 1 +
  /// after] for key minus query positions cut off at -scoresBefore and scoresAfter; or, with a bias
  /// table, which then has one head and says which bucket, [bucket][head]. 0: none.
  int64_t scoreStride = 0, scoresBefore = 0, scoresAfter = 0;
  /// OtherRows with a bias: a key is that of so many rows of queries, by whose number distances are
  /// counted; what is left at the end belongs to the last key.
  int64_t blockSize = 0;
  /// Rows: they are one grid, tile by tile, and a group is a tile. A bias is then one of places
  /// (TilePlaces.h).
  std::optional<Tiling> tiles = {};
  bool hasPlaceBias = false;
  /// Rows: queries, keys, weights and values are rounded to bf16 and multiplied as such; scores,
  /// softmax and sums stay f32.
  bool multipliesBFloats = false;
  /// Whether other keys come behind these, in a later launch, or came before them: maxima and
  /// totals are then in operands.state, sums in output or in previous.
  bool isLeft = false, continues = false;
  int64_t stateStride = 0;
  /// Pages, EncoderCache: the cache holds bf16, which are widened as they are read.
  bool cachesBFloats = false;

  bool operator==(const AttentionShape &) const = default;

  /// Heads of queries that read one head of keys.
  int64_t queriesPerKey() const { return keyHeadCount == 0 ? 1 : headCount / keyHeadCount; }
  /// Heads of queries that one unit of work takes: where it appends to the self cache, all that
  /// read its head of keys.
  int64_t headsPerUnit() const { return keys == KeySource::Pages ? queriesPerKey() : 1; }

  /// How far the farthest keys are that some query may see; -1: any number.
  int64_t farthestBefore() const {
    if (chunkSize == 0 || chunksBefore < 0)
      return windowBefore;
    int64_t ofChunks = (chunksBefore + 1) * chunkSize - 1;
    return windowBefore < 0 ? ofChunks : std::min(windowBefore, ofChunks);
  }
  int64_t farthestAfter() const {
    if (chunkSize == 0)
      return windowAfter;
    return windowAfter < 0 ? chunkSize - 1 : std::min(windowAfter, chunkSize - 1);
  }

  bool hasDistanceScores() const { return scoreStride != 0 && biasReach < 0; }
  bool hasBucketScores() const { return scoreStride != 0 && biasReach >= 0; }

  /// Whether keys and values are rows of the invocation.
  bool readsRows() const { return keys == KeySource::Rows || keys == KeySource::OtherRows; }

  /// Whether callers may ask for the softmax weights (operands.weights).
  bool emitsWeights() const { return keys == KeySource::EncoderCache; }

  std::string name() const;
};

Kernel<AttentionOperands> attentionKernel(KernelBuilder &kernel, const AttentionShape &shape);

/// Bytes of scratch that one worker needs, and what each key adds (keys rounded up to a block).
int64_t attentionScratchBytes(const AttentionShape &shape, const Target &target);
int64_t attentionScratchBytesPerKey(const AttentionShape &shape, const Target &target);

} // namespace transept::codegen

#endif
