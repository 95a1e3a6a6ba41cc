/* SPDX-License-Identifier: Apache-2.0
 *
 * The C ABI between a compiled model, the runtime linked into it, and the program that calls it.
 * A library exports one function, transept_model_<name>, which returns its transept_model_table;
 * everything else is reached through that table. The fields are listed in abi_fields.inc.
 */
#ifndef TRANSEPT_ABI_H
#define TRANSEPT_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TRANSEPT_ABI_VERSION 6u
#define TRANSEPT_KEY_BLOCK 16u    /* positions of a self cache page, or a block of keys (below) */
#define TRANSEPT_SHARE_BLOCK 512u /* tokens of a block of a vocabulary's share (search_memory) */

/* Bytes that must be readable behind the last position of an encoder entry and of a self cache
 * page: kernels load whole vectors. Their content never reaches a result. */
#define TRANSEPT_CACHE_SLACK 256u

/* Cache layouts. A cache holds slots one after another; a slot of P positions (P a multiple of
 * TRANSEPT_KEY_BLOCK; one page has P = TRANSEPT_KEY_BLOCK) takes P * head_count * head_dim numbers
 * (f32 or bf16): keys    [head_count][P / TRANSEPT_KEY_BLOCK][head_dim][TRANSEPT_KEY_BLOCK] values
 * [head_count][P][head_dim] An encoder cache entry of n positions has P = n rounded up; positions
 * from n on may hold anything finite. Entries and pages are 64-byte aligned; fresh ones must be
 * zeroed. */
#define TRANSEPT_CACHE_KEYS 0u
#define TRANSEPT_CACHE_VALUES 1u
#define TRANSEPT_EARLY_STOPPING_FALSE 0u
#define TRANSEPT_EARLY_STOPPING_TRUE 1u
#define TRANSEPT_EARLY_STOPPING_NEVER 2u

/* How the logits of labels become scores. */
#define TRANSEPT_SCORES_SOFTMAX 0u  /* one label is right: their scores sum to 1 */
#define TRANSEPT_SCORES_SIGMOID 1u  /* each label is right or not */
#define TRANSEPT_SCORES_IDENTITY 2u /* the logits are numbers of their own */

/* default_task of transept_speech_defaults; without one, the caller's own default counts */
#define TRANSEPT_TASK_NONE 0u
#define TRANSEPT_TASK_TRANSCRIBE 1u
#define TRANSEPT_TASK_TRANSLATE 2u

/* Bits of transept_level.required_features. */
#define TRANSEPT_CPU_AVX2_FMA 1u /* AVX, AVX2, FMA3, F16C */
#define TRANSEPT_CPU_AVX512 2u   /* AVX-512 F, BW, CD, DQ, VL */
#define TRANSEPT_CPU_AVX_VNNI 4u
#define TRANSEPT_CPU_AVX512_VNNI 8u
#define TRANSEPT_CPU_AMX 16u /* AMX tiles, int8 and bf16, permitted by the kernel; AVX-512 BF16 */
#define TRANSEPT_CPU_AVX512_BF16 32u
#define TRANSEPT_CPU_NEON 64u     /* Armv8-A with vectors */
#define TRANSEPT_CPU_DOTPROD 128u /* sdot */
#define TRANSEPT_CPU_I8MM 256u    /* usdot */
#define TRANSEPT_CPU_ARM_BF16 512u
#define TRANSEPT_CPU_SIMD128 1024u /* WebAssembly with vectors */
#define TRANSEPT_CPU_RELAXED_SIMD 2048u

typedef struct transept_invocation transept_invocation;

/* Called by every worker of an invocation, with its own number. */
typedef void (*transept_barrier_function)(void *context, uint32_t worker);

/* One program: worker `worker` of `worker_count` does its share. All workers get the same
 * invocation. Returns when this worker has finished; results are complete when all have. */
typedef void (*transept_program_function)(const transept_invocation *invocation, uint32_t worker,
                                          uint32_t worker_count);

#define TRANSEPT_DECLARE_FIELD(kind, c_type, name, meaning) c_type name;
struct transept_invocation {
#define TRANSEPT_INVOCATION_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_INVOCATION_FIELDS
};

/* Which rows a launch works on: those of the invocation, the requested ones, (plus n) those that
 * the features are before row step n, (plus n) the whole blocks of n rows of the invocation, or
 * (plus n) n rows of each sequence. */
#define TRANSEPT_ROWS_ALL 0u
#define TRANSEPT_ROWS_REQUESTED 1u
#define TRANSEPT_ROWS_BEFORE_STEP 2u
#define TRANSEPT_ROWS_OF_BLOCKS 0x1000000u
#define TRANSEPT_ROWS_OF_NUMBER 0x40000000u

/* Which keys each row of a launch looks at: those of its own sequence (what is cached included) up
 * to its own position or all of them, those of its source, or (plus TRANSEPT_ROWS_*) these. */
#define TRANSEPT_KEYS_NONE 0u
#define TRANSEPT_KEYS_UP_TO_ROW 1u
#define TRANSEPT_KEYS_OF_SEQUENCE 2u
#define TRANSEPT_KEYS_OF_SOURCE 3u
#define TRANSEPT_KEYS_OF_ROWS 4u

/* A row looks at so many keys before its own position and behind it at most; a reach of
 * TRANSEPT_WINDOW_REACH or more is none. Libraries without windows have 0 there. */
#define TRANSEPT_WINDOW_REACH 65535u
#define TRANSEPT_WINDOW(before, after)                                                             \
  (TRANSEPT_WINDOW_HALF(before) | TRANSEPT_WINDOW_HALF(after) << 16)
#define TRANSEPT_WINDOW_HALF(reach) ((reach) < TRANSEPT_WINDOW_REACH ? (uint32_t)(reach) + 1u : 0u)

#define TRANSEPT_ARITHMETIC_F32 0u
#define TRANSEPT_ARITHMETIC_BF16 1u /* sums in f32 */
#define TRANSEPT_ARITHMETIC_INT8 2u /* sums in 32 bits */

typedef struct transept_launch {
#define TRANSEPT_LAUNCH_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_LAUNCH_FIELDS
} transept_launch;

typedef struct transept_program {
#define TRANSEPT_PROGRAM_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_PROGRAM_FIELDS
} transept_program;

typedef struct transept_level {
#define TRANSEPT_LEVEL_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_LEVEL_FIELDS
} transept_level;

typedef struct transept_cache_slot {
#define TRANSEPT_CACHE_SLOT_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_CACHE_SLOT_FIELDS
} transept_cache_slot;

#include "transept/feature_abi.h"

typedef struct transept_returned_attention {
#define TRANSEPT_RETURNED_ATTENTION_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_RETURNED_ATTENTION_FIELDS
} transept_returned_attention;

typedef struct transept_asset {
#define TRANSEPT_ASSET_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_ASSET_FIELDS
} transept_asset;

typedef struct transept_generation_defaults {
#define TRANSEPT_GENERATION_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_GENERATION_FIELDS
} transept_generation_defaults;

typedef struct transept_language {
#define TRANSEPT_LANGUAGE_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_LANGUAGE_FIELDS
} transept_language;

typedef struct transept_alignment_head {
#define TRANSEPT_ALIGNMENT_HEAD_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_ALIGNMENT_HEAD_FIELDS
} transept_alignment_head;

typedef struct transept_speech_defaults {
#define TRANSEPT_SPEECH_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_SPEECH_FIELDS
} transept_speech_defaults;

typedef struct transept_classifier {
#define TRANSEPT_CLASSIFIER_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_CLASSIFIER_FIELDS
} transept_classifier;

struct transept_runtime;
struct transept_text_functions;  /* text_abi.h */
struct transept_sound_functions; /* sound_abi.h */
struct transept_image_functions; /* image_abi.h */

typedef struct transept_model_table {
#define TRANSEPT_MODEL_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_MODEL_FIELDS
} transept_model_table;

/* What follows is the other direction: the functions of the runtime that is linked into the
 * library. model.h wraps them for C++.
 *
 * Every function that can fail returns a status. If it is not TRANSEPT_OK and `message` is not
 * null, *message receives a text (what was wrong, with which value, what is allowed) to be freed
 * with release_message, or null when there was no memory for it. A call that fails changes nothing;
 * of a batch the message names what is wrong ("sources[3]"), and the rest can be passed again
 * without it.
 *
 * All functions may be called from any thread at any time, except that one decoder must not be used
 * by two threads at once. Handles keep what they need alive: they may be released in any order, but
 * the library must stay loaded until all are.
 *
 * After fork(), calls on handles of the parent fail in the child with TRANSEPT_UNSUPPORTED; what
 * frees handles does nothing there, and statistics sets structure_size to 0: workers and the owners
 * of locks stayed behind. Exceptions of callbacks end at these functions, as failures. */

typedef int32_t transept_status;
#define TRANSEPT_OK 0
#define TRANSEPT_INVALID_ARGUMENT 1 /* an argument is wrong */
#define TRANSEPT_UNSUPPORTED 2      /* this CPU, or this version of the library */
#define TRANSEPT_OUT_OF_MEMORY 3    /* memory, or the limit given at opening, is used up */
#define TRANSEPT_CANCELLED 4        /* a callback asked to stop */
#define TRANSEPT_INTERNAL 5         /* the library broke its own contract */
#define TRANSEPT_OVERLOADED 7       /* as many requests wait as may */
#define TRANSEPT_DEADLINE 8         /* a request's deadline passed before its end */

/* Unset fields of transept_generation_options take the model's default: integers are
 * TRANSEPT_UNSET, floats TRANSEPT_UNSET_FRACTION, lists null (a list that is not null but has count
 * 0 is set, and empty). */
#define TRANSEPT_UNSET INT32_MIN
/* A NaN with bits of its own, so that one which a computation comes to is an error, no default. */
#define TRANSEPT_UNSET_FRACTION __builtin_nanf("0x5e7")
#define TRANSEPT_UNSET_FRACTION_BITS 0x7fc005e7u

/* Bits of transept_generation_options.conventions. */
#define TRANSEPT_CONVENTION_UNSET_FRACTION 1u /* without it every NaN is unset */
#define TRANSEPT_CONVENTION_CPP_NAMES 2u      /* messages name options as transept/options.h does */

#define TRANSEPT_FINISH_END 0u       /* an end id was generated */
#define TRANSEPT_FINISH_LENGTH 1u    /* the maximum length was reached */
#define TRANSEPT_FINISH_CANCELLED 2u /* the call was asked to stop, and to keep what there was */
#define TRANSEPT_FINISH_STOP 3u      /* a stop string was generated */

/* Scores of single tokens, as transformers' compute_transition_scores gives them. */
#define TRANSEPT_TOKEN_SCORES_NONE 0u
#define TRANSEPT_TOKEN_SCORES_PROCESSED                                                            \
  1u /* what the search worked with (normalize_logits=False) */
#define TRANSEPT_TOKEN_SCORES_NORMALIZED 2u /* log-probabilities after the rules */

typedef struct transept_model transept_model;     /* an opened model: workers and caches */
typedef struct transept_source transept_source;   /* an encoded source, reference counted */
typedef struct transept_results transept_results; /* what generate returned */
typedef struct transept_decoder transept_decoder; /* one target sequence, fed step by step */
typedef struct transept_request transept_request; /* a generation that nobody waits for */

#include "transept/callback_abi.h"

/* A function for every worker: worker number `worker` of those that run_workers was asked for. */
typedef void (*transept_worker_function)(void *argument, uint32_t worker);

/* Calls function(argument, worker) for each worker from 0 to worker_count - 1, all at the same time
 * on different threads, because they wait for each other, and returns 0 when all have returned.
 * Anything else says that it cannot, and nothing was called. Worker 0 should be the calling thread.
 * It may be called from several threads at once, which it may let wait for each other. A program
 * whose workers have not each run once when it returns, or that it leaves by an exception, fails.
 */
typedef int32_t (*transept_executor_function)(void *context, transept_worker_function function,
                                              void *argument, uint32_t worker_count);

typedef struct transept_open_options {
#define TRANSEPT_OPEN_OPTIONS_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_OPEN_OPTIONS_FIELDS
} transept_open_options;

typedef struct transept_source_input {
#define TRANSEPT_SOURCE_INPUT_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_SOURCE_INPUT_FIELDS
} transept_source_input;

typedef struct transept_source_view {
#define TRANSEPT_SOURCE_VIEW_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_SOURCE_VIEW_FIELDS
} transept_source_view;

typedef struct transept_generation_options {
#define TRANSEPT_GENERATION_OPTIONS_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_GENERATION_OPTIONS_FIELDS
} transept_generation_options;

/* Sets every field to "unset": where to begin when filling in options from C. */
static inline void transept_unset_generation_options(transept_generation_options *options) {
#define TRANSEPT_UNSET_pointer 0
#define TRANSEPT_UNSET_u64 0
#define TRANSEPT_UNSET_u32 0
#define TRANSEPT_UNSET_i32 TRANSEPT_UNSET
#define TRANSEPT_UNSET_f32 TRANSEPT_UNSET_FRACTION
#define TRANSEPT_UNSET_FIELD(kind, c_type, name, meaning) options->name = TRANSEPT_UNSET_##kind;
#define TRANSEPT_GENERATION_OPTIONS_FIELDS TRANSEPT_UNSET_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_GENERATION_OPTIONS_FIELDS
#undef TRANSEPT_UNSET_FIELD
#undef TRANSEPT_UNSET_pointer
#undef TRANSEPT_UNSET_u64
#undef TRANSEPT_UNSET_u32
#undef TRANSEPT_UNSET_i32
#undef TRANSEPT_UNSET_f32
  options->structure_size = sizeof(*options);
  options->conventions = TRANSEPT_CONVENTION_UNSET_FRACTION;
}

typedef struct transept_sequence {
#define TRANSEPT_SEQUENCE_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_SEQUENCE_FIELDS
} transept_sequence;

typedef struct transept_statistics {
#define TRANSEPT_STATISTICS_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_STATISTICS_FIELDS
} transept_statistics;

typedef struct transept_launch_profile {
#define TRANSEPT_LAUNCH_PROFILE_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_LAUNCH_PROFILE_FIELDS
} transept_launch_profile;

typedef struct transept_program_profile {
#define TRANSEPT_PROGRAM_PROFILE_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_PROGRAM_PROFILE_FIELDS
} transept_program_profile;

/* Null options: all defaults. *model receives a handle for close. With the function run_workers of
 * another opened model's runtime as executor and that model as executor_context, both share its
 * workers; it must then stay open until this one, its sources and decoders are given up. */
typedef transept_status (*transept_open_function)(const transept_model_table *table,
                                                  const transept_open_options *options,
                                                  transept_model **model, char **message);
typedef void (*transept_close_function)(transept_model *model);

/* Encodes `count` sources, each of 1 to maximum_source_length unmasked tokens; sources[i] receives
 * a new reference for inputs[i]. Equal sources are encoded once, also across threads. */
typedef transept_status (*transept_encode_function)(transept_model *model,
                                                    const transept_source_input *inputs,
                                                    uint64_t count, transept_source **sources,
                                                    char **message);
/* The same, ended by `should_stop` with a context of its own. Those of the sources that were
 * encoded by then stay in the cache. */
typedef transept_status (*transept_encode_until_function)(
    transept_model *model, const transept_source_input *inputs, uint64_t count,
    transept_stop_function should_stop, void *should_stop_context, transept_source **sources,
    char **message);
typedef void (*transept_retain_source_function)(transept_source *source);
typedef void (*transept_release_source_function)(transept_source *source);
/* The view's pointers live as long as the source. */
typedef void (*transept_view_source_function)(const transept_source *source,
                                              transept_source_view *view);

/* Null options: the model's defaults. *results is to be freed with release_results. */
typedef transept_status (*transept_generate_function)(transept_model *model,
                                                      transept_source *const *sources,
                                                      uint64_t source_count,
                                                      const transept_generation_options *options,
                                                      transept_results **results, char **message);
/* The sequences of source number `source`, best first; null and count 0 beyond the last source.
 * They live as long as the results. */
typedef const transept_sequence *(*transept_view_sequences_function)(
    const transept_results *results, uint64_t source, uint64_t *count);
/* The scores of the tokens that were generated in a sequence, if they were asked for: the last
 * *count of its ids, forced ones and the end id included. Null and count 0 otherwise. */
typedef const float *(*transept_view_token_scores_function)(const transept_results *results,
                                                            uint64_t source, uint64_t sequence,
                                                            uint64_t *count);
typedef void (*transept_release_results_function)(transept_results *results);

#include "transept/forecast_abi.h"
#include "transept/request_abi.h"

/* target_ids holds all target sequences one after another, sequence i in the range
 * [target_offsets[i], target_offsets[i + 1]). logits receives
 * [target_offsets[source_count], target_vocabulary_size] floats, or of a classifier label_count. */
typedef transept_status (*transept_logits_function)(
    transept_model *model, transept_source *const *sources, uint64_t source_count,
    const int32_t *target_ids, const uint64_t *target_offsets, float *logits, char **message);

/* Of a model with a classifier. logits and scores each receive [source_count, label_count] floats,
 * or are null. A source without one of the classifier's end ids is an error. */
typedef transept_status (*transept_classify_function)(transept_model *model,
                                                      transept_source *const *sources,
                                                      uint64_t source_count, float *logits,
                                                      float *scores, char **message);

/* Targets as for logits. scores receives a float for each target id: the natural logarithm of its
 * probability behind the ids before it, and 0 for the first id of each target, which is given. */
typedef transept_status (*transept_score_function)(transept_model *model,
                                                   transept_source *const *sources,
                                                   uint64_t source_count, const int32_t *target_ids,
                                                   const uint64_t *target_offsets, float *scores,
                                                   char **message);

/* For each cross-attention in order, weights[i] is null or receives its weights: for each source
   [heads, target ids, source length], one source after another. Targets as for logits. */
typedef transept_status (*transept_cross_attention_function)(transept_model *model,
                                                             transept_source *const *sources,
                                                             uint64_t source_count,
                                                             const int32_t *target_ids,
                                                             const uint64_t *target_offsets,
                                                             float *const *weights, char **message);

/* Rows [offsets[i], offsets[i + 1]) of features are the target of source i; a target may be empty.
   states receives [offsets[source_count], target_state_width] numbers; weights is null, or as for
   cross_attention. */
typedef transept_status (*transept_transform_function)(transept_model *model,
                                                       transept_source *const *sources,
                                                       uint64_t source_count, const float *features,
                                                       const uint64_t *offsets, float *states,
                                                       float *const *weights, char **message);

typedef transept_status (*transept_open_decoder_function)(transept_source *source,
                                                          transept_decoder **decoder,
                                                          char **message);
typedef transept_status (*transept_fork_decoder_function)(const transept_decoder *decoder,
                                                          transept_decoder **fork, char **message);
/* Appends ids [offsets[i], offsets[i + 1]) to decoder i, at least one each. logits may be null;
 * else it receives [offsets[decoder_count], target_vocabulary_size] floats when all_rows is not 0,
 * and [decoder_count, target_vocabulary_size] (the last row of each) when it is. Decoders of one
 * call belong to one model and are all different. */
typedef transept_status (*transept_append_function)(transept_decoder *const *decoders,
                                                    uint64_t decoder_count, const int32_t *ids,
                                                    const uint64_t *offsets, int32_t all_rows,
                                                    float *logits, char **message);
typedef uint64_t (*transept_decoder_length_function)(const transept_decoder *decoder);
typedef void (*transept_close_decoder_function)(transept_decoder *decoder);

typedef void (*transept_statistics_function)(transept_model *model,
                                             transept_statistics *statistics);
typedef void (*transept_release_message_function)(char *message);

/* Until this is called with `enabled` not 0, nothing is measured; calling it so again begins from
 * zero, calling it with 0 ends measuring and keeps what there is. */
typedef void (*transept_set_profiling_function)(transept_model *model, int32_t enabled);
/* `program` is encode or decode of the level that runs; launches is null or receives
 * [launch_count]. */
typedef transept_status (*transept_profile_function)(transept_model *model,
                                                     const transept_program *program,
                                                     transept_program_profile *profile,
                                                     transept_launch_profile *launches,
                                                     char **message);
/* Called for the launches of a program, in order and one at a time, when they are done and nothing
 * has overwritten what they wrote. `rows` is what the launch worked on; a buffer at `offset` bytes
 * a row begins offset * invocation->row_count bytes into invocation->arena. It must not call the
 * model. */
typedef void (*transept_observer_function)(void *context, const transept_program *program,
                                           uint64_t launch, const transept_invocation *invocation,
                                           uint64_t rows);
/* `function` null ends observing. */
typedef void (*transept_set_observer_function)(transept_model *model,
                                               transept_observer_function function, void *context);
/* It belongs to the library. */
typedef const transept_level *(*transept_level_function)(const transept_model *model);

struct transept_runtime {
#define TRANSEPT_RUNTIME_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_RUNTIME_FIELDS
};
typedef struct transept_runtime transept_runtime;
/* Defined by the runtime archive, hidden in each library: what transept_model_table.runtime is. */
#if defined(__GNUC__)
__attribute__((visibility("hidden")))
#endif
extern const struct transept_runtime transept_runtime_functions;

/* The one function a library exports: transept_model_<name>. */
typedef const transept_model_table *(*transept_model_function)(void);
#undef TRANSEPT_DECLARE_FIELD
#ifdef __cplusplus
}
#endif
#endif
