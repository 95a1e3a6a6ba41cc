// SPDX-License-Identifier: Apache-2.0
//
// A line that is wrong ends the program after the results of those before it, or keeps its place.

#include "commands/LineCommand.h"

#include "base/Error.h"
#include "commands/Checks.h"
#include "commands/Commands.h"
#include "commands/LevelFlag.h"
#include "commands/Streams.h"
#include "media/library/LibraryTokenizer.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace transept::commands {

void LineCommand::addTo(CLI::App &command, const std::string &sources, LineContent content) {
  bool areTexts = content == LineContent::Texts;
  command.add_option("LIB", library, "the library")->type_name("FILE")->required();
  CLI::Option *given = command.add_option(areTexts ? "TEXT" : "SERIES", texts,
                                          sources + ", instead of standard input's lines");
  if (areTexts) {
    command.add_flag("--ids", usesIds, "lines are token ids separated by spaces");
    command.add_option("--source-language", sourceLanguage,
                       "what the texts are in, as the model names it");
  } else {
    command.add_option("--file", file, "take its lines instead of standard input's")
        ->type_name("FILE")
        ->excludes(given);
  }
  command.add_flag("--json", isJson, "write one JSON object a line");
  command.add_option("--threads", threads, "threads to use [all cores]")->check(between(1, 1024));
  addLevelFlag(&command, level);
  command.add_option("--batch", batchSize, "lines to work on at once, at most [64]")
      ->check(between(1, 65536));
  command.add_flag(
      "--skip-invalid", skipsInvalid,
      "name bad lines on standard error and go on; empty lines take the place of "
      "their results (with --json an object with \"error\"), and the exit status is 1");
}

Model LineCommand::open() const {
  return Model::open(library, {.threads = threads, .level = level});
}

std::unique_ptr<text::Tokenizer> LineCommand::openTokenizer(const Model &model) const {
  if (model.sourceVocabularySize() == 0)
    throw InputError(library + " reads no texts");
  if (usesIds && !sourceLanguage.empty())
    throw CLI::ValidationError("--source-language", "is for texts, not for --ids");
  if (usesIds)
    return nullptr;
  std::unique_ptr<text::Tokenizer> tokenizer = media::openTokenizer(model.table());
  if (!tokenizer)
    throw InputError(library + " has no tokenizer; give token ids, with --ids");
  if (!sourceLanguage.empty() && tokenizer->languageId(sourceLanguage) < 0)
    throw CLI::ValidationError("--source-language",
                               sourceLanguage + " is no language of this model");
  return tokenizer;
}

LineParts::LineParts(std::string_view line) : first(line.substr(0, line.find('\t'))) {
  if (first.size() != line.size())
    second = line.substr(first.size() + 1);
}

void checkSourceLength(const Model &model, const std::vector<Id> &ids) {
  if (ids.empty())
    throw InputError("expects one token or more, but got none");
  if (ids.size() > model.maximumSourceLength())
    throw InputError(fmt::format("expects {} tokens at most, but got {}",
                                 model.maximumSourceLength(), ids.size()));
}

namespace {

SourceLines linesOf(const LineCommand &command) {
  if (!command.texts.empty())
    return SourceLines(command.texts);
  if (!command.file.empty()) {
    int descriptor = ::open(command.file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
      throw InputError(fmt::format("{}: {}", command.file, std::strerror(errno)));
    return SourceLines(descriptor); // open until the program ends
  }
  if (::isatty(STDIN_FILENO))
    printMessage("Type one line after another; Ctrl-D ends.");
  return SourceLines(STDIN_FILENO);
}

std::vector<GenerateSource>
readBatch(SourceLines &lines, const LineCommand &command,
          const std::function<void(const std::string &, GenerateSource &)> &read) {
  std::vector<GenerateSource> batch;
  for (const SourceLine &line : lines.next(command.batchSize)) {
    GenerateSource &source =
        batch.emplace_back(GenerateSource{.number = line.number - 1, .line = line.number});
    try {
      read(line.text, source);
    } catch (const std::exception &thrown) {
      source.problem = thrown.what();
    }
  }
  return batch;
}

/// Results up to the first line that has none; or all, with others in their place.
void writeResults(const LineCommand &command, const std::vector<GenerateSource> &batch,
                  const std::vector<Outcome> &outcomes) {
  std::string text;
  for (size_t index = 0; index < outcomes.size(); ++index) {
    if (outcomes[index].problem.empty()) {
      text += outcomes[index].lines;
      continue;
    }
    std::string message = fmt::format("{}: {}", batch[index].where(), outcomes[index].problem);
    if (!command.skipsInvalid) {
      writeLines(text);
      throw InputError(message);
    }
    printMessage("warning: skipped " + message);
    nlohmann::ordered_json object = {{"line", batch[index].line},
                                     {"error", outcomes[index].problem}};
    text += (command.isJson ? object.dump() : "") + "\n";
  }
  writeLines(text);
}

} // namespace

void runLines(const LineCommand &command,
              const std::function<void(const std::string &, GenerateSource &)> &read,
              const std::function<std::vector<std::string>(const Sources &)> &process) {
  SourceLines lines = linesOf(command);
  SourceIsolation isolation(command.skipsInvalid);
  while (true) {
    std::vector<GenerateSource> batch = readBatch(lines, command, read);
    if (batch.empty())
      break;
    writeResults(command, batch, isolation.run(batch, process));
  }
  if (isolation.problemCount() == 0)
    return;
  printMessage(fmt::format("error: {} of {} sources are invalid and were skipped",
                           isolation.problemCount(), isolation.sourceCount()));
  throw ExitStatus{1};
}

} // namespace transept::commands
