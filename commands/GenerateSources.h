// SPDX-License-Identifier: Apache-2.0
//
// Where `transept generate` gets its sources from: lines of standard input or the command line, or
// files.

#ifndef TRANSEPT_COMMANDS_GENERATESOURCES_H
#define TRANSEPT_COMMANDS_GENERATESOURCES_H

#include "commands/SourceLines.h"
#include "media/tokenizers/Tokenizer.h"

#include "transept/model.h"

#include <memory>
#include <string>
#include <vector>

namespace transept::commands {

/// One source as the model takes it, or what is wrong with it, and where it comes from.
struct GenerateSource {
  uint64_t number = 0;   // among all sources, from 0
  size_t line = 0;       // from 1, where it is a line
  std::string file = {}; // where it is a file
  std::string text = {}; // where it is to be split into sentences, and has no ids
  std::vector<Id> ids = {};
  std::vector<float> features = {};
  size_t ownRows = 0; // of the features; the others are silence behind a sound
  /// A sound that is transcribed window by window, so that it has no features here.
  bool isLong = false;
  std::string problem = {};

  /// "line 3", or the file: for messages.
  std::string where() const { return file.empty() ? "line " + std::to_string(line) : file; }
};

/// A message about a file without its name in front, which readers of files put there.
std::string withoutName(std::string message, const std::string &file);

class SourceReader {
public:
  virtual ~SourceReader() = default;
  /// At most `maximumCount` sources, none at the end.
  virtual std::vector<GenerateSource> next(size_t maximumCount) = 0;
};

/// The lines: texts, or ids where there is no tokenizer. With `truncates`, what is beyond the
/// model's positions is cut off, with a warning.
std::unique_ptr<SourceReader> readLines(SourceLines lines, const Model &model,
                                        const text::Tokenizer *tokenizer,
                                        const text::EncodeOptions &encoding, bool truncates);

/// The lines as they are, to be split into sentences.
std::unique_ptr<SourceReader> readTexts(SourceLines lines);

enum class LongSounds {
  Cut,     ///< to the first window, with a warning
  Windows, ///< those that are longer than a window are transcribed window by window
  All      ///< all are, as they are without being looked at here
};

/// Sounds or images; `keepsShort` and `prompt` as in MediaSources. A sound that isLong comes alone.
/// Warnings go to standard error. Throws CLI::ValidationError where `keepsShort` has no meaning,
/// and what MediaSources throws.
std::unique_ptr<SourceReader> readFiles(const Model &model, std::vector<std::string> files,
                                        bool keepsShort, LongSounds longSounds,
                                        std::vector<Id> prompt = {});

} // namespace transept::commands

#endif
