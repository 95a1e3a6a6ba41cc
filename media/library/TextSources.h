// SPDX-License-Identifier: Apache-2.0
//
// Texts as sources: cut into sentences where that is wanted, tokenized, and checked before anything
// is computed.

#ifndef TRANSEPT_MEDIA_LIBRARY_TEXTSOURCES_H
#define TRANSEPT_MEDIA_LIBRARY_TEXTSOURCES_H

#include "media/library/TextModel.h"

#include <span>

namespace transept::media {

/// A source: a text, or a sentence of one.
struct TextPiece {
  size_t text, sentence;
  std::vector<int32_t> ids;
  std::string gap;         // the white space behind the sentence
  std::string string = {}; // where unknown tokens are to be replaced: what the ids were made of
};

class TextSources {
public:
  /// Throws Error, which names the text ("texts[3]"), for one that is refused and not to be
  /// skipped.
  TextSources(const transept_text &text, std::span<const transept_string> strings,
              const transept_text_options &options);

  size_t textCount() const { return problems.size(); }
  /// Of all texts that have no problem, in order.
  std::span<const TextPiece> pieces() const { return all; }
  /// Why a text has no result; empty for the others.
  const std::string &problemOf(size_t index) const { return problems[index]; }
  /// False for a text without a sentence.
  bool hasPieces(size_t index) const { return areFilled[index]; }
  /// The white space before the first sentence.
  const std::string &blankBefore(size_t index) const { return blanks[index]; }

private:
  void add(std::string_view string, size_t index);
  std::vector<int32_t> read(std::string_view string) const;
  std::vector<int32_t> readSentence(std::string_view sentence, size_t number) const;

  const transept_text &text;
  const transept_text_options &options;
  text::EncodeOptions encoding;
  std::vector<TextPiece> all;
  std::vector<std::string> problems, blanks;
  std::vector<bool> areFilled;
};

} // namespace transept::media

#endif
