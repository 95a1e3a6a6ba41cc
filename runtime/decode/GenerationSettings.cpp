// SPDX-License-Identifier: Apache-2.0
//
// Where a setting comes from (caller, model, neutral) and what values it may have. A value of the
// model's own defaults that makes no sense for its vocabulary is dropped as Hugging Face drops it;
// the same value from the caller is an error.

#include "runtime/decode/GenerationSettings.h"

#include "runtime/base/Messages.h"

#include "transept/detail/OptionRange.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
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
    settings.maximumTargetLength = table.maximum_target_length;
  }

  GenerationSettings resolve() {
    resolveOptions();
    applyDecoderStart();
    applySampling();
    applyReturnCount();
    applyLengths();
    applyLists();
    checkEveryOptionHasAnEffect();
    applyTimestamps();
    applyTokenScores();
    return std::move(settings);
  }

private:
  using Defaults = transept_generation_defaults;

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

  /// `fields` is what the C structure's fields for them begin with, `name` what messages call them.
  void resolveWords(const std::string &fields, std::string_view name, BannedWords &setting,
                    Words callers, Words models) {
    bool isCallers = callers.ids || callers.offsets;
    if (isCallers && callers.count != 0 && (!callers.ids || !callers.offsets))
      failArgument(fields + "s or " + fields + "_offsets", "null", "set together");
    Words words = isCallers ? callers : models;
    for (std::uint64_t word = 0; word < words.count; ++word) {
      std::uint64_t begin = words.offsets[word], end = words.offsets[word + 1];
      if (begin > end)
        failArgument(fields + "_offsets[" + text(word + 1) + "]", end, text(begin) + " or more");
      addWord(text(name) + "[" + text(word) + "]", setting,
              {{words.ids + begin, end - begin}, isCallers});
    }
  }

  void addWord(const std::string &name, BannedWords &setting, IdList word) {
    if (word.ids.empty() && word.isCallers)
      failArgument("the length of " + name, 0, "1 or more");
    std::vector<std::int32_t> ids = idsOf(name, word);
    if (ids.empty() || ids.size() != word.ids.size())
      return;
    if (ids.size() > 1)
      setting.sequences.push_back(std::move(ids));
    else
      setting.ids.push_back(ids[0]);
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

  void applySampling() {
    settings.seed = options.seed;
    if (settings.sample && settings.beams > 1)
      failArgument("beams", settings.beams,
                   settings.usesCppNames ? "1 when sample is true: beams are not sampled"
                                         : "1 when sample is 1: beams are not sampled");
  }

  void applyReturnCount() {
    if (settings.sample)
      return; // as many as one likes
    // A caller who asks for fewer beams than the model's default returns gets what there is.
    if (!isSet(options.return_count))
      settings.returnCount = std::min(settings.returnCount, settings.beams);
    checkRange(settings.named("return_count", "returnCount"), settings.returnCount,
               detail::between(1, double(settings.beams)));
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
    checkSomethingIsLeft();
    if (settings.beams > 1 &&
        settings.beamCandidates() > std::int64_t(vocabularySize) * settings.beams)
      fail(ErrorCode::InvalidArgument, "beam search with ", settings.ends.size(),
           " end ids needs a larger vocabulary than ", vocabularySize);
  }

  /// Without an id that may follow, arg-max over nothing would be id 0.
  void checkSomethingIsLeft() const {
    std::vector<std::int32_t> never, first;
    std::set_union(settings.suppressed.begin(), settings.suppressed.end(),
                   settings.badWords.ids.begin(), settings.badWords.ids.end(),
                   std::back_inserter(never));
    std::set_union(never.begin(), never.end(), settings.beginningSuppressed.begin(),
                   settings.beginningSuppressed.end(), std::back_inserter(first));
    if (first.size() < vocabularySize)
      return;
    bool isAlways = never.size() == vocabularySize;
    fail(ErrorCode::InvalidArgument, settings.named("suppressed_ids", "suppressed"),
         isAlways
             ? ""
             : " and " + text(settings.named("beginning_suppressed_ids", "beginningSuppressed")),
         " together with ", settings.named("bad_words", "badWords"), " leave none of the ",
         vocabularySize, " ids of the vocabulary", isAlways ? "" : " to begin with",
         ", but must leave one or more");
  }

  /// The caller's options that a model cannot obey.
  void checkEveryOptionHasAnEffect() const {
    if (isSet(options.encoder_no_repeat_ngram_size) && settings.encoderNoRepeatNgramSize != 0 &&
        !readsIds)
      failArgument(settings.named("encoder_no_repeat_ngram_size", "encoderNoRepeatNgramSize"),
                   settings.encoderNoRepeatNgramSize,
                   "0: the sources of this model are no tokens, of which a result could repeat "
                   "some; " +
                       text(settings.named("no_repeat_ngram_size", "noRepeatNgramSize")) +
                       " is for the result's own");
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
