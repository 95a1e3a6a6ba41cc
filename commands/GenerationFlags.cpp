// SPDX-License-Identifier: Apache-2.0
//
// One flag for each row of generation_options.inc, and what the command line has beside them: texts
// and files.

#include "commands/GenerationFlags.h"
#include "base/Error.h"
#include "commands/Checks.h"

#include "base/Json.h"
#include "commands/SourceLines.h"
#include "commands/Streams.h"

#include "transept/detail/OptionRange.h"
#include "transept/token_trie.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <sstream>

namespace transept::commands {

namespace {

constexpr const char *kGroup = "How to generate";
constexpr int64_t kLargestFile = int64_t(64) << 20;

std::vector<Id> idsOf(const std::string &option, std::string_view text, const Model &model) {
  try {
    return parseIds(text, model.targetVocabularySize());
  } catch (const InputError &error) {
    throw CLI::ValidationError(option, error.what());
  }
}

/// One sequence a line of a flag's file: its text, or its ids when there is no tokenizer.
std::vector<std::vector<Id>> readSequences(const char *flag, const std::string &file,
                                           const Model &model, const text::Tokenizer *tokenizer) {
  std::vector<std::vector<Id>> sequences;
  std::istringstream stream(readFile(file, kLargestFile));
  size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    std::string where = fmt::format("{}: {}, line {}", flag, file, ++number);
    std::vector<Id> ids = tokenizer ? tokenizer->encodeTarget(line, {.addSpecialTokens = false})
                                    : parseIds(line, model.targetVocabularySize(), where);
    if (!ids.empty())
      sequences.push_back(std::move(ids));
  }
  return sequences;
}

/// What --one-of allows: the lines of its file, each followed by an end.
std::function<std::vector<Id>(const TokenPrefix &)>
onlyLines(const std::vector<std::vector<Id>> &lines, const std::string &file,
          std::vector<Id> ends) {
  if (lines.empty())
    throw CLI::ValidationError("--one-of", file + ": expects a line or more that a result may be");
  if (ends.empty())
    throw CLI::ValidationError("--one-of", "needs an id that ends a result; give --eos");
  TokenTrie trie;
  for (const std::vector<Id> &line : lines)
    trie.add(line);
  return [trie = std::move(trie), ends = std::move(ends)](const TokenPrefix &prefix) {
    return trie.allowedAfter(prefix.generated, ends);
  };
}

void addWords(std::optional<std::vector<std::vector<Id>>> &words, const char *flag,
              const std::vector<std::string> &texts, const Model &model) {
  if (!texts.empty() && !words)
    words.emplace();
  for (const std::string &text : texts)
    words->push_back(idsOf(flag, text, model));
}

/// "5 17 = 2.5": ids, and what is added to the score of the last one.
void addBiases(std::optional<std::vector<SequenceBias>> &biases, const char *flag,
               const std::vector<std::string> &texts, const Model &model) {
  if (!texts.empty())
    biases.emplace();
  for (const std::string &text : texts) {
    size_t equals = text.find('=');
    SequenceBias bias;
    if (equals == text.npos ||
        !CLI::detail::lexical_cast(CLI::detail::trim_copy(text.substr(equals + 1)), bias.bias))
      throw CLI::ValidationError(
          flag, fmt::format("expects ids, = and a number (\"5 17 = 2.5\"), but got {}", text));
    bias.ids = idsOf(flag, std::string_view(text).substr(0, equals), model);
    biases->push_back(std::move(bias));
  }
}

/// "30 1.1": a number of tokens and a factor.
void setDecay(std::optional<ExponentialDecay> &decay, const char *flag, const std::string &text) {
  if (text.empty())
    return;
  std::istringstream stream(text);
  std::string rest;
  if (!(stream >> decay.emplace().start >> decay->factor) || stream >> rest)
    throw CLI::ValidationError(
        flag,
        fmt::format("expects a number of tokens and a factor (\"30 1.1\"), but got {}", text));
}

CLI::Validator within(detail::OptionRange range) {
  auto check = [range](const std::string &text) -> std::string {
    float value = 0;
    if (CLI::detail::lexical_cast(text, value) && range.contains(value))
      return "";
    return fmt::format("expects {}, but got {}", range.text(), text);
  };
  return CLI::Validator(check, range.text());
}

/// Each option becomes an optional field: what is not given stays the model's default.
void addFlag(CLI::App &command, const char *flag, std::optional<EarlyStopping> &field,
             const char *help) {
  auto set = [&field](const std::string &name) {
    field = name == "true"    ? EarlyStopping::AtOnce
            : name == "never" ? EarlyStopping::Never
                              : EarlyStopping::WhenUnlikely;
  };
  command.add_option_function<std::string>(flag, set, help)
      ->check(oneOf({"true", "false", "never"}))
      ->group(kGroup);
}

template <typename Value>
CLI::Option *addFlag(CLI::App &command, const char *flag, std::optional<Value> &field,
                     const char *help) {
  return command.add_option(flag, field, help)->group(kGroup);
}

void addFlag(CLI::App &command, const char *flag, std::optional<bool> &field, const char *help) {
  // CLI11 takes an optional<bool> for a counter, which it sets to 0.
  command.add_flag_function(
             flag, [&field](int64_t value) { field = value > 0; }, help)
      ->check(oneOf({"true", "false"}))
      ->group(kGroup);
}

void addListFlag(CLI::App &command, const char *flag, std::optional<std::vector<Id>> &field,
                 const char *help) {
  addFlag(command, flag, field, help)->delimiter(',')->allow_extra_args(false);
}

void addWordsFlag(CLI::App &command, const char *flag, std::vector<std::string> &texts,
                  const char *help) {
  command.add_option(flag, texts, help)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group(kGroup);
}

} // namespace

void GenerationFlags::addTo(CLI::App &command) {
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  addFlag(command, flag, options.name, help)->check(within(detail::range));
#define OPTION_LIMIT OPTION_NUMBER
#define OPTION_FRACTION OPTION_NUMBER
#define OPTION_EARLY_STOPPING(name, abi_name, key, flag, hugging_face_name, neutral, range, help)  \
  addFlag(command, flag, options.name, help);
#define OPTION_BOOLEAN OPTION_EARLY_STOPPING
#define OPTION_ID OPTION_EARLY_STOPPING
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)             \
  addListFlag(command, flag, options.name, help);
#define OPTION_WORDS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  addWordsFlag(command, flag, texts.name, help);
#define OPTION_TEXTS OPTION_WORDS
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  command.add_option(flag, texts.name, help)->group(kGroup);
#define OPTION_BIASES OPTION_WORDS
#include "transept/generation_options.inc"
  command
      .add_option("--bad-words", badWordsFile,
                  "a file with one text a line that is never generated; ids separated by spaces "
                  "with --ids")
      ->type_name("FILE")
      ->group(kGroup);
  addWordsFlag(command, "--force", forcedTexts,
               "with --beams: a text that every result contains where possible, or several with | "
               "between them of which one is enough; may be repeated");
  addWordsFlag(command, "--force-ids", forcedIds, "the same as ids, e.g. \"5 17\" or \"5 17|9\"");
  command
      .add_option("--one-of", oneOfFile,
                  "a file with one text a line, of which every result is one, behind --prefix; ids "
                  "separated by spaces with --ids")
      ->type_name("FILE")
      ->group(kGroup);
  auto *prefix = command.add_option("--prefix", prefixText, "text that every result begins with")
                     ->group(kGroup);
  command.add_option("--prefix-ids", prefixIds, "the same as ids, e.g. \"5 17\"")
      ->excludes(prefix)
      ->group(kGroup);
  command
      .add_option("--seed", options.seed,
                  "with --sample: another number, other samples; results do not depend on batches "
                  "or threads [0]")
      ->check(CLI::Validator(
          [](const std::string &text) {
            // CLI11 wraps negative and large numbers around.
            uint64_t seed = 0;
            auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
            bool isNumber = error == std::errc() && end == text.data() + text.size();
            return isNumber ? "" : "expects a number of 64 bits, 0 or more, but got " + text;
          },
          "0 or more"))
      ->group(kGroup);
  command
      .add_flag("--ignore-model-defaults", options.ignoreModelDefaults,
                "what is not given here takes Hugging Face's neutral default, not the model's")
      ->group(kGroup);
}

namespace {

/// Replaces `name` where it is a word of its own: at the beginning, and everywhere if no word of a
/// sentence can look like it.
void replaceName(std::string &message, const std::string &name, const std::string &flag) {
  auto isPart = [&](size_t at) {
    return at < message.size() && (std::isalnum(static_cast<unsigned char>(message[at])) != 0);
  };
  bool isDistinct = std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
  for (size_t at = message.find(name); at != message.npos; at = message.find(name, at)) {
    if ((at != 0 && (!isDistinct || isPart(at - 1))) || isPart(at + name.size())) {
      at += name.size();
      continue;
    }
    message.replace(at, name.size(), flag);
    at += flag.size();
  }
}

} // namespace

std::string GenerationFlags::withFlags(std::string message) {
  constexpr std::string_view inSpeechOptions = "generate.";
  if (message.starts_with(inSpeechOptions))
    message.erase(0, inSpeechOptions.size());
#define OPTION_OF_ANY_TYPE(name, abi_name, key, flag, ...) replaceName(message, #name, flag);
#define OPTION_MODEL_ID(...)
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
  return message;
}

void GenerationFlags::warnOfSamplingOptions() const {
  auto warn = [](bool isGiven, const char *flag) {
    if (isGiven)
      printMessage(fmt::format("warning: {} has no effect without --sample", flag));
  };
#define TRANSEPT_ONLY_SAMPLING_OPTIONS
#define OPTION_OF_ANY_TYPE(name, abi_name, key, flag, ...) warn(options.name.has_value(), flag);
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
#undef TRANSEPT_ONLY_SAMPLING_OPTIONS
  warn(options.seed != 0, "--seed");
}

void GenerationFlags::addForcedWords(GenerateOptions &result, const Model &model,
                                     const text::Tokenizer *tokenizer) const {
  if (!forcedTexts.empty() && !tokenizer)
    throw CLI::ValidationError("--force", "needs a tokenizer; give --force-ids instead");
  auto add = [&](const std::string &text, auto &&idsOfWord) {
    std::vector<std::vector<Id>> &choice = result.forcedWords.emplace_back();
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, '|');)
      choice.push_back(idsOfWord(word));
  };
  for (const std::string &text : forcedTexts)
    add(text, [&](const std::string &word) {
      return tokenizer->encodeTarget(word, {.addSpecialTokens = false});
    });
  for (const std::string &text : forcedIds)
    add(text, [&](const std::string &word) { return idsOf("--force-ids", word, model); });
}

int beamsOf(const GenerateOptions &options, const Model &model) {
  const transept_generation_defaults *defaults = model.table().generation;
  bool usesDefaults = defaults && !options.ignoreModelDefaults;
  return options.beams.value_or(usesDefaults ? defaults->beams : 1);
}

GenerateOptions GenerationFlags::resolve(const Model &model,
                                         const text::Tokenizer *tokenizer) const {
  GenerateOptions result = options;
  const transept_generation_defaults *defaults = model.table().generation;
  bool usesDefaults = defaults && !options.ignoreModelDefaults;
  int beams = beamsOf(options, model);
  bool samples = options.sample.value_or(usesDefaults && defaults->sample == 1);
  if (!samples)
    warnOfSamplingOptions();
  bool isBounded = (!samples || beams > 1) && !options.alternatives.value_or(false);
  if (isBounded && options.returnCount.value_or(1) > beams)
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
  if (!prefixText.empty() && !tokenizer)
    throw CLI::ValidationError("--prefix", "needs a tokenizer; give --prefix-ids instead");
  result.prompt = prefixText.empty()
                      ? idsOf("--prefix-ids", prefixIds, model)
                      : tokenizer->encodeTarget(prefixText, {.addSpecialTokens = false});
  addForcedWords(result, model, tokenizer);
  if (!badWordsFile.empty())
    result.badWords = readSequences("--bad-words", badWordsFile, model, tokenizer);
  if (!oneOfFile.empty()) {
    std::vector<Id> ends = result.ends.value_or(std::vector<Id>());
    if (!result.ends && defaults)
      ends.assign(defaults->end_ids, defaults->end_ids + defaults->end_id_count);
    result.allowedIds = onlyLines(readSequences("--one-of", oneOfFile, model, tokenizer), oneOfFile,
                                  std::move(ends));
  }
#define OPTION_OF_ANY_TYPE(...)
#define OPTION_WORDS(name, abi_name, key, flag, ...) addWords(result.name, flag, texts.name, model);
#define OPTION_TEXTS(name, abi_name, key, flag, ...)                                               \
  if (!texts.name.empty())                                                                         \
    result.name = texts.name;
#define OPTION_DECAY(name, abi_name, key, flag, ...) setDecay(result.name, flag, texts.name);
#define OPTION_BIASES(name, abi_name, key, flag, ...)                                              \
  addBiases(result.name, flag, texts.name, model);
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
  return result;
}

} // namespace transept::commands
