// SPDX-License-Identifier: Apache-2.0
//
// One sentencepiece model for pieces; ids are its own moved by an offset, or those of a vocabulary
// file. Settings:
//   "model_file", "target_model_file" (of targets, where they have their own), "vocabulary_file"
//   (ids come from there), "id_offset"; "following_tokens": an array of tokens whose ids follow the
//   pieces', of languages for example; "counts_following_tokens": whether added tokens are numbered
//   behind them; "decoding": "model" or "concatenate", how pieces become text; "special_spacing":
//   "none", "before" or "after", where there is a blank beside a special token in the text;
//   "do_upper_case", "do_lower_case": of texts out and in.

#include "base/Error.h"
#include "media/text/Characters.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/SentencePiece.h"
#include "media/tokenizers/SlowTokenizer.h"

#include <fmt/format.h>

namespace transept::text {

namespace {

enum class Decoding { Model, Concatenate };
enum class Spacing { None, Before, After };

class SentencePieceTokenizer final : public SlowTokenizer {
public:
  SentencePieceTokenizer(const Settings &settings, std::span<const Asset> assets)
      : modelFile(textSetting(settings, "model_file", "sentencepiece.bpe.model")),
        vocabularyFile(textSetting(settings, "vocabulary_file", "")),
        targetFile(textSetting(settings, "target_model_file", "")),
        model(needAsset(assets, modelFile).bytes, modelFile),
        offset(integerSetting(settings, "id_offset", 0, 1'000'000)),
        decoding(
            static_cast<Decoding>(choiceSetting(settings, "decoding", {"model", "concatenate"}))),
        spacing(static_cast<Spacing>(
            choiceSetting(settings, "special_spacing", {"none", "before", "after"}))),
        uppers(booleanSetting(settings, "do_upper_case", false)),
        lowers(booleanSetting(settings, "do_lower_case", false)) {
    if (!targetFile.empty())
      targetModel.emplace(needAsset(assets, targetFile).bytes, targetFile);
    int32_t size = std::max(model.size(), modelOf(Side::Target).size()) + offset;
    int32_t highest = size - 1;
    if (!vocabularyFile.empty()) {
      vocabulary = readVocabulary(needAsset(assets, vocabularyFile));
      size = int32_t(vocabulary->size());
      highest = vocabulary->highestId();
    }
    int32_t next = size;
    for (std::string &token :
         listSetting(settings, "following_tokens").value_or(std::vector<std::string>())) {
      // A file of all tokens has these as well.
      if (vocabulary && vocabulary->idOf(token) >= 0)
        continue;
      followingTokens[next] = token;
      following.try_emplace(std::move(token), next++);
    }
    setTokens(readTokenizerConfig(settings, assets), settings,
              booleanSetting(settings, "counts_following_tokens", true) ? next : size,
              std::max(highest, next - 1),
              [&](const std::string &token) { return baseId(token, Side::Target); });
    rememberIds(std::max(model.size(), modelOf(Side::Target).size()));
    if (unknownId() < 0)
      throw InputError(fmt::format("{}: the unknown token '{}' is not in the vocabulary", modelFile,
                                   unknownToken));
  }

  std::vector<CompiledFile> compile() const override {
    std::vector<CompiledFile> files = {{modelFile, model.compile()}};
    if (targetModel)
      files.push_back({targetFile, targetModel->compile()});
    if (vocabulary)
      files.push_back({vocabularyFile, vocabulary->compile()});
    return files;
  }

private:
  const SentencePiece &modelOf(Side side) const {
    return side == Side::Target && targetModel ? *targetModel : model;
  }

  int32_t baseId(std::string_view token, Side side) const {
    if (auto found = following.find(token); found != following.end())
      return found->second;
    if (vocabulary)
      return vocabulary->idOf(token);
    const SentencePiece &pieces = modelOf(side);
    return pieces.contains(token) ? pieces.idOf(token) + offset : -1;
  }

  std::string prepare(std::string_view text) const override {
    return lowers ? lowerAroundAddedTokens(validUtf8(text)) : std::string(text);
  }

  void segment(std::string_view text, Side side, const PieceSink &add) const override {
    modelOf(side).encode(text, add);
  }

  int32_t pieceId(std::string_view piece, Side side) const override {
    int32_t id = baseId(piece, side);
    bool isUnknown = id < 0 || (!vocabulary && id == modelOf(side).unknownId() + offset);
    return isUnknown ? unknownId() : id;
  }

  std::string piece(int32_t id) const override { return pieceOf(id, Side::Target); }
  std::string sourcePiece(int32_t id) const override { return pieceOf(id, Side::Source); }

  std::string pieceOf(int32_t id, Side side) const {
    if (auto found = followingTokens.find(id); found != followingTokens.end())
      return found->second;
    if (vocabulary)
      return vocabulary->pieceOf(id);
    const SentencePiece &pieces = modelOf(side);
    if (id < offset || id - offset >= pieces.size())
      return {};
    return std::string(pieces.pieceOf(id - offset));
  }

  std::string join(std::vector<std::string> pieces) const override {
    std::string text;
    if (decoding == Decoding::Concatenate) {
      for (const std::string &each : pieces)
        text += each;
      return std::string(strip(replaceAll(text, blankMark, " ")));
    }
    std::vector<std::string> run;
    bool isAfterSpecial = false;
    for (std::string &each : pieces) {
      if (!isSpecial(each)) {
        run.push_back(std::move(each));
        isAfterSpecial = false;
        continue;
      }
      if (spacing == Spacing::Before && !isAfterSpecial)
        text += " ";
      text += decodeRun(run) + each + (spacing == Spacing::After ? " " : "");
      run.clear();
      isAfterSpecial = true;
    }
    return std::string(strip(text + decodeRun(run)));
  }

  std::string decodeRun(const std::vector<std::string> &run) const {
    std::string text = modelOf(Side::Target).decode(run);
    return uppers ? upper(text) : text;
  }

  std::string modelFile, vocabularyFile, targetFile;
  SentencePiece model;
  std::optional<SentencePiece> targetModel;
  int32_t offset;
  Decoding decoding;
  Spacing spacing;
  bool uppers, lowers;
  std::optional<Vocabulary> vocabulary;
  TokenIds following;
  std::unordered_map<int32_t, std::string> followingTokens;
};

} // namespace

} // namespace transept::text

extern "C" const transept::text::Kind transept_tokenizer_sentencepiece = {
    "sentencepiece", transept::text::createKind<transept::text::SentencePieceTokenizer>};
