// SPDX-License-Identifier: Apache-2.0
//
// Follows Model::SampleEncode of bpe_model.cc in sentencepiece 0.1.97, without samples.

#include "media/tokenizers/BpePieceEncoder.h"

#include "media/text/Unicode.h"
#include "media/tokenizers/PieceNormalizer.h"
#include "media/tokenizers/UnknownPieces.h"

#include <algorithm>
#include <fmt/format.h>
#include <queue>
#include <stdexcept>
#include <unordered_map>

namespace transept::text {

namespace {

using Kind = PieceModel::Kind;
constexpr uint32_t none = UINT32_MAX;

/// A part of the text; one of no length has become a part of its left neighbour.
struct Part {
  uint32_t begin, length, previous, next;
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

class BpePieceEncoder final : public PieceEncoder {
public:
  BpePieceEncoder(const PieceModel &model, std::string_view name)
      : normalizer(model, name), fallsBackToBytes(model.fallsBackToBytes) {
    for (size_t id = 0; id < model.pieces.size(); ++id) {
      const PieceModel::Piece &piece = model.pieces[id];
      scores.push_back(piece.score);
      isUnused.push_back(piece.kind == Kind::Unused);
      if (piece.kind != Kind::Normal && piece.kind != Kind::UserDefined && !isUnused.back()) {
        reserved.emplace(piece.text, piece.kind == Kind::Unknown);
        continue;
      }
      ids.emplace(piece.text, int32_t(id));
      longest = std::max(longest, piece.text.size());
    }
  }

  void encode(std::string_view text, const PieceSink &add) const override {
    const std::string normal = normalizer.normalize(text);
    std::vector<Part> parts = split(normal);
    std::vector<Pair> pairs;
    Halves halves;
    auto propose = [&](uint32_t left, auto &&use) {
      uint32_t right = left == none ? none : parts[left].next;
      if (right == none || isFrozen(normal, parts[left]) || isFrozen(normal, parts[right]))
        return;
      size_t length = size_t(parts[left].length) + parts[right].length;
      auto found = length <= longest
                       ? ids.find(std::string_view(normal).substr(parts[left].begin, length))
                       : ids.end();
      if (found == ids.end())
        return;
      use(Pair{scores[size_t(found->second)], left, uint32_t(length)});
      if (isUnused[size_t(found->second)])
        halves.insert_or_assign(std::string_view(normal).substr(parts[left].begin, length),
                                parts[left].length);
    };
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
      left.length = pair.length;
      left.next = right.next;
      right.length = 0;
      if (left.next != none)
        parts[left.next].previous = pair.left;
      propose(left.previous, [&](Pair fresh) { queue.push(fresh); });
      propose(pair.left, [&](Pair fresh) { queue.push(fresh); });
    }
    addParts(normal, parts, halves, add);
  }

private:
  std::vector<Part> split(std::string_view text) const {
    if (text.size() >= none)
      throw std::length_error(fmt::format("a text of {} bytes is too long", text.size()));
    std::vector<Part> parts;
    parts.reserve(size_t(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; })));
    for (size_t begin = 0; begin < text.size();) {
      size_t length = normalizer.userDefinedAt(text.substr(begin));
      length = length > 0 ? length : characterLength(text, begin);
      auto index = uint32_t(parts.size());
      parts.push_back(
          {uint32_t(begin), uint32_t(length), index == 0 ? none : index - 1, index + 1});
      begin += length;
    }
    if (!parts.empty())
      parts.back().next = none;
    return parts;
  }

  /// Whether it is a piece for texts that are never divided or merged.
  bool isFrozen(std::string_view text, const Part &part) const {
    return normalizer.userDefinedAt(text.substr(part.begin)) == part.length;
  }

  void addParts(std::string_view text, const std::vector<Part> &parts, const Halves &halves,
                const PieceSink &add) const {
    UnknownPieces pieces(fallsBackToBytes, add);
    for (const Part &part : parts)
      if (part.length > 0)
        addPart(text.substr(part.begin, part.length), halves, pieces);
    pieces.finish();
  }

  /// A piece that is not to be used falls apart into what it was made of.
  void addPart(std::string_view piece, const Halves &halves, UnknownPieces &pieces) const {
    if (auto half = halves.find(piece); half != halves.end()) {
      addPart(piece.substr(0, half->second), halves, pieces);
      return addPart(piece.substr(half->second), halves, pieces);
    }
    auto kept = reserved.find(piece);
    pieces.addPart(piece, kept != reserved.end() ? kept->second != 0 : !ids.contains(piece));
  }

  PieceNormalizer normalizer;
  TokenIds ids;
  TokenIds reserved; // whether it is the unknown piece
  std::vector<float> scores;
  std::vector<bool> isUnused;
  size_t longest = 0;
  bool fallsBackToBytes;
};

} // namespace

std::unique_ptr<PieceEncoder> createBpePieceEncoder(const PieceModel &model,
                                                    std::string_view name) {
  return std::make_unique<BpePieceEncoder>(model, name);
}

} // namespace transept::text
