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

using Kind = PieceModel::Kind;

class PlainPieceEncoder final : public PieceEncoder {
public:
  PlainPieceEncoder(const PieceModel &model, std::string_view name)
      : normalizer(model, name), hasWords(model.algorithm == PieceModel::Algorithm::Word),
        fallsBackToBytes(model.fallsBackToBytes) {
    for (const PieceModel::Piece &piece : model.pieces)
      if (piece.kind != Kind::Unknown)
        known.emplace(piece.text, 0);
  }

  void encode(std::string_view text, const PieceSink &add) const override {
    const std::string normal = normalizer.normalize(text);
    UnknownPieces pieces(fallsBackToBytes, add);
    for (std::string_view rest = normal; !rest.empty();) {
      std::string_view part = rest.substr(0, hasWords ? wordLength(rest) : characterLengthOf(rest));
      pieces.addPart(part, !known.contains(part));
      rest.remove_prefix(part.size());
    }
    pieces.finish();
  }

private:
  size_t characterLengthOf(std::string_view text) const {
    size_t length = normalizer.userDefinedAt(text);
    return length > 0 ? length : characterLength(text, 0);
  }

  /// A word has the blank before it.
  static size_t wordLength(std::string_view text) {
    return std::min(text.find(blankMark, characterLength(text, 0)), text.size());
  }

  PieceNormalizer normalizer;
  TokenIds known;
  bool hasWords, fallsBackToBytes;
};

} // namespace

std::unique_ptr<PieceEncoder> createPlainPieceEncoder(const PieceModel &model,
                                                      std::string_view name) {
  return std::make_unique<PlainPieceEncoder>(model, name);
}

} // namespace transept::text
