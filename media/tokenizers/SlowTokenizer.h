// SPDX-License-Identifier: Apache-2.0
//
// What all of Hugging Face's slow tokenizers share (PreTrainedTokenizer): cutting added tokens out
// of the text, truncation, and putting text back together around special tokens.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_SLOWTOKENIZER_H
#define TRANSEPT_MEDIA_TOKENIZERS_SLOWTOKENIZER_H

#include "media/tokenizers/AddedTokens.h"
#include "media/tokenizers/Frame.h"
#include "media/tokenizers/Joints.h"
#include "media/tokenizers/PieceEncoder.h"
#include "media/tokenizers/Tokenizer.h"
#include "media/tokenizers/TokenizerConfig.h"
#include "media/tokenizers/WordCache.h"

#include <array>
#include <atomic>
#include <memory>
#include <set>

namespace transept::text {

class SlowTokenizer : public Tokenizer {
public:
  std::vector<int32_t> encode(std::string_view text, const EncodeOptions &options) const final;
  std::vector<int32_t> encodeTarget(std::string_view text,
                                    const EncodeOptions &options) const final;
  std::vector<std::string> pieces(std::string_view text) const final;
  std::string decode(std::span<const int32_t> ids, const DecodeOptions &options) const override;
  int32_t endId() const final { return endTokenId; }
  int32_t paddingId() const final { return paddingTokenId; }
  int32_t unknownId() const final { return unknownTokenId; }
  int32_t highestId() const final { return highestTokenId; }
  std::vector<std::string> languages() const final { return frame.languages(); }
  int32_t languageId(std::string_view name) const final { return frame.languageId(name); }

protected:
  /// The text as it is before added tokens are cut out.
  virtual std::string prepare(std::string_view text) const { return std::string(text); }
  /// Hands over the pieces of a text without added tokens, with ids of the model where rememberIds
  /// was called, or else with those of the tokenizer.
  virtual void segment(std::string_view text, Side side, const PieceSink &add) const = 0;
  /// Hands over those of a whole text; T5 does more than cutting out added tokens.
  virtual void tokenize(std::string_view text, Side side, const PieceSink &add) const;
  /// Id of a piece that is no added token.
  virtual int32_t pieceId(std::string_view piece, Side side) const = 0;
  /// The piece of an id that is no added token; empty when there is none.
  virtual std::string piece(int32_t id) const = 0;
  /// The same for ids of a source.
  virtual std::string sourcePiece(int32_t id) const { return piece(id); }
  /// Text of pieces, at least one.
  virtual std::string join(std::vector<std::string> pieces) const = 0;
  /// T5 does not repeat the end token of a text that has one.
  virtual bool repeatsEnd() const { return true; }

  /// Called once at the end of construction. `baseSize` counts the vocabulary without added tokens,
  /// whose ids end at `highestBaseId`; `baseId` gives a token's id there, or -1. The frame is the
  /// settings', or else the end token.
  void setTokens(const TokenizerConfig &config, const Settings &settings, int32_t baseSize,
                 int32_t highestBaseId, const Frame::IdOf &baseId);

  /// For kinds that hand over ids of a model: `count` of them, each of which is looked up once.
  void rememberIds(int32_t count);
  /// Hands over the ids of a word where the cache has them.
  bool addKnown(std::string_view word, const WordCache &cache, const PieceSink &add) const;
  /// Hands over the ids of a word, from the cache where it is there; `split` hands over its pieces.
  template <typename Split>
  void addWord(std::string_view word, const WordCache &cache, const PieceSink &add,
               Split split) const {
    if (!addKnown(word, cache, add))
      addNew(word, cache, add, split);
  }
  /// The same for the parts of a word that can be cut; `split` gets the part as well.
  template <typename Split>
  void addParts(std::string_view word, const Joints &joints, const WordCache &cache,
                const PieceSink &add, Split split) const {
    if (addKnown(word, cache, add))
      return;
    for (size_t length; !word.empty(); word.remove_prefix(length)) {
      length = joints.partLength(word);
      const std::string_view part = word.substr(0, length);
      addWord(part, cache, add, [&](const PieceSink &pieces) { split(part, pieces); });
    }
  }

  /// Id of an added token, or -1.
  int32_t addedId(std::string_view token) const;
  bool isSpecial(std::string_view token) const { return specialTokens.contains(token); }
  /// The valid text in lower case, added tokens excepted.
  std::string lowerAroundAddedTokens(std::string_view text) const;

  std::string unknownToken;
  /// Between tokens that are decoded by themselves and the text around them.
  std::string separator = " ";

private:
  std::vector<int32_t> encodeSide(std::string_view text, Side side,
                                  const EncodeOptions &options) const;
  void addNew(std::string_view word, const WordCache &cache, const PieceSink &add,
              const std::function<void(const PieceSink &)> &split) const;
  int32_t tokenId(std::string_view token, Side side) const;
  int32_t rememberedId(std::string_view piece, int32_t id, Side side) const;
  std::vector<std::string> split(std::string_view text) const;
  void tokenizeParts(std::vector<std::string> parts, Side side, const PieceSink &add) const;
  int32_t addSpecial(const AddedToken &token, int32_t &nextId, const Frame::IdOf &baseId);
  void indexAddedTokens(int32_t baseSize, bool separatesAll);

  std::map<int32_t, AddedToken> addedById;
  std::map<std::string, int32_t, std::less<>> addedIds;
  Vocabulary addedVocabulary; // of addedIds
  AddedTokenMatcher matcher;
  std::set<std::string, std::less<>> specialTokens, additionalTokens;
  std::set<int32_t> specialIds;
  /// Decoded by themselves, between separators.
  std::set<std::string> separateTokens;
  Frame frame;
  /// By side and id of the model: the tokenizer's id and 2; 0 where it was not asked for yet.
  std::array<std::unique_ptr<std::atomic<int32_t>[]>, 2> remembered;
  int32_t rememberedCount = 0;
  int32_t endTokenId = -1, paddingTokenId = -1, unknownTokenId = -1, highestTokenId = -1;
  bool cleansUpSpaces = true;
};

} // namespace transept::text

#endif
