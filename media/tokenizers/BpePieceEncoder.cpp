// SPDX-License-Identifier: Apache-2.0
//
// Follows Model::SampleEncode of bpe_model.cc in sentencepiece 0.1.97, without samples.

#include "media/tokenizers/BpePieceEncoder.h"

#include "media/text/Unicode.h"
#include "media/tokenizers/PieceNormalizer.h"
#include "media/tokenizers/UnknownPieces.h"
#include "media/tokenizers/WordCache.h"

#include <algorithm>
#include <fmt/format.h>
#include <queue>
#include <stdexcept>
#include <unordered_map>

namespace transept::text {

namespace {

using Kind = PieceTable::Kind;
constexpr uint32_t none = UINT32_MAX;

/// A part of the text; one of no length has become a part of its left neighbour.
struct Part {
  uint32_t begin, length, previous, next;
  Trie::Node node; // where its text ends in the trie of pieces
};

struct Pair {
  float score;
  uint32_t left, length;

  bool operator<(const Pair &other) const {
    return score != other.score ? score < other.score : left > other.left;
  }
};

/// How long the first half was of a piece that is not to be used.
using Halves = std::unordered_map<std::string_view, uint32_t>;

/// The pieces of a word: the length of each, and its id or -1.
using Lengths = std::vector<int32_t>;

/// One text, or one word of it.
class PieceMerger {
public:
  PieceMerger(const PieceTable &table, const PieceNormalizer &normalizer, std::string_view text)
      : table(table), normalizer(normalizer), text(text) {
    split();
    for (uint32_t left = 0; left < parts.size(); ++left)
      propose(left, [&](Pair pair) { pairs.push_back(pair); });
    std::priority_queue<Pair> queue(std::less<Pair>(), std::move(pairs));
    while (!queue.empty()) {
      const Pair pair = queue.top();
      queue.pop();
      Part &left = parts[pair.left];
      if (left.length == 0 || left.next == none ||
          left.length + parts[left.next].length != pair.length)
        continue;
      Part &right = parts[left.next];
      left.node = table.normalTrie().walk(left.node, textOf(right));
      left.length = pair.length;
      left.next = right.next;
      right.length = 0;
      if (left.next != none)
        parts[left.next].previous = pair.left;
      propose(left.previous, [&](Pair fresh) { queue.push(fresh); });
      propose(pair.left, [&](Pair fresh) { queue.push(fresh); });
    }
  }

  void append(Lengths &result) const {
    for (const Part &part : parts)
      if (part.length > 0)
        append(textOf(part), result);
  }

private:
  std::string_view textOf(const Part &part) const { return text.substr(part.begin, part.length); }

  void split() {
    parts.reserve(size_t(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; })));
    for (size_t begin = 0; begin < text.size();) {
      size_t length = normalizer.userDefinedAt(text.substr(begin));
      length = length > 0 ? length : characterLength(text, begin);
      auto index = uint32_t(parts.size());
      const Trie &trie = table.normalTrie();
      parts.push_back({uint32_t(begin), uint32_t(length), index == 0 ? none : index - 1, index + 1,
                       trie.walk(trie.root(), text.substr(begin, length))});
      begin += length;
    }
    if (!parts.empty())
      parts.back().next = none;
  }

  /// Whether it is a piece for texts that are never divided or merged.
  bool isFrozen(const Part &part) const {
    return normalizer.userDefinedAt(text.substr(part.begin)) == part.length;
  }

  template <typename Use> void propose(uint32_t index, Use use) {
    uint32_t next = index == none ? none : parts[index].next;
    if (next == none || isFrozen(parts[index]) || isFrozen(parts[next]))
      return;
    const Part &left = parts[index], &right = parts[next];
    int32_t id = table.checked(Trie::idAt(table.normalTrie().walk(left.node, textOf(right))));
    if (id < 0)
      return;
    uint32_t length = left.length + right.length;
    use(Pair{table.score(id), index, length});
    if (table.kind(id) == Kind::Unused)
      halves.insert_or_assign(text.substr(left.begin, length), left.length);
  }

  /// A piece that is not to be used falls apart into what it was made of.
  void append(std::string_view piece, Lengths &result) const {
    if (!halves.empty())
      if (auto half = halves.find(piece); half != halves.end()) {
        append(piece.substr(0, half->second), result);
        return append(piece.substr(half->second), result);
      }
    int32_t reserved = table.reservedId(piece);
    bool isUnknown = reserved >= 0 && table.kind(reserved) == Kind::Unknown;
    result.push_back(int32_t(piece.size()));
    result.push_back(isUnknown ? -1 : reserved >= 0 ? reserved : table.normalId(piece));
  }

  const PieceTable &table;
  const PieceNormalizer &normalizer;
  std::string_view text;
  std::vector<Part> parts;
  std::vector<Pair> pairs;
  Halves halves;
};

class BpePieceEncoder final : public PieceEncoder {
public:
  explicit BpePieceEncoder(const PieceTable &table)
      : table(table), normalizer(table), areMarksFirst(!table.facts.hasMarkInside),
        cutsWords(!table.facts.hasUnused) {}

  void encode(std::string_view text, const PieceSink &add) const override {
    const std::string normal = normalizer.normalize(text);
    if (normal.size() >= size_t(INT32_MAX))
      throw std::length_error(fmt::format("a text of {} bytes is too long", normal.size()));
    UnknownPieces pieces(table.facts.fallsBackToBytes, add);
    auto addAll = [&](std::string_view rest, std::span<const int32_t> found) {
      for (size_t index = 0; index + 1 < found.size(); index += 2) {
        pieces.addPart(rest.substr(0, size_t(found[index])), found[index + 1],
                       found[index + 1] < 0);
        rest.remove_prefix(size_t(found[index]));
      }
    };
    Lengths found;
    for (std::string_view rest = normal; !rest.empty();) {
      std::string_view word =
          rest.substr(0, cutsWords && areMarksFirst ? wordLength(rest) : rest.size());
      rest.remove_prefix(word.size());
      if (auto known = cutsWords ? words.find(word) : std::nullopt) {
        addAll(word, *known);
        continue;
      }
      for (size_t length; !word.empty(); word.remove_prefix(length)) {
        length = cutsWords ? table.normalJoints().partLength(word) : word.size();
        addPart(word.substr(0, length), found, addAll);
      }
    }
    pieces.finish();
  }

private:
  template <typename Use>
  void addPart(std::string_view part, Lengths &found, const Use &addAll) const {
    if (auto known = cutsWords ? words.find(part) : std::nullopt)
      return addAll(part, *known);
    found.clear();
    PieceMerger(table, normalizer, part).append(found);
    if (cutsWords)
      words.insert(part, found);
    addAll(part, found);
  }

  /// No piece has a mark behind its beginning, so that none crosses a word's end.
  static size_t wordLength(std::string_view text) {
    return std::min(text.find(blankMark, characterLength(text, 0)), text.size());
  }

  const PieceTable &table;
  PieceNormalizer normalizer;
  bool areMarksFirst, cutsWords;
  WordCache words;
};

} // namespace

std::unique_ptr<PieceEncoder> createBpePieceEncoder(const PieceTable &table) {
  return std::make_unique<BpePieceEncoder>(table);
}

} // namespace transept::text
