// SPDX-License-Identifier: Apache-2.0
//
// Where `transept generate` gets its sources from: lines of standard input, or files.

#ifndef TRANSEPT_COMMANDS_GENERATESOURCES_H
#define TRANSEPT_COMMANDS_GENERATESOURCES_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/model.h"

#include <memory>
#include <string>
#include <vector>

namespace transept::commands {

/// One source as the model takes it, and where it comes from.
struct GenerateSource {
  size_t line = 0;       // from 1, where it is a line
  std::string file = {}; // where it is a file
  std::vector<Id> ids = {};
  std::vector<float> features = {};
  size_t ownRows = 0; // of the features; the others are silence behind a sound
};

/// Some sources, then perhaps one that could not be read.
struct SourceBatch {
  std::vector<GenerateSource> sources;
  std::string error;
};

class SourceReader {
public:
  virtual ~SourceReader() = default;
  /// At most `maximumCount` sources, none at the end. Nothing may be read after an error.
  virtual SourceBatch next(size_t maximumCount) = 0;
};

/// Lines of standard input: texts, or ids where there is no tokenizer.
std::unique_ptr<SourceReader> readLines(const Model &model, const text::Tokenizer *tokenizer,
                                        const text::EncodeOptions &encoding);

/// Sounds or images; `keepsShort` as in MediaSources. Warnings go to standard error. Throws
/// CLI::ValidationError where `keepsShort` has no meaning, and what MediaSources throws.
std::unique_ptr<SourceReader> readFiles(const Model &model, std::vector<std::string> files,
                                        bool keepsShort);

} // namespace transept::commands

#endif
