// SPDX-License-Identifier: Apache-2.0
//
// From a kind's name to its tokenizer.

#include "media/tokenizers/Tokenizer.h"
#include "base/Error.h"

#include "media/tokenizers/Kinds.h"

#include <array>
#include <fmt/format.h>

namespace transept::text {

namespace {

struct Kind {
  std::string_view name;
  std::unique_ptr<Tokenizer> (*create)(const Settings &, std::span<const Asset>);
};

constexpr std::array kinds = {
    Kind{"byte-level-bpe", createByteLevelBpeTokenizer}, Kind{"marian", createMarianTokenizer},
    Kind{"sentencepiece", createSentencePieceTokenizer}, Kind{"t5", createT5Tokenizer},
    Kind{"tokenizer-json", createJsonTokenizer},         Kind{"word-bpe", createWordBpeTokenizer},
    Kind{"wordpiece", createWordPieceTokenizer},
};

} // namespace

std::unique_ptr<Tokenizer> createTokenizer(std::string_view kind, const Settings &settings,
                                           std::span<const Asset> assets) {
  std::string allowed;
  for (const Kind &each : kinds) {
    if (each.name == kind)
      return each.create(settings, assets);
    allowed += fmt::format("{}'{}'", allowed.empty() ? "" : ", ", each.name);
  }
  throw InputError(fmt::format("tokenizer kind: found '{}', allowed are {}", kind, allowed));
}

} // namespace transept::text
