// SPDX-License-Identifier: Apache-2.0
//
// Turns GenerateOptions into the C structure and keeps what that points to.
#ifndef TRANSEPT_DETAIL_GENERATIONOPTIONS_H
#define TRANSEPT_DETAIL_GENERATIONOPTIONS_H

#include "transept/error.h"
#include "transept/options.h"

#include <algorithm>
#include <exception>
#include <string>

namespace transept::detail {

/// A transept_stop_function: `context` is a std::stop_token.
inline std::int32_t isStopRequested(void *context) {
  return static_cast<const std::stop_token *>(context)->stop_requested() ? 1 : 0;
}

/// Leaves the function null for a token that cannot stop anything. The token must outlive the call.
inline void setStop(const std::stop_token &stop, transept_stop_function &function, void *&context) {
  if (!stop.stop_possible())
    return;
  function = isStopRequested;
  context = const_cast<std::stop_token *>(&stop);
}

/// The options must outlive this.
class GenerationOptions {
public:
  GenerationOptions(const GenerateOptions &given, std::size_t sourceCount) : given(given) {
    options.structure_size = sizeof(options);
    options.conventions = TRANSEPT_CONVENTION_UNSET_FRACTION | TRANSEPT_CONVENTION_CPP_NAMES;
    options.ignore_model_defaults = given.ignoreModelDefaults;
#define OPTION_NUMBER(name, abi_name, ...) options.abi_name = number(given.name, #name);
#define OPTION_LIMIT(name, abi_name, ...) options.abi_name = number(given.name, #name);
#define OPTION_FRACTION(name, abi_name, ...) options.abi_name = fraction(given.name);
#define OPTION_EARLY_STOPPING(name, abi_name, ...) options.abi_name = number(given.name, #name);
#define OPTION_BOOLEAN(name, abi_name, ...) options.abi_name = number(given.name, #name);
#define OPTION_ID(name, abi_name, ...) options.abi_name = number(given.name, #name);
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, abi_name, ...)                                                            \
  setList(given.name, options.abi_name##s, options.abi_name##_count);
#define OPTION_WORDS(name, abi_name, ...)                                                          \
  setWords(given.name, name, options.abi_name##s, options.abi_name##_offsets,                      \
           options.abi_name##_count);
#define OPTION_TEXTS(name, abi_name, ...)                                                          \
  setTexts(given.name, #name, name, options.abi_name##s, options.abi_name##_count);
#define OPTION_DECAY(name, abi_name, ...)                                                          \
  setDecay(given.name, #name, options.abi_name##_start, options.abi_name##_factor);
#define OPTION_BIASES(name, abi_name, ...)                                                         \
  setBiases(given.name, name, options.abi_name##_ids, options.abi_name##_offsets,                  \
            options.abi_name##_values, options.abi_name##_count);
#include "transept/generation_options.inc"
    options.timestamps = number(given.timestamps, "timestamps");
    setPrompts(sourceCount);
    setNumbers(sourceCount);
    options.token_scores = static_cast<std::uint32_t>(given.tokenScores);
    setForcedWords();
    options.keep_partial = given.keepPartial;
    setSchedule();
    setStop(given.stop, options.should_stop, options.should_stop_context);
    if (given.onToken) {
      options.on_token = callListener;
      options.on_token_context = this;
    }
    if (given.allowedIds) {
      options.allowed_ids = callAllowed;
      options.allowed_ids_context = this;
    }
    if (given.guess) {
      options.guess = callGuess;
      options.guess_context = this;
    }
    if (given.onProgress) {
      options.on_progress = callProgress;
      options.on_progress_context = this;
    }
    if (given.tokenText) {
      options.token_text = callTokenText;
      options.token_text_context = this;
    }
  }
  GenerationOptions(const GenerationOptions &) = delete;
  GenerationOptions &operator=(const GenerationOptions &) = delete;

  const transept_generation_options *get() const { return &options; }

  /// Throws what a callback threw, if it did.
  void rethrow() const {
    if (thrown)
      std::rethrow_exception(thrown);
  }

private:
  /// Lists of ids as C has them: one after another, and where each begins.
  struct Lists {
    std::vector<Id> ids;
    std::vector<std::uint64_t> offsets;
  };

  /// Biased sequences as C has them.
  struct Biases {
    Lists sequences;
    std::vector<float> values;
  };

  template <typename Value>
  static std::int32_t number(const std::optional<Value> &value, const char *name) {
    if (value && std::int32_t(*value) == TRANSEPT_UNSET)
      throw Error(ErrorCode::InvalidArgument, std::string(name) + " is " +
                                                  std::to_string(TRANSEPT_UNSET) +
                                                  ", which no option can be");
    return value ? std::int32_t(*value) : TRANSEPT_UNSET;
  }

  static float fraction(const std::optional<float> &value) {
    return value.value_or(TRANSEPT_UNSET_FRACTION);
  }

  static void setList(const std::optional<std::vector<Id>> &list, const std::int32_t *&ids,
                      std::uint64_t &count) {
    static constexpr std::int32_t none = 0; // a set, empty list must not be null
    if (!list)
      return;
    ids = list->empty() ? &none : list->data();
    count = list->size();
  }

  static Lists flatten(const std::vector<std::vector<Id>> &lists) {
    Lists flat{{}, {0}};
    for (const std::vector<Id> &list : lists) {
      flat.ids.insert(flat.ids.end(), list.begin(), list.end());
      flat.offsets.push_back(flat.ids.size());
    }
    if (flat.ids.empty())
      flat.ids.push_back(0); // not null
    return flat;
  }

  static void setWords(const std::optional<std::vector<std::vector<Id>>> &words, Lists &kept,
                       const std::int32_t *&ids, const std::uint64_t *&offsets,
                       std::uint64_t &count) {
    if (!words)
      return;
    kept = flatten(*words);
    ids = kept.ids.data();
    offsets = kept.offsets.data();
    count = words->size();
  }

  static void setTexts(const std::optional<std::vector<std::string>> &texts, const char *name,
                       std::vector<const char *> &kept, const char *const *&pointers,
                       std::uint64_t &count) {
    if (!texts)
      return;
    kept.reserve(texts->size() + 1); // not null
    for (const std::string &text : *texts) {
      if (text.find('\0') != text.npos)
        throw Error(ErrorCode::InvalidArgument, std::string(name) + "[" +
                                                    std::to_string(kept.size()) +
                                                    "] must not have a zero byte");
      kept.push_back(text.c_str());
    }
    pointers = kept.data();
    count = kept.size();
  }

  static void setDecay(const std::optional<ExponentialDecay> &decay, const char *name,
                       std::int32_t &start, float &factor) {
    start = number(decay ? std::optional(decay->start) : std::nullopt, name);
    factor = decay ? decay->factor : TRANSEPT_UNSET_FRACTION;
  }

  static void setBiases(const std::optional<std::vector<SequenceBias>> &biases, Biases &kept,
                        const std::int32_t *&ids, const std::uint64_t *&offsets,
                        const float *&values, std::uint64_t &count) {
    if (!biases)
      return;
    std::vector<std::vector<Id>> sequences;
    for (const SequenceBias &each : *biases) {
      sequences.push_back(each.ids);
      kept.values.push_back(each.bias);
    }
    std::optional<std::vector<std::vector<Id>>> given = std::move(sequences);
    setWords(given, kept.sequences, ids, offsets, count);
    kept.values.push_back(0); // not null
    values = kept.values.data();
  }

  void setNumbers(std::size_t sourceCount) {
    options.seed = given.seed;
    if (given.sourceNumbers.empty())
      return;
    if (given.sourceNumbers.size() != sourceCount)
      throw Error(ErrorCode::InvalidArgument,
                  "sourceNumbers has " + std::to_string(given.sourceNumbers.size()) +
                      " numbers, but must have one for each of the " + std::to_string(sourceCount) +
                      " sources, or none");
    options.source_numbers = given.sourceNumbers.data();
  }

  void setPrompts(std::size_t sourceCount) {
    if (given.prompts.empty()) {
      options.prompt_ids = given.prompt.empty() ? nullptr : given.prompt.data();
      options.prompt_length = given.prompt.size();
      return;
    }
    if (given.prompts.size() != sourceCount || !given.prompt.empty())
      throw Error(ErrorCode::InvalidArgument,
                  "prompts has " + std::to_string(given.prompts.size()) +
                      " prompts, but must have one for each of the " + std::to_string(sourceCount) +
                      " sources, and prompt none beside it");
    prompts = flatten(given.prompts);
    options.prompt_ids = prompts.ids.data();
    options.prompt_length = prompts.ids.size();
    options.prompt_offsets = prompts.offsets.data();
  }

  void setSchedule() {
    options.caller = given.schedule.caller;
    options.weight = given.schedule.weight;
    options.priority = std::max(given.schedule.priority, TRANSEPT_UNSET + 1);
    if (given.schedule.deadline.count() < 0)
      throw Error(ErrorCode::InvalidArgument, "deadline is " +
                                                  std::to_string(given.schedule.deadline.count()) +
                                                  " microseconds, but must be 0 or more");
    options.deadline_microseconds = std::uint64_t(given.schedule.deadline.count());
  }

  void setForcedWords() {
    if (given.forcedWords.empty())
      return;
    std::vector<std::vector<Id>> words;
    forcedChoices = {0};
    for (const std::vector<std::vector<Id>> &choice : given.forcedWords) {
      words.insert(words.end(), choice.begin(), choice.end());
      forcedChoices.push_back(words.size());
    }
    forcedWords = flatten(words);
    options.forced_word_ids = forcedWords.ids.data();
    options.forced_word_offsets = forcedWords.offsets.data();
    options.forced_word_count = words.size();
    options.forced_choice_offsets = forcedChoices.data();
    options.forced_choice_count = given.forcedWords.size();
  }

  /// Exceptions must not pass through C: they wait here until the call has returned.
  static std::int32_t callListener(void *context, std::uint64_t source, std::int32_t id) {
    auto *self = static_cast<GenerationOptions *>(context);
    try {
      return self->given.onToken(std::size_t(source), id) ? 0 : 1;
    } catch (...) {
      self->thrown = std::current_exception();
      return 1;
    }
  }

  static std::int32_t callAllowed(void *context, std::uint64_t source, const std::int32_t *ids,
                                  std::uint64_t count, std::uint64_t generatedFrom,
                                  const std::int32_t **allowed, std::uint64_t *allowedCount) {
    auto *self = static_cast<GenerationOptions *>(context);
    try {
      std::span<const Id> all(ids, count);
      self->allowed =
          self->given.allowedIds({std::size_t(source), all, all.subspan(generatedFrom)});
      *allowed = self->allowed.data();
      *allowedCount = self->allowed.size();
      return 0;
    } catch (...) {
      self->thrown = std::current_exception();
      return 1;
    }
  }

  static std::int64_t callGuess(void *context, std::uint64_t source, const std::int32_t *ids,
                                std::uint64_t count, std::uint64_t generatedFrom,
                                std::int32_t *guessed, std::uint64_t limit) {
    auto *self = static_cast<GenerationOptions *>(context);
    try {
      std::span<const Id> all(ids, count);
      std::vector<Id> found = self->given.guess(
          {std::size_t(source), all, all.subspan(generatedFrom)}, std::size_t(limit));
      std::size_t used = std::min<std::size_t>(found.size(), limit);
      std::copy_n(found.begin(), used, guessed);
      return std::int64_t(used);
    } catch (...) {
      self->thrown = std::current_exception();
      return -1;
    }
  }

  static std::int32_t callProgress(void *context, std::uint64_t done, std::uint64_t total) {
    auto *self = static_cast<GenerationOptions *>(context);
    try {
      return self->given.onProgress(std::size_t(done), std::size_t(total)) ? 0 : 1;
    } catch (...) {
      self->thrown = std::current_exception();
      return 1;
    }
  }

  static std::uint64_t callTokenText(void *context, std::int32_t id, char *text,
                                     std::uint64_t capacity) {
    auto *self = static_cast<GenerationOptions *>(context);
    try {
      std::string given = self->given.tokenText(id);
      given.copy(text, capacity);
      return given.size();
    } catch (...) {
      self->thrown = std::current_exception();
      return UINT64_MAX;
    }
  }

  const GenerateOptions &given;
  transept_generation_options options = {};
  std::vector<Id> allowed; // of the last prefix
  Lists prompts, forcedWords;
  std::vector<std::uint64_t> forcedChoices;
#define OPTION_OF_ANY_TYPE(...)
#define OPTION_WORDS(name, ...) Lists name;
#define OPTION_BIASES(name, ...) Biases name;
#define OPTION_TEXTS(name, ...) std::vector<const char *> name;
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
  std::exception_ptr thrown;
};

} // namespace transept::detail

#endif
