// SPDX-License-Identifier: Apache-2.0
//
// Reads each type of option of generation_options.inc, by the names that C++ has for them. Ranges
// are the runtime's to check.

#include "bindings/web/Settings.h"

#include <cmath>

namespace transept::web {

namespace {

[[noreturn]] void refuse(const char *name, const char *allowed) {
  throw Error(ErrorCode::InvalidArgument, std::string(name) + " must be " + allowed);
}

double numberOf(const Setting &setting, const char *name, const char *allowed) {
  if (setting.numbers.size() != 1 || !setting.texts.empty())
    refuse(name, allowed);
  return setting.numbers.front();
}

int integer(double value, const char *name, const char *allowed = "an integer") {
  if (!(value >= INT32_MIN && value <= INT32_MAX) || value != std::floor(value))
    refuse(name, allowed);
  return int(value);
}

void set(const Setting &setting, const char *name, std::optional<int> &value) {
  value = integer(numberOf(setting, name, "an integer"), name);
}

void set(const Setting &setting, const char *name, std::optional<float> &value) {
  value = float(numberOf(setting, name, "a number"));
}

void set(const Setting &setting, const char *name, std::optional<bool> &value) {
  value = numberOf(setting, name, "true or false") != 0;
}

void set(const Setting &setting, const char *name, std::optional<EarlyStopping> &value) {
  constexpr const char *allowed = "true, false or \"never\"";
  if (setting.texts.size() == 1 && setting.texts.front() == "never")
    value = EarlyStopping::Never;
  else
    value =
        numberOf(setting, name, allowed) != 0 ? EarlyStopping::AtOnce : EarlyStopping::WhenUnlikely;
}

void set(const Setting &setting, const char *name, std::optional<std::vector<std::string>> &value) {
  if (!setting.numbers.empty())
    refuse(name, "a text or a list of texts");
  value = setting.texts;
}

/// The lists that numbers which are none end, or one without.
std::vector<std::vector<double>> listsOf(const Setting &setting, const char *name,
                                         const char *allowed) {
  if (!setting.texts.empty())
    refuse(name, allowed);
  std::vector<std::vector<double>> lists(1);
  for (double number : setting.numbers)
    if (std::isnan(number))
      lists.emplace_back();
    else
      lists.back().push_back(number);
  if (lists.back().empty())
    lists.pop_back();
  return lists;
}

std::vector<Id> idsOf(const std::vector<double> &numbers, const char *name, const char *allowed) {
  std::vector<Id> ids;
  ids.reserve(numbers.size());
  for (double number : numbers)
    ids.push_back(integer(number, name, allowed));
  return ids;
}

void set(const Setting &setting, const char *name, std::optional<std::vector<Id>> &value) {
  constexpr const char *allowed = "a list of token ids";
  auto lists = listsOf(setting, name, allowed);
  if (lists.size() > 1)
    refuse(name, allowed);
  value = lists.empty() ? std::vector<Id>() : idsOf(lists.front(), name, allowed);
}

void set(const Setting &setting, const char *name,
         std::optional<std::vector<std::vector<Id>>> &value) {
  constexpr const char *allowed = "a list of lists of token ids";
  value.emplace();
  for (const auto &list : listsOf(setting, name, allowed))
    value->push_back(idsOf(list, name, allowed));
}

void set(const Setting &setting, const char *name, std::optional<ExponentialDecay> &value) {
  constexpr const char *allowed = "a number of tokens and a factor, e.g. [30, 1.1]";
  if (setting.numbers.size() != 2 || !setting.texts.empty())
    refuse(name, allowed);
  value = {integer(setting.numbers[0], name, allowed), float(setting.numbers[1])};
}

/// [[[5, 17], 2.5], ...] arrives as 5 17 end 2.5 end.
void set(const Setting &setting, const char *name,
         std::optional<std::vector<SequenceBias>> &value) {
  constexpr const char *allowed = "a list of [[ids], number]";
  auto lists = listsOf(setting, name, allowed);
  value.emplace();
  for (size_t index = 0; index < lists.size(); index += 2) {
    if (index + 1 == lists.size() || lists[index + 1].size() != 1)
      refuse(name, allowed);
    value->push_back({idsOf(lists[index], name, allowed), float(lists[index + 1].front())});
  }
}

} // namespace

const Setting *Settings::find(const char *name) const {
  known += (known.empty() ? "" : ", ") + std::string(name);
  auto found = settings.find(name);
  if (found == settings.end())
    return nullptr;
  found->second.isRead = true;
  return &found->second;
}

void Settings::read(const char *name, std::string &value) const {
  const Setting *setting = find(name);
  if (!setting)
    return;
  if (setting->texts.size() != 1 || !setting->numbers.empty())
    refuse(name, "a text");
  value = setting->texts.front();
}

void Settings::read(const char *name, bool &value) const {
  if (const Setting *setting = find(name))
    value = numberOf(*setting, name, "true or false") != 0;
}

void Settings::read(const char *name, double &value) const {
  if (const Setting *setting = find(name))
    value = numberOf(*setting, name, "a number");
}

GenerateOptions Settings::generateOptions() const {
  GenerateOptions options;
#define OPTION_OF_ANY_TYPE(name, ...)                                                              \
  if (const Setting *setting = find(#name))                                                        \
    set(*setting, #name, options.name);
#define OPTION_MODEL_ID(...)
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
  read("ignoreModelDefaults", options.ignoreModelDefaults);
  double seed = 0;
  read("seed", seed);
  if (!(seed >= 0 && seed < 9007199254740992.0) || seed != std::floor(seed))
    refuse("seed", "an integer from 0 to 2^53 - 1");
  options.seed = std::uint64_t(seed);
  if (const Setting *setting = find("prompt")) {
    std::optional<std::vector<Id>> prompt;
    set(*setting, "prompt", prompt);
    options.prompt = *prompt;
  }
  bool hasTokenScores = false;
  read("tokenScores", hasTokenScores);
  if (hasTokenScores)
    options.tokenScores = TokenScores::Normalized;
  return options;
}

TextOptions Settings::textOptions() const {
  TextOptions options;
  options.generate = generateOptions();
  read("sourceLanguage", options.sourceLanguage);
  read("targetLanguage", options.targetLanguage);
  read("prefix", options.prefix);
  read("splitsSentences", options.splitsSentences);
  read("truncates", options.truncates);
  read("replacesUnknowns", options.replacesUnknowns);
  read("alignment", options.alignment);
  options.tokenOffsets = options.alignment;
  return options;
}

SoundSettings Settings::soundSettings() const {
  SoundSettings settings;
  settings.generate = generateOptions();
  read("language", settings.language);
  std::string task;
  read("task", task);
  if (task == "translate")
    settings.task = TRANSEPT_TASK_TRANSLATE;
  else if (task == "transcribe")
    settings.task = TRANSEPT_TASK_TRANSCRIBE;
  else if (!task.empty())
    refuse("task", "\"transcribe\" or \"translate\"");
  double rate = settings.sampleRate;
  read("sampleRate", rate);
  if (!(rate >= 1000 && rate <= 768000))
    refuse("sampleRate", "from 1000 to 768000");
  settings.sampleRate = unsigned(rate);
  read("conditionsOnPrevious", settings.conditionsOnPrevious);
  return settings;
}

void Settings::refuseUnread() const {
  for (const auto &[name, setting] : settings)
    if (!setting.isRead)
      throw Error(ErrorCode::InvalidArgument,
                  "unknown option '" + name + "'; allowed are " + known);
}

} // namespace transept::web
