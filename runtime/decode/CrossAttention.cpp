// SPDX-License-Identifier: Apache-2.0
//
// Runs decode for its attention weights or states, and lays weights out as callers read them.

#include "runtime/decode/CrossAttention.h"

#include "runtime/base/Messages.h"
#include "runtime/base/Sizes.h"
#include "runtime/decode/DecodeBatch.h"
#include "runtime/decode/Limits.h"

#include "transept/detail/CrossAttentionHeads.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace transept::runtime {
namespace {

/// The rows of one target in an invocation, and where they stand in the caller's result.
struct TargetRows {
  std::int64_t firstRow, rowCount; // in the invocation
  std::int64_t keyCount;           // of its source
  std::int64_t resultRow, resultRowCount;
};

/// What generated code writes for one invocation: [rows, heads, stride] for each cross-attention.
class WeightBuffers {
public:
  WeightBuffers(const transept_model_table &table, AttentionWeights wanted, std::int64_t rows,
                std::int64_t longestSource)
      : table(table),
        stride(std::int64_t(roundUp(std::uint64_t(longestSource), TRANSEPT_KEY_BLOCK))),
        pointers(wanted.size(), nullptr) {
    for (std::size_t index = 0; index < wanted.size(); ++index) {
      if (!wanted[index])
        continue;
      auto numbers = multiplySizes(std::uint64_t(rows * crossAttentionHeads(table, index)), stride);
      memory.emplace_back(multiplySizes(numbers, sizeof(float)));
      pointers[index] = memory.back().floats();
    }
  }

  void passTo(transept_invocation &invocation) const {
    invocation.attention_weights = pointers.empty() ? nullptr : pointers.data();
    invocation.attention_stride = stride;
  }

  /// Copies one target's weights to their places; `results` points at the target's own.
  void copy(const TargetRows &target, std::span<float *const> results) const {
    for (std::size_t index = 0; index < results.size(); ++index) {
      std::int64_t heads = crossAttentionHeads(table, index);
      for (std::int64_t row = 0; results[index] && row != target.rowCount; ++row)
        for (std::int64_t head = 0; head < heads; ++head)
          std::memcpy(results[index] +
                          (head * target.resultRowCount + target.resultRow + row) * target.keyCount,
                      pointers[index] + ((target.firstRow + row) * heads + head) * stride,
                      std::size_t(target.keyCount) * sizeof(float));
    }
  }

private:
  const transept_model_table &table;
  std::int64_t stride;
  std::vector<AlignedMemory> memory;
  std::vector<float *> pointers;
};

/// Moves each wanted pointer behind a target's weights.
void advance(const transept_model_table &table, std::int64_t rows, std::int64_t keys,
             std::vector<float *> &results) {
  for (std::size_t index = 0; index < results.size(); ++index)
    if (results[index])
      results[index] += crossAttentionHeads(table, index) * rows * keys;
}

std::int64_t lengthOf(const transept_source &source) {
  return std::int64_t(source.lease->length());
}

} // namespace

std::int64_t crossAttentionHeads(const transept_model_table &table, std::size_t index) {
  if (std::uint32_t heads = detail::crossAttentionHeads(table, index))
    return heads;
  fail(ErrorCode::Internal, "the model table lacks the key slot of a cross-attention");
}

void crossAttention(Engine &engine, std::span<transept_source *const> sources,
                    std::span<const std::span<const std::int32_t>> ids, AttentionWeights weights) {
  std::vector<float *> results(weights.begin(), weights.end());
  DecodeBatch batch(engine);
  for (std::size_t index = 0; index < sources.size(); ++index) {
    SelfCache cache(engine.pages);
    std::int64_t keys = lengthOf(*sources[index]);
    auto length = std::int64_t(ids[index].size());
    for (std::int64_t fed = 0; fed != length;) {
      std::int64_t count = std::min<std::int64_t>(rowsPerInvocation, length - fed);
      WeightBuffers buffers(engine.table, weights, count, keys);
      batch.clear();
      batch.setSource(*sources[index]->lease);
      batch.addSequence(cache, ids[index].subspan(std::size_t(fed), std::size_t(count)));
      batch.run(nullptr, [&](transept_invocation &invocation) { buffers.passTo(invocation); });
      buffers.copy({0, count, keys, fed, length}, results);
      fed += count;
    }
    advance(engine.table, length, keys, results);
  }
}

void transform(Engine &engine, std::span<transept_source *const> sources, const float *features,
               std::span<const std::uint64_t> offsets, float *states, AttentionWeights weights) {
  std::uint64_t width = engine.table.target_feature_width;
  for (std::uint64_t index = 0; index < offsets.back() * width; ++index)
    if (!std::isfinite(features[index]))
      failArgument("features[" + text(index / width) + "][" + text(index % width) + "]",
                   features[index], "a finite number");
  std::vector<float *> results(weights.begin(), weights.end());
  for (std::size_t begin = 0, end; begin != sources.size(); begin = end) {
    // Whole targets only: their self-attention sees all of their rows.
    for (end = begin + 1; end != sources.size(); ++end)
      if (offsets[end + 1] - offsets[begin] > std::uint64_t(rowsPerInvocation))
        break;
    std::vector<std::int64_t> rowOffsets{0}, sourceLengths, pastLengths;
    std::vector<const float *> entries;
    std::vector<std::int32_t> positions;
    std::int64_t longest = 0, longestSource = 0;
    for (std::size_t index = begin; index < end; ++index) {
      auto rows = std::int64_t(offsets[index + 1] - offsets[index]);
      for (std::int64_t row = 0; row < rows; ++row)
        positions.push_back(std::int32_t(row));
      rowOffsets.push_back(rowOffsets.back() + rows);
      entries.push_back(sources[index]->lease->keysAndValues.floats());
      sourceLengths.push_back(lengthOf(*sources[index]));
      longestSource = std::max(longestSource, sourceLengths.back());
      longest = std::max(longest, std::max(rows, longestSource));
    }
    pastLengths.assign(entries.size(), 0);
    WeightBuffers buffers(engine.table, weights, rowOffsets.back(), longestSource);
    transept_invocation invocation{};
    invocation.row_count = rowOffsets.back();
    invocation.feature_count = rowOffsets.back();
    invocation.features = features + offsets[begin] * width;
    invocation.positions = positions.data();
    invocation.sequence_count = std::int64_t(entries.size());
    invocation.sequence_offsets = rowOffsets.data();
    invocation.past_lengths = pastLengths.data();
    invocation.source_count = invocation.sequence_count;
    invocation.source_offsets = rowOffsets.data();
    invocation.source_entries = entries.data();
    invocation.source_lengths = sourceLengths.data();
    invocation.states = states + offsets[begin] * engine.table.target_state_width;
    buffers.passTo(invocation);
    if (invocation.row_count != 0)
      engine.runner.run(*engine.level.decode, invocation, std::uint64_t(longest),
                        ProgramRole::Guest);
    for (std::size_t index = begin; index < end; ++index) {
      std::int64_t firstRow = rowOffsets[index - begin];
      std::int64_t rows = rowOffsets[index - begin + 1] - firstRow;
      buffers.copy({firstRow, rows, sourceLengths[index - begin], 0, rows}, results);
      advance(engine.table, rows, sourceLengths[index - begin], results);
    }
  }
}

} // namespace transept::runtime
