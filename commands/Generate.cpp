// SPDX-License-Identifier: Apache-2.0
//
// `transept generate`: lines of standard input or files in, results on standard output, in order,
// as soon as there are some.

#include "base/Error.h"
#include "base/OutputFile.h"
#include "commands/AttentionFlags.h"
#include "commands/Checks.h"
#include "commands/Commands.h"
#include "commands/DraftFlag.h"
#include "commands/GenerateResults.h"
#include "commands/GenerateSources.h"
#include "commands/GenerationFlags.h"
#include "commands/LanguageFlags.h"
#include "commands/LevelFlag.h"
#include "commands/Progress.h"
#include "commands/PromptFlag.h"
#include "commands/SentenceResults.h"
#include "commands/SoundFlags.h"
#include "commands/SoundResults.h"
#include "commands/SourceIsolation.h"
#include "commands/SpeechFlags.h"
#include "commands/Streams.h"
#include "media/MediaSources.h"
#include "media/library/LibraryTokenizer.h"
#include "media/text/Unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace transept::commands {

namespace {

struct GenerateCommand {
  std::string library, level, split;
  std::vector<std::string> sources; // texts or files
  GenerationFlags flags;
  LanguageFlags languages;
  AttentionFlags attention;
  SpeechFlags speech;
  SoundFlags sound;
  DraftFlag draft;
  PromptFlag prompt;
  unsigned threads = 0;
  std::optional<size_t> batchSize;
  bool usesIds = false, isJson = false, keepsShort = false;
  bool skipsInvalid = false, truncates = false, showsTokenScores = false, replacesUnknowns = false;
};

class Generator {
public:
  explicit Generator(const GenerateCommand &command)
      : command(command),
        model(Model::open(command.library, {.threads = command.threads, .level = command.level})),
        tokenizer(media::openTokenizer(model.table())) {
    if (model.targetVocabularySize() == 0)
      throw InputError(command.library + " generates no tokens: it gives states, which "
                                         "only its C++ API offers");
    if (!model.labels().empty())
      throw InputError(command.library + " scores labels: use `transept classify`");
    if (model.table().forecaster)
      throw InputError(command.library + " forecasts series: use `transept forecast`");
    checkUsage();
    command.languages.check(model, command.usesIds);
    if (!command.usesIds && !tokenizer)
      throw InputError(command.library +
                       (readsFiles() ? " has no tokenizer; results can be token ids, with --ids"
                                     : " has no tokenizer; give token ids, with --ids"));
    options = command.flags.resolve(model, command.usesIds ? nullptr : tokenizer.get());
    if (command.showsTokenScores)
      options.tokenScores = TokenScores::Normalized;
    command.languages.applyTo(options, command.flags.haveDecoderStart(), model, tokenizer.get());
    speech =
        command.speech.resolve(model, options, command.flags.haveDecoderStart(), tokenizer.get());
    prepareSounds();
    draft = command.draft.open(model, command.library, options, command.threads);
    soundOptions.draft = draft ? &draft->smallModel() : nullptr;
    choice = command.attention.resolve(model);
    if (!command.attention.pictureFile().empty())
      picture.emplace(command.attention.pictureFile(), inputFiles());
    format = {tokenizer.get(), command.isJson, command.usesIds, command.showsTokenScores};
  }

  void run() {
    size_t batchSize = command.batchSize.value_or(readsFiles() ? 8 : 64);
    std::vector<Id> prompt = command.prompt.idsFor(model, tokenizer.get());
    std::unique_ptr<SourceReader> reader =
        readsFiles()   ? readFiles(model, command.sources, command.keepsShort, longSounds, prompt)
        : takesTexts() ? readTexts(lines())
                       : readLines(lines(), model, command.usesIds ? nullptr : tokenizer.get(),
                                   command.languages.encoding(tokenizer.get()), command.truncates);
    SourceIsolation isolation(command.skipsInvalid);
    while (true) {
      std::vector<GenerateSource> batch = reader->next(batchSize);
      if (batch.empty())
        break;
      showDone(isolation.sourceCount());
      if (batch.front().isLong && batch.front().problem.empty())
        batch.front().problem = transcribeSound(batch.front());
      write(batch, isolation.run(batch, [&](const Sources &sources) { return process(sources); }));
    }
    if (picture && hasPicture)
      picture->finish();
    if (isolation.problemCount() == 0)
      return;
    printMessage(fmt::format("error: {} of {} sources are invalid and were skipped",
                             isolation.problemCount(), isolation.sourceCount()));
    throw ExitStatus{1};
  }

private:
  /// How many files, or lines of an input that may have any number.
  void showDone(size_t count) {
    if (readsFiles() || !command.sources.empty())
      progress.show(fmt::format("{} of {} sources", count, command.sources.size()),
                    double(count) / double(command.sources.size()));
    else if (!::isatty(STDIN_FILENO))
      progress.show(fmt::format("{} lines", count), 0);
  }

  /// Whether the library reads the lines, not this program.
  bool takesTexts() const { return !command.split.empty() || command.replacesUnknowns; }

  /// Whether the model reads features, which come from files.
  bool readsFiles() const { return model.sourceFeatureWidth() != 0; }

  std::vector<std::string> inputFiles() const {
    std::vector<std::string> files = readsFiles() ? command.sources : std::vector<std::string>();
    files.push_back(command.library);
    return files;
  }

  SourceLines lines() const {
    if (!command.sources.empty())
      return SourceLines(command.sources);
    if (::isatty(STDIN_FILENO))
      printMessage(
          "Type one source a line; Ctrl-D ends. (`transept generate LIB \"TEXT\"` takes it "
          "from the command line.)");
    return SourceLines(STDIN_FILENO);
  }

  void checkUsage() const {
    if (readsFiles() && command.sources.empty())
      throw CLI::ValidationError("SOURCE", "this library reads sound or image files, not standard "
                                           "input; give one file or more");
    // Whoever gives a file to a translator means its lines.
    std::error_code ignored;
    for (const std::string &text : command.sources)
      if (!readsFiles() && std::filesystem::exists(text, ignored))
        throw CLI::ValidationError(
            "SOURCE", fmt::format("{} is a file, but this library reads texts: give its lines on "
                                  "standard input, < {}",
                                  text, text));
    if (!readsFiles() && command.keepsShort)
      throw CLI::ValidationError("--short-context", "is for sounds, but this library reads text");
    if (command.truncates && readsFiles())
      throw CLI::ValidationError("--truncate", "is for lines, but this library reads files: sounds "
                                               "are always cut to the model's window");
    const char *ofTexts = command.split.empty() ? "--replace-unknowns" : "--split";
    if (takesTexts() && (readsFiles() || command.usesIds || !model.hasSource()))
      throw CLI::ValidationError(ofTexts, "is for sources that are texts");
    if (takesTexts() && (command.attention.isInResults() || command.draft.isGiven() ||
                         !command.attention.pictureFile().empty()))
      throw CLI::ValidationError(ofTexts, "cannot be combined with --draft or attention: results "
                                          "then have texts of their own");
    if (command.truncates && !model.hasSource())
      throw CLI::ValidationError("--truncate", "is for sources, but this library continues lines");
  }

  /// Whether sounds may be longer than a window, and what is needed for those.
  void prepareSounds() {
    std::string given = command.sound.firstGiven();
    bool hasWindows = speech && model.sourceFeatureCount() != 0 &&
                      model.table().speech->first_timestamp_id >= 0 && !options.prompt.size();
    if (!given.empty() && !hasWindows)
      throw CLI::ValidationError(given, "is for models that transcribe speech window by window, "
                                        "and not for results with a beginning of one's own");
    if (!given.empty() && command.keepsShort)
      throw CLI::ValidationError("--short-context", "cannot be combined with " + given);
    if (!hasWindows)
      return;
    soundOptions = command.sound.resolve(*speech, command.batchSize,
                                         command.usesIds ? nullptr : tokenizer.get());
    rawFormat = command.sound.raw();
    soundOptions.tokenTimes = command.speech.wantsWords();
    longSounds = given.empty() ? LongSounds::Windows : LongSounds::All;
    bool hasFormat = !command.sound.format().empty();
    if (hasFormat && (command.isJson || command.usesIds))
      throw CLI::ValidationError("--format", "cannot be combined with --json or --ids");
    if (hasFormat && command.sound.folder().empty() && command.sources.size() > 1)
      throw CLI::ValidationError(
          "--format",
          "writes one transcript to standard output; several files need --output-folder");
    if (!command.sound.folder().empty())
      createFolder(command.sound.folder());
  }

  /// Where the transcript of a file goes, in the folder that was asked for.
  std::string transcriptFile(const GenerateSource &given) const {
    std::filesystem::path folder = command.sound.folder();
    return folder /
           (std::filesystem::path(given.file).stem().string() + "." + command.sound.format());
  }

  /// Writes the transcript of a sound of any length; returns why there is none.
  std::string transcribeSound(const GenerateSource &given) {
    try {
      if (command.attention.isInResults() || picture)
        throw InputError("attention is shown for sounds of one window at most");
      media::MediaSources files(model, command.keepsShort);
      features::WhisperSound sound = files.openSound(given.file, command.sound.part(), rawFormat);
      std::optional<OutputFile> file;
      if (!command.sound.folder().empty())
        file.emplace(transcriptFile(given), inputFiles());
      SoundFormat soundFormat{.lines = format,
                              .wantsTimes = command.speech.wantsTimes(),
                              .wantsWords = command.speech.wantsWords(),
                              .name = command.sound.format(),
                              .offset = command.sound.offset(),
                              .seconds = sound.seconds()};
      SoundResult result(model, soundFormat, given, [&](const std::string &text) {
        progress.clear();
        file ? file->write(text) : writeLines(text);
      });
      auto showHeard = [&](double end) {
        double all = soundFormat.seconds;
        progress.show(fmt::format("{}: {:.0f} of {:.0f} s", given.file, end, all),
                      all > 0 ? end / all : 0);
      };
      soundOptions.speech.generate.sourceNumbers = {given.number};
      SoundFeatures features{
          .frameCount = sound.frameCount(),
          .read = [&](size_t begin, size_t count) { return sound.read(begin, count); }};
      result.finish(transept::transcribeSound(model, features, soundOptions,
                                              [&](const SoundSegment &segment) {
                                                result.add(segment);
                                                showHeard(segment.end);
                                              })
                        .language);
      if (file)
        file->finish();
    } catch (const InputError &error) {
      return withoutName(error.what(), given.file);
    } catch (const Error &error) {
      return GenerationFlags::withFlags(error.what());
    }
    return "";
  }

  /// The lines of each source. What the C++ API refuses is said in the command's words.
  std::vector<std::string> process(const Sources &given) {
    try {
      return generate(given);
    } catch (const Error &error) {
      throw Error(error.code(),
                  command.languages.withFlags(GenerationFlags::withFlags(error.what())));
    }
  }

  std::vector<std::string> generate(const Sources &given) {
    if (given.front()->isLong)
      return {""}; // it is written already
    if (!model.hasSource())
      return continuePrompts(given);
    if (takesTexts()) {
      numberSources(given);
      return translateTexts(model, given,
                            {.sourceLanguage = command.languages.sourceLanguage(),
                             .splitsSentences = !command.split.empty(),
                             .truncates = command.truncates,
                             .replacesUnknowns = command.replacesUnknowns,
                             .generate = options},
                            format);
    }
    std::vector<SourceInput> inputs;
    for (const GenerateSource *source : given)
      inputs.push_back({.ids = source->ids,
                        .features = source->features,
                        .allowFewerFeatures = command.keepsShort});
    std::vector<Source> sources = model.encodeBatch(inputs);
    numberSources(given);
    if (speech)
      return transcribe(given, sources, inputs);
    return linesOf(
        given, sources,
        model.generateBatch(sources, withGuesses(draft.get(), options, inputs, given.size())));
  }

  /// Samples are those of the whole input, however it is cut into batches.
  void numberSources(const Sources &given) {
    std::vector<uint64_t> &numbers =
        speech ? speech->generate.sourceNumbers : options.sourceNumbers;
    numbers.clear();
    for (const GenerateSource *source : given)
      numbers.push_back(source->number);
  }

  /// A decoder alone: the lines are the beginnings of targets over no source.
  std::vector<std::string> continuePrompts(const Sources &given) {
    numberSources(given);
    GenerateOptions continued = options;
    for (const GenerateSource *line : given) {
      std::vector<Id> &prompt = continued.prompts.emplace_back(options.prompt);
      prompt.insert(prompt.end(), line->ids.begin(), line->ids.end());
    }
    continued.prompt.clear();
    std::vector<Source> sources(given.size(), model.noSource());
    return linesOf(
        given, sources,
        model.generateBatch(sources, withGuesses(draft.get(), continued, {}, given.size())));
  }

  std::vector<std::string> linesOf(const Sources &given, const std::vector<Source> &sources,
                                   const std::vector<Generation> &results) {
    std::vector<std::string> lines(results.size());
    for (size_t index = 0; index < results.size(); ++index)
      for (size_t rank = 0; rank < results[index].sequences.size(); ++rank)
        lines[index] +=
            finish({*given[index], rank, results[index].sequences[rank]}, sources[index]);
    return lines;
  }

  std::vector<std::string> transcribe(const Sources &given, const std::vector<Source> &sources,
                                      std::span<const SourceInput> inputs) {
    std::vector<std::string> lines;
    SpeechOptions drafted = *speech;
    drafted.generate = withGuesses(draft.get(), drafted.generate, inputs, given.size());
    std::vector<Transcript> transcripts = transcribeBatch(model, sources, drafted);
    for (size_t index = 0; index < transcripts.size(); ++index) {
      const Transcript &transcript = transcripts[index];
      TranscriptText shown = show(transcript, sources[index], *given[index]);
      Result result{*given[index], 0, transcript.sequence};
      result.transcript = &shown;
      lines.push_back(
          finish(result, sources[index], transcript.promptLength + options.prompt.size()));
    }
    return lines;
  }

  /// Results up to the first source that has none; or all, with others in their place.
  void write(const std::vector<GenerateSource> &given, const std::vector<Outcome> &outcomes) {
    progress.clear();
    std::string text;
    for (size_t index = 0; index < outcomes.size(); ++index) {
      const Outcome &outcome = outcomes[index];
      if (outcome.problem.empty()) {
        text += outcome.lines;
        continue;
      }
      std::string message = fmt::format("{}: {}", given[index].where(), outcome.problem);
      if (!command.skipsInvalid) {
        writeLines(text);
        throw InputError(message);
      }
      printMessage("warning: skipped " + message);
      text += formatProblem(format, given[index], outcome.problem,
                            size_t(options.returnCount.value_or(1)));
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
    bool isPictured = picture && !hasPicture;
    if (!isPictured && !command.attention.isInResults())
      return formatResult(format, result);
    workbench::AttentionReport report = workbench::reportAttention(
        model, source, result.sequence, given != 0 ? given : givenCount(result.sequence), choice,
        command.usesIds && !readsFiles() ? nullptr : tokenizer.get());
    if (isPictured)
      picture->write(workbench::drawAlignment(report.toPlot()));
    hasPicture = true;
    if (command.attention.isInResults())
      result.attention = &report;
    return formatResult(format, result);
  }

  /// Decoder start, forced beginning and prompt; the prompt may begin with the first ones itself.
  size_t givenCount(const Sequence &sequence) const {
    const std::vector<Id> &prompt = options.prompt;
    if (prompt.empty())
      return 1;
    auto found = std::ranges::search(sequence.ids, prompt);
    return found.empty() ? 1 : size_t(found.end() - sequence.ids.begin()); // it may be a soft one
  }

  const GenerateCommand &command;
  Model model;
  std::unique_ptr<text::Tokenizer> tokenizer;
  GenerateOptions options;
  std::optional<SpeechOptions> speech;
  SoundOptions soundOptions;
  std::optional<features::RawFormat> rawFormat;
  LongSounds longSounds = LongSounds::Cut;
  workbench::AttentionChoice choice;
  ResultFormat format;
  std::optional<OutputFile> picture;
  bool hasPicture = false;
  Progress progress;
  std::unique_ptr<OpenDraft> draft;
};

} // namespace

void addGenerateCommand(CLI::App &program) {
  auto options = std::make_shared<GenerateCommand>();
  CLI::App *command = program.add_subcommand(
      "generate", "read sources, write one result a line\n"
                  "Models of text read the SOURCEs, or standard input to its end, one source a "
                  "line; models of sounds or images read files.\n"
                  "Results come in the order of the sources, as soon as there are some.\n"
                  "With --num-return K, K adjacent lines belong to one source, best first, or "
                  "with --sample in the order of the samples.\n"
                  "A bad line or file ends the program after the results of those before it, "
                  "unless --skip-invalid is given.");
  command->add_option("LIB", options->library, "the library")->type_name("FILE")->required();
  CLI::Option *sources = command->add_option(
      "SOURCE", options->sources,
      "texts, instead of standard input's lines; sounds (WAV, FLAC, Ogg, MP3) or images (PNG, "
      "JPEG), for models of them");
  command->add_flag("--ids", options->usesIds,
                    "sources and results are token ids separated by spaces; results begin with the "
                    "decoder start and end with the end id where there is one");
  CLI::Option *json = command->add_flag(
      "--json", options->isJson,
      "write one JSON object a line: line or file, rank, ids, text, score, finished");
  command->add_flag("--token-scores", options->showsTokenScores,
                    "add the log-probability of each generated token, after all rules and cuts: "
                    "behind a tab, or with --json as tokenScores");
  command->add_option("--threads", options->threads, "threads to use [all cores]")
      ->check(between(1, 1024));
  addLevelFlag(command, options->level);
  options->draft.addTo(command);
  options->prompt.addTo(command);
  command
      ->add_option("--batch", options->batchSize,
                   "sources to work on at once, at most [64 lines, 8 files]")
      ->check(between(1, 65536));
  command->add_flag("--short-context", options->keepsShort,
                    "do not fill sounds up to the length that the model was trained on: faster, "
                    "but models that were trained on 30 s recognize words worse");
  command->add_flag("--skip-invalid", options->skipsInvalid,
                    "name bad lines or files on standard error and go on; empty lines take the "
                    "place of their results (with --json an object with \"error\"), and the exit "
                    "status is 1");
  command->add_flag("--truncate", options->truncates,
                    "cut lines to the tokens that the model takes, with a warning");
  command
      ->add_option("--split", options->split,
                   "sentences: translate a line sentence by sentence and put the results together, "
                   "with what stood between; for models that were trained on single sentences")
      ->check(oneOf({"sentences"}));
  command->add_flag("--replace-unknowns", options->replacesUnknowns,
                    "put what stands in the line in place of a token that the model does not know, "
                    "by its attention");
  options->languages.addTo(*command);
  options->speech.addTo(*command);
  options->sound.addTo(*command);
  options->attention.addTo(*command, json);
  options->flags.addTo(*command);
  command->callback([options, command, sources] {
    // An argument behind --attention keeps its place among the sources.
    if (std::string argument = options->attention.takeArgument(); !argument.empty()) {
      const std::vector<CLI::Option *> &order = command->parse_order();
      auto end = std::ranges::find(order, command->get_option("--attention"));
      options->sources.insert(options->sources.begin() + std::count(order.begin(), end, sources),
                              argument);
    }
    Generator(*options).run();
  });
}

} // namespace transept::commands
