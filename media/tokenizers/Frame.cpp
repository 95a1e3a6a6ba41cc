// SPDX-License-Identifier: Apache-2.0
//
// Follows build_inputs_with_special_tokens and truncate_sequences of transformers 4.44.

#include "media/tokenizers/Frame.h"
#include "base/Error.h"

#include "media/text/Unicode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace transept::text {

void Frame::configure(const Settings &settings, const TokenizerConfig &config, const IdOf &idOf) {
  std::string pattern = textSetting(settings, "language_token", "{}");
  for (const std::string &name :
       listSetting(settings, "languages").value_or(std::vector<std::string>())) {
    std::string token = replaceAll(pattern, "{}", name);
    int32_t id = idOf(token);
    // A vocabulary may have fewer languages than its kind knows.
    if (id < 0 || languageIds.contains(name))
      continue;
    languageNames.push_back(name);
    languageIds[name] = id;
    languageIds.try_emplace(token, id);
  }
  auto language = [&](const std::string &key) -> int32_t {
    std::string name = textSetting(settings, key, "");
    int32_t id = name.empty() ? -1 : languageId(name);
    if (!name.empty() && id < 0)
      throw InputError(fmt::format("tokenizer setting {}: found '{}', allowed are {}", key, name,
                                   fmt::join(languageNames, ", ")));
    return id;
  };
  sourceLanguage = language("source_language");
  targetLanguage = language("target_language");
  auto tokens = [&](const std::string &key, std::vector<int32_t> &ids) {
    auto list = listSetting(settings, key);
    if (!list)
      return;
    ids.clear();
    for (const std::string &each : *list) {
      if (each == "{language}") {
        ids.push_back(languagePlace);
        continue;
      }
      bool isNamed = each.starts_with('{') && each.ends_with('}');
      auto role =
          isNamed ? roleOf(std::string_view(each).substr(1, each.size() - 2)) : std::nullopt;
      const std::string &token = role ? config.token(*role).content : each;
      ids.push_back(idOf(token));
      if (ids.back() < 0)
        throw InputError(fmt::format(
            "tokenizer setting {}: {}: the token '{}' is not in the vocabulary", key, each, token));
    }
  };
  tokens("prefix", prefix);
  tokens("suffix", suffix);
  tokens("between", between);
}

std::vector<int32_t> Frame::fill(const std::vector<int32_t> &ids, int32_t language) const {
  std::vector<int32_t> filled;
  for (int32_t id : ids)
    if (id = id == languagePlace ? language : id; id >= 0)
      filled.push_back(id);
  return filled;
}

std::vector<int32_t> Frame::wrap(std::vector<int32_t> ids, Side side, const EncodeOptions &options,
                                 const std::vector<int32_t> &second) const {
  const int32_t language =
      options.language.value_or(side == Side::Source ? sourceLanguage : targetLanguage);
  std::vector<int32_t> result, end;
  if (options.addSpecialTokens) {
    result = fill(prefix, language);
    end = fill(suffix, language);
  }
  if (options.second) {
    end.insert(end.begin(), second.begin(), second.end());
    if (options.addSpecialTokens) {
      std::vector<int32_t> separators = fill(between, language);
      end.insert(end.begin(), separators.begin(), separators.end());
    }
  }
  size_t specialCount = result.size() + end.size();
  if (options.maximumLength > specialCount && ids.size() + specialCount > options.maximumLength)
    ids.resize(options.maximumLength - specialCount);
  result.insert(result.end(), ids.begin(), ids.end());
  result.insert(result.end(), end.begin(), end.end());
  return result;
}

std::vector<std::string> Frame::languages() const {
  return languageNames;
}

int32_t Frame::languageId(std::string_view name) const {
  auto found = languageIds.find(name);
  return found == languageIds.end() ? -1 : found->second;
}

} // namespace transept::text
