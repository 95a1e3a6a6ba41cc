// SPDX-License-Identifier: Apache-2.0
//
// Settings are texts; lists and objects among them are JSON.

#include "compiler/frontend/tokenizers/ClassSettings.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::frontend::tokenizers {

std::string dump(const Json &json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

std::string flag(bool value) {
  return value ? "true" : "false";
}

void setFrame(Tokenizer &tokenizer, const Names &prefix, const Names &suffix,
              const Names &between) {
  tokenizer.settings["prefix"] = dump(prefix);
  tokenizer.settings["suffix"] = dump(suffix);
  if (!between.empty())
    tokenizer.settings["between"] = dump(between);
}

void setLanguages(Tokenizer &tokenizer, const Names &languages, const std::string &token,
                  const std::string &source, const std::string &target) {
  tokenizer.settings["languages"] = dump(languages);
  tokenizer.settings["language_token"] = token;
  tokenizer.settings["source_language"] = source;
  tokenizer.settings["target_language"] = target;
}

Json commonTokens() {
  return {{"bos_token", "<s>"},  {"eos_token", "</s>"},  {"unk_token", "<unk>"},
          {"sep_token", "</s>"}, {"pad_token", "<pad>"}, {"cls_token", "<s>"}};
}

Json strippingMask() {
  return {{"content", "<mask>"}, {"lstrip", true}};
}

std::string languageField(const ClassInput &input, const std::string &key,
                          const std::string &fallback, const Names &languages) {
  std::string name = input.config.text(key, fallback);
  if (name.empty() || std::find(languages.begin(), languages.end(), name) != languages.end())
    return name;
  input.warnings.push_back(fmt::format("{}: found \"{}\", which is not a language of this "
                                       "tokenizer; texts will carry no language",
                                       input.config.where(key), name));
  return "";
}

} // namespace transept::frontend::tokenizers
