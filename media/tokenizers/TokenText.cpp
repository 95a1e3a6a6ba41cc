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
  for (std::string_view word : {"abcdefghij", "a", "1", ".", "\u7684", "\u306e"}) {
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
  auto beforeWord = [&](std::vector<int32_t> ids) {
    ids.insert(ids.end(), word.begin(), word.end());
    return tokenizer.decode(ids, asItIs);
  };
  auto betweenWords = [&](std::vector<int32_t> ids) {
    ids.insert(ids.begin(), word.begin(), word.end());
    return beforeWord(std::move(ids));
  };
  const std::string alone = beforeWord({}), pair = betweenWords({});
  std::string text = betweenWords({id});
  if (word.empty() || !pair.starts_with(alone) || !text.starts_with(alone))
    return tokenizer.decode(std::span(&id, 1), asItIs);
  text.erase(0, alone.size());
  // Whose is the blank between words? The second one's, unless the pieces of a word say that it
  // goes on ("hel@@ lo"), and not that it began.
  const std::string second = pair.substr(alone.size());
  if (!betweenWords({word.front()}).ends_with(second)) {
    std::string blank = second.substr(0, second.size() - std::min(second.size(), alone.size()));
    text.erase(0, text.starts_with(blank) ? blank.size() : 0);
    return text.ends_with(alone) ? text.substr(0, text.size() - alone.size()) : text;
  }
  for (const std::string &behind : {second, alone})
    if (text.ends_with(behind))
      return text.substr(0, text.size() - behind.size());
  return text;
}

} // namespace transept::text
