// SPDX-License-Identifier: Apache-2.0
//
// The names are Hugging Face's where it has one, with dashes.

#include "commands/GenerationFlags.h"
#include "base/Error.h"

#include "base/Json.h"
#include "commands/SourceLines.h"

#include <fmt/format.h>

#include <limits>
#include <sstream>

namespace transept::commands {

namespace {

constexpr int kLargest = std::numeric_limits<int>::max();
constexpr int64_t kLargestFile = int64_t(64) << 20;

std::vector<Id> idsOf(const std::string &option, std::string_view text, const Model &model) {
  try {
    return parseIds(text, model.targetVocabularySize());
  } catch (const InputError &error) {
    throw CLI::ValidationError(option, error.what());
  }
}

/// One bad word a line: its text, or its ids when there is no tokenizer.
std::vector<std::vector<Id>> readBadWords(const std::string &file, const Model &model,
                                          const text::Tokenizer *tokenizer) {
  std::vector<std::vector<Id>> words;
  std::istringstream stream(readFile(file, kLargestFile));
  for (std::string line; std::getline(stream, line);) {
    std::vector<Id> ids = tokenizer ? tokenizer->encodeTarget(line, {.addSpecialTokens = false})
                                    : idsOf("--bad-words", line, model);
    if (!ids.empty())
      words.push_back(std::move(ids));
  }
  return words;
}

} // namespace

void GenerationFlags::addTo(CLI::App &command) {
  // Each option becomes an optional field: what is not given stays the model's default.
  auto add = [&]<typename Value>(const char *name, std::optional<Value> &field, const char *help) {
    return command.add_option(name, field, help)->group("How to generate");
  };
  add("--beams", options.beams, "beams of the search; 1 is greedy")->check(CLI::Range(1, 1024));
  add("--num-return", options.returnCount, "results for each source, at most the beams")
      ->check(CLI::Range(1, 1024));
  add("--max-new-tokens", options.maximumNewTokens, "tokens to generate at most")
      ->check(CLI::Range(1, kLargest));
  add("--min-new-tokens", options.minimumNewTokens, "tokens to generate at least")
      ->check(CLI::Range(0, kLargest));
  add("--max-length", options.maximumLength, "the same, decoder start and prefix counted")
      ->check(CLI::Range(1, kLargest));
  add("--min-length", options.minimumLength, "the same, decoder start and prefix counted")
      ->check(CLI::Range(0, kLargest));
  add("--length-penalty", options.lengthPenalty,
      "beam search: above 0 favours longer results, below 0 shorter ones");
  command
      .add_option("--early-stopping", earlyStopping,
                  "beam search, once there are as many results as beams: true ends at once, "
                  "false when no better one is likely, never when none is possible")
      ->check(CLI::IsMember({"true", "false", "never"}))
      ->group("How to generate");
  add("--repetition-penalty", options.repetitionPenalty,
      "above 1: what is in the result already becomes less likely")
      ->check(CLI::PositiveNumber);
  add("--no-repeat-ngram-size", options.noRepeatNgramSize,
      "no so many tokens in a row twice in a result; 0: no such rule")
      ->check(CLI::Range(0, kLargest));
  add("--encoder-no-repeat-ngram-size", options.encoderNoRepeatNgramSize,
      "no so many tokens in a row of the source in its result; 0: no such rule")
      ->check(CLI::Range(0, kLargest));
  add("--decoder-start", options.decoderStart, "id that the decoder starts with");
  add("--forced-bos", options.forcedBeginning, "id that every result begins with, e.g. a language");
  add("--forced-eos", options.forcedEnd, "id at the last position, when that is reached");
  add("--eos", options.ends, "ids that end a result")->delimiter(',')->allow_extra_args(false);
  add("--suppress", options.suppressed, "ids that are never generated")
      ->delimiter(',')
      ->allow_extra_args(false);
  add("--begin-suppress", options.beginningSuppressed, "ids that are never generated first")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("--bad-words", badWordsFile,
                  "a file with one text a line that is never generated; ids separated by spaces "
                  "with --ids")
      ->group("How to generate");
  command
      .add_option("--bad-word-ids", badWordIds,
                  "ids in a row that are never generated, e.g. \"5 17\"; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("How to generate");
  auto *prefix = command.add_option("--prefix", prefixText, "text that every result begins with")
                     ->group("How to generate");
  command.add_option("--prefix-ids", prefixIds, "the same as ids, e.g. \"5 17\"")
      ->excludes(prefix)
      ->group("How to generate");
  command
      .add_flag("--ignore-model-defaults", options.ignoreModelDefaults,
                "what is not given here takes Hugging Face's neutral default, not the model's")
      ->group("How to generate");
}

GenerateOptions GenerationFlags::resolve(const Model &model,
                                         const text::Tokenizer *tokenizer) const {
  GenerateOptions result = options;
  const transept_generation_defaults *defaults = model.table().generation;
  bool usesDefaults = defaults && !options.ignoreModelDefaults;
  int beams = options.beams.value_or(usesDefaults ? defaults->beams : 1);
  if (options.returnCount.value_or(1) > beams)
    throw CLI::ValidationError(
        "--num-return",
        fmt::format("expects {} (the beams) or less, but got {}", beams, *options.returnCount));
  // Neutral defaults concern the search; the ids that make a model work stay.
  if (options.ignoreModelDefaults && defaults) {
    if (!result.decoderStart && model.hasSource())
      result.decoderStart =
          defaults->decoder_start_id >= 0 ? defaults->decoder_start_id : defaults->beginning_id;
    if (!result.ends)
      result.ends.emplace(defaults->end_ids, defaults->end_ids + defaults->end_id_count);
  }
  if (earlyStopping == "true")
    result.earlyStopping = EarlyStopping::AtOnce;
  else if (earlyStopping == "never")
    result.earlyStopping = EarlyStopping::Never;
  else if (earlyStopping == "false")
    result.earlyStopping = EarlyStopping::WhenUnlikely;
  if (!prefixText.empty() && !tokenizer)
    throw CLI::ValidationError("--prefix", "needs a tokenizer; give --prefix-ids instead");
  result.prompt = prefixText.empty()
                      ? idsOf("--prefix-ids", prefixIds, model)
                      : tokenizer->encodeTarget(prefixText, {.addSpecialTokens = false});
  if (!badWordsFile.empty())
    result.badWords = readBadWords(badWordsFile, model, tokenizer);
  for (const std::string &word : badWordIds) {
    if (!result.badWords)
      result.badWords.emplace();
    result.badWords->push_back(idsOf("--bad-word-ids", word, model));
  }
  return result;
}

} // namespace transept::commands
