/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of the C ABI that takes images: the functions that are linked into a library whose model
 * looks at pictures. image.h wraps them for C++.
 *
 * Functions fail as those of abi.h do.
 */
#ifndef TRANSEPT_IMAGE_ABI_H
#define TRANSEPT_IMAGE_ABI_H

#include "transept/text_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An image of any size that is at most 65500 pixels on a side and 89478485 altogether. */
typedef struct transept_image {
  const uint8_t *pixels; /* [height, width, 3]: red, green, blue */
  uint64_t height;
  uint64_t width;
} transept_image;

struct transept_image_functions {
  uint64_t structure_size; /* sizeof(struct transept_image_functions) in the library */

  /* The image as the checkpoint's preprocessor sees it: resized, cut, scaled, normalized. *features
   * receives [*row_count, source_feature_width], for release. Of models that read a prompt beside
   * an image, `prompt` is what is asked about it, and `text` is needed for its tokenizer; both are
   * null for others. */
  transept_status (*read_image)(const transept_model_table *table, const transept_text *text,
                                const transept_image *image, const char *prompt, float **features,
                                uint64_t *row_count, char **message);
  void (*release)(void *memory);

  /* Images to texts, as generate_texts of text_abi.h, whose functions view and release the results.
   * Of the options, source_language, splits_sentences and truncates may not be set. The pixels are
   * read during the call. */
  transept_status (*describe)(const transept_text *text, const transept_image *images,
                              uint64_t count, const transept_text_options *options,
                              const transept_generation_options *generation,
                              transept_text_results **results, char **message);
};

/* What transept_model_table.image is, hidden in each library that needs it. */
#if defined(__GNUC__)
__attribute__((visibility("hidden")))
#endif
extern const struct transept_image_functions transept_image_function_table;

#ifdef __cplusplus
}
#endif

#endif
