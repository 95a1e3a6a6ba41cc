// SPDX-License-Identifier: Apache-2.0
//
// The kinds of tokenizers, one constructor function each; Tokenizer.cpp holds the table.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_KINDS_H
#define TRANSEPT_MEDIA_TOKENIZERS_KINDS_H

#include "media/tokenizers/Tokenizer.h"

namespace transept::text {

std::unique_ptr<Tokenizer> createByteLevelBpeTokenizer(const Settings &settings,
                                                       std::span<const Asset> assets);
std::unique_ptr<Tokenizer> createJsonTokenizer(const Settings &settings,
                                               std::span<const Asset> assets);
std::unique_ptr<Tokenizer> createMarianTokenizer(const Settings &settings,
                                                 std::span<const Asset> assets);
std::unique_ptr<Tokenizer> createSentencePieceTokenizer(const Settings &settings,
                                                        std::span<const Asset> assets);
std::unique_ptr<Tokenizer> createT5Tokenizer(const Settings &settings,
                                             std::span<const Asset> assets);
std::unique_ptr<Tokenizer> createWordBpeTokenizer(const Settings &settings,
                                                  std::span<const Asset> assets);
std::unique_ptr<Tokenizer> createWordPieceTokenizer(const Settings &settings,
                                                    std::span<const Asset> assets);

} // namespace transept::text

#endif
