// SPDX-License-Identifier: Apache-2.0
//
// The best path through the pieces of a text by the sum of their scores; ties are broken as the
// tokenizers library does it, which is not as sentencepiece does it.

#include "media/text/Unicode.h"
#include "media/tokenizers/BestPath.h"
#include "media/tokenizers/CompiledAsset.h"
#include "media/tokenizers/Vocabulary.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

#include <array>
#include <fmt/format.h>
#include <limits>

namespace transept::text {

namespace {

constexpr double unknownPenalty = 10;

class UnigramModel final : public TokenModel {
public:
  UnigramModel(const Fields &fields, Tables tables)
      : fallsBack(fields.boolean("byte_fallback", false)) {
    if (tables.empty()) {
      readTokens(fields);
    } else {
      tokens = TextTable(tableAt(fields, tables, 0), tableAt(fields, tables, 1));
      scores = Table<double>(tableAt(fields, tables, 2));
      ids = Trie(tableAt(fields, tables, 3));
      copySection(tableAt(fields, tables, 4), fields.where("vocab"), &lowest, sizeof(lowest));
      joints = Joints(tableAt(fields, tables, 5));
      if (scores.size() != tokens.size())
        tableAt(fields, {}, 0);
    }
    if (const Json *id = fields.find("unk_id")) {
      unknown = parseId(*id, fields.where("unk_id"));
      if (size_t(unknown) >= tokens.size())
        fields.refuse("unk_id", *id, fmt::format("a number below {}", tokens.size()));
    }
    for (int byte = 0; byte < 256; ++byte)
      byteIds[size_t(byte)] = idOf(bytePiece(static_cast<unsigned char>(byte)));
  }

  void encode(std::string_view text, std::vector<int32_t> &result) const override {
    Paths::Search search(paths);
    search.add(text);
    // Neighbouring unknown characters are one part.
    size_t unknownLength = 0;
    auto flush = [&] {
      if (unknownLength > 0)
        appendUnknown(text.substr(0, unknownLength), result);
      text.remove_prefix(unknownLength);
      unknownLength = 0;
    };
    for (const PathPiece &piece : search.path) {
      if (piece.id < 0 || piece.id == unknown) {
        unknownLength += piece.length;
        continue;
      }
      flush();
      result.push_back(piece.id);
      text.remove_prefix(piece.length);
    }
    flush();
  }

  int32_t idOf(const std::string &token) const override { return find(token); }

  std::optional<std::string_view> tokenOf(int32_t id) const override {
    return id >= 0 && size_t(id) < tokens.size() ? std::optional(tokens[size_t(id)]) : std::nullopt;
  }

  std::vector<std::string> tables() const override {
    std::vector<std::string> result;
    for (std::string_view table : {tokens.ends(), tokens.texts(), scores.bytes(), ids.bytes(),
                                   bytesOf(lowest), joints.bytes()})
      result.emplace_back(table);
    return result;
  }

  int32_t highestId() const override { return int32_t(tokens.size()) - 1; }

private:
  using Paths = BestPaths<double, UnigramModel>;
  friend Paths;

  void readTokens(const Fields &fields) {
    const Json &vocab = fields.need("vocab");
    if (!vocab.is_array() || vocab.empty())
      fields.refuse("vocab", vocab, "an array of tokens with scores");
    std::vector<std::string_view> texts;
    std::vector<double> all;
    for (const Json &entry : vocab) {
      if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
        fields.refuse("vocab", entry, "a token with its score");
      texts.push_back(entry[0].get_ref<const std::string &>());
      all.push_back(entry[1].get<double>());
      lowest = std::min(lowest, all.back());
    }
    // Of equal tokens the last counts.
    std::vector<std::pair<std::string_view, int32_t>> entries;
    for (size_t id = texts.size(); id-- > 0;)
      entries.emplace_back(texts[id], int32_t(id));
    tokens = TextTable(texts);
    joints = Joints(texts);
    scores = Table<double>(std::move(all));
    ids = Trie(std::move(entries));
  }

  int32_t find(std::string_view token) const {
    int32_t id = ids.idOf(token);
    return size_t(id) < tokens.size() ? id : -1;
  }

  bool isPiece(int32_t id) const { return size_t(id) < scores.size(); }
  double scoreOf(int32_t id, size_t /*length*/) const {
    return id < 0 ? lowest - unknownPenalty : scores[size_t(id)];
  }

  void appendUnknown(std::string_view part, std::vector<int32_t> &result) const {
    if (int32_t id = find(part); id >= 0)
      result.push_back(id);
    else if (!fallsBack || !appendBytes(part, result))
      result.insert(result.end(), unknown >= 0 ? 1 : 0, unknown);
  }

  bool appendBytes(std::string_view text, std::vector<int32_t> &result) const {
    for (char c : text)
      if (byteIds[static_cast<unsigned char>(c)] < 0)
        return false;
    for (char c : text)
      result.push_back(byteIds[static_cast<unsigned char>(c)]);
    return true;
  }

  TextTable tokens;
  Table<double> scores;
  Trie ids;
  Joints joints; // of the tokens
  Paths paths{ids, joints, *this};
  std::array<int32_t, 256> byteIds;
  double lowest = std::numeric_limits<double>::infinity();
  int32_t unknown = -1;
  bool fallsBack;
};

} // namespace

std::unique_ptr<TokenModel> createUnigramModel(const Fields &fields, Tables tables) {
  return std::make_unique<UnigramModel>(fields, tables);
}

} // namespace transept::text
