// SPDX-License-Identifier: Apache-2.0
//
// Where a setting comes from (caller, model, neutral) and what values it may have. A value of the
// model's own defaults that makes no sense for its vocabulary is dropped as Hugging Face drops it;
// the same value from the caller is an error.

#include "runtime/decode/GenerationSettings.h"

#include "runtime/base/Messages.h"
#include "runtime/decode/ChoosableIds.h"
#include "runtime/decode/ForcedWordsSettings.h"
#include "runtime/decode/Limits.h"

#include "transept/detail/OptionRange.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <span>
#include <string>

namespace transept::runtime {
namespace {

/// The caller's list if there is one, else the model's, else nothing.
struct IdList {
  std::span<const std::int32_t> ids;
  bool isCallers = false;
};

/// Lists of ids as the ABI has them; all null and 0: not given.
struct Words {
  const std::int32_t *ids = nullptr;
  const std::uint64_t *offsets = nullptr;
  std::uint64_t count = 0;

  bool areGiven() const { return ids || offsets; }
};

/// Words with a number each.
struct Biases {
  Words sequences;
  const float *values = nullptr;
};

/// An option of two numbers: their names, or their values as the ABI has them.
struct DecayNames {
  std::string_view start, factor;
};
struct DecayValues {
  std::int32_t start;
  float factor;
};

class Resolver {
  using Options = transept_generation_options;

public:
  Resolver(const transept_model_table &table, const transept_generation_options &options)
      : options(options), defaults(options.ignore_model_defaults ? nullptr : table.generation),
        speech(table.speech), vocabularySize(table.target_vocabulary_size),
        readsIds(table.source_vocabulary_size != 0),
        hasSource(readsIds || table.source_feature_width != 0) {
    settings.usesCppNames = options.conventions & TRANSEPT_CONVENTION_CPP_NAMES;
    settings.vocabularySize = vocabularySize;
    settings.hasSource = hasSource;
    settings.hasShortlist = table.shortlist != nullptr;
    settings.maximumTargetLength = table.maximum_target_length;
    if (table.has_uncounted_target_id)
      settings.uncounted = table.uncounted_target_id;
    if (table.generation)
      settings.padding = table.generation->padding_id;
  }

  GenerationSettings resolve() {
    resolveOptions();
    applyDecoderStart();
    applySampling();
    applyBeamGroups();
    applyReturnCount();
    applyLengths();
    applyLists();
    resolveForcedWords(options, settings);
    resolveVocabulary(settings);
    checkEveryOptionHasAnEffect();
    applyTimestamps();
    applyTokenScores();
    limitDrafts();
    return std::move(settings);
  }

private:
  using Defaults = transept_generation_defaults;

  /// The rows of one source fit into one invocation, and what is kept of them into its memory.
  void limitDrafts() {
    if (settings.beams > 1)
      return;
    std::int64_t rows = rowsPerInvocation;
    if (settings.needsWholeRows() || settings.normalizesTokenScores())
      rows = std::min(rows, std::int64_t(logitsPerStep / vocabularySize));
    std::int64_t asked = options.guess ? settings.guessLength : settings.lookupLength;
    settings.draftLength =
        std::min(asked, std::max<std::int64_t>(0, rows / settings.sequences() - 1));
  }

  /// Each option by itself: the caller's value, else the model's, else the neutral one.
  void resolveOptions() {
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  resolveNumber(settings.named(#abi_name, #name), settings.name, &Options::abi_name,               \
                &Defaults::abi_name, detail::range);
#define OPTION_LIMIT(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  resolveLimit(settings.named(#abi_name, #name), settings.name, &Options::abi_name,                \
               &Defaults::abi_name, detail::range);
#define OPTION_FRACTION OPTION_NUMBER
#define OPTION_EARLY_STOPPING(name, abi_name, ...)                                                 \
  resolveEarlyStopping(settings.named(#abi_name, #name), settings.name, &Options::abi_name,        \
                       &Defaults::abi_name);
#define OPTION_BOOLEAN(name, abi_name, ...)                                                        \
  resolveBoolean(settings.named(#abi_name, #name), settings.name, &Options::abi_name,              \
                 &Defaults::abi_name);
#define OPTION_ID(name, abi_name, ...)                                                             \
  resolveId(settings.named(#abi_name, #name), settings.name, &Options::abi_name,                   \
            &Defaults::abi_name);
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, abi_name, ...)                                                            \
  settings.name = idsOf(settings.named(#abi_name "s", #name),                                      \
                        list(options.abi_name##s, options.abi_name##_count,                        \
                             &Defaults::abi_name##s, &Defaults::abi_name##_count));
#define OPTION_WORDS(name, abi_name, ...)                                                          \
  resolveWords(#abi_name, settings.named(#abi_name "s", #name), settings.name,                     \
               {options.abi_name##s, options.abi_name##_offsets, options.abi_name##_count},        \
               defaults ? Words{defaults->abi_name##s, defaults->abi_name##_offsets,               \
                                defaults->abi_name##_count}                                        \
                        : Words{});
#define OPTION_TEXTS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  resolveTexts(settings.named(#abi_name "s", #name), settings.name,                                \
               options.abi_name##s ? std::span(options.abi_name##s, options.abi_name##_count)      \
               : defaults          ? std::span(defaults->abi_name##s, defaults->abi_name##_count)  \
                                   : std::span<const char *const>(),                               \
               detail::range);
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  resolveDecay({settings.named(#abi_name "_start", #name ".start"),                                \
                settings.named(#abi_name "_factor", #name ".factor")},                             \
               settings.name, {options.abi_name##_start, options.abi_name##_factor},               \
               {defaults ? defaults->abi_name##_start : 0,                                         \
                defaults ? defaults->abi_name##_factor : neutral},                                 \
               detail::range);
#define OPTION_BIASES(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  resolveBiases(#abi_name, settings.named(#abi_name "_ids", #name), settings.name,                 \
                {{options.abi_name##_ids, options.abi_name##_offsets, options.abi_name##_count},   \
                 options.abi_name##_values},                                                       \
                defaults ? Biases{{defaults->abi_name##_ids, defaults->abi_name##_offsets,         \
                                   defaults->abi_name##_count},                                    \
                                  defaults->abi_name##_values}                                     \
                         : Biases{},                                                               \
                detail::range);
#include "transept/generation_options.inc"
  }

  bool isSet(std::int32_t value) const { return value != TRANSEPT_UNSET; }
  bool isSet(float value) const {
    if (options.conventions & TRANSEPT_CONVENTION_UNSET_FRACTION)
      return std::bit_cast<std::uint32_t>(value) != TRANSEPT_UNSET_FRACTION_BITS;
    return !std::isnan(value);
  }

  /// out = caller's, or model's, or as it is.
  template <typename Setting, typename Value, typename ModelValue>
  void pick(Setting &out, const Value Options::*callers, const ModelValue Defaults::*models) {
    if (isSet(options.*callers))
      out = static_cast<Setting>(options.*callers);
    else if (defaults)
      out = static_cast<Setting>(defaults->*models);
  }

  template <typename Value>
  static void checkRange(std::string_view name, Value value, detail::OptionRange range) {
    if (!range.contains(value))
      failArgument(name, value, range.text());
  }

  template <typename Setting, typename Value>
  void resolveNumber(std::string_view name, Setting &setting, const Value Options::*callers,
                     const Value Defaults::*models, detail::OptionRange range) {
    pick(setting, callers, models);
    checkRange(name, setting, range);
  }

  void resolveLimit(std::string_view name, std::int64_t &setting,
                    const std::int32_t Options::*callers, const std::int32_t Defaults::*models,
                    detail::OptionRange range) {
    pick(setting, callers, models);
    if (setting != -1)
      checkRange(name, setting, range);
  }

  void resolveEarlyStopping(std::string_view name, std::uint32_t &setting,
                            const std::int32_t Options::*callers,
                            const std::uint32_t Defaults::*models) {
    pick(setting, callers, models);
    if (setting > TRANSEPT_EARLY_STOPPING_NEVER)
      failArgument(name, setting, "0 (false), 1 (true) or 2 (never)");
  }

  void resolveBoolean(std::string_view name, bool &setting, const std::int32_t Options::*callers,
                      const std::int32_t Defaults::*models) {
    std::int32_t value = setting;
    pick(value, callers, models);
    if (value != 0 && value != 1)
      failArgument(name, value, "0 (false) or 1 (true)");
    setting = value == 1;
  }

  void resolveId(std::string_view name, std::int32_t &setting, const std::int32_t Options::*callers,
                 const std::int32_t Defaults::*models) {
    pick(setting, callers, models);
    if (setting != -1 && !isInVocabulary(setting))
      failArgument(name, setting, "-1 (none) or " + rangeText(0, vocabularySize - 1));
  }

  bool isInVocabulary(std::int32_t id) const {
    return id >= 0 && std::uint64_t(id) < vocabularySize;
  }

  IdList list(const std::int32_t *callers, std::uint64_t callersCount,
              const std::int32_t *const Defaults::*models,
              const std::uint64_t Defaults::*modelsCount) const {
    if (callers)
      return {{callers, callersCount}, true};
    if (defaults && defaults->*models)
      return {{defaults->*models, defaults->*modelsCount}, false};
    return {};
  }

  std::vector<std::int32_t> idsOf(std::string_view name, IdList list) const {
    std::vector<std::int32_t> result;
    for (std::size_t index = 0; index < list.ids.size(); ++index) {
      if (isInVocabulary(list.ids[index]))
        result.push_back(list.ids[index]);
      else if (list.isCallers)
        failArgument(text(name) + "[" + text(index) + "]", list.ids[index],
                     rangeText(0, vocabularySize - 1));
    }
    return result;
  }

  /// The caller's lists, or else the model's. `fields` is what the C structure's fields for them
  /// begin with, `ids` the name of the first of these.
  static Words pickWords(const std::string &fields, const std::string &ids, Words callers,
                         Words models) {
    if (callers.areGiven() && callers.count != 0 && (!callers.ids || !callers.offsets))
      failArgument(ids + " or " + fields + "_offsets", "null", "set together");
    Words words = callers.areGiven() ? callers : models;
    for (std::uint64_t word = 0; word < words.count; ++word)
      if (words.offsets[word] > words.offsets[word + 1])
        failArgument(fields + "_offsets[" + text(word + 1) + "]", words.offsets[word + 1],
                     text(words.offsets[word]) + " or more");
    return words;
  }

  /// The ids of a word; none where it is the model's and not all of them are in the vocabulary.
  std::vector<std::int32_t> idsOfWord(const std::string &name, Words words, std::uint64_t index,
                                      bool areCallers) const {
    std::uint64_t begin = words.offsets[index], end = words.offsets[index + 1];
    if (begin == end && areCallers)
      failArgument("the length of " + name, 0, "1 or more");
    std::vector<std::int32_t> ids = idsOf(name, {{words.ids + begin, end - begin}, areCallers});
    if (ids.size() != end - begin)
      ids.clear();
    return ids;
  }

  void resolveWords(const std::string &fields, std::string_view name, BannedWords &setting,
                    Words callers, Words models) {
    Words words = pickWords(fields, fields + "s", callers, models);
    for (std::uint64_t word = 0; word < words.count; ++word) {
      std::vector<std::int32_t> ids =
          idsOfWord(text(name) + "[" + text(word) + "]", words, word, callers.areGiven());
      if (ids.size() > 1)
        setting.sequences.push_back(std::move(ids));
      else if (!ids.empty())
        setting.ids.push_back(ids[0]);
    }
  }

  void resolveBiases(const std::string &fields, std::string_view name,
                     std::vector<BiasedSequence> &setting, Biases callers, Biases models,
                     detail::OptionRange range) {
    bool areCallers = callers.sequences.areGiven();
    Words words = pickWords(fields, fields + "_ids", callers.sequences, models.sequences);
    const float *values = areCallers ? callers.values : models.values;
    if (words.count != 0 && !values)
      failArgument(fields + "_values", "null", "set together with " + fields + "_ids");
    // Of one sequence the last bias counts, in the place of the first.
    std::map<std::vector<std::int32_t>, std::size_t> places;
    for (std::uint64_t index = 0; index < words.count; ++index) {
      std::string item = text(name) + "[" + text(index) + "]";
      std::string ids = item + (settings.usesCppNames ? ".ids" : "");
      checkRange(settings.usesCppNames ? item + ".bias" : fields + "_values[" + text(index) + "]",
                 values[index], range);
      std::vector<std::int32_t> word = idsOfWord(ids, words, index, areCallers);
      if (word.empty())
        continue;
      if (auto [place, isNew] = places.try_emplace(word, setting.size()); !isNew)
        setting[place->second].bias = values[index];
      else
        setting.push_back({std::move(word), values[index]});
    }
    std::ranges::stable_sort(setting, {}, [](const BiasedSequence &each) {
      return std::pair(each.ids.back(), each.ids.size() > 1);
    });
  }

  static void resolveTexts(std::string_view name, std::vector<std::string> &setting,
                           std::span<const char *const> texts, detail::OptionRange bytes) {
    for (const char *each : texts) {
      std::string item = text(name) + "[" + text(setting.size()) + "]";
      if (!each)
        failArgument(item, "null", "a text");
      setting.emplace_back(each);
      if (!bytes.contains(std::int64_t(setting.back().size())))
        failArgument("the length of " + item, setting.back().size(), bytes.text() + " bytes");
    }
  }

  void resolveDecay(DecayNames names, DecayingPenalty &setting, DecayValues callers,
                    DecayValues models, detail::OptionRange range) {
    if (isSet(callers.start) != isSet(callers.factor))
      failArgument(text(names.start) + " or " + text(names.factor), "unset", "set together");
    DecayValues values = isSet(callers.start) ? callers : models;
    checkRange(names.start, std::int64_t(values.start), detail::atLeast(0));
    checkRange(names.factor, values.factor, range);
    setting = {values.start, values.factor};
  }

  /// Hugging Face's fallback; a decoder alone begins with its prompt.
  void applyDecoderStart() {
    if (isSet(options.decoder_start_id) || settings.decoderStart != -1 || !defaults || !hasSource)
      return;
    settings.decoderStart = defaults->beginning_id;
    if (settings.decoderStart != -1 && !isInVocabulary(settings.decoderStart))
      failArgument(settings.named("decoder_start_id", "decoderStart"), settings.decoderStart,
                   "-1 (none) or " + rangeText(0, vocabularySize - 1));
  }

  void applySampling() { settings.seed = options.seed; }

  void applyBeamGroups() {
    // The model's own groups are for the model's own search.
    bool fits = settings.beams % settings.beamGroups == 0 && !settings.sample;
    if (!isSet(options.beam_groups) && !fits)
      settings.beamGroups = 1;
    std::string_view name = settings.named("beam_groups", "beamGroups");
    if (settings.beams % settings.beamGroups != 0)
      fail(ErrorCode::InvalidArgument, "beams is ", settings.beams, ", but must be a multiple of ",
           name, ", which is ", settings.beamGroups);
    if (settings.beamGroups > 1 && settings.sample)
      failArgument(name, settings.beamGroups, "1 when sample is set: groups are not sampled");
  }

  void applyReturnCount() {
    if (settings.alternatives || (settings.sample && settings.beams == 1))
      return; // as many as one likes
    // A caller who asks for fewer beams than the model's default returns gets what there is.
    if (!isSet(options.return_count))
      settings.returnCount = std::min(settings.returnCount, settings.beams);
    checkRange(settings.named("return_count", "returnCount"), settings.returnCount,
               detail::between(1, double(settings.beams)));
    std::int64_t found = settings.beamGroups * settings.hypothesesOfGroup();
    if (settings.beams > 1 && settings.returnCount > found)
      failArgument(settings.named("return_count", "returnCount"), settings.returnCount,
                   rangeText(1, std::uint64_t(found)) + " where patience is " +
                       text(settings.patience));
  }

  void applyLengths() {
    // The caller's length goes before the model's new tokens.
    if (isSet(options.maximum_length) && !isSet(options.maximum_new_tokens))
      settings.maximumNewTokens = -1;
    if (isSet(options.minimum_length) && !isSet(options.minimum_new_tokens))
      settings.minimumNewTokens = -1;
    settings.isMinimumGiven = isSet(options.minimum_length) || isSet(options.minimum_new_tokens);
    // The last token is never fed back, so one more than the positions fits.
    std::uint64_t limit = settings.maximumTargetLength;
    if (limit >= INT32_MAX)
      return;
    auto longest = double(limit) + 1;
    if (isSet(options.maximum_length) && settings.maximumNewTokens == -1)
      checkRange(settings.named("maximum_length", "maximumLength"), settings.maximumLength,
                 detail::between(1, longest));
    if (isSet(options.maximum_new_tokens) && settings.maximumNewTokens != -1)
      checkRange(settings.named("maximum_new_tokens", "maximumNewTokens"),
                 settings.maximumNewTokens, detail::between(1, longest - 1));
  }

  static void sort(std::vector<std::int32_t> &ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  }

  void applyLists() {
    sort(settings.suppressed);
    sort(settings.beginningSuppressed);
    std::erase_if(settings.badWords.ids, [&](std::int32_t id) {
      return std::find(settings.ends.begin(), settings.ends.end(), id) != settings.ends.end();
    });
    sort(settings.badWords.ids);
  }

  /// The caller's options that a model cannot obey.
  void checkEveryOptionHasAnEffect() const {
    if (isSet(options.encoder_no_repeat_ngram_size) && settings.encoderNoRepeatNgramSize != 0)
      checkReadsIds("encoder_no_repeat_ngram_size", "encoderNoRepeatNgramSize",
                    settings.encoderNoRepeatNgramSize, "0",
                    settings.named("no_repeat_ngram_size", "noRepeatNgramSize"));
    if (isSet(options.encoder_repetition_penalty) && settings.encoderRepetitionPenalty != 1)
      checkReadsIds("encoder_repetition_penalty", "encoderRepetitionPenalty",
                    settings.encoderRepetitionPenalty, "1",
                    settings.named("repetition_penalty", "repetitionPenalty"));
  }

  template <typename Value>
  void checkReadsIds(std::string_view name, std::string_view cppName, Value value,
                     std::string_view neutral, std::string_view ofResult) const {
    if (!readsIds)
      failArgument(settings.named(name, cppName), value,
                   text(neutral) +
                       ": the sources of this model are no tokens, of which a result could repeat "
                       "some; " +
                       text(ofResult) + " is for the result's own");
  }

  void applyTimestamps() {
    if (!isSet(options.timestamps) || options.timestamps == 0)
      return;
    if (options.timestamps != 1)
      failArgument("timestamps", options.timestamps, "0 or 1");
    if (!speech || !isInVocabulary(speech->first_timestamp_id))
      failArgument("timestamps", options.timestamps, "0: this model has no timestamps");
    settings.firstTimestamp = speech->first_timestamp_id;
    settings.noTimestamps = speech->no_timestamps_id;
    settings.maximumInitialTimestamp = speech->maximum_initial_timestamp;
  }

  void applyTokenScores() {
    settings.tokenScores = options.token_scores;
    if (settings.tokenScores > TRANSEPT_TOKEN_SCORES_NORMALIZED)
      failArgument(settings.named("token_scores", "tokenScores"), settings.tokenScores,
                   "0 (none), 1 (processed) or 2 (normalized)");
  }

  const transept_generation_options &options;
  const transept_generation_defaults *defaults;
  const transept_speech_defaults *speech;
  const std::uint64_t vocabularySize;
  const bool readsIds, hasSource;
  GenerationSettings settings;
};

} // namespace

GenerationSettings resolveSettings(const transept_model_table &table,
                                   const transept_generation_options *options) {
  transept_generation_options unset;
  transept_unset_generation_options(&unset);
  return Resolver(table, options ? *options : unset).resolve();
}

} // namespace transept::runtime
