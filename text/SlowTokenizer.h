// SPDX-License-Identifier: Apache-2.0
//
// What all of Hugging Face's slow tokenizers share (PreTrainedTokenizer): cutting added tokens out
// of the text, truncation, and putting text back together around special tokens.

#ifndef TRANSEPT_TEXT_SLOWTOKENIZER_H
#define TRANSEPT_TEXT_SLOWTOKENIZER_H

#include "text/Tokenizer.h"
#include "text/TokenizerConfig.h"

#include <set>

namespace transept::text {

enum class Side { Source, Target };

class SlowTokenizer : public Tokenizer {
public:
  std::vector<int32_t> encode(std::string_view text, const EncodeOptions &options) const final;
  std::vector<int32_t> encodeTarget(std::string_view text,
                                    const EncodeOptions &options) const final;
  std::string decode(std::span<const int32_t> ids, const DecodeOptions &options) const final;
  int32_t endId() const final { return endTokenId; }
  int32_t paddingId() const final { return paddingTokenId; }
  int32_t unknownId() const final { return unknownTokenId; }

protected:
  /// Pieces of a text without added tokens.
  virtual std::vector<std::string> segment(std::string_view text, Side side) const = 0;
  /// Pieces of a whole text; T5 does more than cutting out added tokens.
  virtual std::vector<std::string> tokenize(std::string_view text, Side side) const;
  /// Id of a piece that is no added token.
  virtual int32_t pieceId(const std::string &piece, Side side) const = 0;
  /// The piece of an id that is no added token; empty when there is none.
  virtual std::string piece(int32_t id) const = 0;
  /// Text of pieces, at least one.
  virtual std::string join(std::vector<std::string> pieces) const = 0;
  /// Whether the end token is appended after these ids.
  virtual bool addsEnd(const std::vector<int32_t> &) const { return true; }

  /// Called once at the end of construction. `baseSize` counts the vocabulary without added tokens;
  /// `baseId` gives a token's id there, or -1.
  template <typename BaseId>
  void setTokens(const TokenizerConfig &config, int32_t baseSize, BaseId baseId);

  bool isSpecial(const std::string &token) const { return specialTokens.contains(token); }
  std::string unknownToken;

private:
  std::vector<int32_t> encodeSide(std::string_view text, Side side,
                                  const EncodeOptions &options) const;
  std::vector<std::string> split(std::string_view text) const;
  const AddedToken *matchAt(std::string_view text) const;
  void indexAddedTokens(int32_t baseSize);

  std::map<int32_t, AddedToken> addedById;
  std::map<std::string, int32_t, std::less<>> addedIds;
  /// Longest first, by first byte, for matching.
  std::map<char, std::vector<const AddedToken *>> addedByFirst;
  std::set<std::string> specialTokens, additionalTokens;
  std::set<int32_t> specialIds;
  /// Decoded by themselves, between blanks.
  std::set<std::string> separateTokens;
  int32_t endTokenId = 0, paddingTokenId = 0, unknownTokenId = 0;
  bool cleansUpSpaces = true;
};

template <typename BaseId>
void SlowTokenizer::setTokens(const TokenizerConfig &config, int32_t baseSize, BaseId baseId) {
  addedById = config.addedTokens;
  int32_t nextId = baseSize;
  for (const auto &[id, token] : addedById) {
    addedIds[token.content] = id;
    nextId += baseId(token.content) < 0 ? 1 : 0;
  }
  auto add = [&](const AddedToken &token) -> int32_t {
    specialTokens.insert(token.content);
    if (!addedIds.contains(token.content) && !token.content.empty()) {
      int32_t id = baseId(token.content);
      id = id < 0 ? nextId++ : id;
      addedById[id] = token;
      addedIds[token.content] = id;
    }
    int32_t id = addedIds[token.content];
    specialIds.insert(id);
    return id;
  };
  unknownToken = config.unknownToken.content;
  endTokenId = add(config.endToken);
  unknownTokenId = add(config.unknownToken);
  paddingTokenId = add(config.paddingToken);
  for (const AddedToken &token : config.otherTokens)
    add(token);
  if (config.additionalTokens)
    for (const AddedToken &token : *config.additionalTokens) {
      add(token);
      additionalTokens.insert(token.content);
    }
  cleansUpSpaces = config.cleansUpSpaces;
  indexAddedTokens(baseSize);
}

} // namespace transept::text

#endif
