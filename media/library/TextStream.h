// SPDX-License-Identifier: Apache-2.0
//
// The text of a result while its tokens come: whole words, as soon as no later token can change
// them.

#ifndef TRANSEPT_MEDIA_LIBRARY_TEXTSTREAM_H
#define TRANSEPT_MEDIA_LIBRARY_TEXTSTREAM_H

#include "media/tokenizers/Tokenizer.h"

namespace transept::media {

class TextStream {
public:
  /// `given`: ids that the result begins with. `tokenizer` must outlive this.
  TextStream(const text::Tokenizer &tokenizer, text::DecodeOptions options,
             std::vector<int32_t> given)
      : tokenizer(&tokenizer), options(options), ids(std::move(given)) {}

  /// What is new and certain of the text; the blank behind a word waits for the next one, because
  /// punctuation may take its place.
  std::string add(int32_t id);
  /// The rest of `text`, what the result is in the end.
  std::string finish(const std::string &text);

private:
  std::string takeUpTo(const std::string &text, size_t end);

  const text::Tokenizer *tokenizer;
  text::DecodeOptions options;
  std::vector<int32_t> ids;
  std::string given;
};

} // namespace transept::media

#endif
