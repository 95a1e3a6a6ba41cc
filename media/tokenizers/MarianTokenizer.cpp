// SPDX-License-Identifier: Apache-2.0
//
// MarianTokenizer: two sentencepiece models for pieces, vocab.json for ids, a language code in
// front of multilingual sources. Punctuation is not normalised, as in Hugging Face without
// sacremoses.

#include "base/Error.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/SentencePiece.h"
#include "media/tokenizers/SlowTokenizer.h"

#include <fmt/format.h>

namespace transept::text {

namespace {

using Vocabulary = std::unordered_map<std::string, int32_t>;

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
        sourceIds(readVocabulary(needAsset(assets, "vocab.json"))) {
    isSeparate = booleanSetting(settings, "separate_vocabs", false);
    if (isSeparate)
      targetIds = readVocabulary(needAsset(assets, "target_vocab.json"));
    for (const auto &[token, id] : sourceIds)
      sourcePieces[id] = token;
    if (!isSeparate)
      targetPieces = sourcePieces;
    for (const auto &[token, id] : targetIds)
      targetPieces[id] = token;
    setTokens(readTokenizerConfig(settings, assets), settings, int32_t(sourceIds.size()),
              [&](const std::string &token) {
                auto found = sourceIds.find(token);
                return found == sourceIds.end() ? -1 : found->second;
              });
    for (const Vocabulary *vocabulary : {&sourceIds, isSeparate ? &targetIds : &sourceIds})
      if (!vocabulary->contains(unknownToken))
        throw InputError(fmt::format("vocab.json: the token {} must be in it", unknownToken));
  }

private:
  std::vector<std::string> segment(std::string_view text, Side side) const override {
    std::vector<std::string> tokens;
    std::string rest;
    if (auto code = findLanguageCode(text); code && code->begin == 0) {
      tokens.emplace_back(text.substr(0, code->end));
      text.remove_prefix(code->end);
    }
    // Hugging Face removes codes elsewhere in the text, too, and then ignores them.
    while (auto code = findLanguageCode(text)) {
      rest += text.substr(0, code->begin);
      text.remove_prefix(code->end);
    }
    rest += text;
    const SentencePiece &model = side == Side::Source ? sourceModel : targetModel;
    for (std::string &each : model.encode(rest))
      tokens.push_back(std::move(each));
    return tokens;
  }

  int32_t pieceId(const std::string &piece, Side side) const override {
    const Vocabulary &ids = side == Side::Target && isSeparate ? targetIds : sourceIds;
    auto found = ids.find(piece);
    return found != ids.end() ? found->second : ids.at(unknownToken);
  }

  std::string piece(int32_t id) const override {
    auto found = targetPieces.find(id);
    return found == targetPieces.end() ? unknownToken : found->second;
  }

  std::string sourcePiece(int32_t id) const override {
    auto found = sourcePieces.find(id);
    return found == sourcePieces.end() ? unknownToken : found->second;
  }

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
  Vocabulary sourceIds, targetIds;
  std::unordered_map<int32_t, std::string> sourcePieces, targetPieces;
  bool isSeparate = false;
};

} // namespace

std::unique_ptr<Tokenizer> createMarianTokenizer(const Settings &settings,
                                                 std::span<const Asset> assets) {
  return std::make_unique<MarianTokenizer>(settings, assets);
}

} // namespace transept::text
