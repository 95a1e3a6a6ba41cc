// SPDX-License-Identifier: Apache-2.0
//
// Through the same readers as in a program that has opened the library.

#include "compiler/session/CheckAssets.h"

#include "base/Error.h"
#include "base/Json.h"
#include "base/ModelFolder.h"
#include "media/preprocessor/Extractor.h"
#include "media/tokenizers/Tokenizer.h"
#include "transept/detail/Shortlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace transept::session {

namespace {

class Assets {
public:
  explicit Assets(const frontend::Description &description) : description(description) {
    for (const std::string &name : description.tokenizer.files)
      contents.push_back(readFile(path(name), JsonLimits().bytes));
  }

  /// Null where the checkpoint has none.
  std::unique_ptr<text::Tokenizer> createTokenizer() const {
    const frontend::Tokenizer &files = description.tokenizer;
    if (files.kind.empty())
      return nullptr;
    std::vector<text::Asset> assets;
    for (size_t index = 0; index < contents.size(); ++index)
      assets.push_back({files.files[index], contents[index]});
    try {
      return text::createTokenizer(files.kind, files.settings, assets);
    } catch (const InputError &error) {
      throw InputError(fmt::format("{}: {}", description.checkpoint, error.what()));
    }
  }

  void checkTokenizer(std::vector<std::string> &warnings) const {
    std::unique_ptr<text::Tokenizer> tokenizer = createTokenizer();
    if (!tokenizer)
      return;
    int64_t size = std::max(description.source.embedding.vocabularySize,
                            description.target.embedding.vocabularySize);
    int32_t highest = tokenizer->highestId();
    if (size > 0 && highest >= size)
      warnings.push_back(fmt::format(
          "{}: the tokenizer has ids up to {} ('{}'), but the vocabulary of the model "
          "ends at {}; texts with ids beyond it will be refused",
          description.checkpoint, highest,
          tokenizer->decode(std::span(&highest, 1), {.skipSpecialTokens = false}), size - 1));
  }

  /// What reads the files; nothing where the model takes none, or the checkpoint does not say how.
  std::optional<features::Extractor> extractor() const {
    const std::vector<std::string> &names = description.tokenizer.files;
    auto found = preprocessor();
    const auto &expected = description.source.embedding.features;
    if (found == names.end() || !expected)
      return std::nullopt;
    auto patchSize = size_t(std::lround(std::sqrt(double(expected->width) / 3)));
    // Frames of samples are standardized, each by itself; other rows are of one sample, or
    // features.
    size_t samplesPerRow = expected->standardization ? size_t(expected->width) : 1;
    return features::Extractor(
        contents[size_t(found - names.begin())],
        {.patchSize = patchSize,
         .cutsLines = description.source.tower.has_value(), // before a prompt
         .samplesPerRow = samplesPerRow,
         .name = path(*found)});
  }

  void checkPreprocessor(std::vector<std::string> &warnings) const {
    std::optional<features::Extractor> reader = extractor();
    if (!reader)
      return;
    const auto &expected = description.source.embedding.features;
    if (reader->width() != size_t(expected->width))
      throw InputError(fmt::format("{}: it makes rows of {} numbers, but the model takes {}",
                                   path(*preprocessor()), reader->width(), expected->width));
    std::optional<size_t> rows = reader->rowCount();
    const auto &tower = description.source.tower;
    int64_t usual = tower ? tower->pixels.height : expected->length;
    if (rows && usual != 0 && *rows != size_t(usual))
      throw InputError(fmt::format("{}: it makes {} {} of a file, but the model takes {}",
                                   path(*preprocessor()), *rows,
                                   tower                   ? "lines"
                                   : reader->takesImages() ? "patches"
                                                           : "frames",
                                   usual));
    warnings.insert(warnings.end(), reader->warnings().begin(), reader->warnings().end());
  }

  void checkShortlist() const {
    if (!description.shortlist)
      return;
    std::string file = path(description.shortlist->file);
    std::string content = readFile(file, frontend::ShortlistFile::kMaximumBytes);
    try {
      detail::Shortlist(std::as_bytes(std::span(content)),
                        uint64_t(description.target.embedding.vocabularySize),
                        description.shortlist->sharesVocabulary)
          .check();
    } catch (const transept::Error &error) {
      throw InputError(fmt::format("{}: {}", file, error.what()));
    }
  }

private:
  std::vector<std::string>::const_iterator preprocessor() const {
    return std::ranges::find_if(description.tokenizer.files, isPreprocessorFile);
  }

  std::string path(const std::string &name) const { return description.checkpoint + "/" + name; }

  const frontend::Description &description;
  std::vector<std::string> contents; // in the order of the tokenizer's files
};

} // namespace

void checkAssets(const frontend::Description &description, std::vector<std::string> &warnings) {
  const Assets assets(description);
  assets.checkTokenizer(warnings);
  assets.checkPreprocessor(warnings);
  assets.checkShortlist();
}

emit::MediaKind mediaOf(const frontend::Description &description) {
  std::optional<features::Extractor> reader = Assets(description).extractor();
  return !reader                 ? emit::MediaKind::None
         : reader->takesImages() ? emit::MediaKind::Images
                                 : emit::MediaKind::Sounds;
}

std::vector<text::CompiledFile> compileAssets(const frontend::Description &description) {
  std::unique_ptr<text::Tokenizer> tokenizer = Assets(description).createTokenizer();
  return tokenizer ? tokenizer->compile() : std::vector<text::CompiledFile>();
}

} // namespace transept::session
