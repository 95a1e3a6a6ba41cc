// SPDX-License-Identifier: Apache-2.0
//
// The best path through the pieces of a text by the sum of their scores; ties are broken as the
// tokenizers library does it, which is not as sentencepiece does it.

#include "media/text/Unicode.h"
#include "media/tokenizers/CompiledAsset.h"
#include "media/tokenizers/Vocabulary.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

#include <algorithm>
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
    const size_t first = result.size();
    const std::vector<Node> nodes = bestPath(text);
    // Neighbouring unknown characters are one part.
    size_t end = text.size(), unknownEnd = end;
    auto flush = [&] {
      if (end < unknownEnd)
        appendBackwards(text.substr(end, unknownEnd - end), result);
    };
    while (end > 0) {
      size_t length = nodes[end].length;
      if (nodes[end].id != unknown) {
        flush();
        appendBackwards(text.substr(end - length, length), result);
        unknownEnd = end - length;
      }
      end -= length;
    }
    flush();
    std::reverse(result.begin() + ptrdiff_t(first), result.end());
  }

  int32_t idOf(const std::string &token) const override { return find(token); }

  std::optional<std::string_view> tokenOf(int32_t id) const override {
    return id >= 0 && size_t(id) < tokens.size() ? std::optional(tokens[size_t(id)]) : std::nullopt;
  }

  std::vector<std::string> tables() const override {
    std::vector<std::string> result;
    for (std::string_view table :
         {tokens.ends(), tokens.texts(), scores.bytes(), ids.bytes(), bytesOf(lowest)})
      result.emplace_back(table);
    return result;
  }

  int32_t highestId() const override { return int32_t(tokens.size()) - 1; }

private:
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
    scores = Table<double>(std::move(all));
    ids = Trie(std::move(entries));
  }

  int32_t find(std::string_view token) const {
    int32_t id = ids.idOf(token);
    return size_t(id) < tokens.size() ? id : -1;
  }

  struct Node {
    double score = 0;
    uint32_t length = 0; // of the best piece that ends here; 0 for none
    int32_t id = 0;
  };

  static void improve(Node &node, double score, size_t length, int32_t id) {
    if (node.length == 0 || score > node.score)
      node = {score, uint32_t(length), id};
  }

  std::vector<Node> bestPath(std::string_view text) const {
    std::vector<Node> nodes(text.size() + 1);
    for (size_t begin = 0, next; begin < text.size(); begin = next) {
      next = begin + characterLength(text, begin);
      double before = nodes[begin].score;
      bool hasCharacter = false;
      ids.find(text.substr(begin), [&](size_t length, int32_t id) {
        if (size_t(id) >= scores.size())
          return;
        improve(nodes[begin + length], scores[size_t(id)] + before, length, id);
        hasCharacter |= begin + length == next;
      });
      if (!hasCharacter)
        improve(nodes[next], lowest - unknownPenalty + before, next - begin, unknown);
    }
    return nodes;
  }

  /// The ids of a part of the text backwards, as the path is walked.
  void appendBackwards(std::string_view part, std::vector<int32_t> &result) const {
    size_t begin = result.size();
    if (int32_t id = find(part); id >= 0)
      result.push_back(id);
    else if (!fallsBack || !appendBytes(part, result))
      result.insert(result.end(), unknown >= 0 ? 1 : 0, unknown);
    std::reverse(result.begin() + ptrdiff_t(begin), result.end());
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
