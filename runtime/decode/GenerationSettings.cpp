// SPDX-License-Identifier: Apache-2.0
//
// Where a setting comes from (caller, model, neutral) and what values it may have. A value of the
// model's own defaults that makes no sense for its vocabulary is dropped as Hugging Face drops it;
// the same value from the caller is an error.

#include "runtime/decode/GenerationSettings.h"

#include "runtime/base/Messages.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

namespace transept::runtime {
namespace {

bool isSet(std::int32_t value) {
  return value != TRANSEPT_UNSET;
}
bool isSet(float value) {
  return !std::isnan(value);
}

/// The caller's list if there is one, else the model's, else nothing.
struct IdList {
  std::span<const std::int32_t> ids;
  bool isCallers = false;
};

class Resolver {
public:
  Resolver(const transept_model_table &table, const transept_generation_options &options)
      : options(options), defaults(options.ignore_model_defaults ? nullptr : table.generation),
        speech(table.speech), vocabularySize(table.target_vocabulary_size),
        hasSource(table.source_vocabulary_size != 0 || table.source_feature_width != 0) {
    settings.vocabularySize = vocabularySize;
    settings.maximumTargetLength = table.maximum_target_length;
  }

  GenerationSettings resolve() {
    resolveIds();
    resolveCounts();
    resolveLengths();
    resolvePenalties();
    resolveLists();
    resolveBadWords();
    resolveTimestamps();
    return std::move(settings);
  }

private:
  /// Reads one number: out = caller's, or model's, or as it is.
  template <typename Setting, typename Value>
  void pick(Setting &out, Value callers, const Value transept_generation_defaults::*models) {
    if (isSet(callers))
      out = callers;
    else if (defaults)
      out = defaults->*models;
  }

  template <typename Value>
  static void checkRange(std::string_view name, Value value, std::int64_t first,
                         std::int64_t last = INT32_MAX) {
    if (value < first || value > last)
      failArgument(name, value,
                   last == INT32_MAX ? text(first) + " or more"
                                     : rangeText(std::uint64_t(first), std::uint64_t(last)));
  }

  bool isInVocabulary(std::int32_t id) const {
    return id >= 0 && std::uint64_t(id) < vocabularySize;
  }

  void checkId(std::string_view name, std::int32_t id) const {
    if (id != -1 && !isInVocabulary(id))
      failArgument(name, id, "-1 (none) or " + rangeText(0, vocabularySize - 1));
  }

  void resolveIds() {
    using Defaults = transept_generation_defaults;
    if (defaults && hasSource) // Hugging Face's fallback; a decoder alone begins with its prompt
      settings.decoderStart = defaults->beginning_id;
    if (isSet(options.decoder_start_id) || (defaults && defaults->decoder_start_id >= 0))
      pick(settings.decoderStart, options.decoder_start_id, &Defaults::decoder_start_id);
    pick(settings.forcedBeginning, options.forced_beginning_id, &Defaults::forced_beginning_id);
    pick(settings.forcedEnd, options.forced_end_id, &Defaults::forced_end_id);
    checkId("decoder_start_id", settings.decoderStart);
    checkId("forced_beginning_id", settings.forcedBeginning);
    checkId("forced_end_id", settings.forcedEnd);
  }

  void resolveCounts() {
    using Defaults = transept_generation_defaults;
    pick(settings.beams, options.beams, &Defaults::beams);
    checkRange("beams", settings.beams, 1, 1024);
    pick(settings.returnCount, options.return_count, &Defaults::return_count);
    // A caller who asks for fewer beams than the model's default returns gets what there is.
    if (!isSet(options.return_count))
      settings.returnCount = std::min(settings.returnCount, settings.beams);
    checkRange("return_count", settings.returnCount, 1, settings.beams);
    pick(settings.noRepeatNgramSize, options.no_repeat_ngram_size, &Defaults::no_repeat_ngram_size);
    checkRange("no_repeat_ngram_size", settings.noRepeatNgramSize, 0);
    pick(settings.encoderNoRepeatNgramSize, options.encoder_no_repeat_ngram_size,
         &Defaults::encoder_no_repeat_ngram_size);
    checkRange("encoder_no_repeat_ngram_size", settings.encoderNoRepeatNgramSize, 0);
  }

  void resolveLengths() {
    using Defaults = transept_generation_defaults;
    pick(settings.maximumLength, options.maximum_length, &Defaults::maximum_length);
    checkRange("maximum_length", settings.maximumLength, 1);
    // The caller's maximum_length goes before the model's max_new_tokens.
    if (isSet(options.maximum_new_tokens) || !isSet(options.maximum_length))
      pick(settings.maximumNewTokens, options.maximum_new_tokens, &Defaults::maximum_new_tokens);
    if (settings.maximumNewTokens != -1)
      checkRange("maximum_new_tokens", settings.maximumNewTokens, 1);
    pick(settings.minimumLength, options.minimum_length, &Defaults::minimum_length);
    checkRange("minimum_length", settings.minimumLength, 0);
    if (isSet(options.minimum_new_tokens) || !isSet(options.minimum_length))
      pick(settings.minimumNewTokens, options.minimum_new_tokens, &Defaults::minimum_new_tokens);
    if (settings.minimumNewTokens != -1)
      checkRange("minimum_new_tokens", settings.minimumNewTokens, 0);
    // The last token is never fed back, so one more than the positions fits.
    std::uint64_t limit = settings.maximumTargetLength;
    if (limit >= INT32_MAX)
      return;
    auto longest = std::int64_t(limit) + 1;
    if (isSet(options.maximum_length) && settings.maximumNewTokens == -1)
      checkRange("maximum_length", settings.maximumLength, 1, longest);
    if (isSet(options.maximum_new_tokens) && settings.maximumNewTokens != -1)
      checkRange("maximum_new_tokens", settings.maximumNewTokens, 1, longest - 1);
  }

  void resolvePenalties() {
    using Defaults = transept_generation_defaults;
    pick(settings.lengthPenalty, options.length_penalty, &Defaults::length_penalty);
    if (!std::isfinite(settings.lengthPenalty))
      failArgument("length_penalty", settings.lengthPenalty, "a finite number");
    pick(settings.repetitionPenalty, options.repetition_penalty, &Defaults::repetition_penalty);
    if (!(settings.repetitionPenalty > 0) || std::isinf(settings.repetitionPenalty))
      failArgument("repetition_penalty", settings.repetitionPenalty, "a finite number above 0");
    if (isSet(options.early_stopping))
      settings.earlyStopping = std::uint32_t(options.early_stopping);
    else if (defaults)
      settings.earlyStopping = defaults->early_stopping;
    if (settings.earlyStopping > TRANSEPT_EARLY_STOPPING_NEVER)
      failArgument("early_stopping", settings.earlyStopping, "0 (false), 1 (true) or 2 (never)");
  }

  IdList list(const std::int32_t *callers, std::uint64_t callersCount,
              const std::int32_t *const transept_generation_defaults::*models,
              const std::uint64_t transept_generation_defaults::*modelsCount) const {
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

  static std::vector<std::int32_t> sorted(std::vector<std::int32_t> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
  }

  void resolveLists() {
    using Defaults = transept_generation_defaults;
    settings.ends = idsOf("end_ids", list(options.end_ids, options.end_id_count, &Defaults::end_ids,
                                          &Defaults::end_id_count));
    settings.suppressed = sorted(
        idsOf("suppressed_ids", list(options.suppressed_ids, options.suppressed_id_count,
                                     &Defaults::suppressed_ids, &Defaults::suppressed_id_count)));
    settings.beginningSuppressed = sorted(
        idsOf("beginning_suppressed_ids",
              list(options.beginning_suppressed_ids, options.beginning_suppressed_id_count,
                   &Defaults::beginning_suppressed_ids, &Defaults::beginning_suppressed_id_count)));
    if (settings.beamCandidates() > std::int64_t(vocabularySize) * settings.beams)
      fail(ErrorCode::InvalidArgument, "beam search with ", settings.ends.size(),
           " end ids needs a larger vocabulary than ", vocabularySize);
  }

  void resolveBadWords() {
    bool isCallers = options.bad_words || options.bad_word_offsets;
    if (isCallers && options.bad_word_count != 0 &&
        (!options.bad_words || !options.bad_word_offsets))
      failArgument("bad_words or bad_word_offsets", "null", "set together");
    const std::int32_t *ids = isCallers  ? options.bad_words
                              : defaults ? defaults->bad_words
                                         : nullptr;
    const std::uint64_t *offsets = isCallers  ? options.bad_word_offsets
                                   : defaults ? defaults->bad_word_offsets
                                              : nullptr;
    std::uint64_t count = isCallers  ? options.bad_word_count
                          : defaults ? defaults->bad_word_count
                                     : 0;
    for (std::uint64_t word = 0; word < count; ++word) {
      if (offsets[word] > offsets[word + 1])
        failArgument("bad_word_offsets[" + text(word + 1) + "]", offsets[word + 1],
                     text(offsets[word]) + " or more");
      addBadWord(word, {{ids + offsets[word], offsets[word + 1] - offsets[word]}, isCallers});
    }
    settings.badIds = sorted(std::move(settings.badIds));
  }

  void addBadWord(std::uint64_t number, IdList word) {
    std::string name = "bad_words[" + text(number) + "]";
    if (word.ids.empty() && word.isCallers)
      failArgument("the length of " + name, 0, "1 or more");
    std::vector<std::int32_t> ids = idsOf(name, word);
    if (ids.empty() || ids.size() != word.ids.size())
      return;
    bool isEnd =
        std::find(settings.ends.begin(), settings.ends.end(), ids[0]) != settings.ends.end();
    if (ids.size() > 1)
      settings.badSequences.push_back(std::move(ids));
    else if (!isEnd)
      settings.badIds.push_back(ids[0]);
  }

  void resolveTimestamps() {
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

  const transept_generation_options &options;
  const transept_generation_defaults *defaults;
  const transept_speech_defaults *speech;
  const std::uint64_t vocabularySize;
  const bool hasSource;
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
