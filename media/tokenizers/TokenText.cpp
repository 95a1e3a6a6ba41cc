// SPDX-License-Identifier: Apache-2.0
//
// No tokenizer tells it of a token alone: there, a blank that begins a word is lost. So the token
// is put between two equal words.

#include "media/tokenizers/TokenText.h"

#include <algorithm>

namespace transept::text {

namespace {

/// The ids of a word that the vocabulary knows; none where it knows none of some.
std::vector<int32_t> someWord(const Tokenizer &tokenizer, bool isSource) {
  const EncodeOptions alone{.addSpecialTokens = false};
  for (std::string_view word : {"abcdef", "a", "1", ".", "\u7684", "\u306e"}) {
    std::vector<int32_t> ids =
        isSource ? tokenizer.encode(word, alone) : tokenizer.encodeTarget(word, alone);
    if (!ids.empty() && std::ranges::find(ids, tokenizer.unknownId()) == ids.end())
      return ids;
  }
  return {};
}

} // namespace

std::string tokenText(const Tokenizer &tokenizer, int32_t id, bool isSource) {
  const DecodeOptions asItIs{.skipSpecialTokens = false,
                             .cleanUpSpaces = false,
                             .withTimestamps = true,
                             .isSource = isSource};
  const std::vector<int32_t> word = someWord(tokenizer, isSource);
  auto decode = [&](std::vector<int32_t> ids) {
    ids.insert(ids.begin(), word.begin(), word.end());
    ids.insert(ids.end(), word.begin(), word.end());
    return tokenizer.decode(ids, asItIs);
  };
  const std::string before = tokenizer.decode(word, asItIs), pair = decode({});
  std::string text = decode({id});
  if (!pair.starts_with(before) || !text.starts_with(before))
    return tokenizer.decode(std::span(&id, 1), asItIs);
  text.erase(0, before.size());
  // The blank before the second word is that word's.
  for (const std::string &behind : {pair.substr(before.size()), before})
    if (text.ends_with(behind)) {
      text.resize(text.size() - behind.size());
      break;
    }
  return text;
}

} // namespace transept::text
