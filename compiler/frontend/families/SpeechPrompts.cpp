// SPDX-License-Identifier: Apache-2.0
//
// Tokens are looked up among those that were added to a tokenizer, and in its vocabulary, which may
// be an object or a list of pieces and scores; or only languages, in generation_config.json.

#include "compiler/frontend/families/SpeechPrompts.h"

#include "base/Json.h"
#include "compiler/frontend/description/DescriptionFields.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unordered_map>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

/// The ids of a tokenizer.json.
class TokenIds {
public:
  explicit TokenIds(const std::string &path) : path(path), json(readJsonFile(path)) {
    const Json &model = member(json, "model");
    const Json &vocabulary = member(model, "vocab");
    if (vocabulary.is_object())
      for (const auto &[token, id] : vocabulary.items())
        add(token, id);
    else if (vocabulary.is_array())
      for (size_t index = 0; index < vocabulary.size(); ++index)
        if (const Json &piece = vocabulary[index]; piece.is_array() && !piece.empty())
          add(toText(piece[0], path + ": model.vocab"), index);
    if (const Json &added = member(json, "added_tokens"); added.is_array())
      for (const Json &each : added)
        add(toText(member(each, "content"), path + ": added_tokens.content"), member(each, "id"));
  }

  std::optional<int64_t> find(const std::string &token) const {
    auto found = ids.find(token);
    return found == ids.end() ? std::nullopt : std::optional(found->second);
  }

private:
  /// Null where it is absent.
  static const Json &member(const Json &object, const char *key) {
    static const Json none;
    return object.is_object() && object.contains(key) ? object[key] : none;
  }

  void add(const std::string &token, const Json &id) {
    ids[token] = toInteger(id, path + ": the id of " + quoteText(token), idRange);
  }

  const std::string path;
  const Json json;
  std::unordered_map<std::string, int64_t> ids;
};

std::vector<SpokenLanguage> languagesOf(const std::string &codes, const TokenIds &tokens) {
  std::vector<SpokenLanguage> languages;
  std::istringstream stream(codes);
  for (std::string code; stream >> code;)
    if (auto id = tokens.find("<|" + code + "|>"))
      languages.push_back({code, *id});
  return languages;
}

/// A prompt that is the text's language alone.
void addLanguagePrompt(const std::string &directory, const std::string &field,
                       Description &description) {
  std::string path = directory + "/generation_config.json";
  if (!std::filesystem::is_regular_file(path))
    return;
  const Json json = readJsonFile(path);
  JsonFields fields(json, path);
  const Json *ids = fields.find(field);
  if (!ids || !ids->is_object() || ids->empty() || !description.generation.decoderStartId)
    return;
  SpeechDefaults speech;
  for (const auto &[code, id] : ids->items())
    speech.languages.push_back({code, toInteger(id, fields.where(field) + "." + code, idRange)});
  speech.promptNamesLanguages = true;
  speech.promptIds = {SpeechDefaults::textLanguageId};
  speech.transcriptStartId = *description.generation.decoderStartId;
  description.generation.speech = std::move(speech);
}

} // namespace

void addSpeechPrompt(const std::string &directory, const SpeechPrompt &prompt,
                     Description &description) {
  if (!prompt.languageField.empty())
    return addLanguagePrompt(directory, prompt.languageField, description);
  std::string path = directory + "/tokenizer.json";
  if (!std::filesystem::is_regular_file(path))
    return;
  const TokenIds tokens(path);
  SpeechDefaults speech;
  speech.promptNamesLanguages = true;
  for (const std::string &token : prompt.tokens) {
    std::optional<int64_t> id = token == SpeechPrompt::language ? SpeechDefaults::detectedId
                                : token == SpeechPrompt::textLanguage
                                    ? SpeechDefaults::textLanguageId
                                    : tokens.find(token);
    if (!id)
      return;
    speech.promptIds.push_back(*id);
  }
  speech.languages = languagesOf(prompt.languages, tokens);
  if (speech.languages.empty())
    return;
  for (const SpokenLanguage &language : speech.languages)
    if (language.code == prompt.usualLanguage)
      speech.languageId = language.id;
  // As generate() does: what starts the target is put before a prompt that begins otherwise.
  speech.transcriptStartId =
      description.generation.decoderStartId.value_or(speech.promptIds.front());
  if (speech.promptIds.front() == speech.transcriptStartId)
    speech.promptIds.erase(speech.promptIds.begin());
  description.generation.speech = std::move(speech);
}

} // namespace transept::frontend
