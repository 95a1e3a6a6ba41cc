// SPDX-License-Identifier: Apache-2.0
//
// BPE and WordPiece of the tokenizers library. Unlike merges.txt, merges are over ids here: each
// part and each result must be a token.

#include "base/Error.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/ByteLevel.h"
#include "media/tokenizers/BytePairs.h"
#include "media/tokenizers/WordPiece.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace transept::text {

namespace {

Vocabulary readTokens(const Fields &fields, Tables tables) {
  if (!tables.empty())
    return Vocabulary(tables[0], fields.where("vocab"));
  const Json &json = fields.need("vocab");
  if (!json.is_object())
    fields.refuse("vocab", json, "an object from tokens to ids");
  TokenIds ids;
  for (const auto &[token, id] : json.items())
    ids.emplace(token, parseId(id, fields.where("vocab") + "." + token));
  return Vocabulary(ids);
}

class BpeModel final : public TokenModel {
public:
  BpeModel(const Fields &fields, Tables tables, bool isOfBytes)
      : vocabulary(readTokens(fields, tables)),
        continuation(fields.text("continuing_subword_prefix", "")),
        wordEnd(fields.text("end_of_word_suffix", "")),
        fusesUnknown(fields.boolean("fuse_unk", false)),
        fallsBack(fields.boolean("byte_fallback", false)),
        ignoresMerges(fields.boolean("ignore_merges", false)) {
    if (const Json *dropout = fields.find("dropout"); dropout && *dropout != 0)
      fields.refuse("dropout", *dropout, "null");
    if (fields.find("unk_token")) {
      std::string token = fields.text("unk_token");
      unknown = find(token);
      if (unknown < 0)
        throw InputError(fmt::format("{}: the token {} is not in the vocabulary",
                                     fields.where("unk_token"), token));
    }
    for (int byte = 0; byte < 256; ++byte)
      byteIds[size_t(byte)] = find(bytePiece(static_cast<unsigned char>(byte)));
    const Trie &trie = vocabulary.trie();
    continued = trie.walk(trie.root(), continuation);
    if (tables.empty()) {
      readMerges(fields, isOfBytes);
    } else {
      pairs = BytePairs(BytePairs::Order::OneByOne, tableAt(fields, tables, 1));
      joints = Joints(tableAt(fields, tables, 2));
    }
    cutsWords = continuation.empty() && wordEnd.empty() && !ignoresMerges;
    if (isOfBytes)
      for (int byte = 0; byte < 256; ++byte)
        cutsWords &= find(bytesToCharacters(std::string(1, char(byte)))) >= 0;
    checksCharacters = !isOfBytes;
  }

  void encode(std::string_view piece, std::vector<int32_t> &result) const override {
    if (int32_t whole = ignoresMerges ? find(piece) : -1; whole >= 0) {
      result.push_back(whole);
      return;
    }
    std::vector<Symbol> symbols = split(piece);
    pairs.merge(symbols);
    for (const Symbol &symbol : symbols)
      result.push_back(symbol.id);
  }

  /// What becomes of a character without a token depends on those around it.
  size_t partLength(std::string_view piece) const override {
    size_t length = cutsWords ? joints.partLength(piece) : piece.size();
    while (checksCharacters && length < piece.size() &&
           !(find(lastCharacter(piece.substr(0, length))) >= 0 &&
             find(piece.substr(length, characterLength(piece, length))) >= 0))
      length += joints.partLength(piece.substr(length));
    return length;
  }

  int32_t idOf(const std::string &token) const override { return find(token); }
  std::optional<std::string_view> tokenOf(int32_t id) const override {
    return vocabulary.tokenOf(id);
  }
  int32_t highestId() const override { return vocabulary.highestId(); }
  std::vector<std::string> tables() const override {
    return {vocabulary.compile(), std::string(pairs.bytes()), std::string(joints.bytes())};
  }

private:
  int32_t find(std::string_view token) const { return vocabulary.idOf(token); }

  static std::string_view lastCharacter(std::string_view text) {
    size_t begin = text.size() - 1;
    while (begin > 0 && (text[begin] & 0xc0) == 0x80)
      --begin;
    return text.substr(begin);
  }

  void readMerges(const Fields &fields, bool isOfBytes) {
    const Json &merges = fields.need("merges");
    if (!merges.is_array())
      fields.refuse("merges", merges, "an array");
    int32_t rank = 0;
    std::vector<BytePairs::Merge> all;
    std::vector<std::string> texts;
    for (const Json &merge : merges) {
      auto [left, right] = parts(fields, merge);
      int32_t leftId = find(left), rightId = find(right);
      bool isContinued = right.starts_with(continuation);
      std::string whole = left + right.substr(isContinued ? continuation.size() : 0);
      int32_t merged = find(whole);
      if (leftId < 0 || rightId < 0 || merged < 0)
        throw InputError(fmt::format("{}[{}]: the token {} is not in the vocabulary",
                                     fields.where("merges"), rank,
                                     leftId < 0    ? left
                                     : rightId < 0 ? right
                                                   : whole));
      all.push_back({leftId, rightId, rank++, merged});
      texts.push_back(isOfBytes ? tokenToBytes(whole) : whole);
    }
    pairs.set(all);
    // Ids are merged, whatever their texts: where two texts have one, nothing can be cut.
    if (!hasIdTwice())
      joints = Joints(std::vector<std::string_view>(texts.begin(), texts.end()));
  }

  bool hasIdTwice() const {
    for (int32_t place = 1; size_t(place) < vocabulary.size(); ++place)
      if (vocabulary.idAt(place) == vocabulary.idAt(place - 1))
        return true;
    return false;
  }

  static std::pair<std::string, std::string> parts(const Fields &fields, const Json &merge) {
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
      return {merge[0].get<std::string>(), merge[1].get<std::string>()};
    std::string text = merge.is_string() ? merge.get<std::string>() : "";
    size_t blank = text.find(' ');
    if (blank == std::string::npos || text.find(' ', blank + 1) != std::string::npos)
      fields.refuse("merges", merge, "two tokens");
    return {text.substr(0, blank), text.substr(blank + 1)};
  }

  /// Characters as symbols. Where one has no token, its bytes have; or else the unknown token,
  /// which comes behind bytes that follow it, as in the reference; or nothing. Only their ids
  /// count, so that all are of length 1.
  std::vector<Symbol> split(std::string_view piece) const {
    const Trie &trie = vocabulary.trie();
    std::vector<Symbol> symbols;
    symbols.reserve(
        size_t(std::ranges::count_if(piece, [](char c) { return (c & 0xc0) != 0x80; })));
    std::optional<Symbol> pending;
    auto flush = [&] {
      if (pending)
        symbols.push_back(*pending);
      pending.reset();
    };
    for (size_t begin = 0, end; begin < piece.size(); begin = end) {
      end = begin + characterLength(piece, begin);
      std::string_view character = piece.substr(begin, end - begin);
      Trie::Node node = trie.walk(begin > 0 ? continued : trie.root(), character);
      if (end == piece.size())
        node = trie.walk(node, wordEnd);
      if (int32_t place = Trie::idAt(node); place >= 0) {
        flush();
        symbols.push_back({vocabulary.idAt(place), 1});
      } else if (fallsBack && appendBytes((begin > 0 ? continuation : "") + std::string(character) +
                                              (end == piece.size() ? wordEnd : ""),
                                          symbols)) {
        continue;
      } else if (unknown >= 0) {
        if (pending && fusesUnknown)
          continue;
        flush();
        pending = Symbol{unknown, 1};
      }
    }
    flush();
    return symbols;
  }

  bool appendBytes(std::string_view text, std::vector<Symbol> &symbols) const {
    for (char c : text)
      if (byteIds[static_cast<unsigned char>(c)] < 0)
        return false;
    for (char c : text)
      symbols.push_back({byteIds[static_cast<unsigned char>(c)], 1});
    return true;
  }

  Vocabulary vocabulary;
  std::string continuation, wordEnd;
  Trie::Node continued; // where symbols behind the first begin
  bool fusesUnknown, fallsBack, ignoresMerges, cutsWords, checksCharacters;
  int32_t unknown = -1;
  std::array<int32_t, 256> byteIds;
  BytePairs pairs{BytePairs::Order::OneByOne};
  Joints joints; // of what merges give
};

class WordPieceModel final : public TokenModel {
public:
  WordPieceModel(const Fields &fields, Tables tables)
      : words(readTokens(fields, tables), fields.text("continuing_subword_prefix", "##"),
              maximumCharacters(fields)) {
    std::string token = fields.text("unk_token", "[UNK]");
    unknown = idOf(token);
    if (unknown < 0)
      throw InputError(fmt::format("{}: the token {} is not in the vocabulary",
                                   fields.where("unk_token"), token));
  }

  void encode(std::string_view piece, std::vector<int32_t> &ids) const override {
    if (!words.split(piece, ids))
      ids.push_back(unknown);
  }

  int32_t idOf(const std::string &token) const override { return words.tokens().idOf(token); }
  std::optional<std::string_view> tokenOf(int32_t id) const override {
    return words.tokens().tokenOf(id);
  }
  int32_t highestId() const override { return words.tokens().highestId(); }
  std::vector<std::string> tables() const override { return {words.tokens().compile()}; }

private:
  static size_t maximumCharacters(const Fields &fields) {
    // Cutting a word takes time in the square of its length.
    constexpr int32_t fallback = 100, limit = 1000;
    std::string key = "max_input_chars_per_word";
    const Json *value = fields.find(key);
    int32_t count = value ? parseId(*value, fields.where(key)) : fallback;
    if (count > limit)
      fields.refuse(key, *value, fmt::format("a number up to {}", limit));
    return size_t(count);
  }

  WordPieces words;
  int32_t unknown;
};

} // namespace

std::string_view tableAt(const Fields &fields, Tables tables, size_t index) {
  if (index >= tables.size())
    throw InputError(fmt::format("{}: its compiled tables are damaged", fields.where("type")));
  return tables[index];
}

std::unique_ptr<TokenModel> createModel(const Fields &fields, Tables tables, bool isOfBytes) {
  // Files of early versions have no type; their other keys tell.
  std::string type = fields.text("type", fields.find("merges")                      ? "BPE"
                                         : fields.find("continuing_subword_prefix") ? "WordPiece"
                                                                                    : "Unigram");
  if (type == "BPE")
    return std::make_unique<BpeModel>(fields, tables, isOfBytes);
  if (type == "WordPiece")
    return std::make_unique<WordPieceModel>(fields, tables);
  if (type == "Unigram")
    return createUnigramModel(fields, tables);
  refuseType(fields, "BPE, WordPiece, Unigram");
}

} // namespace transept::text
