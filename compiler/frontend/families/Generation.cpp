// SPDX-License-Identifier: Apache-2.0
//
// The fields of transformers' GenerationConfig (4.44), one list each for what is honoured, what
// only matters to the Python code, and what would change results.

#include "compiler/frontend/families/Generation.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/SpeechDefaults.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

struct NotHonoured {
  const char *key;
  const char *neutral; // JSON text beside null
  const char *effect;
};

constexpr std::array<NotHonoured, 14> notHonoured = {{
    {"assistant_early_exit", "0", "self-speculative decoding"},
    {"constraints", "[]", "constraints that are Python objects; a call can force words"},
    {"dola_layers", "\"\"", "DoLa decoding"},
    {"force_words_ids", "[]", "forced words, which each call says itself"},
    {"forced_decoder_ids", "[]", "forced tokens"},
    {"guidance_scale", "1.0", "classifier-free guidance"},
    {"language", "\"\"", "this model is not prompted with a language"},
    {"max_time", "0", "the time limit"},
    {"penalty_alpha", "0.0", "contrastive search"},
    {"remove_invalid_values", "false", "the removal of NaN logits"},
    {"task", "\"\"", "this model is not prompted with a task"},
    {"token_healing", "false", "token healing"},
    {"watermarking_config", "{}", "watermarking"},
    {"custom_generate", "\"\"", "a custom generate function"},
}};

/// Read elsewhere (the last ones in SpeechDefaults.cpp), or concerning memory and return values.
constexpr std::array<std::string_view, 39> irrelevant = {"_from_model_config",
                                                         "transformers_version",
                                                         "use_cache",
                                                         "output_attentions",
                                                         "output_hidden_states",
                                                         "output_scores",
                                                         "output_logits",
                                                         "return_dict_in_generate",
                                                         "low_memory",
                                                         "cache_implementation",
                                                         "cache_config",
                                                         "return_legacy_cache",
                                                         "num_assistant_tokens",
                                                         "num_assistant_tokens_schedule",
                                                         "generation_kwargs",
                                                         "is_assistant",
                                                         "assistant_confidence_threshold",
                                                         "prefill_chunk_size",
                                                         "disable_compile",
                                                         "compile_config",
                                                         "top_h",
                                                         "unk_token_id",
                                                         "sep_token_id",
                                                         "cls_token_id",
                                                         "mask_token_id",
                                                         "alignment_heads",
                                                         "is_multilingual",
                                                         "lang_to_id",
                                                         "max_initial_timestamp_index",
                                                         "median_filter_width",
                                                         "no_timestamps_token_id",
                                                         "prev_sot_token_id",
                                                         "return_timestamps",
                                                         "task_to_id",
                                                         "text_decoder_lang_to_code_id",
                                                         "t2u_lang_code_to_id",
                                                         "vocoder_lang_code_to_id",
                                                         "id_to_text",
                                                         "char_to_id"};

/// What Hugging Face looks at only while it samples: files that do not may have anything there.
#define OPTION_OF_ANY_TYPE(name, abi_name, key, flag, hugging_face_name, ...) hugging_face_name,
constexpr std::string_view ofSampling[] = {
#define TRANSEPT_ONLY_SAMPLING_OPTIONS
#include "transept/generation_options.inc"
#undef TRANSEPT_ONLY_SAMPLING_OPTIONS
};
constexpr const char *honoured[] = {
#include "transept/generation_options.inc"
};
#undef OPTION_OF_ANY_TYPE

constexpr bool isHonoured(std::string_view key) {
  return std::find(std::begin(honoured), std::end(honoured), key) != std::end(honoured);
}
static_assert(std::none_of(notHonoured.begin(), notHonoured.end(),
                           [](const NotHonoured &option) { return isHonoured(option.key); }) &&
                  std::none_of(irrelevant.begin(), irrelevant.end(), isHonoured),
              "an option is either honoured, or not honoured, or irrelevant");

class GenerationReader {
public:
  GenerationReader(JsonFields &fields, int64_t vocabulary, std::vector<std::string> &warnings)
      : fields(fields), vocabulary(vocabulary), warnings(warnings) {}

  GenerationDefaults read() {
    GenerationDefaults result;
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  result.key = unlessUnused(hugging_face_name, int64_t(neutral), [&] {                             \
    return fields.integer(hugging_face_name, neutral, integersOf(detail::range));                  \
  });
#define OPTION_LIMIT(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  result.key = fields.optionalInteger(hugging_face_name, integersOf(detail::range));
#define OPTION_FRACTION(name, abi_name, key, flag, hugging_face_name, neutral, range, help)        \
  result.key = unlessUnused(hugging_face_name, double(neutral), [&] {                              \
    return fields.number(hugging_face_name, neutral, numbersOf(detail::range));                    \
  });
#define OPTION_EARLY_STOPPING(name, abi_name, key, flag, hugging_face_name, ...)                   \
  result.key = earlyStopping(hugging_face_name);
#define OPTION_BOOLEAN(name, abi_name, key, flag, hugging_face_name, neutral, ...)                 \
  result.key = fields.boolean(hugging_face_name, neutral);
#define OPTION_ID(name, abi_name, key, flag, hugging_face_name, ...)                               \
  result.key = id(hugging_face_name);
#define OPTION_MODEL_ID OPTION_ID
#define OPTION_IDS(name, abi_name, key, flag, hugging_face_name, ...)                              \
  result.key = withinVocabulary(hugging_face_name);
#define OPTION_WORDS(name, abi_name, key, flag, hugging_face_name, ...)                            \
  result.key = words(hugging_face_name);
#define OPTION_TEXTS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  result.key = texts(hugging_face_name, integersOf(detail::range));
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, ...)                            \
  result.key = decay(hugging_face_name);
#define OPTION_BIASES(name, abi_name, key, flag, hugging_face_name, ...)                           \
  result.key = biases(hugging_face_name);
#include "transept/generation_options.inc"
    readSampling(result);
    std::set<int64_t> suppressed(result.suppressedIds.begin(), result.suppressedIds.end());
    if (int64_t(suppressed.size()) >= vocabulary)
      throw InputError(
          fmt::format("{}: found all {} ids of the vocabulary, but one or more must be "
                      "left to generate",
                      fields.where("suppress_tokens"), vocabulary));
    if ((!result.sample || result.beams > 1) && result.returnCount > result.beams)
      refuseValue(result.returnCount, fields.where("num_return_sequences"),
                  fmt::format("at most num_beams = {}", result.beams));
    return result;
  }

private:
  template <typename Value, typename Read>
  Value unlessUnused(const std::string &key, Value neutral, Read &&read) {
    bool isOfSampling = std::ranges::find(ofSampling, key) != std::end(ofSampling);
    if (!isOfSampling || fields.boolean("do_sample", false))
      return read();
    try {
      return read();
    } catch (const InputError &error) {
      warnings.push_back(fmt::format("{}; it is left out, as do_sample is not set", error.what()));
      return neutral;
    }
  }

  void readSampling(GenerationDefaults &result) {
    // No number of tokens is all of them, not Hugging Face's default.
    if (fields.contains("top_k") && !fields.find("top_k"))
      result.topK = 0;
    if (result.beams % result.beamGroups != 0)
      refuseValue(result.beamGroups, fields.where("num_beam_groups"),
                  fmt::format("a divisor of num_beams = {}", result.beams));
    if (!result.sample || result.beamGroups == 1)
      return;
    warnings.push_back(fmt::format("{}: found true with num_beam_groups = {}, which is not "
                                   "honoured: groups of beams are not sampled",
                                   fields.where("do_sample"), result.beamGroups));
    result.sample = false;
  }

  std::vector<int64_t> ids(const std::string &key) {
    const Json *value = fields.find(key);
    if (!value)
      return {};
    if (!value->is_array())
      return {toInteger(*value, fields.where(key), idRange)};
    std::vector<int64_t> result;
    for (const Json &each : *value)
      result.push_back(toInteger(each, fields.where(key), idRange));
    return result;
  }

  /// Hugging Face takes a list here as well; with one entry it means the same.
  std::optional<int64_t> id(const std::string &key) {
    std::vector<int64_t> list = ids(key);
    if (list.size() > 1)
      refuseValue(*fields.find(key), fields.where(key), "one token id");
    if (list.empty())
      return std::nullopt;
    return list.front();
  }

  bool isInVocabulary(const std::string &key, int64_t id) {
    if (id < vocabulary)
      return true;
    warnings.push_back(fmt::format("{}: token {} is outside the vocabulary of {} and is left out",
                                   fields.where(key), id, vocabulary));
    return false;
  }

  std::vector<int64_t> withinVocabulary(const std::string &key) {
    std::vector<int64_t> list = ids(key);
    std::erase_if(list, [&](int64_t id) { return !isInVocabulary(key, id); });
    return list;
  }

  /// Null where one of them is outside the vocabulary.
  std::optional<std::vector<int64_t>> word(const std::string &key, const Json &value) {
    if (!value.is_array() || value.empty())
      refuseValue(value, fields.where(key), "a non-empty array of token ids");
    std::vector<int64_t> list;
    for (const Json &each : value)
      list.push_back(toInteger(each, fields.where(key), idRange));
    if (!std::ranges::all_of(list, [&](int64_t id) { return isInVocabulary(key, id); }))
      return std::nullopt;
    return list;
  }

  std::vector<std::vector<int64_t>> words(const std::string &key) {
    std::vector<std::vector<int64_t>> result;
    for (const Json &each : items(key, "an array of arrays of token ids"))
      if (std::optional<std::vector<int64_t>> ids = word(key, each))
        result.push_back(std::move(*ids));
    return result;
  }

  /// The elements of a list, none where it is absent.
  Json items(const std::string &key, const char *allowed) {
    const Json *value = fields.find(key);
    if (value && !value->is_array())
      refuseValue(*value, fields.where(key), allowed);
    return value ? *value : Json::array();
  }

  /// A text alone is a list of one.
  std::vector<std::string> texts(const std::string &key, IntegerRange bytes) {
    constexpr const char *allowed = "a text or an array of texts";
    const Json *value = fields.find(key);
    const Json list = value && value->is_string() ? Json::array({*value}) : items(key, allowed);
    std::vector<std::string> result;
    for (const Json &each : list) {
      if (!each.is_string())
        refuseValue(each, fields.where(key), allowed);
      result.push_back(each.get<std::string>());
      bool hasZero = result.back().find('\0') != std::string::npos;
      if (auto size = int64_t(result.back().size());
          hasZero || size < bytes.minimum || size > bytes.maximum)
        refuseValue(each, fields.where(key),
                    fmt::format("texts of {} to {} bytes, none of which is zero", bytes.minimum,
                                bytes.maximum));
    }
    return result;
  }

  std::vector<BiasedSequence> biases(const std::string &key) {
    constexpr const char *allowed = "an array of pairs: an array of token ids, and a number";
    std::vector<BiasedSequence> result;
    for (const Json &each : items(key, allowed)) {
      if (!each.is_array() || each.size() != 2)
        refuseValue(each, fields.where(key), allowed);
      double bias = toNumber(each[1], fields.where(key), biasRange);
      if (std::optional<std::vector<int64_t>> ids = word(key, each[0]))
        result.push_back({std::move(*ids), bias});
    }
    return result;
  }

  DecayingPenalty decay(const std::string &key) {
    constexpr const char *allowed = "an array of a number of tokens and a factor";
    const Json pair = items(key, allowed);
    if (pair.empty())
      return {};
    if (pair.size() != 2)
      refuseValue(pair, fields.where(key), allowed);
    return {toInteger(pair[0], fields.where(key), countRange),
            toNumber(pair[1], fields.where(key), decayFactorRange)};
  }

  GenerationDefaults::EarlyStopping earlyStopping(const std::string &key) {
    using EarlyStopping = GenerationDefaults::EarlyStopping;
    const Json *value = fields.find(key);
    if (!value)
      return EarlyStopping::False;
    if (value->is_boolean())
      return value->get<bool>() ? EarlyStopping::True : EarlyStopping::False;
    if (*value != "never")
      refuseValue(*value, fields.where(key), "true, false or \"never\"");
    return EarlyStopping::Never;
  }

  JsonFields &fields;
  int64_t vocabulary;
  std::vector<std::string> &warnings;
};

/// The fields of the prompt of a speech model, which SpeechDefaults.cpp reads.
bool isOfSpeechPrompt(std::string_view key) {
  return key == "forced_decoder_ids" || key == "language" || key == "task";
}

void warnNotHonoured(JsonFields &fields, bool hasSpeechPrompt, std::vector<std::string> &warnings) {
  for (const NotHonoured &option : notHonoured) {
    const Json *value = fields.find(option.key);
    if (hasSpeechPrompt && isOfSpeechPrompt(option.key))
      continue;
    // Compared as JSON values, so that 1 and 1.0 are the same.
    if (value && *value != Json::parse(option.neutral))
      warnings.push_back(fmt::format("{}: found {}, which is not honoured: {}",
                                     fields.where(option.key), quoteJson(*value), option.effect));
  }
}

/// Hugging Face would leave these unset when generation_config.json does not have them, and then
/// either fail or never end; config.json knows better.
void fillSpecialIds(GenerationDefaults &result, const GenerationDefaults &fallback,
                    const JsonFields &fields, std::vector<std::string> &warnings) {
  auto fill = [&](auto &value, const auto &other, bool isMissing, const char *key) {
    if (!isMissing || other == std::decay_t<decltype(other)>())
      return;
    value = other;
    warnings.push_back(fmt::format("{} is missing, config.json's is used", fields.where(key)));
  };
  fill(result.decoderStartId, fallback.decoderStartId, !result.decoderStartId,
       "decoder_start_token_id");
  fill(result.paddingId, fallback.paddingId, !result.paddingId, "pad_token_id");
  fill(result.endIds, fallback.endIds, result.endIds.empty(), "eos_token_id");
}

/// The generation fields of a configuration: its own, else those that its decoder's configuration
/// or else its class sets.
Json withDefaults(JsonFields &config, const SpecialIdDefaults &defaults) {
  Json merged = Json::object();
  const Json *decoder = config.find("decoder");
  if (decoder && !decoder->is_object())
    decoder = nullptr;
  // A null of the configuration keeps out its class's default. Where a decoder has a configuration
  // of its own, that one's null does.
  auto set = [&](const char *key, const auto &value) {
    bool isSaid = decoder ? decoder->contains(key) : config.contains(key);
    if (!isSaid && !merged.contains(key))
      merged[key] = value;
  };
  auto setIfPresent = [&](const char *key, const std::optional<int64_t> &id) {
    if (id)
      set(key, *id);
  };
  auto copy = [&](const char *key) {
    if (const Json *value = config.find(key))
      merged[key] = *value;
    else if (decoder && decoder->contains(key) && !(*decoder)[key].is_null())
      merged[key] = (*decoder)[key];
  };
  for (const char *key : honoured)
    copy(key);
  for (const NotHonoured &option : notHonoured)
    copy(option.key);
  setIfPresent("decoder_start_token_id", defaults.decoderStartId);
  setIfPresent("bos_token_id", defaults.beginningId);
  setIfPresent("pad_token_id", defaults.paddingId);
  setIfPresent("eos_token_id", defaults.endId);
  setIfPresent("forced_bos_token_id", defaults.forcedBeginningId);
  setIfPresent("forced_eos_token_id", defaults.forcedEndId);
  set("num_beams", defaults.beams);
  set("max_length", defaults.maximumLength);
  setIfPresent("max_new_tokens", defaults.maximumNewTokens);
  set("encoder_no_repeat_ngram_size", defaults.encoderNoRepeatNgramSize);
  set("begin_suppress_tokens", std::vector<int64_t>(defaults.beginningSuppressedIds.begin(),
                                                    defaults.beginningSuppressedIds.end()));
  return merged;
}

} // namespace

void markGenerationFields(JsonFields &config) {
  for (const char *key : honoured)
    config.markRead(key);
  for (const NotHonoured &option : notHonoured)
    config.markRead(option.key);
  for (std::string_view key : irrelevant)
    config.markRead(std::string(key));
}

GenerationDefaults readGenerationDefaults(JsonFields &config, JsonFields *generationConfig,
                                          const SpecialIdDefaults &defaults, int64_t vocabularySize,
                                          std::vector<std::string> &warnings) {
  std::vector<std::string> ignored;
  std::vector<std::string> &configWarnings = generationConfig ? ignored : warnings;
  const Json merged = withDefaults(config, defaults);
  JsonFields fields(merged, config.origin());
  GenerationDefaults fromConfig = GenerationReader(fields, vocabularySize, configWarnings).read();
  warnNotHonoured(fields, defaults.hasSpeechPrompt, configWarnings);
  markGenerationFields(config);

  GenerationDefaults result = fromConfig;
  if (generationConfig) {
    result = GenerationReader(*generationConfig, vocabularySize, warnings).read();
    fillSpecialIds(result, fromConfig, *generationConfig, warnings);
    warnNotHonoured(*generationConfig, defaults.hasSpeechPrompt, warnings);
    for (const std::string &key : generationConfig->unreadKeys())
      if (std::find(irrelevant.begin(), irrelevant.end(), key) == irrelevant.end())
        warnings.push_back(fmt::format("{}: this field is not known and has no effect",
                                       generationConfig->where(key)));
  }
  // Hugging Face's own substitutes: the beginning token starts, the end token pads.
  if (!result.decoderStartId)
    result.decoderStartId = result.beginningId;
  if (!result.paddingId && !result.endIds.empty())
    result.paddingId = result.endIds.front();
  auto checkId = [&](const std::optional<int64_t> &id, const char *key) {
    if (id && *id >= vocabularySize)
      refuseValue(*id, (generationConfig ? *generationConfig : config).where(key),
                  fmt::format("a token below the vocabulary's size {}", vocabularySize));
  };
  checkId(result.decoderStartId, "decoder_start_token_id");
  checkId(result.forcedBeginningId, "forced_bos_token_id");
  checkId(result.forcedEndId, "forced_eos_token_id");
  result.speech = readSpeechDefaults({.generationConfig = generationConfig,
                                      .config = config,
                                      .decoderStartId = result.decoderStartId,
                                      .vocabularySize = vocabularySize,
                                      .hasSpeechPrompt = defaults.hasSpeechPrompt},
                                     warnings);
  return result;
}

} // namespace transept::frontend
