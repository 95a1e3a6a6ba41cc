/* SPDX-License-Identifier: Apache-2.0
 *
 * Transept's C API: open a compiled model by the name of its library, texts or token ids in, texts
 * or token ids out. abi.h and text_abi.h say what the structures and callbacks mean.
 *
 *     transept_error error;
 *     transept_library *library = transept_open("libende.so", NULL, &error);
 *     char *german = transept_translate(library, "The cat sat.", NULL, NULL, &error);
 *     puts(german ? german : error.text);
 *     free(german);
 *     transept_close(library);
 *
 * C11, and C++. Programs link with libtransept.a (Transept::C, or pkg-config transept-c), which is
 * the C++ API behind C functions: one reader and check of library files for both languages.
 *
 * Errors. A function that can fail returns null, or a status that is not TRANSEPT_OK, changes
 * nothing, and fills in *error, which may be null.
 * Ownership. What a function returns as char * or int32_t * is for free(); handles are for the
 * function that is named beside them. They keep what they need alive: a library is unloaded when it
 * is closed and the last source and results of it are released.
 * Threads. All functions may be called from any thread at any time, on the same library too.
 * Null options are the defaults; structures of options begin with transept_default_*_options.
 */
#ifndef TRANSEPT_TRANSEPT_H
#define TRANSEPT_TRANSEPT_H

#include "transept/image_abi.h"
#include "transept/sound_abi.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rises when a function of this file changes; new functions do not raise it. */
#define TRANSEPT_C_VERSION 1u

/* Beside the statuses of abi.h: the file is missing, damaged, or not a compiled model. */
#define TRANSEPT_LIBRARY 6

typedef struct transept_error {
  transept_status status; /* TRANSEPT_OK where nothing was wrong */
  char text[1020];        /* UTF-8: what was wrong, with which value, what is allowed; cut off where
                             it is longer */
} transept_error;

typedef struct transept_library transept_library; /* an opened model; transept_close */
typedef struct transept_encoded transept_encoded; /* an encoded source; transept_release_encoded */
typedef struct transept_sequences transept_sequences; /* transept_release_sequences */
typedef struct transept_pending transept_pending;     /* a request; transept_release_pending */
typedef struct transept_texts transept_texts;         /* transept_release_texts */
typedef struct transept_speech transept_speech;       /* transept_release_speech */

/* All fields at their defaults. */
transept_open_options transept_default_open_options(void);
transept_text_options transept_default_text_options(void);
transept_generation_options transept_default_generation_options(void);
transept_transcribe_options transept_default_transcribe_options(void);

/* Opens what the file is now, also where a model from an older file of that name is still open; a
 * file that is in use must be replaced by renaming, not written over. */
transept_library *transept_open(const char *path, const transept_open_options *options,
                                transept_error *error);
/* Opens the model of a library that the program is linked with: transept_model_<name>. */
transept_library *transept_open_linked(transept_model_function model,
                                       const transept_open_options *options, transept_error *error);
/* Opens a second model, which works on the threads of `workers`; that may be closed first. */
transept_library *transept_open_sharing(const char *path, const transept_library *workers,
                                        const transept_open_options *options,
                                        transept_error *error);
/* Calls of other threads must have returned. Null is fine. */
void transept_close(transept_library *library);

/* Name, sizes, levels, special ids and defaults of the model; valid until it is closed. */
const transept_model_table *transept_table(const transept_library *library);
/* Exact counts of what the opened model did and holds. */
transept_status transept_count(const transept_library *library, transept_statistics *statistics,
                               transept_error *error);
/* The languages that texts can be marked with; null beyond the last, and without a tokenizer.
 * Valid until the library is closed. */
const char *transept_language_name(const transept_library *library, size_t index);

/* The best result for one text. on_text of the options streams it. */
char *transept_translate(const transept_library *library, const char *text,
                         const transept_text_options *options,
                         const transept_generation_options *generation, transept_error *error);
/* Results of many texts, the same as one by one. A callback of the options that returns anything
 * but 0 ends the call: null, and TRANSEPT_CANCELLED. */
transept_texts *transept_translate_all(const transept_library *library, const char *const *texts,
                                       size_t count, const transept_text_options *options,
                                       const transept_generation_options *generation,
                                       transept_error *error);
/* Result number `rank`, best first, of a text, with scores and ids; null beyond the last. Valid as
 * long as the results. */
const transept_text_result *transept_text_at(const transept_texts *results, size_t text,
                                             size_t rank);
/* Of sequence number `sequence` of a result; null beyond the last, and unless token_offsets or
 * alignment of the options asked for them. Valid as long as the results. */
const transept_token_places *transept_places_at(const transept_texts *results, size_t text,
                                                size_t rank, size_t sequence);
void transept_release_texts(transept_texts *results);

/* The best text for an image: its caption, or what is written in it. Of the options, those of
 * source texts may not be set. */
char *transept_describe(const transept_library *library, const transept_image *image,
                        const transept_text_options *options,
                        const transept_generation_options *generation, transept_error *error);
/* Results of many images, the same as one by one; transept_text_at has them. */
transept_texts *transept_describe_all(const transept_library *library, const transept_image *images,
                                      size_t count, const transept_text_options *options,
                                      const transept_generation_options *generation,
                                      transept_error *error);
/* Encodes an image, for transept_generate. `prompt` is what is asked about it, for models that read
 * both; null for others. */
transept_encoded *transept_encode_image(const transept_library *library,
                                        const transept_image *image, const char *prompt,
                                        transept_error *error);

/* What is said in a sound of any length. A callback of the options that returns anything but 0 ends
 * the call: null, and TRANSEPT_CANCELLED, unless the generation options keep partial results. */
transept_speech *transept_transcribe(const transept_library *library, const transept_pcm *pcm,
                                     const transept_transcribe_options *options,
                                     const transept_generation_options *generation,
                                     transept_error *error);
/* Given or detected; empty for models of one language. Valid as long as the speech. */
const char *transept_speech_language(const transept_speech *speech);
/* Null beyond the last. Valid as long as the speech. */
const transept_segment *transept_segment_at(const transept_speech *speech, size_t index);
/* Word number `word` of a segment, with token_times of the options; null beyond the last. Valid as
 * long as the speech. */
const transept_word *transept_word_at(const transept_speech *speech, size_t segment, size_t word);
void transept_release_speech(transept_speech *speech);

/* The ids of a text, *count of them. */
int32_t *transept_tokenize(const transept_library *library, const char *text,
                           const transept_tokenize_options *options, size_t *count,
                           transept_error *error);
/* The text of ids; flags are TRANSEPT_DETOKENIZE_*, added. */
char *transept_detokenize(const transept_library *library, const int32_t *ids, size_t count,
                          uint32_t flags, transept_error *error);

/* Encodes a source, or finds it among those encoded before. */
transept_encoded *transept_encode(const transept_library *library, const int32_t *ids, size_t count,
                                  transept_error *error);
/* Likewise rows of features, [rows, source_feature_width] of the table; or an input with mask or
 * positions. */
transept_encoded *transept_encode_features(const transept_library *library, const float *features,
                                           size_t rows, transept_error *error);
transept_encoded *transept_encode_input(const transept_library *library,
                                        const transept_source_input *input, transept_error *error);
/* Length, ids, and the encoder's states; valid as long as the source. */
transept_source_view transept_view_encoded(const transept_encoded *source);
void transept_release_encoded(transept_encoded *source);

/* Generates from sources of this library; on_token of the options streams ids. */
transept_sequences *transept_generate(const transept_library *library,
                                      const transept_encoded *const *sources, size_t count,
                                      const transept_generation_options *options,
                                      transept_error *error);
/* Sequence number `rank`, best first, of a source; null beyond the last. Valid as long as the
 * sequences. */
const transept_sequence *transept_sequence_at(const transept_sequences *sequences, size_t source,
                                              size_t rank);
void transept_release_sequences(transept_sequences *sequences);

/* Encodes sources and generates from them without a thread that waits. All is checked before this
 * returns, and the inputs may be gone then; what callbacks of the options need must stay until the
 * request has ended. `on_ended` may be null; it must not use or close the library. The status is
 * TRANSEPT_OVERLOADED where maximum_requests of the open options have not ended. */
transept_pending *transept_submit(const transept_library *library,
                                  const transept_source_input *inputs, size_t count,
                                  const transept_generation_options *options,
                                  transept_ended_function on_ended, void *on_ended_context,
                                  transept_error *error);
/* Waits until the request has ended, for so long at most (UINT64_MAX: for ever). 1 if it has. */
int32_t transept_wait(transept_pending *request, uint64_t microseconds);
/* Waits, and gives the sequences of a request, once; or says what ended it. */
transept_sequences *transept_take(transept_pending *request, transept_error *error);
transept_request_view transept_view_pending(const transept_pending *request);
/* Ends it within a step. */
void transept_cancel(transept_pending *request);
/* Cancels what has not ended, and waits until it has: a step at most. */
void transept_release_pending(transept_pending *request);

/* Teacher forcing: logits receives [count, target_vocabulary_size], of what follows each id; of a
 * classifier [count, label_count]. */
transept_status transept_score(const transept_library *library, const transept_encoded *source,
                               const int32_t *target_ids, size_t count, float *logits,
                               transept_error *error);
/* scores receives [count]: the logarithm of each id's probability behind those before it, 0 for the
 * first. Their sum is that of the whole target. */
transept_status transept_log_probabilities(const transept_library *library,
                                           const transept_encoded *source,
                                           const int32_t *target_ids, size_t count, float *scores,
                                           transept_error *error);

/* Of a model whose table has a classifier, which names the labels: scores and logits, of which one
 * may be null, receive [label_count]. transept_tokenize of a pair of texts makes a source of two.
 */
transept_status transept_classify(const transept_library *library, const transept_encoded *source,
                                  float *scores, float *logits, transept_error *error);

/* How a series goes on, of a model whose table has a forecaster, which has the quantiles: `count`
 * values, oldest first, NaN for one that is missing. quantiles receives [quantile_count, horizon];
 * horizon 0 is the forecaster's. Beyond that, each quantile is continued by itself. */
transept_status transept_forecast(const transept_library *library, const float *values,
                                  size_t count, size_t horizon, float *quantiles,
                                  transept_error *error);
/* Of many, the same as one by one: series i is values [offsets[i], offsets[i + 1]). quantiles
 * receives [series_count, quantile_count, horizon]. */
transept_status transept_forecast_all(const transept_library *library, const float *values,
                                      const uint64_t *offsets, size_t series_count, size_t horizon,
                                      float *quantiles, transept_error *error);

/* How labels of the caller's own are scored; all zero: as it says here. */
typedef struct transept_zero_shot_options {
  const char
      *hypothesis; /* sentence about a label, {} stands for it; null: "This example is {}." */
  int32_t are_independent;     /* 1: each label by itself: several may fit, or none; 0: one does */
  const char *source_language; /* as that of transept_tokenize_options; null: none */
} transept_zero_shot_options;

/* Labels of the caller's own, without training, by a model that was trained to say whether a
 * sentence follows from a text ("entailment"): it reads the text beside a sentence about each
 * label. scores and logits (those of entailment), of which one may be null, receive [label_count];
 * options may be null. */
transept_status transept_classify_as(const transept_library *library, const char *text,
                                     const char *const *labels, size_t label_count,
                                     const transept_zero_shot_options *options, float *scores,
                                     float *logits, transept_error *error);

#ifdef __cplusplus
}
#endif

#endif
