// SPDX-License-Identifier: Apache-2.0
//
// Settings are texts in the manifest; here they become values, or errors that name the setting.

#include "base/Error.h"
#include "media/tokenizers/BoundedJson.h"
#include "media/tokenizers/TokenizerConfig.h"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace transept::text {

bool booleanSetting(const Settings &settings, const std::string &key, bool fallback) {
  auto found = settings.find(key);
  if (found == settings.end())
    return fallback;
  if (found->second != "true" && found->second != "false")
    throw InputError(fmt::format("tokenizer setting {}: found '{}', allowed are true and false",
                                 key, found->second));
  return found->second == "true";
}

int32_t integerSetting(const Settings &settings, const std::string &key, int32_t fallback,
                       int32_t maximum) {
  auto found = settings.find(key);
  if (found == settings.end())
    return fallback;
  const std::string &text = found->second;
  int32_t value = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < 0 || value > maximum)
    throw InputError(fmt::format(
        "tokenizer setting {}: found '{}', allowed is a number from 0 to {}", key, text, maximum));
  return value;
}

std::string textSetting(const Settings &settings, const std::string &key,
                        const std::string &fallback) {
  auto found = settings.find(key);
  return found == settings.end() ? fallback : found->second;
}

size_t choiceSetting(const Settings &settings, const std::string &key,
                     std::initializer_list<std::string_view> allowed) {
  auto found = settings.find(key);
  if (found == settings.end())
    return 0;
  for (size_t index = 0; index < allowed.size(); ++index)
    if (allowed.begin()[index] == found->second)
      return index;
  throw InputError(fmt::format("tokenizer setting {}: found '{}', allowed are {}", key,
                               found->second, fmt::join(allowed, ", ")));
}

std::optional<std::vector<std::string>> listSetting(const Settings &settings,
                                                    const std::string &key) {
  auto found = settings.find(key);
  if (found == settings.end())
    return std::nullopt;
  std::string where = "tokenizer setting " + key;
  Json json = parseValue(found->second, where);
  std::vector<std::string> texts;
  for (const Json &each : json.is_array() ? json : Json::array({0})) {
    if (!each.is_string())
      throw InputError(
          fmt::format("{}: found {}, allowed is an array of texts", where, quote(json)));
    texts.push_back(each.get<std::string>());
  }
  return texts;
}

} // namespace transept::text
