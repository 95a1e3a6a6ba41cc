/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of the C ABI that takes and gives texts: the functions that are linked into a library
 * which carries a tokenizer. text.h wraps them for C++.
 *
 * Texts are UTF-8; bytes that are not become U+FFFD. Functions fail as those of abi.h do. Any
 * number of threads may use one transept_text. It and its results may outlive each other, but not
 * the model, which must stay open until the last call has returned.
 */
#ifndef TRANSEPT_TEXT_ABI_H
#define TRANSEPT_TEXT_ABI_H

#include "transept/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct transept_text transept_text;                 /* texts of an opened model */
typedef struct transept_text_results transept_text_results; /* what generate_texts returned */

/* Bits of transept_tokenize_options.flags. */
#define TRANSEPT_TOKENIZE_TARGET 1u     /* the text is a target: for prefixes and scoring */
#define TRANSEPT_TOKENIZE_TEXT_ALONE 2u /* without special tokens around it */

/* Bits of the flags of detokenize. */
#define TRANSEPT_DETOKENIZE_SPECIAL 1u    /* special tokens are written, too */
#define TRANSEPT_DETOKENIZE_TIMESTAMPS 2u /* timestamps of transcripts are written */
#define TRANSEPT_DETOKENIZE_SOURCE 4u     /* the ids are a source's */

typedef struct transept_tokenize_options {
  uint64_t structure_size;     /* sizeof(transept_tokenize_options) of the caller */
  const char *source_language; /* what the text is in, or null: as the checkpoint says */
  uint64_t maximum_length;     /* ids at most, special tokens included, or 0: the end is cut off */
  uint32_t flags;              /* TRANSEPT_TOKENIZE_*, added */
  uint32_t reserved;           /* 0 */
  const char *pair; /* the second text of a pair, or null; what is too long is cut off the first */
} transept_tokenize_options;

/* Called with what is certain of the result of text number `text` and was not given before, whole
 * words at a time; anything but 0 ends the call with TRANSEPT_CANCELLED. Must not call the model.
 */
typedef int32_t (*transept_text_function)(void *context, uint64_t text, const char *part,
                                          uint64_t size);

/* What begins as zeros takes the default of each field. */
typedef struct transept_text_options {
  uint64_t structure_size;        /* sizeof(transept_text_options) of the caller */
  const char *source_language;    /* what the texts are in, or null: as the checkpoint says */
  const char *target_language;    /* what they become, or null: as the checkpoint says */
  const char *prefix;             /* what each result begins with, or null */
  uint32_t splits_sentences;      /* 1: each sentence of a text is a source of its own */
  uint32_t truncates;             /* 1: what is too long for the model is cut; 0: it is an error */
  uint32_t skips_invalid;         /* 1: the result of a text that is refused is its `problem` */
  uint32_t keeps_special;         /* 1: results show special tokens */
  uint64_t batch_size;            /* sources to work on at once at most, or 0: 64 */
  transept_text_function on_text; /* or null; not with splits_sentences */
  void *on_text_context;
  transept_progress_function on_progress; /* or null */
  void *on_progress_context;
  uint32_t replaces_unknowns; /* 1: what is unknown in a result becomes what it was made from */
  uint32_t token_offsets;     /* 1: results say which bytes of the texts each token stands for */
  uint32_t alignment;         /* 1: results say where the model looked as it produced each token */
  uint32_t reserved;          /* 0 */
  const char *image_prompt;   /* what is asked about images, or null: for models that read both */
} transept_text_options;

typedef struct transept_string {
  const char *data; /* ends with a zero byte that size does not count */
  uint64_t size;
} transept_string;

typedef struct transept_token_scores {
  const float *values; /* of the last `count` ids of a sequence */
  uint64_t count;      /* 0 where they were not asked for */
} transept_token_scores;

/* Bytes of a text, without the one at `end`; none where both are the same. */
typedef struct transept_byte_range {
  uint64_t begin;
  uint64_t end;
} transept_byte_range;

/* What the ids of a sequence stand for, and come from. White space around a token is not in its
 * range; tokens that make a character together have it each. */
typedef struct transept_token_places {
  const transept_byte_range *target; /* [sequence.length] in the result's text, or null */
  const transept_byte_range *source; /* [source_length] in the source's text, or null */
  const int32_t *source_ids;         /* [source_length]; null for an image */
  uint64_t source_length;            /* ids, or rows of the encoder's states of an image */
  const float *weights; /* [sequence.length, source_length], or null: what the model looked at as it
                         * produced each id, the mean over the heads of its last cross-attention; 0
                         * for the first id, which was given */
} transept_token_places;

typedef struct transept_text_result {
  transept_string text;
  transept_string problem;            /* why there is no text; data is null where there is one */
  const transept_sequence *sequences; /* what was generated: one sequence, or one a sentence */
  const transept_token_scores *token_scores; /* of each sequence */
  uint64_t sequence_count;
} transept_text_result;

struct transept_text_functions {
  uint64_t structure_size; /* sizeof(struct transept_text_functions) in the library */

  /* Reads the library's tokenizer. *text is to be given to close_text. A null model: for all but
   * generate_texts. */
  transept_status (*open_text)(const transept_model_table *table, transept_model *model,
                               transept_text **text, char **message);
  void (*close_text)(transept_text *text);

  /* *ids receives an array for release, also where *count is 0. Null options: all defaults. */
  transept_status (*tokenize)(const transept_text *text, transept_string string,
                              const transept_tokenize_options *options, int32_t **ids,
                              uint64_t *count, char **message);
  /* *string, of *size bytes and a zero byte, is for release. Ids outside of the vocabulary are
   * written as the unknown token. */
  transept_status (*detokenize)(const transept_text *text, const int32_t *ids, uint64_t count,
                                uint32_t flags, char **string, uint64_t *size, char **message);
  void (*release)(void *memory);

  /* The languages that texts can be marked with, as the checkpoint names them; null behind the
   * last. They live as long as `text`. */
  const char *(*language)(const transept_text *text, uint64_t index);
  /* The id of a language's token, -1 for another name. */
  int32_t (*language_id)(const transept_text *text, const char *name);

  /* Texts to texts: one list of results for each of `strings`. A decoder alone continues them.
   * Null options: all defaults. Of `generation`, forced beginning and decoder start may not be
   * set beside a target language, and on_token and on_progress not at all; the prefix stands behind
   * a prompt. */
  transept_status (*generate_texts)(const transept_text *text, const transept_string *strings,
                                    uint64_t count, const transept_text_options *options,
                                    const transept_generation_options *generation,
                                    transept_text_results **results, char **message);
  /* Best first; null and count 0 beyond the last text. They live as long as the results. */
  const transept_text_result *(*view_texts)(const transept_text_results *results, uint64_t text,
                                            uint64_t *count);
  void (*release_texts)(transept_text_results *results);
  /* Of sequence number `sequence` of result number `rank` of a text; null beyond the last, and
   * where they were not asked for. They live as long as the results. */
  const transept_token_places *(*view_places)(const transept_text_results *results, uint64_t text,
                                              uint64_t rank, uint64_t sequence);

  /* Its context is a transept_text. Special tokens are written as they are in the vocabulary; bytes
   * of a character of which a token has but some become U+FFFD. */
  transept_token_text_function token_text;
};

/* What transept_model_table.text is, hidden in each library that needs it. */
#if defined(__GNUC__)
__attribute__((visibility("hidden")))
#endif
extern const struct transept_text_functions transept_text_function_table;

#ifdef __cplusplus
}
#endif

#endif
