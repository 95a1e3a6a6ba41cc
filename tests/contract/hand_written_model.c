// SPDX-License-Identifier: Apache-2.0
//
// A model library written by hand: one encoder and one decoder layer of attention in plain C, with
// every field of the ABI honoured the way generated code honours it. It pins the contract between
// runtime and compiler without a compiler, and serves readers as the shortest example of both.
#include "transept/abi.h"

#include <math.h>
#include <stddef.h>

enum { HEADS = 2, HEAD_DIM = 3, HIDDEN = HEADS * HEAD_DIM, VOCABULARY = 29, BLOCKS = 3 };
enum { KEY_BLOCK = TRANSEPT_KEY_BLOCK };

static const char manifest[] = "{\"architecture\": \"hand-written\"}";

// The weights: a table of embeddings, used for source, target and vocabulary. Filled with a formula
// so that the file stays short; in a compiled library they are data.
static float weights[VOCABULARY * HIDDEN];

__attribute__((constructor)) static void make_weights(void) {
  for (int id = 0; id != VOCABULARY; ++id)
    for (int column = 0; column != HIDDEN; ++column)
      weights[id * HIDDEN + column] =
          sinf(1.7f * (float)id + 2.3f * (float)(column * column) + 0.5f);
}

static int64_t round_up(int64_t size, int64_t unit) {
  return (size + unit - 1) / unit * unit;
}

static void embed(const float *table, int32_t id, int32_t position, float *row) {
  for (int column = 0; column != HIDDEN; ++column)
    row[column] = table[id * HIDDEN + column] + 0.1f * cosf((float)(position * (column + 1)));
}

// keys [head][position / KEY_BLOCK][dim][KEY_BLOCK], values [head][position][dim]
static float *key_at(float *slot, int64_t positions, int head, int64_t position, int dim) {
  return slot +
         ((head * (positions / KEY_BLOCK) + position / KEY_BLOCK) * HEAD_DIM + dim) * KEY_BLOCK +
         position % KEY_BLOCK;
}

static float *value_at(float *slot, int64_t positions, int head, int64_t position, int dim) {
  return slot + (head * positions + position) * HEAD_DIM + dim;
}

static void store(float *cache, int64_t positions, int64_t position, const float *row) {
  float *values = cache + positions * HIDDEN;
  for (int head = 0; head != HEADS; ++head)
    for (int dim = 0; dim != HEAD_DIM; ++dim) {
      *key_at(cache, positions, head, position, dim) = row[head * HEAD_DIM + dim];
      *value_at(values, positions, head, position, dim) =
          0.5f - row[HIDDEN - 1 - head * HEAD_DIM - dim];
    }
}

static void encode(const transept_invocation *invocation, uint32_t worker, uint32_t worker_count) {
  float *states = invocation->arena; // [row_count, HIDDEN]
  for (int64_t row = worker; row < invocation->row_count; row += worker_count)
    embed(invocation->weights, invocation->ids[row], invocation->positions[row],
          states + row * HIDDEN);
  invocation->barrier(invocation->barrier_context, worker);
  for (int64_t sequence = worker; sequence < invocation->sequence_count; sequence += worker_count) {
    int64_t begin = invocation->sequence_offsets[sequence],
            end = invocation->sequence_offsets[sequence + 1];
    float mean[HIDDEN] = {0};
    for (int64_t row = begin; row != end; ++row)
      for (int column = 0; column != HIDDEN; ++column)
        mean[column] += states[row * HIDDEN + column] / (float)(end - begin);
    for (int64_t row = begin; row != end; ++row) {
      for (int column = 0; column != HIDDEN; ++column)
        states[row * HIDDEN + column] += 0.3f * mean[column];
      store(invocation->encoder_entries[sequence], round_up(end - begin, KEY_BLOCK), row - begin,
            states + row * HIDDEN);
      if (invocation->states)
        for (int column = 0; column != HIDDEN; ++column)
          invocation->states[row * HIDDEN + column] = states[row * HIDDEN + column];
    }
  }
}

// Where a position lies: an encoder entry is one piece, a self cache has a page for each key block.
typedef struct {
  float *const *pieces;
  int64_t positions; // of each piece
} cache_view;

static void attend(cache_view cache, int64_t length, const float *query, float *scores,
                   float *result) {
  for (int head = 0; head != HEADS; ++head) {
    float sum = 0;
    for (int64_t position = 0; position != length; ++position) {
      float *piece = cache.pieces[position / cache.positions], score = 0;
      for (int dim = 0; dim != HEAD_DIM; ++dim)
        score += query[head * HEAD_DIM + dim] *
                 *key_at(piece, cache.positions, head, position % cache.positions, dim);
      scores[position] = expf(score);
      sum += scores[position];
    }
    for (int64_t position = 0; position != length; ++position) {
      float *values = cache.pieces[position / cache.positions] + cache.positions * HIDDEN;
      for (int dim = 0; dim != HEAD_DIM; ++dim)
        result[head * HEAD_DIM + dim] +=
            scores[position] / sum *
            *value_at(values, cache.positions, head, position % cache.positions, dim);
    }
  }
}

static int64_t range_of(const int64_t *offsets, int64_t row) {
  int64_t range = 0;
  while (offsets[range + 1] <= row)
    ++range;
  return range;
}

// One vocabulary block's result for one requested row: 8 + 8 * candidate_count bytes.
typedef struct {
  float sum; // of exp(logit)
  int32_t count;
  struct {
    float logit;
    int32_t id;
  } best[];
} partial;

static partial *partial_at(const transept_invocation *invocation, int64_t block, int64_t request) {
  size_t size = 8 + 8 * (size_t)invocation->candidate_count;
  return (partial *)((char *)invocation->search_memory +
                     (size_t)(block * invocation->requested_count + request) * size);
}

static void insert(partial *result, int64_t limit, float logit, int32_t id) {
  int64_t at = result->count;
  while (at > 0 && (result->best[at - 1].logit < logit ||
                    (result->best[at - 1].logit == logit && result->best[at - 1].id > id)))
    --at;
  if (at >= limit)
    return;
  if (result->count < limit)
    ++result->count;
  for (int64_t index = result->count - 1; index > at; --index)
    result->best[index] = result->best[index - 1];
  result->best[at].logit = logit;
  result->best[at].id = id;
}

static void search_block(const transept_invocation *invocation, const float *states, int64_t block,
                         int64_t request) {
  const float *state = states + invocation->requested_rows[request] * HIDDEN,
              *table = invocation->weights;
  partial *result = partial_at(invocation, block, request);
  result->sum = 0;
  result->count = 0;
  int64_t excluded = invocation->excluded_offsets ? invocation->excluded_offsets[request] : 0;
  int64_t excluded_end =
      invocation->excluded_offsets ? invocation->excluded_offsets[request + 1] : 0;
  int32_t width = (VOCABULARY + BLOCKS - 1) / BLOCKS;
  for (int32_t id = (int32_t)block * width; id < VOCABULARY && id < ((int32_t)block + 1) * width;
       ++id) {
    float logit = 0.01f * (float)(id % 7);
    for (int column = 0; column != HIDDEN; ++column)
      logit += state[column] * table[id * HIDDEN + column];
    result->sum += expf(logit);
    if (invocation->logits)
      invocation->logits[request * VOCABULARY + id] = logit;
    while (excluded != excluded_end && invocation->excluded_ids[excluded] < id)
      ++excluded;
    if (excluded != excluded_end && invocation->excluded_ids[excluded] == id)
      invocation->excluded_logits[excluded] = logit;
    else
      insert(result, invocation->candidate_count, logit, id);
  }
}

static void merge_blocks(const transept_invocation *invocation, int64_t request) {
  partial *first = partial_at(invocation, 0, request);
  for (int64_t block = 1; block != BLOCKS; ++block) {
    partial *other = partial_at(invocation, block, request);
    first->sum += other->sum;
    for (int32_t rank = 0; rank != other->count; ++rank)
      insert(first, invocation->candidate_count, other->best[rank].logit, other->best[rank].id);
  }
  for (int64_t rank = 0; rank != invocation->candidate_count; ++rank) {
    int64_t at = request * invocation->candidate_count + rank;
    invocation->candidate_ids[at] = rank < first->count ? first->best[rank].id : -1;
    invocation->candidate_logits[at] = rank < first->count ? first->best[rank].logit : -INFINITY;
  }
  if (invocation->log_sum_exp)
    invocation->log_sum_exp[request] = logf(first->sum);
}

static void decode(const transept_invocation *invocation, uint32_t worker, uint32_t worker_count) {
  float *states = invocation->arena; // [row_count, HIDDEN]
  float *scores = (float *)((char *)invocation->scratch + worker * invocation->scratch_stride);
  for (int64_t row = worker; row < invocation->row_count; row += worker_count) {
    int64_t sequence = range_of(invocation->sequence_offsets, row);
    int64_t position =
        invocation->past_lengths[sequence] + row - invocation->sequence_offsets[sequence];
    embed(invocation->weights, invocation->ids[row], invocation->positions[row],
          states + row * HIDDEN);
    store(invocation->self_pages[sequence][position / KEY_BLOCK], KEY_BLOCK, position % KEY_BLOCK,
          states + row * HIDDEN);
  }
  invocation->barrier(invocation->barrier_context, worker);
  for (int64_t row = worker; row < invocation->row_count; row += worker_count) {
    int64_t sequence = range_of(invocation->sequence_offsets, row);
    int64_t source = range_of(invocation->source_offsets, row);
    int64_t length =
        invocation->past_lengths[sequence] + row - invocation->sequence_offsets[sequence] + 1;
    float *entry = (float *)invocation->source_entries[source];
    cache_view self = {invocation->self_pages[sequence], KEY_BLOCK};
    cache_view cross = {&entry, round_up(invocation->source_lengths[source], KEY_BLOCK)};
    float *state = states + row * HIDDEN, result[HIDDEN] = {0};
    attend(self, length, state, scores, result);
    attend(cross, invocation->source_lengths[source], state, scores, result);
    for (int column = 0; column != HIDDEN; ++column)
      state[column] += result[column];
  }
  invocation->barrier(invocation->barrier_context, worker);
  for (int64_t item = worker; item < BLOCKS * invocation->requested_count; item += worker_count)
    search_block(invocation, states, item % BLOCKS, item / BLOCKS);
  invocation->barrier(invocation->barrier_context, worker);
  for (int64_t request = worker; request < invocation->requested_count; request += worker_count)
    merge_blocks(invocation, request);
}

static const transept_program encode_program = {
    .run = encode,
    .arena_bytes_per_row = HIDDEN * sizeof(float),
};
static const transept_program decode_program = {
    .run = decode,
    .arena_bytes_per_row = HIDDEN * sizeof(float),
    .scratch_bytes_per_key = sizeof(float),
};

// C for any processor; the second one is of a processor that nobody has.
static const transept_level levels[] = {
    {"x86-64", 0, &encode_program, &decode_program},
    {"of-tomorrow", UINT64_C(1) << 60, &encode_program, &decode_program}};

static const transept_cache_slot encoder_slots[] = {
    {"cross_attention.keys", TRANSEPT_CACHE_KEYS, HEADS, HEAD_DIM, sizeof(float)},
    {"cross_attention.values", TRANSEPT_CACHE_VALUES, HEADS, HEAD_DIM, sizeof(float)}};
static const transept_cache_slot self_slots[] = {
    {"self_attention.keys", TRANSEPT_CACHE_KEYS, HEADS, HEAD_DIM, sizeof(float)},
    {"self_attention.values", TRANSEPT_CACHE_VALUES, HEADS, HEAD_DIM, sizeof(float)}};

static const transept_asset assets[] = {{"notes.txt", "hand-written", 12}};
static const int32_t end_ids[] = {2};
static const transept_generation_defaults generation = {
    .decoder_start_id = 1,
    .beginning_id = -1,
    .padding_id = 0,
    .forced_beginning_id = -1,
    .forced_end_id = 2,
    .beams = 3,
    .return_count = 1,
    .maximum_length = 40,
    .maximum_new_tokens = -1,
    .minimum_new_tokens = -1,
    .no_repeat_ngram_size = 2,
    .length_penalty = 1,
    .repetition_penalty = 1,
    .end_ids = end_ids,
    .end_id_count = 1,
    .temperature = 1,
    .top_k = 50,
    .top_p = 1,
    .typical_p = 1,
    .encoder_repetition_penalty = 1,
    .exponential_decay_factor = 1,
    .beam_groups = 1,
    .patience = 1,
    .lookup_ngram_size = 2,
    .guess_length = 5,
};

static const transept_model_table table = {
    .abi_version = TRANSEPT_ABI_VERSION,
    .structure_size = sizeof(transept_model_table),
    .name = "hand_written",
    .manifest = manifest,
    .manifest_size = sizeof(manifest) - 1,
    .levels = levels,
    .level_count = 2,
    .weights = weights,
    .weights_size = sizeof(weights),
    .source_vocabulary_size = VOCABULARY,
    .target_vocabulary_size = VOCABULARY,
    .encoder_hidden_size = HIDDEN,
    .vocabulary_block_count = BLOCKS,
    .maximum_source_length = 64,
    .maximum_target_length = 48,
    .encoder_slots = encoder_slots,
    .encoder_slot_count = 2,
    .self_slots = self_slots,
    .self_slot_count = 2,
    .assets = assets,
    .asset_count = 1,
    .generation = &generation,
    .runtime = &transept_runtime_functions,
};

__attribute__((visibility("default"))) const transept_model_table *
transept_model_hand_written(void) {
  return &table;
}
