// SPDX-License-Identifier: Apache-2.0
//
// The best path through the pieces of a text by the sum of their scores, with the arithmetic and
// the ties of Model::EncodeOptimized; and which algorithm a model wants.

#include "media/tokenizers/PieceEncoder.h"

#include "base/Error.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/BpePieceEncoder.h"
#include "media/tokenizers/PieceNormalizer.h"
#include "media/tokenizers/PlainPieceEncoder.h"
#include "media/tokenizers/UnknownPieces.h"

#include <fmt/format.h>
#include <utility>
#include <vector>

namespace transept::text {

namespace {

constexpr float unknownPenalty = 10;

using Kind = PieceTable::Kind;

class UnigramEncoder final : public PieceEncoder {
public:
  explicit UnigramEncoder(const PieceTable &table)
      : table(table), normalizer(table), unknownScore(table.facts.lowestScore - unknownPenalty) {}

  void encode(std::string_view text, const PieceSink &add) const override {
    const std::string normal = normalizer.normalize(text);
    std::vector<Node> nodes = bestPath(normal);
    // The path is known from its end; its pieces are wanted from their beginning, so that each
    // node gets the piece behind it.
    Node behind;
    for (size_t end = normal.size();;) {
      const Node before = std::exchange(nodes[end], behind);
      if (end == 0)
        break;
      behind = before;
      end -= before.length;
    }
    UnknownPieces parts(table.facts.fallsBackToBytes, add);
    for (size_t begin = 0; begin < normal.size(); begin += nodes[begin].length) {
      std::string_view part = std::string_view(normal).substr(begin, nodes[begin].length);
      int32_t reserved = table.reservedId(part);
      parts.addPart(part, reserved >= 0 ? reserved : nodes[begin].id, nodes[begin].id < 0);
    }
    parts.finish();
  }

private:
  struct Node {
    float score = 0;
    uint32_t length = 0; // of the best piece that ends here; 0 for none
    int32_t id = -1;     // of that piece, -1 where it is none
  };

  double scoreOf(int32_t id, size_t length) const {
    // A bonus by which these are always taken.
    return table.kind(id) == Kind::UserDefined
               ? double(float(length) * table.facts.highestScore) - 0.1
               : double(table.score(id));
  }

  static void improve(Node &node, double score, size_t length, int32_t id) {
    if (node.length == 0 || score > double(node.score))
      node = {float(score), uint32_t(length), id};
  }

  std::vector<Node> bestPath(std::string_view text) const {
    std::vector<Node> nodes(text.size() + 1);
    for (size_t begin = 0; begin < text.size();) {
      size_t length = characterLength(text, begin);
      const float before = nodes[begin].score;
      bool hasCharacter = false;
      table.normalTrie().find(text.substr(begin), [&](size_t size, int32_t id) {
        if (table.checked(id) < 0 || table.kind(id) == Kind::Unused)
          return;
        improve(nodes[begin + size], scoreOf(id, size) + double(before), size, id);
        hasCharacter |= size == length;
      });
      if (!hasCharacter)
        improve(nodes[begin + length], double(unknownScore + before), length, -1);
      begin += length;
    }
    return nodes;
  }

  const PieceTable &table;
  PieceNormalizer normalizer;
  float unknownScore;
};

} // namespace

std::unique_ptr<PieceEncoder> createPieceEncoder(const PieceTable &table, std::string_view name) {
  switch (static_cast<PieceModel::Algorithm>(table.facts.algorithm)) {
  case PieceModel::Algorithm::Unigram:
    return std::make_unique<UnigramEncoder>(table);
  case PieceModel::Algorithm::Bpe:
    return createBpePieceEncoder(table);
  case PieceModel::Algorithm::Word:
  case PieceModel::Algorithm::Characters:
    return createPlainPieceEncoder(table);
  }
  throw InputError(fmt::format("{}: not a sentencepiece model: found model_type {}, allowed are 1 "
                               "(unigram), 2 (bpe), 3 (word), 4 (char)",
                               name, table.facts.algorithm));
}

} // namespace transept::text
