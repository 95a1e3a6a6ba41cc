// SPDX-License-Identifier: Apache-2.0
//
// A sentencepiece model and a vocabulary for each side. A source begins with the tags of its
// language and of the target's, "hin_Deva eng_Latn text"; the setting "language_tags" lists them,
// an array.

#include "base/Error.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/SentencePiece.h"
#include "media/tokenizers/SlowTokenizer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace transept::text {

namespace {

constexpr const char *sourceModelFile = "model.SRC", *targetModelFile = "model.TGT",
                     *sourceFile = "dict.SRC.json", *targetFile = "dict.TGT.json";

/// For an error.
std::string beginningOf(std::string_view text) {
  std::string whole = validUtf8(text.substr(0, 64));
  size_t end = std::min<size_t>(whole.size(), 40);
  while (end < whole.size() && (whole[end] & 0xc0) == 0x80)
    --end;
  return whole.substr(0, end);
}

class TaggedSentencePieceTokenizer final : public SlowTokenizer {
public:
  TaggedSentencePieceTokenizer(const Settings &settings, std::span<const Asset> assets)
      : sourceModel(needAsset(assets, sourceModelFile).bytes, sourceModelFile),
        targetModel(needAsset(assets, targetModelFile).bytes, targetModelFile),
        sourceIds(readVocabulary(needAsset(assets, sourceFile))),
        targetIds(readVocabulary(needAsset(assets, targetFile))) {
    for (std::string &tag : listSetting(settings, "language_tags").value_or(Names()))
      tags.insert(std::move(tag));
    setTokens(readTokenizerConfig(settings, assets), settings, int32_t(sourceIds.size()),
              std::max(sourceIds.highestId(), targetIds.highestId()),
              [&](const std::string &token) { return sourceIds.idOf(token); });
    rememberIds(std::max(sourceModel.size(), targetModel.size()));
    for (const std::string &token : {unknownToken, std::string("<pad>")})
      if (sourceIds.idOf(token) < 0)
        throw InputError(fmt::format("{}: the token {} must be in it", sourceFile, token));
  }

  std::vector<CompiledFile> compile() const override {
    return {{sourceModelFile, sourceModel.compile()},
            {targetModelFile, targetModel.compile()},
            {sourceFile, sourceIds.compile()},
            {targetFile, targetIds.compile()}};
  }

private:
  using Names = std::vector<std::string>;

  void segment(std::string_view text, Side side, const PieceSink &add) const override {
    if (side == Side::Target)
      return targetModel.encode(text, add);
    for (const char *which : {"source", "target"}) {
      size_t end = text.find(' ');
      std::string_view tag = text.substr(0, end);
      if (end == std::string_view::npos || !tags.contains(tag))
        throw InputError(fmt::format("a text must begin with the tags of its language and of the "
                                     "target's, such as 'hin_Deva eng_Latn ', but the {} tag is "
                                     "'{}'; there are {}",
                                     which, beginningOf(tag), fmt::join(tags, ", ")));
      add(tag, -1);
      text.remove_prefix(end + 1);
    }
    sourceModel.encode(text, add);
  }

  int32_t pieceId(std::string_view piece, Side side) const override {
    int32_t id = (side == Side::Target ? targetIds : sourceIds).idOf(piece);
    return id >= 0 ? id : sourceIds.idOf(unknownToken);
  }

  std::string piece(int32_t id) const override { return targetIds.pieceOf(id); }
  std::string sourcePiece(int32_t id) const override { return sourceIds.pieceOf(id); }

  std::string join(Names pieces) const override {
    return std::string(strip(replaceAll(fmt::format("{}", fmt::join(pieces, "")), blankMark, " ")));
  }

  SentencePiece sourceModel, targetModel;
  Vocabulary sourceIds, targetIds;
  std::set<std::string, std::less<>> tags;
};

} // namespace

} // namespace transept::text

extern "C" const transept::text::Kind transept_tokenizer_tagged_sentencepiece = {
    "tagged-sentencepiece",
    transept::text::createKind<transept::text::TaggedSentencePieceTokenizer>};
