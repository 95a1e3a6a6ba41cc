// SPDX-License-Identifier: Apache-2.0
//
// What the interpreter binds to a value of each of the dialect's types.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_VALUES_H
#define TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_VALUES_H

#include "dialects/Transept/Tiling.h"
#include "dialects/Transept/interpreter/Tensor.h"

#include <limits>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace transept {

/// `rows<S x width x f32>`: a matrix with a row for each token of S.
struct FloatRows {
  Tensor values;
};

/// `rows<S x 1 x i32>`.
struct IdRows {
  std::vector<int32_t> ids;
};

/// A tensor; shared, because an interpreter keeps what it evaluated once.
using Weight = std::shared_ptr<const Tensor>;

/// A query sees its own sequence's keys from `before` positions before it to `after` behind it.
struct Mask {
  static constexpr int64_t Unlimited = std::numeric_limits<int64_t>::max();
  int64_t before = Unlimited;
  int64_t after = Unlimited;
  bool hidesRequested = false; // rows of the batch's requests
  /// Positions of a chunk, and how many chunks before the query's own are seen.
  struct Chunks {
    int64_t size = 1, before = 0;
  };
  std::vector<Chunks> chunks = {};

  bool sees(int64_t queryPosition, int64_t keyPosition) const {
    for (const Chunks &each : chunks)
      if (int64_t back = queryPosition / each.size - keyPosition / each.size;
          back < 0 || back > each.before)
        return false;
    return queryPosition - keyPosition <= before && keyPosition - queryPosition <= after;
  }
};

/// A query and a key of one sequence, which has so many keys.
struct ScorePlace {
  int64_t sequence = 0, queryPosition = 0, keyPosition = 0, keyCount = 0;
  int64_t queryRow = 0;
};

/// A position bias: a row of `table` for each bucket of distances, or for each distance of lines
/// and columns in a tile; a column for each head. Or numbers of the query's row.
struct Bias {
  Weight table;
  int64_t bucketCount = 0;
  int64_t maximumDistance = 0;
  bool isBidirectional = false;
  std::optional<Tiling> tiling = {}; // sequences are its tiles
  int64_t blockSize = 0;             // not 0: keys are blocks of so many queries
  /// In place of a table: for each query [buckets, heads], or [heads, before + 1 + after] where
  /// there are no buckets.
  Weight scores = {};
  int64_t headCount = 0, before = 0, after = 0, ahead = 0;

  double at(int64_t head, const ScorePlace &place) const;
};

/// Softmax weights: for each sequence [heads, queries, keys], one sequence after another.
struct SoftmaxWeights {
  int64_t headCount = 0;
  std::vector<Tensor> sequences;
};

/// One slot of the encoder cache: rows of the source.
struct EncoderCache {
  std::shared_ptr<const Tensor> rows;
};

/// One slot of the self cache. Lives from one call of `decode` to the next.
struct SelfCache {
  /// The rows of each sequence, [positions so far, width], row-major.
  std::vector<std::vector<double>> sequences;
};

/// What a search is given; here always with all logits.
struct Candidates {
  Tensor logits; // [rows, vocabulary size]
};

using InterpreterValue = std::variant<FloatRows, IdRows, Weight, Mask, Bias, SoftmaxWeights,
                                      EncoderCache, std::shared_ptr<SelfCache>, Candidates>;

} // namespace transept

#endif
