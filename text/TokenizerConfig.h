// SPDX-License-Identifier: Apache-2.0
//
// tokenizer_config.json, special_tokens_map.json and added_tokens.json, read with the precedence
// that Hugging Face gives them, and with the description's settings over all.

#ifndef TRANSEPT_TEXT_TOKENIZERCONFIG_H
#define TRANSEPT_TEXT_TOKENIZERCONFIG_H

#include "text/Assets.h"
#include "text/Tokenizer.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace transept::text {

/// A token that is cut out of the text before anything else.
struct AddedToken {
  std::string content;
  /// White space on its left, on its right, belongs to it.
  bool stripsLeft = false, stripsRight = false;
  /// Not cut out when a neighbour is other than a blank.
  bool isSingleWord = false;
};

struct TokenizerConfig {
  AddedToken endToken{"</s>"};
  AddedToken unknownToken{"<unk>"};
  AddedToken paddingToken{"<pad>"};
  /// bos, sep, cls, mask where a file names them.
  std::vector<AddedToken> otherTokens;
  std::optional<std::vector<AddedToken>> additionalTokens;
  std::map<int32_t, AddedToken> addedTokens;
  bool cleansUpSpaces = true;
};

/// Throws Error with the file and key of what is malformed.
TokenizerConfig readTokenizerConfig(const Settings &settings, std::span<const Asset> assets);

/// A JSON object from tokens to ids, such as vocab.json.
std::unordered_map<std::string, int32_t> readVocabulary(const Asset &asset);

/// Settings as values; `fallback` when the key is absent. Throw Error for other texts.
bool booleanSetting(const Settings &settings, const std::string &key, bool fallback);
int32_t integerSetting(const Settings &settings, const std::string &key, int32_t fallback,
                       int32_t maximum);

/// The asset of that name; throws Error when it is missing.
const Asset &needAsset(std::span<const Asset> assets, std::string_view name);

} // namespace transept::text

#endif
