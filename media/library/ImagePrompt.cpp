// SPDX-License-Identifier: Apache-2.0
//
// Tasks are looked for as the original does: the first one of the list that occurs in the prompt.

#include "media/library/ImagePrompt.h"

#include "base/Error.h"
#include "media/text/Unicode.h"

#include "transept/rows.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace transept::media {

namespace {

using Json = nlohmann::ordered_json;

Json tasksOf(const transept_model_table &table) {
  for (const transept_asset &asset : std::span(table.assets, table.asset_count))
    if (std::string_view(asset.name) == imageTasksFile) {
      const char *text = static_cast<const char *>(asset.data);
      return Json::parse(text, text + asset.size);
    }
  return Json::array();
}

[[noreturn]] void failWithoutPrompt(const transept_model_table &table) {
  std::string tasks;
  for (const Json &task : tasksOf(table))
    tasks += (tasks.empty() ? ": a question, or one of the tasks " : ", ") +
             task.at("name").get<std::string>();
  throw InputError(
      fmt::format("{} reads a prompt beside an image, but none was given{}", table.name, tasks));
}

} // namespace

const transept_counted_column *promptColumn(const transept_model_table &table) {
  std::span columns(table.counted_columns, table.counted_column_count);
  auto found = std::ranges::find_if(columns, [](const auto &each) { return each.first_row != 0; });
  return found == columns.end() ? nullptr : &*found;
}

std::string questionOf(const transept_model_table &table, const std::string &prompt) {
  const std::string input = "{input}";
  for (const Json &task : tasksOf(table)) {
    const auto &name = task.at("name").get_ref<const std::string &>();
    const auto &question = task.at("question").get_ref<const std::string &>();
    if (prompt.find(name) == prompt.npos)
      continue;
    size_t place = question.find(input);
    if (place != question.npos)
      return std::string(question).replace(place, input.size(),
                                           text::strip(text::replaceAll(prompt, name, "")));
    if (prompt != name)
      throw InputError(fmt::format("the prompt is '{}', but the task {} takes no other text beside "
                                   "it",
                                   prompt, name));
    return question;
  }
  return prompt;
}

void checkPrompt(const transept_model_table &table, std::span<const int32_t> ids) {
  const transept_counted_column *column = promptColumn(table);
  if (!column)
    throw InputError(
        fmt::format("a prompt was given, but {} reads none beside an image", table.name));
  auto wrong = std::ranges::find_if(
      ids, [&](int32_t id) { return id < 0 || uint32_t(id) >= column->count; });
  if (wrong != ids.end())
    throw InputError(fmt::format("the prompt has the token {}, but ids of the model are below {}",
                                 *wrong, column->count));
  uint64_t image = runtime::rowsAfterSteps(table, column->first_row);
  uint64_t room = table.maximum_source_length - std::min(image, table.maximum_source_length);
  if (ids.empty() || ids.size() > room)
    throw InputError(
        fmt::format("the prompt has {} tokens, but must have 1 to {}", ids.size(), room));
}

std::vector<int32_t> promptIds(const transept_model_table &table, const text::Tokenizer *tokenizer,
                               const char *prompt) {
  bool readsPrompts = promptColumn(table) != nullptr;
  if (!prompt && readsPrompts)
    failWithoutPrompt(table);
  if (!prompt)
    return {};
  std::vector<int32_t> ids;
  if (readsPrompts && !tokenizer)
    throw Error(ErrorCode::Unsupported, fmt::format("{} has no tokenizer for prompts", table.name));
  if (readsPrompts)
    ids = tokenizer->encode(questionOf(table, prompt));
  checkPrompt(table, ids);
  return ids;
}

void appendPrompt(const transept_model_table &table, std::span<const int32_t> ids,
                  features::Features &image) {
  for (int32_t id : ids) {
    image.values.resize(image.values.size() + image.width);
    image.values[image.rows++ * image.width + promptColumn(table)->column] = float(id);
  }
}

} // namespace transept::media
