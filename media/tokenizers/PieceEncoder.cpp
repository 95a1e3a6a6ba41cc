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
#include "media/tokenizers/PrefixIndex.h"
#include "media/tokenizers/UnknownPieces.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace transept::text {

namespace {

constexpr float unknownPenalty = 10;

using Kind = PieceModel::Kind;

class UnigramEncoder final : public PieceEncoder {
public:
  UnigramEncoder(const PieceModel &model, std::string_view name)
      : normalizer(model, name), fallsBackToBytes(model.fallsBackToBytes) {
    float lowest = std::numeric_limits<float>::max(), highest = std::numeric_limits<float>::min();
    std::vector<std::pair<std::string, int32_t>> texts;
    for (size_t id = 0; id < model.pieces.size(); ++id) {
      const PieceModel::Piece &piece = model.pieces[id];
      scores.push_back(piece.score);
      isUserDefined.push_back(piece.kind == Kind::UserDefined);
      if (piece.kind == Kind::Normal) {
        lowest = std::min(lowest, piece.score);
        highest = std::max(highest, piece.score);
      }
      if (piece.kind == Kind::Normal || piece.kind == Kind::UserDefined)
        texts.emplace_back(piece.text, int32_t(id));
    }
    pieces = PrefixIndex(std::move(texts));
    unknownScore = lowest - unknownPenalty;
    highestScore = highest;
  }

  void encode(std::string_view text, const PieceSink &add) const override {
    const std::string normal = normalizer.normalize(text);
    std::vector<Node> nodes = bestPath(normal);
    // The path is known from its end; its pieces are wanted from their beginning, so that each
    // node's length becomes that of the piece behind it.
    uint32_t length = 0;
    bool isUnknown = false;
    for (size_t end = normal.size();;) {
      Node &node = nodes[end];
      const Node before = node;
      node.length = length;
      node.isUnknown = isUnknown;
      if (end == 0)
        break;
      length = before.length;
      isUnknown = before.isUnknown;
      end -= before.length;
    }
    UnknownPieces parts(fallsBackToBytes, add);
    for (size_t begin = 0; begin < normal.size(); begin += nodes[begin].length)
      parts.addPart(std::string_view(normal).substr(begin, nodes[begin].length),
                    nodes[begin].isUnknown);
    parts.finish();
  }

private:
  struct Node {
    float score = 0;
    uint32_t length : 31 = 0; // of the best piece that ends here; 0 for none
    bool isUnknown : 1 = false;
  };

  double scoreOf(int32_t id, size_t length) const {
    // A bonus by which these are always taken.
    return isUserDefined[size_t(id)] ? double(float(length) * highestScore) - 0.1
                                     : double(scores[size_t(id)]);
  }

  static void improve(Node &node, double score, size_t length, bool isUnknown) {
    if (node.length == 0 || score > double(node.score)) {
      node.score = float(score);
      node.length = uint32_t(length) & 0x7fffffff;
      node.isUnknown = isUnknown;
    }
  }

  std::vector<Node> bestPath(std::string_view text) const {
    std::vector<Node> nodes(text.size() + 1);
    for (size_t begin = 0; begin < text.size();) {
      size_t length = characterLength(text, begin);
      bool hasCharacter = false;
      pieces.find(text.substr(begin), [&](size_t size, int32_t id) {
        improve(nodes[begin + size], scoreOf(id, size) + double(nodes[begin].score), size, false);
        hasCharacter |= size == length;
      });
      if (!hasCharacter)
        improve(nodes[begin + length], double(unknownScore + nodes[begin].score), length, true);
      begin += length;
    }
    return nodes;
  }

  PieceNormalizer normalizer;
  PrefixIndex pieces;
  std::vector<float> scores;
  std::vector<bool> isUserDefined;
  float unknownScore = 0, highestScore = 0;
  bool fallsBackToBytes;
};

} // namespace

std::unique_ptr<PieceEncoder> createPieceEncoder(const PieceModel &model, std::string_view name) {
  switch (model.algorithm) {
  case PieceModel::Algorithm::Unigram:
    return std::make_unique<UnigramEncoder>(model, name);
  case PieceModel::Algorithm::Bpe:
    return createBpePieceEncoder(model, name);
  case PieceModel::Algorithm::Word:
  case PieceModel::Algorithm::Characters:
    return createPlainPieceEncoder(model, name);
  }
  throw InputError(fmt::format("{}: not a sentencepiece model: found model_type {}, allowed are 1 "
                               "(unigram), 2 (bpe), 3 (word), 4 (char)",
                               name, int(model.algorithm)));
}

} // namespace transept::text
