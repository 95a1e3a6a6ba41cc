// SPDX-License-Identifier: Apache-2.0
//
// MarianTokenizer: two sentencepiece models for pieces, vocab.json for ids, a language code in
// front of multilingual sources. Punctuation is not normalised, as in Hugging Face without
// sacremoses. Settings: "vocabulary_file", "separate_vocabs", "target_vocabulary_file".

#include "base/Error.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/SentencePiece.h"
#include "media/tokenizers/SlowTokenizer.h"

#include <fmt/format.h>

namespace transept::text {

namespace {

struct Range {
  size_t begin, end;
};

/// The first match of the regular expression `>>.+<<`, where a dot matches all but a newline.
std::optional<Range> findLanguageCode(std::string_view text) {
  for (size_t lineBegin = 0; lineBegin < text.size();) {
    size_t lineEnd = std::min(text.find('\n', lineBegin), text.size());
    std::string_view line = text.substr(lineBegin, lineEnd - lineBegin);
    size_t open = line.find(">>");
    size_t close = line.rfind("<<"); // greedy: the last one of the line
    if (open != std::string_view::npos && close != std::string_view::npos && close >= open + 3)
      return Range{lineBegin + open, lineBegin + close + 2};
    lineBegin = lineEnd + 1;
  }
  return std::nullopt;
}

class MarianTokenizer final : public SlowTokenizer {
public:
  MarianTokenizer(const Settings &settings, std::span<const Asset> assets)
      : sourceModel(needAsset(assets, "source.spm").bytes, "source.spm"),
        targetModel(needAsset(assets, "target.spm").bytes, "target.spm"),
        vocabularyFile(textSetting(settings, "vocabulary_file", "vocab.json")),
        targetFile(textSetting(settings, "target_vocabulary_file", "target_vocab.json")),
        sourceIds(readVocabulary(needAsset(assets, vocabularyFile))) {
    isSeparate = booleanSetting(settings, "separate_vocabs", false);
    if (isSeparate)
      targetIds = readVocabulary(needAsset(assets, targetFile));
    setTokens(readTokenizerConfig(settings, assets), settings, int32_t(sourceIds.size()),
              std::max(sourceIds.highestId(), targetIds.highestId()),
              [&](const std::string &token) { return sourceIds.idOf(token); });
    rememberIds(std::max(sourceModel.size(), targetModel.size()));
    for (Side side : {Side::Source, Side::Target})
      if (vocabulary(side).idOf(unknownToken) < 0)
        throw InputError(fmt::format(
            "{}: the token {} must be in it",
            side == Side::Target && isSeparate ? targetFile : vocabularyFile, unknownToken));
  }

  std::vector<CompiledFile> compile() const override {
    std::vector<CompiledFile> files = {{"source.spm", sourceModel.compile()},
                                       {"target.spm", targetModel.compile()},
                                       {vocabularyFile, sourceIds.compile()}};
    if (isSeparate)
      files.push_back({targetFile, targetIds.compile()});
    return files;
  }

private:
  const Vocabulary &vocabulary(Side side) const {
    return side == Side::Target && isSeparate ? targetIds : sourceIds;
  }

  void segment(std::string_view text, Side side, const PieceSink &add) const override {
    std::string rest;
    if (auto code = findLanguageCode(text); code && code->begin == 0) {
      add(text.substr(0, code->end), -1);
      text.remove_prefix(code->end);
    }
    // Hugging Face removes codes elsewhere in the text, too, and then ignores them.
    while (auto code = findLanguageCode(text)) {
      rest += text.substr(0, code->begin);
      text.remove_prefix(code->end);
    }
    rest += text;
    (side == Side::Source ? sourceModel : targetModel).encode(rest, add);
  }

  int32_t pieceId(std::string_view piece, Side side) const override {
    int32_t id = vocabulary(side).idOf(piece);
    return id >= 0 ? id : vocabulary(side).idOf(unknownToken);
  }

  std::string piece(int32_t id) const override { return vocabulary(Side::Target).pieceOf(id); }
  std::string sourcePiece(int32_t id) const override { return sourceIds.pieceOf(id); }

  std::string join(std::vector<std::string> pieces) const override {
    std::string text;
    std::vector<std::string> run;
    for (std::string &each : pieces) {
      if (!isSpecial(each)) {
        run.push_back(std::move(each));
        continue;
      }
      text += targetModel.decode(run) + each + " ";
      run.clear();
    }
    text += targetModel.decode(run);
    return std::string(strip(replaceAll(text, blankMark, " ")));
  }

  SentencePiece sourceModel, targetModel;
  std::string vocabularyFile, targetFile;
  Vocabulary sourceIds, targetIds;
  bool isSeparate = false;
};

} // namespace

} // namespace transept::text

extern "C" const transept::text::Kind transept_tokenizer_marian = {
    "marian", transept::text::createKind<transept::text::MarianTokenizer>};
