// SPDX-License-Identifier: Apache-2.0
//
// `transept generate`: lines of standard input or files in, results on standard output, in order,
// as soon as there are some.

#include "base/Error.h"
#include "commands/AttentionFlags.h"
#include "commands/Commands.h"
#include "commands/GenerateResults.h"
#include "commands/GenerateSources.h"
#include "commands/GenerationFlags.h"
#include "commands/LanguageFlags.h"
#include "commands/LevelFlag.h"
#include "commands/SpeechFlags.h"
#include "media/LibraryText.h"
#include "media/MediaSources.h"
#include "media/text/Unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <system_error>

namespace transept::commands {

namespace {

struct GenerateCommand {
  std::string library, level;
  std::vector<std::string> files;
  GenerationFlags flags;
  LanguageFlags languages;
  AttentionFlags attention;
  SpeechFlags speech;
  unsigned threads = 0;
  std::optional<size_t> batchSize;
  bool usesIds = false, isJson = false, keepsShort = false;
};

/// Whole lines to standard output. When nobody reads any more, the program ends quietly.
void writeLines(const std::string &text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return;
  if (errno == EPIPE)
    throw ExitStatus{0};
  throw std::system_error(errno, std::generic_category(), "cannot write standard output");
}

void writePicture(const std::string &file, const std::string &picture) {
  std::ofstream stream(file, std::ios::binary);
  stream << picture << std::flush;
  if (!stream)
    throw std::system_error(errno, std::generic_category(), "cannot write " + file);
}

class Generator {
public:
  explicit Generator(const GenerateCommand &command)
      : command(command),
        model(Model::open(command.library, {.threads = command.threads, .level = command.level})),
        tokenizer(media::openTokenizer(model)) {
    if (model.targetVocabularySize() == 0)
      throw InputError(command.library + " generates no tokens: it gives states, which "
                                         "only its C++ API offers");
    checkUsage();
    if (!command.usesIds && !tokenizer)
      throw InputError(command.library +
                       (readsFiles() ? " has no tokenizer; results can be token ids, with --ids"
                                     : " has no tokenizer; give token ids, with --ids"));
    options = command.flags.resolve(model, command.usesIds ? nullptr : tokenizer.get());
    command.languages.applyTo(options, model, tokenizer.get());
    speech =
        command.speech.resolve(model, options, command.flags.haveOwnBeginning(), tokenizer.get());
    choice = command.attention.resolve(model);
    format = {tokenizer.get(), command.isJson, command.usesIds};
  }

  void run() {
    size_t batchSize = command.batchSize.value_or(readsFiles() ? 8 : 64);
    std::unique_ptr<SourceReader> reader =
        readsFiles() ? readFiles(model, command.files, command.keepsShort)
                     : readLines(model, command.usesIds ? nullptr : tokenizer.get(),
                                 command.languages.encoding(tokenizer.get()));
    while (true) {
      SourceBatch batch = reader->next(batchSize);
      if (!batch.sources.empty())
        process(batch.sources);
      if (!batch.error.empty())
        throw InputError(batch.error);
      if (batch.sources.empty())
        return;
    }
  }

private:
  /// Whether the model reads features, which come from files.
  bool readsFiles() const { return model.sourceFeatureWidth() != 0; }

  void checkUsage() const {
    if (readsFiles() && command.files.empty())
      throw CLI::ValidationError("FILE", "this library reads sound or image files, not standard "
                                         "input; give one file or more");
    if (!readsFiles() && !command.files.empty())
      throw CLI::ValidationError("FILE", "this library reads lines of standard input, not files, "
                                         "but " +
                                             command.files.front() + " was given");
    if (!readsFiles() && command.keepsShort)
      throw CLI::ValidationError("--short-context", "is for sounds, but this library reads text");
  }

  void process(const std::vector<GenerateSource> &given) {
    if (!model.hasSource())
      return continuePrompts(given);
    std::vector<SourceInput> inputs;
    for (const GenerateSource &source : given)
      inputs.push_back({.ids = source.ids,
                        .features = source.features,
                        .allowFewerFeatures = command.keepsShort});
    std::vector<Source> sources = model.encodeBatch(inputs);
    numberSources(sources.size());
    if (speech)
      return transcribe(given, sources);
    write(given, sources, model.generateBatch(sources, options));
  }

  /// Samples are those of the whole input, however it is cut into batches.
  void numberSources(size_t count) {
    std::vector<uint64_t> &numbers =
        speech ? speech->generate.sourceNumbers : options.sourceNumbers;
    numbers.resize(count);
    std::iota(numbers.begin(), numbers.end(), sourceCount);
    sourceCount += count;
  }

  /// A decoder alone: the lines are the beginnings of targets over no source.
  void continuePrompts(const std::vector<GenerateSource> &given) {
    numberSources(given.size());
    GenerateOptions continued = options;
    for (const GenerateSource &line : given)
      continued.prompts.push_back(line.ids);
    std::vector<Source> sources(given.size(), model.noSource());
    write(given, sources, model.generateBatch(sources, continued));
  }

  void write(const std::vector<GenerateSource> &given, const std::vector<Source> &sources,
             const std::vector<Generation> &results) {
    std::string text;
    for (size_t index = 0; index < results.size(); ++index)
      for (size_t rank = 0; rank < results[index].sequences.size(); ++rank)
        text += finish({given[index], rank, results[index].sequences[rank]}, sources[index]);
    writeLines(text);
  }

  void transcribe(const std::vector<GenerateSource> &given, const std::vector<Source> &sources) {
    std::vector<Transcript> transcripts = transcribeBatch(model, sources, *speech);
    std::string text;
    for (size_t index = 0; index < transcripts.size(); ++index) {
      const Transcript &transcript = transcripts[index];
      TranscriptText shown = show(transcript, sources[index], given[index]);
      Result result{given[index], 0, transcript.sequence};
      result.transcript = &shown;
      text += finish(result, sources[index], transcript.promptLength);
    }
    writeLines(text);
  }

  TranscriptText show(const Transcript &transcript, const Source &source,
                      const GenerateSource &given) const {
    TranscriptText shown;
    shown.language = transcript.language;
    shown.wantsTimes = command.speech.wantsTimes();
    if (!tokenizer)
      return shown;
    shown.text = text::strip(tokenizer->decode(transcript.text()));
    if (shown.wantsTimes)
      shown.segments = media::segmentsOf(transcript, *tokenizer);
    if (command.speech.wantsWords())
      shown.words =
          media::wordsOf(model, source, transcript, *tokenizer,
                         double(media::encodedRows(model, given.ownRows)) * secondsPerTimestamp);
    return shown;
  }

  /// The result's line, with the attention that was asked for. `given` counts the ids that were not
  /// produced; 0 for decoder start and prefix.
  std::string finish(Result result, const Source &source, size_t given = 0) {
    bool isPictured = !command.attention.pictureFile().empty() && !hasPicture;
    if (!isPictured && !command.attention.isInResults())
      return formatResult(format, result);
    workbench::AttentionReport report = workbench::reportAttention(
        model, source, result.sequence, given != 0 ? given : givenCount(result.sequence), choice,
        command.usesIds && !readsFiles() ? nullptr : tokenizer.get());
    if (isPictured)
      writePicture(command.attention.pictureFile(), workbench::drawAlignment(report.toPlot()));
    hasPicture = true;
    if (command.attention.isInResults())
      result.attention = &report;
    return formatResult(format, result);
  }

  /// Decoder start and prompt; a prompt that begins with the start does not get it twice.
  size_t givenCount(const Sequence &sequence) const {
    bool hasStart = options.prompt.empty() || options.prompt.front() != sequence.ids.front();
    return options.prompt.size() + (hasStart ? 1 : 0);
  }

  const GenerateCommand &command;
  Model model;
  std::unique_ptr<text::Tokenizer> tokenizer;
  GenerateOptions options;
  std::optional<SpeechOptions> speech;
  workbench::AttentionChoice choice;
  ResultFormat format;
  bool hasPicture = false;
  uint64_t sourceCount = 0; // before the current batch
};

} // namespace

void addGenerateCommand(CLI::App &program) {
  auto options = std::make_shared<GenerateCommand>();
  CLI::App *command = program.add_subcommand(
      "generate", "read sources, write one result a line\n"
                  "Models of text read standard input to its end, one source a line; models of "
                  "sounds or images read the FILEs.\n"
                  "Results come in the order of the sources, as soon as there are some.\n"
                  "With --num-return K, K adjacent lines belong to one source, best first, or "
                  "with --sample in the order of the samples.\n"
                  "A bad line or file ends the program after the results of those before it.");
  command->add_option("LIB", options->library, "the library")->type_name("FILE")->required();
  CLI::Option *files =
      command->add_option("FILE", options->files,
                          "sounds (WAV, FLAC, Ogg, MP3) or images (PNG, JPEG), for models of them");
  command->add_flag("--ids", options->usesIds,
                    "sources and results are token ids separated by spaces; results begin with the "
                    "decoder start and end with the end id where there is one");
  CLI::Option *json = command->add_flag(
      "--json", options->isJson,
      "write one JSON object a line: line or file, rank, ids, text, score, finished");
  command->add_option("--threads", options->threads, "threads to use [all cores]")
      ->check(CLI::Range(1, 1024));
  addLevelFlag(command, options->level);
  command
      ->add_option("--batch", options->batchSize,
                   "sources to work on at once, at most [64 lines, 8 files]")
      ->check(CLI::Range(1, 65536));
  command->add_flag("--short-context", options->keepsShort,
                    "do not fill sounds up to the length that the model was trained on: faster, "
                    "but models that were trained on 30 s recognize words worse");
  options->languages.addTo(*command);
  options->speech.addTo(*command);
  options->attention.addTo(*command, json);
  options->flags.addTo(*command);
  command->callback([options, command, files] {
    // An argument behind --attention keeps its place among the files.
    if (std::string argument = options->attention.takeArgument(); !argument.empty()) {
      const std::vector<CLI::Option *> &order = command->parse_order();
      auto end = std::ranges::find(order, command->get_option("--attention"));
      options->files.insert(options->files.begin() + std::count(order.begin(), end, files),
                            argument);
    }
    std::signal(SIGPIPE, SIG_IGN);
    Generator(*options).run();
  });
}

} // namespace transept::commands
