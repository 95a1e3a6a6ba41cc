// SPDX-License-Identifier: Apache-2.0
//
// Turns GenerateOptions into the C structure and keeps what that points to.
#ifndef TRANSEPT_DETAIL_GENERATIONOPTIONS_H
#define TRANSEPT_DETAIL_GENERATIONOPTIONS_H

#include "transept/error.h"
#include "transept/options.h"

#include <exception>
#include <limits>
#include <string>

namespace transept::detail {

/// The options must outlive this.
class GenerationOptions {
public:
  GenerationOptions(const GenerateOptions &given, std::size_t sourceCount) : given(given) {
    options.structure_size = sizeof(options);
    options.ignore_model_defaults = given.ignoreModelDefaults;
    options.decoder_start_id = number(given.decoderStart);
    options.forced_beginning_id = number(given.forcedBeginning);
    options.forced_end_id = number(given.forcedEnd);
    options.beams = number(given.beams);
    options.return_count = number(given.returnCount);
    options.maximum_length = number(given.maximumLength);
    options.maximum_new_tokens = number(given.maximumNewTokens);
    options.minimum_length = number(given.minimumLength);
    options.minimum_new_tokens = number(given.minimumNewTokens);
    options.no_repeat_ngram_size = number(given.noRepeatNgramSize);
    options.encoder_no_repeat_ngram_size = number(given.encoderNoRepeatNgramSize);
    options.early_stopping = number(given.earlyStopping);
    constexpr float unset = std::numeric_limits<float>::quiet_NaN();
    options.length_penalty = given.lengthPenalty.value_or(unset);
    options.repetition_penalty = given.repetitionPenalty.value_or(unset);
    setList(given.ends, options.end_ids, options.end_id_count);
    setList(given.suppressed, options.suppressed_ids, options.suppressed_id_count);
    setList(given.beginningSuppressed, options.beginning_suppressed_ids,
            options.beginning_suppressed_id_count);
    options.timestamps = number(given.timestamps);
    setBadWords();
    setPrompts(sourceCount);
    if (given.onToken) {
      options.on_token = callListener;
      options.on_token_context = this;
    }
  }
  GenerationOptions(const GenerationOptions &) = delete;
  GenerationOptions &operator=(const GenerationOptions &) = delete;

  const transept_generation_options *get() const { return &options; }

  /// Throws what the listener threw, if it did.
  void rethrow() const {
    if (thrown)
      std::rethrow_exception(thrown);
  }

private:
  template <typename Value> static std::int32_t number(const std::optional<Value> &value) {
    return value ? std::int32_t(*value) : TRANSEPT_UNSET;
  }

  static void setList(const std::optional<std::vector<Id>> &list, const std::int32_t *&ids,
                      std::uint64_t &count) {
    static constexpr std::int32_t none = 0; // a set, empty list must not be null
    if (!list)
      return;
    ids = list->empty() ? &none : list->data();
    count = list->size();
  }

  static void flatten(const std::vector<std::vector<Id>> &lists, std::vector<Id> &ids,
                      std::vector<std::uint64_t> &offsets) {
    offsets.push_back(0);
    for (const std::vector<Id> &list : lists) {
      ids.insert(ids.end(), list.begin(), list.end());
      offsets.push_back(ids.size());
    }
    if (ids.empty())
      ids.push_back(0); // not null
  }

  void setBadWords() {
    if (!given.badWords)
      return;
    flatten(*given.badWords, badIds, badOffsets);
    options.bad_words = badIds.data();
    options.bad_word_offsets = badOffsets.data();
    options.bad_word_count = given.badWords->size();
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
    flatten(given.prompts, promptIds, promptOffsets);
    options.prompt_ids = promptIds.data();
    options.prompt_length = promptIds.size();
    options.prompt_offsets = promptOffsets.data();
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

  const GenerateOptions &given;
  transept_generation_options options = {};
  std::vector<Id> badIds, promptIds;
  std::vector<std::uint64_t> badOffsets, promptOffsets;
  std::exception_ptr thrown;
};

} // namespace transept::detail

#endif
