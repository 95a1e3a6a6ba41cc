// SPDX-License-Identifier: Apache-2.0
//
// The kinds of tokenizers. Each is a variable, so that a library refers to the one that it needs
// and the linker leaves out the others: the compiler writes a list of its own in place of that of
// Kinds.cpp.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_KINDS_H
#define TRANSEPT_MEDIA_TOKENIZERS_KINDS_H

#include "media/tokenizers/Tokenizer.h"

namespace transept::text {

struct Kind {
  const char *name;
  std::unique_ptr<Tokenizer> (*create)(const Settings &, std::span<const Asset>);
};

template <typename Class>
std::unique_ptr<Tokenizer> createKind(const Settings &settings, std::span<const Asset> assets) {
  return std::make_unique<Class>(settings, assets);
}

} // namespace transept::text

extern "C" {
// "transept_tokenizer_" and the name with underscores.
extern const transept::text::Kind transept_tokenizer_byte_level_bpe;
extern const transept::text::Kind transept_tokenizer_bytes;
extern const transept::text::Kind transept_tokenizer_marian;
extern const transept::text::Kind transept_tokenizer_sentencepiece;
extern const transept::text::Kind transept_tokenizer_t5;
extern const transept::text::Kind transept_tokenizer_tagged_sentencepiece;
extern const transept::text::Kind transept_tokenizer_tokenizer_json;
extern const transept::text::Kind transept_tokenizer_word_bpe;
extern const transept::text::Kind transept_tokenizer_wordpiece;

/// Those that createTokenizer knows, and null.
extern const transept::text::Kind *const transept_tokenizer_kinds[];
}

#endif
