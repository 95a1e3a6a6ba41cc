// SPDX-License-Identifier: Apache-2.0
//
// What is put around the ids of a text: special tokens, and the token of its language.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_FRAME_H
#define TRANSEPT_MEDIA_TOKENIZERS_FRAME_H

#include "media/tokenizers/TokenizerConfig.h"

#include <functional>

namespace transept::text {

enum class Side { Source, Target };

class Frame {
public:
  /// Gives a token's id, -1 for a text that is no token.
  using IdOf = std::function<int32_t(const std::string &)>;

  Frame() = default;
  /// `prefix` and `suffix` apply where the settings say nothing.
  Frame(std::vector<int32_t> prefix, std::vector<int32_t> suffix, std::vector<int32_t> between = {})
      : prefix(std::move(prefix)), suffix(std::move(suffix)), between(std::move(between)) {}

  /// Reads the settings "prefix", "suffix" and "between" (of two texts), arrays of tokens,
  /// "{eos_token}" and other roles, and
  /// "{language}"; "languages", an array of names; "language_token", how a name becomes a token,
  /// with "{}" for the name; "source_language", "target_language". Throws InputError.
  void configure(const Settings &settings, const TokenizerConfig &config, const IdOf &idOf);

  /// The ids, cut to the options' length, in the frame, with those of the second text of a pair.
  std::vector<int32_t> wrap(std::vector<int32_t> ids, Side side, const EncodeOptions &options,
                            const std::vector<int32_t> &second = {}) const;

  std::vector<std::string> languages() const;
  int32_t languageId(std::string_view name) const;

private:
  static constexpr int32_t languagePlace = -1;

  std::vector<int32_t> fill(const std::vector<int32_t> &ids, int32_t language) const;

  std::vector<int32_t> prefix, suffix, between;
  std::vector<std::string> languageNames;
  std::map<std::string, int32_t, std::less<>> languageIds;
  int32_t sourceLanguage = -1, targetLanguage = -1;
};

} // namespace transept::text

#endif
