// SPDX-License-Identifier: Apache-2.0
//
// The fields of generation_config.json (transformers 4.44) that only models of speech have, and the
// prompts of older checkpoints.

#include "compiler/frontend/families/SpeechDefaults.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/SpokenLanguages.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

class SpeechReader {
public:
  SpeechReader(JsonFields &fields, int64_t vocabulary) : fields(fields), vocabulary(vocabulary) {}

  SpeechDefaults read() {
    SpeechDefaults result;
    // Hugging Face takes no language and no task for a model that is marked as of one language.
    if (fields.boolean("is_multilingual", true)) {
      result.languages = languages();
      result.transcribeId = task("transcribe");
      result.translateId = task("translate");
    }
    if (const Json *value = fields.find("no_timestamps_token_id"))
      result.noTimestampsId = token(*value, fields.where("no_timestamps_token_id"));
    result.maximumInitialTimestamp =
        fields.optionalInteger("max_initial_timestamp_index", countRange);
    result.returnsTimestamps = fields.boolean("return_timestamps", false);
    result.alignmentHeads = alignmentHeads();
    result.previousTextId = previousText();
    return result;
  }

private:
  int64_t token(const Json &value, const std::string &where) const {
    int64_t id = toInteger(value, where, idRange);
    if (id >= vocabulary)
      refuseValue(value, where, fmt::format("a token below the vocabulary's size {}", vocabulary));
    return id;
  }

  const Json *object(const char *key) {
    const Json *value = fields.find(key);
    if (value && !value->is_object())
      refuseValue(*value, fields.where(key), "an object of tokens");
    return value;
  }

  /// {"<|en|>": 50259, ...}
  std::vector<SpokenLanguage> languages() {
    std::vector<SpokenLanguage> result;
    const Json *tokens = object("lang_to_id");
    if (!tokens)
      return result;
    for (const auto &[name, id] : tokens->items()) {
      std::string_view code = name;
      if (code.starts_with("<|") && code.ends_with("|>") && code.size() > 4)
        code = code.substr(2, code.size() - 4);
      result.push_back(
          {std::string(code), token(id, fmt::format("{}.{}", fields.where("lang_to_id"), name))});
    }
    return result;
  }

  std::optional<int64_t> task(const char *name) {
    const Json *tasks = object("task_to_id");
    if (!tasks || !tasks->contains(name))
      return std::nullopt;
    return token((*tasks)[name], fmt::format("{}.{}", fields.where("task_to_id"), name));
  }

  /// As Hugging Face: where older files do not name it, it is the last but one that is suppressed.
  std::optional<int64_t> previousText() {
    if (const Json *value = fields.find("prev_sot_token_id"))
      return token(*value, fields.where("prev_sot_token_id"));
    const Json *suppressed = fields.find("suppress_tokens");
    if (!suppressed || !suppressed->is_array() || suppressed->size() < 2)
      return std::nullopt;
    // What is wrong with it is said where it is read as an option.
    const Json &last = (*suppressed)[suppressed->size() - 2];
    bool isToken = last.is_number_integer() && last >= 0 && last < vocabulary;
    return isToken ? std::optional(last.get<int64_t>()) : std::nullopt;
  }

  /// [[layer, head], ...]
  std::vector<AlignmentHead> alignmentHeads() {
    std::string key = "alignment_heads";
    std::vector<AlignmentHead> result;
    const Json *heads = fields.find(key);
    if (!heads)
      return result;
    if (!heads->is_array())
      refuseValue(*heads, fields.where(key), "an array of [layer, head]");
    for (const Json &each : *heads) {
      if (!each.is_array() || each.size() != 2)
        refuseValue(each, fields.where(key), "an array of [layer, head]");
      result.push_back({toInteger(each[0], fields.where(key), layerRange),
                        toInteger(each[1], fields.where(key), countRange)});
    }
    return result;
  }

  JsonFields &fields;
  int64_t vocabulary;
};

/// [[1, id], [2, id], ...]: what follows the decoder's start; a null is the language to detect.
std::vector<int64_t> forcedIds(JsonFields &fields, int64_t vocabulary) {
  std::string key = "forced_decoder_ids", where = fields.where(key);
  const Json &pairs = *fields.find(key);
  const char *allowed = "an array of [position, token], with all positions from 1 on";
  if (!pairs.is_array())
    refuseValue(pairs, where, allowed);
  std::vector<int64_t> ids;
  for (size_t index = 0; index < pairs.size(); ++index) {
    const Json &pair = pairs[index];
    if (!pair.is_array() || pair.size() != 2 || pair[0] != index + 1)
      refuseValue(pair, where, allowed);
    if (!pair[1].is_null())
      ids.push_back(toInteger(pair[1], where, {0, vocabulary - 1}));
    else if (index == 0)
      ids.push_back(SpeechDefaults::detectedId);
  }
  return ids;
}

/// The language's token, under its code with or without marks, or its English name.
int64_t languageId(JsonFields &fields, const std::vector<SpokenLanguage> &languages) {
  std::string where = fields.where("language");
  const Json &value = *fields.find("language");
  std::string name = spokenLanguageCode(toText(value, where)), codes;
  for (const SpokenLanguage &language : languages) {
    if (language.code == name)
      return language.id;
    codes += (codes.empty() ? "" : ", ") + language.code;
  }
  refuseValue(value, where,
              codes.empty() ? "null: there are no languages in lang_to_id"
                            : "a language of lang_to_id: " + codes);
}

int64_t taskId(JsonFields &fields, const SpeechDefaults &defaults) {
  std::string where = fields.where("task");
  const Json &value = *fields.find("task");
  std::string name = toText(value, where);
  const auto &id = name == "translate" ? defaults.translateId : defaults.transcribeId;
  if (!id || (name != "translate" && name != "transcribe"))
    refuseValue(value, where, "\"transcribe\" or \"translate\", with a token in task_to_id");
  return *id;
}

/// What the prompt is where a call does not say it. Language and task win over a whole prompt.
void readPrompt(JsonFields &generation, JsonFields *prompt, int64_t vocabulary,
                SpeechDefaults &result, std::vector<std::string> &warnings) {
  const char *given = nullptr;
  if (generation.find("language")) {
    result.languageId = languageId(generation, result.languages);
    given = "language";
  }
  if (generation.find("task")) {
    result.taskId = taskId(generation, result);
    given = "task";
  }
  if (!prompt)
    return;
  if (given)
    warnings.push_back(fmt::format("{} has no effect: {} is given",
                                   prompt->where("forced_decoder_ids"), generation.where(given)));
  else
    result.promptIds = forcedIds(*prompt, vocabulary);
}

} // namespace

std::optional<SpeechDefaults> readSpeechDefaults(const SpeechInput &input,
                                                 std::vector<std::string> &warnings) {
  JsonFields &config = input.config;
  const Json nothing = Json::object();
  JsonFields none(nothing, config.origin());
  JsonFields &generation = input.generationConfig ? *input.generationConfig : none;
  // As Hugging Face: generation_config.json's, else config.json's.
  JsonFields *prompt = nullptr;
  for (JsonFields *each : {&generation, &config})
    if (const Json *ids = each->find("forced_decoder_ids");
        !prompt && input.hasSpeechPrompt && ids && *ids != Json::array())
      prompt = each;
  bool isSpeech = prompt != nullptr;
  for (const char *key : {"lang_to_id", "task_to_id", "no_timestamps_token_id"})
    isSpeech = isSpeech || generation.find(key);
  if (!isSpeech || !input.decoderStartId)
    return std::nullopt;
  SpeechDefaults result = SpeechReader(generation, input.vocabularySize).read();
  result.transcriptStartId = *input.decoderStartId;
  if (input.hasSpeechPrompt)
    readPrompt(generation, prompt, input.vocabularySize, result, warnings);
  result.medianFilterWidth = config.integer("median_filter_width", 7, medianFilterRange);
  if (result.medianFilterWidth % 2 == 0)
    refuseValue(result.medianFilterWidth, config.where("median_filter_width"), "an odd number");
  return result;
}

} // namespace transept::frontend
