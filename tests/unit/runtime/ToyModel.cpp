// SPDX-License-Identifier: Apache-2.0
//
// The toy model's programs. They honour the ABI as generated code does, workers and barrier
// included.

#include "ToyModel.h"

#include "NeutralDefaults.h"
#include "ToyTable.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <thread>

namespace transept::tests {
namespace {

constexpr transept_cache_slot slots[] = {{"keys", TRANSEPT_CACHE_KEYS, 1, 1, sizeof(float)},
                                         {"values", TRANSEPT_CACHE_VALUES, 1, 2, sizeof(float)}};
constexpr std::int64_t block = TRANSEPT_KEY_BLOCK;

std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

std::uint64_t mixIn(std::uint64_t hash, std::int64_t number) {
  return mix(hash ^ mix(std::uint64_t(number) + 77));
}

void logitsFrom(const ToyParameters &parameters, std::uint64_t hash, float *logits) {
  for (std::uint32_t id = 0; id < parameters.vocabulary; ++id)
    logits[id] = float(mix(hash + id) >> 40) / float(1 << 24) * 8 - 4;
  logits[2] += parameters.endBias;
  for (std::uint32_t id = parameters.firstTimestamp; id < parameters.vocabulary; ++id)
    logits[id] += parameters.timestampBias;
}

void runEncode(const transept_invocation *invocation, std::uint32_t worker,
               std::uint32_t workerCount) {
  auto &parameters =
      *const_cast<ToyParameters *>(static_cast<const ToyParameters *>(invocation->weights));
  if (worker == 0) {
    ++parameters.encodeCalls;
    parameters.encodedSources += int(invocation->sequence_count);
    std::this_thread::sleep_for(
        std::chrono::microseconds(parameters.encodeDelayMicroseconds.load()));
  }
  for (std::int64_t sequence = worker; sequence < invocation->sequence_count;
       sequence += workerCount) {
    std::int64_t begin = invocation->sequence_offsets[sequence];
    std::int64_t length = invocation->sequence_offsets[sequence + 1] - begin;
    std::int64_t padded = (length + block - 1) / block * block;
    float *keys = invocation->encoder_entries[sequence], *values = keys + padded;
    for (std::int64_t row = 0; row < length; ++row) {
      auto id = float(invocation->ids[begin + row]);
      auto position = float(invocation->positions[begin + row]);
      keys[row] = id;
      values[row * 2] = id;
      values[row * 2 + 1] = position;
      if (invocation->states) {
        invocation->states[(begin + row) * 2] = id;
        invocation->states[(begin + row) * 2 + 1] = position;
      }
    }
  }
}

struct RowPlace {
  std::int64_t sequence, source;
};

RowPlace placeOf(const transept_invocation &invocation, std::int64_t row) {
  RowPlace place{0, 0};
  while (invocation.sequence_offsets[place.sequence + 1] <= row)
    ++place.sequence;
  while (invocation.source_offsets[place.source + 1] <= row)
    ++place.source;
  return place;
}

/// Hash of source and prefix up to `row`, read from the caches.
std::uint64_t hashOfRow(const transept_invocation &invocation, std::uint64_t seed,
                        std::int64_t row) {
  RowPlace place = placeOf(invocation, row);
  std::uint64_t hash = mix(seed);
  std::int64_t length = invocation.source_lengths[place.source];
  const float *keys = invocation.source_entries[place.source];
  const float *values = keys + (length + block - 1) / block * block;
  for (std::int64_t index = 0; index < length; ++index) {
    hash = mixIn(hash, std::int64_t(keys[index]));
    hash = mixIn(hash, std::int64_t(values[index * 2 + 1]));
  }
  std::int64_t last =
      invocation.past_lengths[place.sequence] + row - invocation.sequence_offsets[place.sequence];
  for (std::int64_t position = 0; position <= last; ++position) {
    const float *page = invocation.self_pages[place.sequence][position / block];
    std::int64_t at = position % block;
    hash = mixIn(hash, std::int64_t(page[at]));
    if (page[block + at * 2] != page[at] || page[block + at * 2 + 1] != float(position))
      hash = mixIn(hash, -1); // a damaged page must show
  }
  return hash;
}

/// Of a request that is scored against a share: its logits become those of the share's tokens.
std::uint32_t keepShare(const transept_invocation &invocation, std::int64_t request,
                        std::uint32_t vocabulary, float *logits) {
  std::int64_t share = 0;
  while (share < invocation.share_count && invocation.share_offsets[share + 1] <= request)
    ++share;
  if (invocation.share_count == 0 || !invocation.share_panels[share])
    return vocabulary;
  std::vector<float> all(logits, logits + vocabulary);
  auto *ids = static_cast<const std::int32_t *>(invocation.share_panels[share]);
  for (std::int64_t place = 0; place < invocation.share_sizes[share]; ++place)
    logits[place] = all[std::size_t(ids[place])];
  return std::uint32_t(invocation.share_sizes[share]);
}

void search(const transept_invocation &invocation, std::int64_t request, std::uint32_t vocabulary,
            const float *logits) {
  std::vector<std::int32_t> order;
  std::int64_t begin = 0, end = 0;
  if (invocation.excluded_offsets) {
    begin = invocation.excluded_offsets[request];
    end = invocation.excluded_offsets[request + 1];
  }
  const std::int32_t *excluded = invocation.excluded_ids;
  for (std::int64_t index = begin; index < end; ++index) {
    ASSERT_LT(std::uint32_t(excluded[index]), vocabulary);
    invocation.excluded_logits[index] = logits[excluded[index]];
  }
  for (std::uint32_t id = 0; id < vocabulary; ++id)
    if (begin == end || !std::binary_search(excluded + begin, excluded + end, std::int32_t(id)))
      order.push_back(std::int32_t(id));
  std::stable_sort(order.begin(), order.end(),
                   [&](int left, int right) { return logits[left] > logits[right]; });
  for (std::int64_t rank = 0; rank < invocation.candidate_count; ++rank) {
    bool isThere = rank < std::int64_t(order.size());
    std::int64_t at = request * invocation.candidate_count + rank;
    invocation.candidate_ids[at] = isThere ? order[std::size_t(rank)] : -1;
    invocation.candidate_logits[at] = isThere ? logits[order[std::size_t(rank)]] : -INFINITY;
  }
  if (invocation.log_sum_exp) {
    double sum = 0;
    for (std::uint32_t id = 0; id < vocabulary; ++id)
      sum += std::exp(double(logits[id]));
    invocation.log_sum_exp[request] = float(std::log(sum));
  }
}

/// The cross-attention's weights are those of the parameters, whatever the rows are.
void writeAttention(const transept_invocation &invocation, const ToyParameters &parameters) {
  for (std::int64_t row = 0; row < invocation.row_count; ++row) {
    std::int64_t keys = invocation.source_lengths[placeOf(invocation, row).source];
    std::copy_n(parameters.attention.begin() + invocation.positions[row] * keys, keys,
                invocation.attention_weights[0] + row * invocation.attention_stride);
  }
}

void runDecode(const transept_invocation *invocation, std::uint32_t worker,
               std::uint32_t workerCount) {
  const auto &parameters = *static_cast<const ToyParameters *>(invocation->weights);
  if (worker == 0)
    ++const_cast<ToyParameters &>(parameters).decodeCalls;
  if (worker == 0 && invocation->attention_weights)
    writeAttention(*invocation, parameters);
  for (std::int64_t row = worker; row < invocation->row_count; row += workerCount) {
    std::int64_t sequence = placeOf(*invocation, row).sequence;
    std::int64_t position =
        invocation->past_lengths[sequence] + row - invocation->sequence_offsets[sequence];
    float *page = invocation->self_pages[sequence][position / block];
    auto id = float(invocation->ids[row]);
    page[position % block] = id;
    page[block + position % block * 2] = id;
    page[block + position % block * 2 + 1] = float(invocation->positions[row]);
  }
  invocation->barrier(invocation->barrier_context, worker);
  auto *arena = static_cast<float *>(invocation->arena);
  for (std::int64_t request = worker; request < invocation->requested_count;
       request += workerCount) {
    std::int64_t row = invocation->requested_rows[request];
    float *logits = invocation->logits ? invocation->logits : arena;
    logits += request * parameters.vocabulary;
    logitsFrom(parameters, hashOfRow(*invocation, parameters.seed, row), logits);
    if (invocation->source_entries[placeOf(*invocation, row).source][0] ==
            float(parameters.badSource) &&
        invocation->positions[row] + 1 >= parameters.badLength)
      logits[7] = NAN;
    search(*invocation, request, keepShare(*invocation, request, parameters.vocabulary, logits),
           logits);
  }
}

const transept_model_table *currentTable = nullptr; // Model takes a function without arguments

} // namespace

ToyModel::ToyModel(std::uint64_t seed, std::uint32_t vocabulary, float endBias) {
  parameters.seed = seed;
  parameters.vocabulary = vocabulary;
  parameters.endBias = endBias;
  encode.run = runEncode;
  decode.run = runDecode;
  decode.arena_bytes_per_row = vocabulary * sizeof(float);
  if (vocabulary <= std::size(parameters.tokens)) {
    std::iota(std::begin(parameters.tokens), std::end(parameters.tokens), 0);
    decode.search_weight_offset = offsetof(ToyParameters, tokens);
    decode.search_bias_offset = UINT64_MAX;
    decode.search_panel_width = 4;
    decode.search_panel_groups = decode.search_group_words = 1;
  }
  defaults = neutralDefaults();
  defaults.decoder_start_id = 1;
  static constexpr std::int32_t end = 2;
  defaults.end_ids = &end;
  defaults.end_id_count = 1;
  beginToyTable(table, level, encode, decode, &parameters);
  table.source_vocabulary_size = vocabulary;
  table.target_vocabulary_size = vocabulary;
  table.encoder_hidden_size = 2;
  table.maximum_source_length = 6000;
  table.maximum_target_length = 2000;
  table.encoder_slots = slots;
  table.encoder_slot_count = 2;
  table.self_slots = slots;
  table.self_slot_count = 2;
  table.generation = &defaults;
  table.cross_attention_count = 1;
}

void ToyModel::speak(std::int32_t firstTimestamp, std::int32_t maximumInitialTimestamp,
                     float timestampBias) {
  parameters.firstTimestamp = std::uint32_t(firstTimestamp);
  parameters.timestampBias = timestampBias;
  languages[0] = {"en", firstTimestamp - 6, 0};
  languages[1] = {"de", firstTimestamp - 5, 0};
  languages[2] = {"zh", firstTimestamp - 4, 0};
  speech.transcript_start_id = 1;
  speech.transcribe_id = firstTimestamp - 3;
  speech.translate_id = firstTimestamp - 2;
  speech.no_timestamps_id = firstTimestamp - 1;
  speech.first_timestamp_id = firstTimestamp;
  speech.maximum_initial_timestamp = maximumInitialTimestamp;
  speech.median_filter_width = 7;
  speech.languages = languages;
  speech.language_count = 3;
  table.speech = &speech;
}

Model ToyModel::open(const OpenOptions &options) {
  currentTable = &table;
  return Model([] { return currentTable; }, options);
}

std::vector<float> ToyModel::logits(std::span<const Id> source, std::span<const Id> prefix) const {
  std::uint64_t hash = mix(parameters.seed);
  std::int64_t position = 0;
  for (Id id : source) {
    hash = mixIn(hash, id);
    hash = mixIn(hash, position++);
  }
  for (Id id : prefix)
    hash = mixIn(hash, id);
  std::vector<float> result(parameters.vocabulary);
  logitsFrom(parameters, hash, result.data());
  return result;
}

} // namespace transept::tests
