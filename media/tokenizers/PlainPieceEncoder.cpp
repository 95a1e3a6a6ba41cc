// SPDX-License-Identifier: Apache-2.0
//
// Follows word_model.cc and char_model.cc of sentencepiece 0.1.97.

#include "media/tokenizers/PlainPieceEncoder.h"

#include "media/text/Unicode.h"
#include "media/tokenizers/PieceNormalizer.h"
#include "media/tokenizers/UnknownPieces.h"

#include <algorithm>

namespace transept::text {

namespace {

using Kind = PieceTable::Kind;

class PlainPieceEncoder final : public PieceEncoder {
public:
  explicit PlainPieceEncoder(const PieceTable &table)
      : table(table), normalizer(table),
        hasWords(table.facts.algorithm == int(PieceModel::Algorithm::Word)) {}

  void encode(std::string_view text, const PieceSink &add) const override {
    const std::string normal = normalizer.normalize(text);
    UnknownPieces pieces(table.facts.fallsBackToBytes, add);
    for (std::string_view rest = normal; !rest.empty();) {
      std::string_view part = rest.substr(0, hasWords ? wordLength(rest) : characterLengthOf(rest));
      int32_t id = table.idOf(part);
      pieces.addPart(part, id, !isKnown(part));
      rest.remove_prefix(part.size());
    }
    pieces.finish();
  }

private:
  bool isKnown(std::string_view part) const {
    int32_t reserved = table.reservedId(part);
    return (reserved >= 0 && table.kind(reserved) != Kind::Unknown) || table.normalId(part) >= 0;
  }

  size_t characterLengthOf(std::string_view text) const {
    size_t length = normalizer.userDefinedAt(text);
    return length > 0 ? length : characterLength(text, 0);
  }

  /// A word has the blank before it.
  static size_t wordLength(std::string_view text) {
    return std::min(text.find(blankMark, characterLength(text, 0)), text.size());
  }

  const PieceTable &table;
  PieceNormalizer normalizer;
  bool hasWords;
};

} // namespace

std::unique_ptr<PieceEncoder> createPlainPieceEncoder(const PieceTable &table) {
  return std::make_unique<PlainPieceEncoder>(table);
}

} // namespace transept::text
