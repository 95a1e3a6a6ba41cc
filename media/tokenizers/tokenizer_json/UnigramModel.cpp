// SPDX-License-Identifier: Apache-2.0
//
// The best path through the pieces of a text by the sum of their scores; ties are broken as the
// tokenizers library does it, which is not as sentencepiece does it.

#include "media/text/Unicode.h"
#include "media/tokenizers/Tokenizer.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <unordered_map>

namespace transept::text {

namespace {

constexpr double unknownPenalty = 10;

class UnigramModel final : public TokenModel {
public:
  explicit UnigramModel(const Fields &fields) : fallsBack(fields.boolean("byte_fallback", false)) {
    const Json &vocab = fields.need("vocab");
    if (!vocab.is_array() || vocab.empty())
      fields.refuse("vocab", vocab, "an array of tokens with scores");
    for (const Json &entry : vocab) {
      if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
        fields.refuse("vocab", entry, "a token with its score");
      tokens.push_back(entry[0].get<std::string>());
      scores.push_back(entry[1].get<double>());
      lowest = std::min(lowest, scores.back());
    }
    for (size_t id = 0; id < tokens.size(); ++id)
      ids[tokens[id]] = int32_t(id);
    if (const Json *id = fields.find("unk_id")) {
      unknown = parseId(*id, fields.where("unk_id"));
      if (size_t(unknown) >= tokens.size())
        fields.refuse("unk_id", *id, fmt::format("a number below {}", tokens.size()));
    }
    for (const auto &[token, id] : ids)
      if (!token.empty())
        sorted.push_back({token, id});
    std::sort(sorted.begin(), sorted.end());
    for (int byte = 0; byte < 256; ++byte)
      byteIds[size_t(byte)] = idOf(fmt::format("<0x{:02X}>", byte));
  }

  void encode(std::string_view piece, std::vector<int32_t> &result) const override {
    for (std::string_view part : bestPath(piece)) {
      auto found = ids.find(std::string(part));
      if (found != ids.end())
        result.push_back(found->second);
      else if (!fallsBack || !appendBytes(part, result))
        result.insert(result.end(), unknown >= 0 ? 1 : 0, unknown);
    }
  }

  int32_t idOf(const std::string &token) const override {
    auto found = ids.find(token);
    return found == ids.end() ? -1 : found->second;
  }

  const std::string *tokenOf(int32_t id) const override {
    return id >= 0 && size_t(id) < tokens.size() ? &tokens[size_t(id)] : nullptr;
  }

private:
  using Entry = std::pair<std::string_view, int32_t>;
  static constexpr size_t none = size_t(-1);

  struct Node {
    double score = 0;
    size_t begin = none;
    int32_t id = 0;
  };

  static void improve(Node &node, double score, size_t begin, int32_t id) {
    if (node.begin == none || score > node.score)
      node = {score, begin, id};
  }

  /// Calls `use` with the length and id of each token that `text` begins with, shortest first.
  template <typename Use> void prefixes(std::string_view text, Use use) const {
    auto first = sorted.begin(), last = sorted.end();
    for (size_t depth = 0; depth < text.size() && first != last; ++depth) {
      auto byte = static_cast<unsigned char>(text[depth]);
      auto at = [depth](const Entry &entry) -> int {
        return depth < entry.first.size() ? static_cast<unsigned char>(entry.first[depth]) : -1;
      };
      first = std::partition_point(first, last, [&](const Entry &e) { return at(e) < byte; });
      last = std::partition_point(first, last, [&](const Entry &e) { return at(e) <= byte; });
      if (first != last && first->first.size() == depth + 1)
        use(depth + 1, first->second);
    }
  }

  std::vector<std::string_view> bestPath(std::string_view text) const {
    std::vector<Node> nodes(text.size() + 1);
    for (size_t begin = 0, next; begin < text.size(); begin = next) {
      next = begin + characterLength(text, begin);
      double before = nodes[begin].score;
      bool hasCharacter = false;
      prefixes(text.substr(begin), [&](size_t length, int32_t id) {
        improve(nodes[begin + length], scores[size_t(id)] + before, begin, id);
        hasCharacter |= begin + length == next;
      });
      if (!hasCharacter)
        improve(nodes[next], lowest - unknownPenalty + before, begin, unknown);
    }
    std::vector<std::string_view> parts;
    // Neighbouring unknown characters are one part.
    size_t unknownEnd = none;
    for (size_t end = text.size(); end > 0; end = nodes[end].begin) {
      size_t begin = nodes[end].begin;
      bool isUnknown = nodes[end].id == unknown;
      if (unknownEnd != none && !isUnknown) {
        parts.push_back(text.substr(end, unknownEnd - end));
        unknownEnd = none;
      }
      if (!isUnknown)
        parts.push_back(text.substr(begin, end - begin));
      else if (unknownEnd == none)
        unknownEnd = end;
    }
    if (unknownEnd != none)
      parts.push_back(text.substr(0, unknownEnd));
    std::reverse(parts.begin(), parts.end());
    return parts;
  }

  bool appendBytes(std::string_view text, std::vector<int32_t> &result) const {
    for (char c : text)
      if (byteIds[static_cast<unsigned char>(c)] < 0)
        return false;
    for (char c : text)
      result.push_back(byteIds[static_cast<unsigned char>(c)]);
    return true;
  }

  std::vector<std::string> tokens;
  std::vector<double> scores;
  std::unordered_map<std::string, int32_t> ids;
  /// By text, into the keys of `ids`.
  std::vector<Entry> sorted;
  std::array<int32_t, 256> byteIds;
  double lowest = std::numeric_limits<double>::infinity();
  int32_t unknown = -1;
  bool fallsBack;
};

} // namespace

std::unique_ptr<TokenModel> createUnigramModel(const Fields &fields) {
  return std::make_unique<UnigramModel>(fields);
}

} // namespace transept::text
