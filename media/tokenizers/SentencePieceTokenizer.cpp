// SPDX-License-Identifier: Apache-2.0
//
// One sentencepiece model for pieces; ids are its own moved by an offset, or those of a vocabulary
// file. Settings:
//   "model_file", "vocabulary_file" (ids come from there), "id_offset";
//   "following_tokens": an array of tokens whose ids follow the pieces', of languages for example;
//   "counts_following_tokens": whether added tokens are numbered behind them;
//   "decoding": "model" or "concatenate", how pieces become text; "special_spacing": "none",
//   "before" or "after", where there is a blank beside a special token in the text;
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
        model(needAsset(assets, modelFile).bytes, modelFile),
        offset(integerSetting(settings, "id_offset", 0, 1'000'000)),
        decoding(
            static_cast<Decoding>(choiceSetting(settings, "decoding", {"model", "concatenate"}))),
        spacing(static_cast<Spacing>(
            choiceSetting(settings, "special_spacing", {"none", "before", "after"}))),
        uppers(booleanSetting(settings, "do_upper_case", false)),
        lowers(booleanSetting(settings, "do_lower_case", false)) {
    int32_t size = model.size() + offset, highest = size - 1;
    if (!vocabularyFile.empty()) {
      vocabulary = readVocabulary(needAsset(assets, vocabularyFile));
      size = int32_t(vocabulary->size());
      highest = vocabulary->highestId();
    }
    int32_t next = size;
    for (std::string &token :
         listSetting(settings, "following_tokens").value_or(std::vector<std::string>())) {
      followingTokens[next] = token;
      following.try_emplace(std::move(token), next++);
    }
    setTokens(readTokenizerConfig(settings, assets), settings,
              booleanSetting(settings, "counts_following_tokens", true) ? next : size,
              std::max(highest, next - 1), [&](const std::string &token) { return baseId(token); });
    rememberIds(model.size());
    if (unknownId() < 0)
      throw InputError(fmt::format("{}: the unknown token '{}' is not in the vocabulary", modelFile,
                                   unknownToken));
  }

  std::vector<CompiledFile> compile() const override {
    std::vector<CompiledFile> files = {{modelFile, model.compile()}};
    if (vocabulary)
      files.push_back({vocabularyFile, vocabulary->compile()});
    return files;
  }

private:
  int32_t baseId(std::string_view token) const {
    if (auto found = following.find(token); found != following.end())
      return found->second;
    if (vocabulary)
      return vocabulary->idOf(token);
    return model.contains(token) ? model.idOf(token) + offset : -1;
  }

  std::string prepare(std::string_view text) const override {
    return lowers ? lowerAroundAddedTokens(validUtf8(text)) : std::string(text);
  }

  void segment(std::string_view text, Side, const PieceSink &add) const override {
    model.encode(text, add);
  }

  int32_t pieceId(std::string_view piece, Side) const override {
    int32_t id = baseId(piece);
    bool isUnknown = id < 0 || (!vocabulary && id == model.unknownId() + offset);
    return isUnknown ? unknownId() : id;
  }

  std::string piece(int32_t id) const override {
    if (auto found = followingTokens.find(id); found != followingTokens.end())
      return found->second;
    if (vocabulary)
      return vocabulary->pieceOf(id);
    if (id < offset || id - offset >= model.size())
      return {};
    return std::string(model.pieceOf(id - offset));
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
    std::string text = model.decode(run);
    return uppers ? upper(text) : text;
  }

  std::string modelFile, vocabularyFile;
  SentencePiece model;
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
