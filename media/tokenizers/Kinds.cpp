// SPDX-License-Identifier: Apache-2.0
//
// All kinds, for programs that are not a compiled library.

#include "media/tokenizers/Kinds.h"

extern "C" const transept::text::Kind *const transept_tokenizer_kinds[] = {
    &transept_tokenizer_byte_level_bpe,
    &transept_tokenizer_bytes,
    &transept_tokenizer_marian,
    &transept_tokenizer_sentencepiece,
    &transept_tokenizer_t5,
    &transept_tokenizer_tagged_sentencepiece,
    &transept_tokenizer_tokenizer_json,
    &transept_tokenizer_word_bpe,
    &transept_tokenizer_wordpiece,
    nullptr};
