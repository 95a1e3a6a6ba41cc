// SPDX-License-Identifier: Apache-2.0
//
// The texts of an opened model: its tokenizer, and the functions of its runtime.

#ifndef TRANSEPT_MEDIA_LIBRARY_TEXTMODEL_H
#define TRANSEPT_MEDIA_LIBRARY_TEXTMODEL_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/text_abi.h"

struct transept_text {
  /// Throws Error where the library has no tokenizer, or a damaged one.
  transept_text(const transept_model_table &table, transept_model *model);

  /// The id of a language; throws Error, which begins with `what`, for another name.
  int32_t languageId(const char *what, std::string_view name) const;

  /// Whether it has no source, and continues texts.
  bool isDecoderAlone() const {
    return table.source_vocabulary_size == 0 && table.source_feature_width == 0;
  }

  const transept_model_table &table;
  transept_model *model; // null: for all but generating
  std::unique_ptr<transept::text::Tokenizer> tokenizer;
  std::vector<std::string> languages;
};

#endif
