// SPDX-License-Identifier: Apache-2.0
//
// tokenizer_config.json, special_tokens_map.json and added_tokens.json, read with the precedence
// that Hugging Face gives them, over the defaults of the settings.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_TOKENIZERCONFIG_H
#define TRANSEPT_MEDIA_TOKENIZERS_TOKENIZERCONFIG_H

#include "media/tokenizers/Assets.h"
#include "media/tokenizers/Tokenizer.h"
#include "media/tokenizers/Vocabulary.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
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

/// In the order in which Hugging Face gives ids to those that are not in the vocabulary.
enum class Role { Begin, End, Unknown, Separator, Padding, Class, Mask };
constexpr size_t roleCount = 7;
/// Of the key of a role in the files, "eos_token" for example.
std::optional<Role> roleOf(std::string_view key);

struct TokenizerConfig {
  /// By Role; without content where there is none.
  std::array<AddedToken, roleCount> tokens;
  std::optional<std::vector<AddedToken>> additionalTokens;
  std::map<int32_t, AddedToken> addedTokens;
  bool cleansUpSpaces = true;

  const AddedToken &token(Role role) const { return tokens[size_t(role)]; }
  AddedToken &token(Role role) { return tokens[size_t(role)]; }
};

/// Settings that are read here: "special_tokens", an object from "eos_token" and so on to tokens,
/// with "additional_special_tokens" (default: </s>, <unk>, <pad>); "added_tokens", an object from
/// ids to tokens that files may replace; "required_special_tokens", an array of tokens that are
/// additional ones in any case; "added_tokens_decoder", as in the files and over theirs;
/// "clean_up_tokenization_spaces". Throws InputError with the file and key of what is malformed.
TokenizerConfig readTokenizerConfig(const Settings &settings, std::span<const Asset> assets);

/// A JSON object from tokens to ids, such as vocab.json, or a list of tokens in the order of their
/// ids, as CTranslate2 writes it.
Vocabulary readVocabulary(const Asset &asset);

/// Settings as values; `fallback` when the key is absent. Throw InputError for other texts.
bool booleanSetting(const Settings &settings, const std::string &key, bool fallback);
int32_t integerSetting(const Settings &settings, const std::string &key, int32_t fallback,
                       int32_t maximum);
std::string textSetting(const Settings &settings, const std::string &key,
                        const std::string &fallback);
/// One of `allowed`, of which the first is the default; its index.
size_t choiceSetting(const Settings &settings, const std::string &key,
                     std::initializer_list<std::string_view> allowed);
/// A JSON array of texts; nothing when the key is absent.
std::optional<std::vector<std::string>> listSetting(const Settings &settings,
                                                    const std::string &key);

/// The asset of that name; throws InputError when it is missing.
const Asset &needAsset(std::span<const Asset> assets, std::string_view name);

} // namespace transept::text

#endif
