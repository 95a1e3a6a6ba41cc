// SPDX-License-Identifier: Apache-2.0
//
// The best path through the pieces of a text by the sum of their scores, with the arithmetic and
// the ties of Model::EncodeOptimized; and which algorithm a model wants.

#include "media/tokenizers/PieceEncoder.h"

#include "base/Error.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/BestPath.h"
#include "media/tokenizers/BpePieceEncoder.h"
#include "media/tokenizers/PieceNormalizer.h"
#include "media/tokenizers/PlainPieceEncoder.h"
#include "media/tokenizers/UnknownPieces.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::text {

namespace {

constexpr float unknownPenalty = 10;

using Kind = PieceTable::Kind;

class UnigramEncoder final : public PieceEncoder {
public:
  explicit UnigramEncoder(const PieceTable &table)
      : table(table), normalizer(table), paths(table.normalTrie(), table.normalJoints(), *this),
        unknownScore(table.facts.lowestScore - unknownPenalty) {}

  void encode(std::string_view text, const PieceSink &add) const override {
    const std::string normal = normalizer.normalize(text);
    Paths::Search search(paths);
    for (std::string_view rest = normal; !rest.empty();) {
      // Where no piece has a mark behind its beginning, none crosses a word's end.
      size_t length = rest.size();
      if (!table.facts.hasMarkInside)
        length = std::min(length, rest.find(blankMark, characterLength(rest, 0)));
      search.add(rest.substr(0, length));
      rest.remove_prefix(length);
    }
    UnknownPieces parts(table.facts.fallsBackToBytes, add);
    std::string_view rest = normal;
    for (const PathPiece &piece : search.path) {
      std::string_view part = rest.substr(0, piece.length);
      int32_t reserved = table.reservedId(part);
      parts.addPart(part, reserved >= 0 ? reserved : piece.id, piece.id < 0);
      rest.remove_prefix(piece.length);
    }
    parts.finish();
  }

private:
  using Paths = BestPaths<float, UnigramEncoder>;
  friend Paths;

  bool isPiece(int32_t id) const {
    return table.checked(id) >= 0 && table.kind(id) != Kind::Unused;
  }

  double scoreOf(int32_t id, size_t length) const {
    if (id < 0)
      return double(unknownScore);
    // A bonus by which these are always taken.
    return normalizer.hasUserDefinedPieces() && table.kind(id) == Kind::UserDefined
               ? double(float(length) * table.facts.highestScore) - 0.1
               : double(table.score(id));
  }

  const PieceTable &table;
  PieceNormalizer normalizer;
  Paths paths;
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
