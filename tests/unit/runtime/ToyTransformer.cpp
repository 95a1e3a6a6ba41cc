// SPDX-License-Identifier: Apache-2.0
//
// The toy transformer's programs. A convolution adds up its rows; a leading row is all -1.

#include "ToyTransformer.h"

#include "NeutralDefaults.h"
#include "ToyTable.h"

#include <cmath>
#include <span>

namespace transept::tests {
namespace {

constexpr std::uint32_t sourceWidth = 2, targetWidth = 3, stateWidth = 2, vocabularySize = 7;

constexpr transept_cache_slot encoderSlots[] = {
    {"first.keys", TRANSEPT_CACHE_KEYS, 2, 1, sizeof(float)},
    {"first.values", TRANSEPT_CACHE_VALUES, 2, 1, sizeof(float)},
    {"second.keys", TRANSEPT_CACHE_KEYS, 1, 2, sizeof(float)},
    {"second.values", TRANSEPT_CACHE_VALUES, 1, 1, sizeof(float)}};
constexpr std::uint32_t headCounts[] = {2, 1};
constexpr transept_cache_slot selfSlots[] = {
    {"keys", TRANSEPT_CACHE_KEYS, 1, 1, sizeof(float)},
    {"values", TRANSEPT_CACHE_VALUES, 1, 1, sizeof(float)}};

/// The rows that features become.
std::vector<float> encoded(const transept_model_table &table, std::span<const float> features) {
  std::vector<float> rows(features.begin(), features.end());
  for (const transept_row_step &step : std::span(table.row_steps, table.row_step_count)) {
    std::vector<float> next(std::size_t(step.leading) * sourceWidth, -1.0f);
    auto count = std::int64_t(rows.size() / sourceWidth), padding = std::int64_t(step.padding) / 2;
    for (std::int64_t first = -padding; first + step.kernel <= count + padding;
         first += step.stride)
      for (std::uint32_t column = 0; column < sourceWidth; ++column) {
        float sum = 0;
        for (std::int64_t row = first; row < first + step.kernel; ++row)
          sum += row < 0 || row >= count ? 0 : rows[std::size_t(row) * sourceWidth + column];
        next.push_back(sum);
      }
    rows = std::move(next);
  }
  return rows;
}

ToyTransformer &toyOf(const transept_invocation &invocation) {
  return *const_cast<ToyTransformer *>(static_cast<const ToyTransformer *>(invocation.weights));
}

const transept_model_table *currentTable = nullptr; // Model takes a function without arguments

} // namespace

void ToyTransformer::runEncode(const transept_invocation *invocation, std::uint32_t worker,
                               std::uint32_t) {
  if (worker != 0)
    return;
  ToyTransformer &toy = toyOf(*invocation);
  ++toy.encodeCalls;
  std::vector<float> rows = encoded(
      toy.table, {invocation->features, std::size_t(invocation->feature_count) * sourceWidth});
  // Anything but one sequence, or another number of rows, must show.
  if (invocation->sequence_count != 1 ||
      std::int64_t(rows.size()) != invocation->row_count * sourceWidth)
    rows.assign(std::size_t(invocation->row_count) * sourceWidth, NAN);
  std::copy(rows.begin(), rows.end(), invocation->states);
  // Keys of one column: row after row for each head.
  std::int64_t length = invocation->sequence_offsets[1];
  for (std::int64_t row = 0; row < length; ++row)
    invocation->encoder_entries[0][row] = rows[std::size_t(row) * sourceWidth];
}

void ToyTransformer::runDecode(const transept_invocation *invocation, std::uint32_t worker,
                               std::uint32_t) {
  if (worker != 0)
    return;
  ++toyOf(*invocation).decodeCalls;
  // Sequences and sources that are not all the rows must show.
  bool isWhole =
      invocation->sequence_offsets[invocation->sequence_count] == invocation->row_count &&
      invocation->source_offsets[invocation->source_count] == invocation->row_count;
  std::int64_t source = 0;
  for (std::int64_t row = 0; row < invocation->row_count; ++row) {
    while (invocation->source_offsets[source + 1] <= row)
      ++source;
    std::int64_t keys = invocation->source_lengths[source];
    auto position = std::size_t(invocation->positions[row]);
    if (invocation->states) {
      float sum = isWhole ? 0 : NAN;
      for (std::int64_t key = 0; key < keys; ++key)
        sum += invocation->source_entries[source][key];
      invocation->states[row * stateWidth] = invocation->features[row * targetWidth] + sum;
      invocation->states[row * stateWidth + 1] = float(position);
    }
    for (std::size_t index = 0; invocation->attention_weights && index != 2; ++index)
      for (std::uint32_t head = 0;
           invocation->attention_weights[index] && head != headCounts[index]; ++head) {
        float *to = invocation->attention_weights[index] +
                    (row * headCounts[index] + head) * invocation->attention_stride;
        // What lies behind the keys belongs to nobody.
        std::fill_n(to, invocation->attention_stride, NAN);
        for (std::int64_t key = 0; key < keys; ++key)
          to[key] = weight(index, head, position, std::size_t(key));
      }
  }
}

ToyTransformer::ToyTransformer(Target target) {
  encode.run = runEncode;
  decode.run = runDecode;
  beginToyTable(table, level, encode, decode, this);
  table.source_feature_width = sourceWidth;
  table.encoder_hidden_size = sourceWidth;
  if (target == Target::Features) {
    table.target_feature_width = targetWidth;
    table.target_state_width = stateWidth;
  } else {
    table.target_vocabulary_size = vocabularySize;
    table.self_slots = selfSlots;
    table.self_slot_count = 2;
  }
  table.maximum_source_length = table.maximum_target_length = UINT64_MAX;
  table.encoder_slots = encoderSlots;
  table.encoder_slot_count = 4;
  table.cross_attention_count = 2;
  defaults = neutralDefaults();
  defaults.decoder_start_id = 1;
  table.generation = &defaults;
}

void ToyTransformer::addStep(std::uint32_t kernel, std::uint32_t stride, std::uint32_t padding,
                             std::uint32_t leading) {
  transept_row_step step{};
  step.kernel = kernel;
  step.stride = stride;
  step.padding = 2 * padding;
  step.leading = leading;
  steps.push_back(step);
  table.row_steps = steps.data();
  table.row_step_count = steps.size();
}

void ToyTransformer::returnAttention(std::uint32_t crossAttention, bool isAveraged) {
  returned.push_back({crossAttention, isAveraged});
  table.returned_attention = returned.data();
  table.returned_attention_count = returned.size();
}

Model ToyTransformer::open(const OpenOptions &options) {
  currentTable = &table;
  return Model([] { return currentTable; }, options);
}

} // namespace transept::tests
