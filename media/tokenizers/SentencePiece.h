// SPDX-License-Identifier: Apache-2.0
//
// A sentencepiece model: texts to pieces and back, pieces to ids and back, as the library of that
// name (0.1.97) does it.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_SENTENCEPIECE_H
#define TRANSEPT_MEDIA_TOKENIZERS_SENTENCEPIECE_H

#include "media/tokenizers/PieceEncoder.h"
#include "media/tokenizers/PieceTable.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace transept::text {

class SentencePiece {
public:
  enum class DummyPrefix { AsTrained, Off };

  /// `bytes` as for PieceTable; `name` is used in errors. Throws InputError.
  SentencePiece(std::string_view bytes, std::string_view name,
                DummyPrefix dummyPrefix = DummyPrefix::AsTrained);
  // The encoder refers to the table.
  SentencePiece(SentencePiece &&) = delete;

  /// As PieceTable::compile. The dummy prefix stays as trained.
  std::string compile() const;

  /// Hands over the pieces of a text, one after another.
  void encode(std::string_view text, const PieceSink &add) const { encoder->encode(text, add); }
  std::string decode(const std::vector<std::string> &pieces) const;

  int32_t size() const { return table.size(); }
  int32_t unknownId() const { return table.facts.unknownId; }
  /// The unknown piece's id when there is no such piece.
  int32_t idOf(std::string_view piece) const;
  bool contains(std::string_view piece) const;
  /// `id` in [0, size()).
  std::string_view pieceOf(int32_t id) const { return table.text(id); }

private:
  PieceTable table;
  bool addsDummyPrefix; // as trained
  std::unique_ptr<PieceEncoder> encoder;
};

} // namespace transept::text

#endif
