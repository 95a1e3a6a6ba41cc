// SPDX-License-Identifier: Apache-2.0
//
// The fields of generation_config.json (transformers 4.44) that only models of speech have.

#include "compiler/frontend/families/SpeechDefaults.h"

#include "compiler/frontend/description/DescriptionFields.h"

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

} // namespace

std::optional<SpeechDefaults> readSpeechDefaults(JsonFields &generationConfig, JsonFields &config,
                                                 std::optional<int64_t> decoderStartId,
                                                 int64_t vocabularySize) {
  bool isSpeech = false;
  for (const char *key : {"lang_to_id", "task_to_id", "no_timestamps_token_id"})
    isSpeech = isSpeech || generationConfig.find(key);
  if (!isSpeech || !decoderStartId)
    return std::nullopt;
  SpeechDefaults result = SpeechReader(generationConfig, vocabularySize).read();
  result.transcriptStartId = *decoderStartId;
  result.medianFilterWidth = config.integer("median_filter_width", 7, medianFilterRange);
  if (result.medianFilterWidth % 2 == 0)
    refuseValue(result.medianFilterWidth, config.where("median_filter_width"), "an odd number");
  return result;
}

} // namespace transept::frontend
