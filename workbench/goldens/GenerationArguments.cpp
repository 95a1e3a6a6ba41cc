// SPDX-License-Identifier: Apache-2.0
//
// One table from the names of Hugging Face's arguments to the fields of GenerateOptions: those of
// generation_options.inc, and the arguments that are something else here.

#include "workbench/goldens/GenerationArguments.h"
#include "base/Error.h"

#include "base/Json.h"

#include <fmt/format.h>

#include <functional>
#include <map>

namespace transept::workbench {

using Json = nlohmann::ordered_json;

namespace {

/// An integer; null is `none`, the value that means "not set".
int toNumber(const Json &value, const std::string &name, int none = -1) {
  if (value.is_null())
    return none;
  return int(toInteger(value, name, {.minimum = INT32_MIN + 1, .maximum = INT32_MAX}));
}

/// A list of ids, one id alone, or null for none.
std::vector<Id> toIds(const Json &value, const std::string &name) {
  std::vector<Id> ids;
  if (value.is_array())
    for (const Json &item : value)
      ids.push_back(toNumber(item, name));
  else if (!value.is_null())
    ids.push_back(toNumber(value, name));
  return ids;
}

std::vector<std::vector<Id>> toWords(const Json &value, const std::string &name) {
  std::vector<std::vector<Id>> words;
  if (!value.is_null() && !value.is_array())
    refuseValue(value, name, "a list of lists of ids");
  for (const Json &item : value)
    words.push_back(toIds(item, name));
  return words;
}

/// A word of several is a list of lists.
std::vector<std::vector<std::vector<Id>>> toForcedWords(const Json &value,
                                                        const std::string &name) {
  std::vector<std::vector<std::vector<Id>>> words;
  if (!value.is_null() && !value.is_array())
    refuseValue(value, name, "a list of words, each a list of ids or a list of such words");
  for (const Json &item : value) {
    bool isChoice = item.is_array() && !item.empty() && item.front().is_array();
    words.push_back(isChoice ? toWords(item, name)
                             : std::vector<std::vector<Id>>{toIds(item, name)});
  }
  return words;
}

/// A list of pairs of a list of ids and a number, or null for none.
std::vector<SequenceBias> toBiases(const Json &value, const std::string &name) {
  std::vector<SequenceBias> biases;
  for (const Json &item : value.is_null() ? Json::array() : value) {
    if (!item.is_array() || item.size() != 2)
      refuseValue(item, name, "pairs of a list of ids and a number");
    biases.push_back({toIds(item[0], name), float(transept::toNumber(item[1], name))});
  }
  return biases;
}

/// A number of tokens and a factor, or null for none.
ExponentialDecay toDecay(const Json &value, const std::string &name) {
  if (value.is_null())
    return {};
  if (!value.is_array() || value.size() != 2)
    refuseValue(value, name, "a list of a number of tokens and a factor");
  return {toNumber(value[0], name), float(transept::toNumber(value[1], name))};
}

EarlyStopping toEarlyStopping(const Json &value, const std::string &name) {
  if (value == "never")
    return EarlyStopping::Never;
  return toBoolean(value, name) ? EarlyStopping::AtOnce : EarlyStopping::WhenUnlikely;
}

using Setter = std::function<void(GenerationArguments &, const Json &, const std::string &)>;

Setter number(std::optional<int> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = toNumber(value, name);
  };
}

Setter fraction(std::optional<float> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    if (!value.is_null())
      arguments.options.*field = float(transept::toNumber(value, name));
  };
}

Setter ids(std::optional<std::vector<Id>> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = toIds(value, name);
  };
}

Setter words(std::optional<std::vector<std::vector<Id>>> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = toWords(value, name);
  };
}

/// A list of texts, one alone, or null for none.
Setter texts(std::optional<std::vector<std::string>> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    std::vector<std::string> &list = (arguments.options.*field).emplace();
    if (value.is_array())
      for (const Json &item : value)
        list.push_back(transept::toText(item, name));
    else if (!value.is_null())
      list.push_back(transept::toText(value, name));
  };
}

Setter biases(std::optional<std::vector<SequenceBias>> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = toBiases(value, name);
  };
}

Setter decay(std::optional<ExponentialDecay> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = toDecay(value, name);
  };
}

Setter earlyStopping(std::optional<EarlyStopping> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = toEarlyStopping(value, name);
  };
}

Setter boolean(std::optional<bool> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = !value.is_null() && toBoolean(value, name);
  };
}

/// An argument of models of speech. What was not said stays out of the prompt.
template <typename Set> Setter speech(Set &&set) {
  return [set](GenerationArguments &arguments, const Json &value, const std::string &name) {
    if (!arguments.speech)
      arguments.speech = SpeechOptions{.task = std::nullopt};
    if (!value.is_null())
      set(*arguments.speech, value, name);
  };
}

SpeechTask toTask(const Json &value, const std::string &name) {
  if (value != "transcribe" && value != "translate")
    refuseValue(value, name, "\"transcribe\" or \"translate\"");
  return value == "translate" ? SpeechTask::Translate : SpeechTask::Transcribe;
}

Setter withoutEffect() {
  return [](GenerationArguments &, const Json &, const std::string &) {};
}

const std::map<std::string, Setter> &setters() {
  static const std::map<std::string, Setter> table = {
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, ...)                           \
  {hugging_face_name, number(&GenerateOptions::name)},
#define OPTION_LIMIT OPTION_NUMBER
#define OPTION_FRACTION(name, abi_name, key, flag, hugging_face_name, ...)                         \
  {hugging_face_name, fraction(&GenerateOptions::name)},
#define OPTION_EARLY_STOPPING(name, abi_name, key, flag, hugging_face_name, ...)                   \
  {hugging_face_name, earlyStopping(&GenerateOptions::name)},
#define OPTION_BOOLEAN(name, abi_name, key, flag, hugging_face_name, ...)                          \
  {hugging_face_name, boolean(&GenerateOptions::name)},
#define OPTION_ID OPTION_NUMBER
#define OPTION_MODEL_ID(...) // named below
#define OPTION_IDS(name, abi_name, key, flag, hugging_face_name, ...)                              \
  {hugging_face_name, ids(&GenerateOptions::name)},
#define OPTION_WORDS(name, abi_name, key, flag, hugging_face_name, ...)                            \
  {hugging_face_name, words(&GenerateOptions::name)},
#define OPTION_TEXTS(name, abi_name, key, flag, hugging_face_name, ...)                            \
  {hugging_face_name, texts(&GenerateOptions::name)},
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, ...)                            \
  {hugging_face_name, decay(&GenerateOptions::name)},
#define OPTION_BIASES(name, abi_name, key, flag, hugging_face_name, ...)                           \
  {hugging_face_name, biases(&GenerateOptions::name)},
#include "transept/generation_options.inc"
      {"pad_token_id", [](GenerationArguments &arguments, const Json &value,
                          const std::string &name) { arguments.padding = toNumber(value, name); }},
      {"force_words_ids",
       [](GenerationArguments &arguments, const Json &value, const std::string &name) {
         arguments.options.forcedWords = toForcedWords(value, name);
       }},
      {"language", speech([](SpeechOptions &options, const Json &value, const std::string &name) {
         options.language = transept::toText(value, name);
       })},
      {"text_language",
       speech([](SpeechOptions &options, const Json &value, const std::string &name) {
         options.textLanguage = transept::toText(value, name);
       })},
      {"task", speech([](SpeechOptions &options, const Json &value, const std::string &name) {
         options.task = toTask(value, name);
       })},
      {"return_timestamps",
       speech([](SpeechOptions &options, const Json &value, const std::string &name) {
         options.timestamps = toBoolean(value, name);
       })},
      {"bos_token_id", withoutEffect()}, // see below
      {"use_cache", withoutEffect()},
      {"return_dict_in_generate", withoutEffect()},
      {"output_scores", withoutEffect()},
  };
  return table;
}

} // namespace

GenerationArguments readGenerationArguments(const Json &arguments) {
  GenerationArguments result;
  for (const auto &[name, value] : arguments.items()) {
    auto setter = setters().find(name);
    if (setter == setters().end())
      throw InputError(fmt::format("generation argument {} is not offered", name));
    setter->second(result, value, "generation argument " + name);
  }
  // Hugging Face transcribes when it knows the language but not what to do.
  if (result.speech && !result.speech->language.empty() && !result.speech->task)
    result.speech->task = SpeechTask::Transcribe;
  // Decoders without a start id of their own begin with the beginning-of-sequence id.
  if (!result.options.decoderStart && arguments.contains("bos_token_id"))
    result.options.decoderStart = toNumber(arguments["bos_token_id"], "bos_token_id");
  return result;
}

} // namespace transept::workbench
