// SPDX-License-Identifier: Apache-2.0
//
// The defaults are the options of generation_options.inc, in the order of the ABI.

#include "compiler/emit/table/GenerationTables.h"

namespace transept::emit {

using llvm::Constant;

namespace {

struct FlatLists {
  std::vector<int64_t> ids;
  std::vector<uint64_t> offsets = {0};
};

/// Biased sequences as lists of their ids, and their numbers.
struct FlatBiases {
  FlatLists sequences;
  std::vector<float> values;
};

FlatLists flatten(const std::vector<std::vector<int64_t>> &lists) {
  FlatLists flat;
  for (const std::vector<int64_t> &list : lists) {
    flat.ids.insert(flat.ids.end(), list.begin(), list.end());
    flat.offsets.push_back(flat.ids.size());
  }
  return flat;
}

FlatBiases flatten(const std::vector<frontend::BiasedSequence> &biases) {
  FlatBiases flat;
  std::vector<std::vector<int64_t>> sequences;
  for (const frontend::BiasedSequence &each : biases) {
    sequences.push_back(each.ids);
    flat.values.push_back(float(each.bias));
  }
  flat.sequences = flatten(sequences);
  return flat;
}

std::vector<Constant *> texts(TableWriter &writer, const std::vector<std::string> &list) {
  std::vector<Constant *> result;
  for (const std::string &each : list)
    result.push_back(writer.text("transept_text", each));
  return result;
}

std::vector<Constant *> languages(TableWriter &writer, const frontend::SpeechDefaults &defaults) {
  std::vector<Constant *> result;
  for (const frontend::SpokenLanguage &language : defaults.languages)
    result.push_back(writer.structure(Values<transept_language>{
        .code = writer.text("transept_language_code", language.code),
        .id = language.id,
        .reserved = 0,
    }));
  return result;
}

Constant *defaultLanguage(TableWriter &writer, const frontend::SpeechDefaults &defaults) {
  for (const frontend::SpokenLanguage &language : defaults.languages)
    if (language.id == defaults.languageId)
      return writer.global("transept_default_language",
                           writer.structure(Values<transept_language>{
                               .code = writer.text("transept_language_code", language.code),
                               .id = language.id,
                               .reserved = 0,
                           }));
  return writer.null();
}

uint32_t defaultTask(const frontend::SpeechDefaults &defaults) {
  if (!defaults.taskId)
    return TRANSEPT_TASK_NONE;
  return defaults.taskId == defaults.translateId ? TRANSEPT_TASK_TRANSLATE
                                                 : TRANSEPT_TASK_TRANSCRIBE;
}

std::vector<Constant *> alignmentHeads(TableWriter &writer,
                                       const frontend::SpeechDefaults &defaults) {
  std::vector<Constant *> result;
  for (const frontend::AlignmentHead &each : defaults.alignmentHeads)
    result.push_back(writer.structure(Values<transept_alignment_head>{
        .cross_attention = each.layer,
        .head = each.head,
    }));
  return result;
}

uint32_t scoresOf(frontend::LabelScores scores) {
  switch (scores) {
  case frontend::LabelScores::Softmax:
    return TRANSEPT_SCORES_SOFTMAX;
  case frontend::LabelScores::Sigmoid:
    return TRANSEPT_SCORES_SIGMOID;
  case frontend::LabelScores::Identity:
    return TRANSEPT_SCORES_IDENTITY;
  }
  llvm_unreachable("every kind of scores has its number above");
}

} // namespace

// clang-format off: the initializers come from the list
Constant *generationTable(TableWriter &writer, const frontend::GenerationDefaults &defaults) {
  Values<transept_generation_defaults> values = {
#define BY_TYPE_ID(name, abi_name, key, ...) .abi_name = orNone(defaults.key),
#define BY_TYPE_MODEL_ID BY_TYPE_ID
#define BY_TYPE_LIMIT BY_TYPE_ID
#define BY_TYPE_NUMBER(name, abi_name, key, ...) .abi_name = defaults.key,
#define BY_TYPE_FRACTION BY_TYPE_NUMBER
#define BY_TYPE_EARLY_STOPPING(name, abi_name, key, ...) .abi_name = uint32_t(defaults.key),
#define BY_TYPE_IDS(name, abi_name, key, ...)                                                      \
      .abi_name##s = writer.numbers<uint32_t>("transept_" #abi_name "s", defaults.key),            \
      .abi_name##_count = defaults.key.size(),
#define BY_TYPE_WORDS(name, abi_name, key, ...)                                                    \
      .abi_name##s = writer.numbers<uint32_t>("transept_" #abi_name "s",                           \
                                              flatten(defaults.key).ids),                          \
      .abi_name##_offsets = writer.numbers<uint64_t>("transept_" #abi_name "_offsets",             \
                                                     flatten(defaults.key).offsets),               \
      .abi_name##_count = defaults.key.size(),
#include "transept/detail/generation_options_by_type.inc"
#define TRANSEPT_ONLY_ADDED_OPTIONS
#define OPTION_ID(name, abi_name, key, ...)                                                        \
      .abi_name = orNone(defaults.key), .abi_name##_reserved = 0,
#define OPTION_LIMIT OPTION_ID
#define OPTION_NUMBER(name, abi_name, key, ...)                                                    \
      .abi_name = defaults.key, .abi_name##_reserved = 0,
#define OPTION_FRACTION OPTION_NUMBER
#define OPTION_BOOLEAN OPTION_NUMBER
#define OPTION_IDS BY_TYPE_IDS
#define OPTION_WORDS BY_TYPE_WORDS
#define OPTION_TEXTS(name, abi_name, key, ...)                                                     \
      .abi_name##s = writer.array("transept_" #abi_name "s", texts(writer, defaults.key)),         \
      .abi_name##_count = defaults.key.size(),
#define OPTION_DECAY(name, abi_name, key, ...)                                                     \
      .abi_name##_start = defaults.key.start, .abi_name##_factor = defaults.key.factor,
#define OPTION_BIASES(name, abi_name, key, ...)                                                    \
      .abi_name##_ids = writer.numbers<uint32_t>("transept_" #abi_name "_ids",                     \
                                                 flatten(defaults.key).sequences.ids),             \
      .abi_name##_offsets = writer.numbers<uint64_t>("transept_" #abi_name "_offsets",             \
                                                     flatten(defaults.key).sequences.offsets),     \
      .abi_name##_values = writer.numbers<float>("transept_" #abi_name "_values",                  \
                                                 flatten(defaults.key).values),                    \
      .abi_name##_count = defaults.key.size(),
#include "transept/generation_options.inc"
#undef TRANSEPT_ONLY_ADDED_OPTIONS
#undef BY_TYPE_ID
#undef BY_TYPE_MODEL_ID
#undef BY_TYPE_LIMIT
#undef BY_TYPE_NUMBER
#undef BY_TYPE_FRACTION
#undef BY_TYPE_EARLY_STOPPING
#undef BY_TYPE_IDS
#undef BY_TYPE_WORDS
  };
  return writer.global("transept_generation", writer.structure(values));
}
// clang-format on

Constant *speechTable(TableWriter &writer, const frontend::GenerationDefaults &generation,
                      int64_t targetVocabularySize) {
  if (!generation.speech)
    return writer.null();
  const frontend::SpeechDefaults &defaults = *generation.speech;
  std::optional<int64_t> firstTimestamp;
  if (defaults.noTimestampsId && *defaults.noTimestampsId + 1 < targetVocabularySize)
    firstTimestamp = *defaults.noTimestampsId + 1;
  Values<transept_speech_defaults> values = {
      .transcript_start_id = defaults.transcriptStartId,
      .transcribe_id = orNone(defaults.transcribeId),
      .translate_id = orNone(defaults.translateId),
      .no_timestamps_id = orNone(defaults.noTimestampsId),
      .first_timestamp_id = orNone(firstTimestamp),
      .maximum_initial_timestamp = orNone(defaults.maximumInitialTimestamp),
      .returns_timestamps = defaults.returnsTimestamps,
      .median_filter_width = defaults.medianFilterWidth,
      .languages = writer.array("transept_languages", languages(writer, defaults)),
      .language_count = defaults.languages.size(),
      .alignment_heads = writer.array("transept_alignment_heads", alignmentHeads(writer, defaults)),
      .alignment_head_count = defaults.alignmentHeads.size(),
      .default_prompt = writer.numbers<uint32_t>("transept_default_prompt", defaults.promptIds),
      .default_prompt_length = defaults.promptIds.size(),
      .default_language = defaultLanguage(writer, defaults),
      .default_task = defaultTask(defaults),
      .previous_text_id = int32_t(defaults.previousTextId.value_or(0)),
      .prompt_names_languages = defaults.promptNamesLanguages,
      .reserved = 0,
  };
  return writer.global("transept_speech", writer.structure(values));
}

Constant *classifierTable(TableWriter &writer,
                          const std::optional<frontend::Classifier> &classifier) {
  if (!classifier)
    return writer.null();
  std::vector<Constant *> labels;
  for (const std::string &label : classifier->labels)
    labels.push_back(writer.text("transept_label", label));
  Values<transept_classifier> values = {
      .labels = writer.array("transept_labels", labels),
      .label_count = labels.size(),
      .scores = scoresOf(classifier->scores),
      .end_id = classifier->endId,
      .start_id = orNone(classifier->startId),
      .reserved = 0,
  };
  return writer.global("transept_classifier", writer.structure(values));
}

Constant *forecasterTable(TableWriter &writer,
                          const std::optional<frontend::Forecaster> &forecaster) {
  if (!forecaster)
    return writer.null();
  std::vector<float> quantiles(forecaster->quantiles.begin(), forecaster->quantiles.end());
  Values<transept_forecaster> values = {
      .quantiles = writer.numbers<float>("transept_quantiles", quantiles),
      .quantile_count = quantiles.size(),
      .horizon = forecaster->horizon,
      .patch_length = forecaster->patchLength,
      .context_length = forecaster->contextLength,
      .start_id = forecaster->startId,
      .reserved = 0,
  };
  return writer.global("transept_forecaster", writer.structure(values));
}

} // namespace transept::emit
