// SPDX-License-Identifier: Apache-2.0
//
// `transept generate`: sources on standard input, results on standard output, in order, as soon as
// there are some.

#include "compiler/driver/Commands.h"
#include "compiler/driver/GenerationFlags.h"
#include "compiler/driver/LibraryText.h"
#include "compiler/driver/SourceLines.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace transept::driver {

namespace {

using Json = nlohmann::ordered_json;

struct GenerateCommand {
  std::string library;
  GenerationFlags flags;
  unsigned threads = 0;
  size_t batchSize = 64;
  bool usesIds = false, isJson = false;
};

/// Whole lines to standard output. When nobody reads any more, the program ends quietly.
void writeLines(const std::string &text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return;
  if (errno == EPIPE)
    throw ExitStatus{0};
  throw std::system_error(errno, std::generic_category(), "cannot write standard output");
}

class Generator {
public:
  explicit Generator(const GenerateCommand &command)
      : command(command), model(Model::open(command.library, {.threads = command.threads})),
        tokenizer(openTokenizer(model)) {
    if (!command.usesIds && !tokenizer)
      throw std::runtime_error(command.library + " has no tokenizer; give token ids, with --ids");
    options = command.flags.resolve(model, command.usesIds ? nullptr : tokenizer.get());
  }

  void run() {
    SourceLines input(STDIN_FILENO);
    while (true) {
      std::vector<SourceLine> lines = input.next(command.batchSize);
      if (lines.empty())
        return;
      process(lines);
    }
  }

private:
  /// A bad line ends the program, but not before the results of the lines before it are out.
  void process(const std::vector<SourceLine> &lines) {
    std::vector<std::vector<Id>> sources;
    std::string error;
    for (const SourceLine &line : lines) {
      try {
        sources.push_back(readSource(line.text));
      } catch (const std::exception &thrown) {
        error = fmt::format("line {}: {}", line.number, thrown.what());
        break;
      }
    }
    if (!sources.empty()) {
      std::vector<Generation> results = model.generateBatch(model.encodeBatch(sources), options);
      std::string text;
      for (size_t index = 0; index != results.size(); ++index)
        for (size_t rank = 0; rank != results[index].sequences.size(); ++rank)
          text += format(results[index].sequences[rank], lines[index].number, rank);
      writeLines(text);
    }
    if (!error.empty())
      throw std::runtime_error(error);
  }

  std::vector<Id> readSource(const std::string &line) const {
    std::vector<Id> ids =
        command.usesIds ? parseIds(line, model.sourceVocabularySize()) : tokenizer->encode(line);
    if (ids.empty())
      throw std::runtime_error("expects one token or more, but got none");
    if (ids.size() > model.maximumSourceLength())
      throw std::runtime_error(fmt::format("expects {} tokens at most, but got {}",
                                           model.maximumSourceLength(), ids.size()));
    return ids;
  }

  std::string format(const Sequence &sequence, size_t line, size_t rank) const {
    std::string text = tokenizer ? tokenizer->decode(sequence.ids) : "";
    if (command.isJson) {
      Json object = {{"line", line}, {"rank", rank}, {"ids", sequence.ids}};
      if (tokenizer)
        object["text"] = text;
      object["score"] = sequence.score;
      object["finished"] = sequence.finishReason == FinishReason::End ? "end" : "length";
      return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    if (command.usesIds)
      return fmt::format("{}\n", fmt::join(sequence.ids, " "));
    // One result is one line, whatever was generated.
    std::ranges::replace(text, '\n', ' ');
    return text + "\n";
  }

  const GenerateCommand &command;
  Model model;
  std::unique_ptr<text::Tokenizer> tokenizer;
  GenerateOptions options;
};

} // namespace

void addGenerateCommand(CLI::App &program) {
  auto options = std::make_shared<GenerateCommand>();
  CLI::App *command = program.add_subcommand(
      "generate", "read one source a line, write one result a line\n"
                  "Reads standard input to its end. Results come in the order of the sources, as "
                  "soon as there are some.\n"
                  "With --num-return K, K adjacent lines belong to one source, best first.\n"
                  "A bad line ends the program after the results of the lines before it.");
  command->add_option("LIB", options->library, "the library")->required();
  command->add_flag("--ids", options->usesIds,
                    "sources and results are token ids separated by spaces; results begin with the "
                    "decoder start and end with the end id where there is one");
  command->add_flag("--json", options->isJson,
                    "write one JSON object a line: line, rank, ids, text, score, finished");
  command->add_option("--threads", options->threads, "threads to use [all cores]")
      ->check(CLI::Range(1, 1024));
  command->add_option("--batch", options->batchSize, "sources to work on at once, at most")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  options->flags.addTo(*command);
  command->callback([options] {
    std::signal(SIGPIPE, SIG_IGN);
    Generator(*options).run();
  });
}

} // namespace transept::driver
