/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of the C ABI that takes sounds: the functions that are linked into a library whose model
 * listens. sound.h wraps them for C++.
 *
 * Functions fail as those of abi.h do. One transept_sound must not be used by two threads at once.
 */
#ifndef TRANSEPT_SOUND_ABI_H
#define TRANSEPT_SOUND_ABI_H

#include "transept/text_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct transept_sound transept_sound;           /* a sound, as the model hears it */
typedef struct transept_transcript transept_transcript; /* what transcribe returned */
typedef struct transept_words transept_words;           /* what group_words returned */

typedef struct transept_pcm {
  const float *samples; /* [frame_count, channel_count], full scale is 1 */
  uint64_t frame_count;
  uint32_t sample_rate;   /* frames a second, 1000 to 768000 */
  uint32_t channel_count; /* 1 to 64; they are averaged */
} transept_pcm;

/* A piece of a transcript, and how sure its window is; see SoundSegment in long_speech.h. */
typedef struct transept_segment {
  double begin; /* seconds from the beginning of the sound */
  double end;
  transept_string text;      /* empty where the library has no tokenizer */
  const int32_t *ids;        /* with timestamps, which count from the window's beginning */
  const double *token_times; /* when each of them begins, or null */
  uint64_t id_count;
  uint64_t window; /* counted from 0, silent ones too */
  double temperature;
  double average_log_probability;
  double compression_ratio;
  double no_speech_probability; /* -1 for models without an id for it */
} transept_segment;

/* Called with each segment as soon as it is known; anything but 0 ends the call with
 * TRANSEPT_CANCELLED, or with what there is if the generation options keep partial results. Must
 * not call the model. */
typedef int32_t (*transept_segment_function)(void *context, const transept_segment *segment);

/* Called after each window with the seconds of the sound that are done and all of them; anything
 * but 0 ends the call as transept_segment_function does. Must not call the model. */
typedef int32_t (*transept_seconds_function)(void *context, double done, double total);

/* What begins as zeros takes the default of each field; see SoundOptions in long_speech.h. */
typedef struct transept_transcribe_options {
  uint64_t structure_size;   /* sizeof(transept_transcribe_options) of the caller */
  const char *language;      /* what is spoken, e.g. "en", or null: it is detected */
  const char *previous_text; /* what counts as said before, or null: names, spelling, style */
  const float *temperatures; /* [temperature_count] to try one after another, or null: 0 alone */
  uint64_t temperature_count;
  uint32_t task;                        /* TRANSEPT_TASK_*; none: as the model's files say */
  uint32_t conditions_on_previous;      /* 1: what was said stands before the next window */
  uint32_t previous_text_is_for_all;    /* 1: before each window, not the first alone */
  uint32_t token_times;                 /* 1: segments have them */
  float compression_ratio_threshold;    /* 0: none */
  float log_probability_threshold;      /* 0: none */
  float no_speech_threshold;            /* 0: none */
  uint32_t reserved;                    /* 0 */
  transept_segment_function on_segment; /* or null */
  void *on_segment_context;
  const char *hotwords; /* words to stand before each window, or null: names, spelling */
  float
      split_at_silence; /* windows end at silence, so many decibels below the loudest frame so far,
                         * and are decoded together; 0: each begins where the text before ended */
  uint32_t batch_size;  /* windows to decode together at most, with split_at_silence; 0: 8 */
  transept_seconds_function on_progress; /* or null */
  void *on_progress_context;
  const char *text_language; /* what the text is to be in, where prompts name it apart from what is
                              * spoken, or null */
} transept_transcribe_options;

/* A word of a segment, with what stands around it: a blank before it, a comma behind it. */
typedef struct transept_word {
  double begin; /* seconds from the beginning of the sound */
  double end;
  transept_string text;
  double probability; /* the mean of its tokens */
} transept_word;

/* The ids of a segment, from which words are made. */
typedef struct transept_spoken_ids {
  const int32_t *ids;  /* timestamps among them are left out */
  const double *times; /* [count] when each begins, in seconds */
  const float *scores; /* [count] their log-probabilities, or null */
  uint64_t count;
  double end;           /* when the last one ends */
  const char *language; /* of the sound, or null: some write no blanks between words */
} transept_spoken_ids;

struct transept_sound_functions {
  uint64_t structure_size; /* sizeof(struct transept_sound_functions) in the library */

  /* The sound as the checkpoint's preprocessor sees it, at the model's own rate. The samples must
   * stay where they are until close_sound. A sound of one window or less is filled up with silence
   * to a window, where the model was trained on windows. */
  transept_status (*open_sound)(const transept_model_table *table, const transept_pcm *pcm,
                                transept_sound **sound, char **message);
  void (*close_sound)(transept_sound *sound);
  /* Rows of source features of the whole sound, and its length without silence that was added. */
  uint64_t (*frame_count)(const transept_sound *sound);
  double (*seconds)(const transept_sound *sound);
  /* rows receives [count, source_feature_width] from row `begin` on, which never decreases from one
   * call to the next; begin + count is at most frame_count. */
  transept_status (*read_features)(transept_sound *sound, uint64_t begin, uint64_t count,
                                   float *rows, char **message);

  /* The size of what zlib makes of the bytes at level 6: how much a transcript repeats itself. */
  uint64_t (*compressed_size)(const char *bytes, uint64_t size);

  /* What is said in a sound of any length, by models that transcribe speech. Null options, and null
   * generation options: all defaults. Of the latter allowed_ids, forced words, prompts and on_token
   * may not be set. */
  transept_status (*transcribe)(const transept_model_table *table, transept_model *model,
                                const transept_pcm *pcm, const transept_transcribe_options *options,
                                const transept_generation_options *generation,
                                transept_transcript **transcript, char **message);
  /* They live as long as the transcript. The language is empty for models of one. */
  const char *(*transcript_language)(const transept_transcript *transcript);
  const transept_segment *(*view_segments)(const transept_transcript *transcript, uint64_t *count);
  void (*release_transcript)(transept_transcript *transcript);

  /* The words of segment number `segment`; none without token_times. They live as long as the
   * transcript. */
  const transept_word *(*view_words)(const transept_transcript *transcript, uint64_t segment,
                                     uint64_t *count);
  /* The words of a segment of anyone's. *words is for release_words. */
  transept_status (*group_words)(const transept_text *text, const transept_spoken_ids *spoken,
                                 transept_words **words, char **message);
  const transept_word *(*list_words)(const transept_words *words, uint64_t *count);
  void (*release_words)(transept_words *words);
};

/* What transept_model_table.sound is, hidden in each library that needs it. */
#if defined(__GNUC__)
__attribute__((visibility("hidden")))
#endif
extern const struct transept_sound_functions transept_sound_function_table;

#ifdef __cplusplus
}
#endif

#endif
