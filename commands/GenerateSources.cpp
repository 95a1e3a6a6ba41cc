// SPDX-License-Identifier: Apache-2.0
//
// Both readers stop at the first source that is wrong, so that results before it can be written.

#include "commands/GenerateSources.h"
#include "base/Error.h"

#include "commands/SourceLines.h"
#include "media/MediaSources.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace transept::commands {

namespace {

class LineReader final : public SourceReader {
public:
  LineReader(const Model &model, const text::Tokenizer *tokenizer,
             const text::EncodeOptions &encoding)
      : model(model), tokenizer(tokenizer), encoding(encoding) {}

  SourceBatch next(size_t maximumCount) override {
    SourceBatch batch;
    for (const SourceLine &line : input.next(maximumCount)) {
      try {
        batch.sources.push_back({.line = line.number, .ids = read(line.text)});
      } catch (const std::exception &thrown) {
        batch.error = fmt::format("line {}: {}", line.number, thrown.what());
        break;
      }
    }
    return batch;
  }

private:
  std::vector<Id> read(const std::string &line) const {
    // For a decoder alone a line is the beginning of the target.
    bool isPrompt = !model.hasSource();
    size_t vocabulary = isPrompt ? model.targetVocabularySize() : model.sourceVocabularySize();
    size_t limit = isPrompt ? model.maximumTargetLength() : model.maximumSourceLength();
    std::vector<Id> ids =
        tokenizer ? tokenizer->encode(line, encoding) : parseIds(line, vocabulary);
    if (ids.empty())
      throw InputError("expects one token or more, but got none");
    if (ids.size() > limit)
      throw InputError(fmt::format("expects {} tokens at most, but got {}", limit, ids.size()));
    return ids;
  }

  const Model &model;
  const text::Tokenizer *tokenizer;
  text::EncodeOptions encoding;
  SourceLines input{STDIN_FILENO};
};

class FileReader final : public SourceReader {
public:
  FileReader(const Model &model, std::vector<std::string> files, bool keepsShort)
      : media(model, keepsShort), files(std::move(files)) {
    if (keepsShort && (media.takesImages() || !media.hasFixedLength()))
      throw CLI::ValidationError("--short-context",
                                 "is for sounds of models that were trained on one length, which "
                                 "this library is not");
    for (const std::string &warning : media.warnings())
      std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }

  SourceBatch next(size_t maximumCount) override {
    SourceBatch batch;
    while (position != files.size() && batch.sources.size() < maximumCount) {
      const std::string &file = files[position++];
      try {
        media::MediaSources::Rows rows = media.read(file);
        if (rows.isCut)
          std::fprintf(stderr, "warning: %s: only its first %zu frames are used\n", file.c_str(),
                       rows.ownCount);
        batch.sources.push_back(
            {.file = file, .features = std::move(rows.values), .ownRows = rows.ownCount});
      } catch (const std::exception &thrown) {
        batch.error = thrown.what();
        break;
      }
    }
    return batch;
  }

private:
  media::MediaSources media;
  std::vector<std::string> files;
  size_t position = 0;
};

} // namespace

std::unique_ptr<SourceReader> readLines(const Model &model, const text::Tokenizer *tokenizer,
                                        const text::EncodeOptions &encoding) {
  return std::make_unique<LineReader>(model, tokenizer, encoding);
}

std::unique_ptr<SourceReader> readFiles(const Model &model, std::vector<std::string> files,
                                        bool keepsShort) {
  return std::make_unique<FileReader>(model, std::move(files), keepsShort);
}

} // namespace transept::commands
