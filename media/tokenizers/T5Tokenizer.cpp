// SPDX-License-Identifier: Apache-2.0
//
// T5Tokenizer, also of mT5 and umT5: one sentencepiece model, sentinel tokens <extra_id_k> counted
// from the end, and two behaviours about the blank after a special token ("legacy").

#include "base/Error.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/SentencePiece.h"
#include "media/tokenizers/SlowTokenizer.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace transept::text {

namespace {

class T5Tokenizer final : public SlowTokenizer {
public:
  T5Tokenizer(const Settings &settings, std::span<const Asset> assets)
      : isLegacy(booleanSetting(settings, "legacy", true)),
        addsPrefix(booleanSetting(settings, "add_prefix_space", true)),
        model(needAsset(assets, modelFile).bytes, modelFile,
              isLegacy ? SentencePiece::DummyPrefix::AsTrained : SentencePiece::DummyPrefix::Off) {
    TokenizerConfig config = readTokenizerConfig(settings, assets);
    addSentinels(config, integerSetting(settings, "extra_ids", 100, 100'000));
    setTokens(config, settings, model.size(), model.size() - 1, [&](const std::string &token) {
      return model.contains(token) ? model.idOf(token) : -1;
    });
    rememberIds(model.size());
    model.encode(unknownToken, [&](std::string_view, int32_t) { ++unknownLength; });
  }

  std::vector<CompiledFile> compile() const override { return {{modelFile, model.compile()}}; }

private:
  static constexpr const char *modelFile = "spiece.model";

  void addSentinels(TokenizerConfig &config, int32_t count) const {
    auto sentinel = [](int32_t index) {
      AddedToken token;
      token.content = fmt::format("<extra_id_{}>", index);
      token.stripsLeft = token.stripsRight = true;
      return token;
    };
    int32_t present = count;
    if (!config.additionalTokens) {
      config.additionalTokens.emplace();
    } else {
      present =
          int32_t(std::count_if(config.additionalTokens->begin(), config.additionalTokens->end(),
                                [](const AddedToken &token) {
                                  return token.content.find("<extra_id_") != std::string::npos;
                                }));
      if (present > 0 && count > 0 && present != count)
        throw InputError(fmt::format("tokenizer_config.json: extra_ids is {}, but "
                                     "additional_special_tokens has {} of them",
                                     count, present));
    }
    bool areListed = !config.additionalTokens->empty() && present > 0;
    if (!areListed)
      for (int32_t index = 0; index < count; ++index)
        config.additionalTokens->push_back(sentinel(index));
    // An entry of the files wins over the one that is made up here.
    for (int32_t index = 0; index < present; ++index)
      config.addedTokens.try_emplace(model.size() - 1 + count - index, sentinel(index));
  }

  void tokenize(std::string_view text, Side side, const PieceSink &add) const override {
    if (isLegacy || text.empty())
      return SlowTokenizer::tokenize(text, side, add);
    std::string marked = replaceAll(text, blankMark, " ");
    if (addsPrefix)
      marked.insert(0, blankMark);
    // A blank alone in front of a special token is left out.
    bool isFirst = true, hasBlank = false;
    SlowTokenizer::tokenize(marked, side, [&](std::string_view token, int32_t id) {
      if (std::exchange(isFirst, false) && token == blankMark) {
        hasBlank = true;
        return;
      }
      if (std::exchange(hasBlank, false) && !isSpecial(token))
        add(blankMark, -1);
      add(token, id);
    });
    if (hasBlank)
      add(blankMark, -1);
  }

  void segment(std::string_view text, Side, const PieceSink &add) const override {
    if (isLegacy || !(text.starts_with(blankMark) || text.starts_with(' ')))
      return model.encode(text, add);
    // Without a dummy prefix sentencepiece strips a leading blank; a word in front keeps it, and is
    // taken away unless it has become a part of fewer pieces.
    std::vector<std::string> front;
    model.encode(unknownToken + std::string(text), [&](std::string_view piece, int32_t id) {
      if (front.size() == unknownLength)
        add(piece, id);
      else
        front.emplace_back(piece);
    });
    if (front.size() < unknownLength)
      for (const std::string &piece : front)
        add(piece, -1);
  }

  int32_t pieceId(std::string_view piece, Side) const override { return model.idOf(piece); }

  std::string piece(int32_t id) const override {
    return id >= 0 && id < model.size() ? std::string(model.pieceOf(id)) : std::string();
  }

  std::string join(std::vector<std::string> pieces) const override {
    // The blank that tokenize put in front.
    if (addsPrefix && pieces.front().starts_with(blankMark))
      pieces.front().erase(0, blankMark.size());
    std::string text;
    std::vector<std::string> run;
    bool isAfterSpecial = false;
    for (std::string &each : pieces) {
      if (!isSpecial(each)) {
        run.push_back(std::move(each));
        isAfterSpecial = false;
        continue;
      }
      if (!isAfterSpecial)
        text += " ";
      text += model.decode(run) + each;
      run.clear();
      isAfterSpecial = true;
    }
    text += model.decode(run);
    return std::string(strip(text));
  }

  bool repeatsEnd() const override { return false; }

  bool isLegacy, addsPrefix;
  SentencePiece model;
  size_t unknownLength = 0;
};

} // namespace

} // namespace transept::text

extern "C" const transept::text::Kind transept_tokenizer_t5 = {
    "t5", transept::text::createKind<transept::text::T5Tokenizer>};
