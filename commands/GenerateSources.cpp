// SPDX-License-Identifier: Apache-2.0
//
// A source that is wrong keeps its place, so that the others are not lost with it.

#include "commands/GenerateSources.h"
#include "base/Error.h"

#include "commands/Streams.h"
#include "media/MediaSources.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace transept::commands {

namespace {

class LineReader final : public SourceReader {
public:
  LineReader(SourceLines lines, const Model &model, const text::Tokenizer *tokenizer,
             const text::EncodeOptions &encoding, bool truncates)
      : model(model), tokenizer(tokenizer), encoding(encoding), truncates(truncates),
        input(std::move(lines)) {}

  std::vector<GenerateSource> next(size_t maximumCount) override {
    std::vector<GenerateSource> sources;
    for (const SourceLine &line : input.next(maximumCount)) {
      GenerateSource &source =
          sources.emplace_back(GenerateSource{.number = line.number - 1, .line = line.number});
      try {
        source.ids = read(line);
      } catch (const std::exception &thrown) {
        source.problem = thrown.what();
      }
    }
    return sources;
  }

private:
  std::vector<Id> read(const SourceLine &line) const {
    // For a decoder alone a line is the beginning of the target.
    bool isPrompt = !model.hasSource();
    size_t vocabulary = isPrompt ? model.targetVocabularySize() : model.sourceVocabularySize();
    size_t limit = isPrompt ? model.maximumTargetLength() : model.maximumSourceLength();
    std::vector<Id> ids =
        tokenizer ? tokenizer->encode(line.text, encoding) : parseIds(line.text, vocabulary);
    if (ids.empty())
      throw InputError("expects one token or more, but got none");
    size_t count = ids.size();
    if (count > limit && truncates)
      ids = truncated(line.text, std::move(ids), limit);
    if (ids.size() > limit)
      throw InputError(fmt::format("expects {} tokens at most, but got {}{}", limit, count,
                                   isPrompt || truncates ? "" : "; --truncate cuts it"));
    if (ids.size() < count)
      printMessage(
          fmt::format("warning: line {}: cut from {} tokens to the {} that the model takes",
                      line.number, count, ids.size()));
    return ids;
  }

  /// The last id stays where it marks the end of a source, as the tokenizer does it for texts.
  std::vector<Id> truncated(const std::string &text, std::vector<Id> ids, size_t limit) const {
    if (tokenizer) {
      text::EncodeOptions bounded = encoding;
      bounded.maximumLength = limit;
      return tokenizer->encode(text, bounded);
    }
    Id last = ids.back();
    ids.resize(limit);
    const transept_generation_defaults *defaults = model.table().generation;
    if (defaults && std::ranges::count(std::span(defaults->end_ids, defaults->end_id_count), last))
      ids.back() = last;
    return ids;
  }

  const Model &model;
  const text::Tokenizer *tokenizer;
  text::EncodeOptions encoding;
  bool truncates;
  SourceLines input;
};

class TextReader final : public SourceReader {
public:
  explicit TextReader(SourceLines lines) : input(std::move(lines)) {}

  std::vector<GenerateSource> next(size_t maximumCount) override {
    std::vector<GenerateSource> sources;
    for (const SourceLine &line : input.next(maximumCount))
      sources.push_back({.number = line.number - 1, .line = line.number, .text = line.text});
    return sources;
  }

private:
  SourceLines input;
};

class FileReader final : public SourceReader {
public:
  FileReader(const Model &model, std::vector<std::string> files, bool keepsShort,
             LongSounds longSounds, std::vector<Id> prompt)
      : media(model, keepsShort, std::move(prompt)), files(std::move(files)),
        longSounds(longSounds) {
    if (keepsShort && (media.takesImages() || !media.hasFixedLength()))
      throw CLI::ValidationError("--short-context",
                                 "is for sounds of models that were trained on one length, which "
                                 "this library is not");
    for (const std::string &warning : media.warnings())
      printMessage("warning: " + warning);
  }

  std::vector<GenerateSource> next(size_t maximumCount) override {
    std::vector<GenerateSource> sources;
    while (sources.size() < maximumCount) {
      if (!waiting && position == files.size())
        break;
      GenerateSource source = waiting ? *std::exchange(waiting, std::nullopt) : read();
      if (source.isLong && !sources.empty()) {
        waiting = std::move(source);
        break;
      }
      sources.push_back(std::move(source));
      if (sources.back().isLong)
        break;
    }
    return sources;
  }

private:
  GenerateSource read() {
    GenerateSource source{.number = position, .file = files[position]};
    ++position;
    source.isLong = longSounds == LongSounds::All;
    if (source.isLong)
      return source;
    try {
      media::MediaSources::Rows rows = media.read(source.file);
      source.isLong = rows.isCut && longSounds == LongSounds::Windows;
      if (source.isLong)
        return source;
      if (rows.isCut)
        printMessage(fmt::format("warning: {}: only its first {} frames are used", source.file,
                                 rows.ownCount));
      source.features = std::move(rows.values);
      source.ownRows = rows.ownCount;
    } catch (const std::exception &thrown) {
      source.problem = withoutName(thrown.what(), source.file);
    }
    return source;
  }

  media::MediaSources media;
  std::vector<std::string> files;
  LongSounds longSounds;
  size_t position = 0;
  std::optional<GenerateSource> waiting; // behind the others of a batch
};

} // namespace

std::string withoutName(std::string message, const std::string &file) {
  std::string beginning = printable(file) + ": ";
  return message.starts_with(beginning) ? message.substr(beginning.size()) : message;
}

std::unique_ptr<SourceReader> readLines(SourceLines lines, const Model &model,
                                        const text::Tokenizer *tokenizer,
                                        const text::EncodeOptions &encoding, bool truncates) {
  return std::make_unique<LineReader>(std::move(lines), model, tokenizer, encoding, truncates);
}

std::unique_ptr<SourceReader> readTexts(SourceLines lines) {
  return std::make_unique<TextReader>(std::move(lines));
}

std::unique_ptr<SourceReader> readFiles(const Model &model, std::vector<std::string> files,
                                        bool keepsShort, LongSounds longSounds,
                                        std::vector<Id> prompt) {
  return std::make_unique<FileReader>(model, std::move(files), keepsShort, longSounds,
                                      std::move(prompt));
}

} // namespace transept::commands
