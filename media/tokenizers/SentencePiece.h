// SPDX-License-Identifier: Apache-2.0
//
// A sentencepiece model: texts to pieces and back, pieces to ids and back, as the library of that
// name (0.1.97) does it.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_SENTENCEPIECE_H
#define TRANSEPT_MEDIA_TOKENIZERS_SENTENCEPIECE_H

#include "media/tokenizers/PieceEncoder.h"
#include "media/tokenizers/PieceModel.h"
#include "media/tokenizers/Vocabulary.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace transept::text {

class SentencePiece {
public:
  enum class DummyPrefix { AsTrained, Off };

  /// `bytes` is a serialized ModelProto; `name` is used in errors. Throws InputError.
  SentencePiece(std::string_view bytes, std::string_view name,
                DummyPrefix dummyPrefix = DummyPrefix::AsTrained);

  /// Hands over the pieces of a text, one after another.
  void encode(std::string_view text, const PieceSink &add) const { encoder->encode(text, add); }
  std::string decode(const std::vector<std::string> &pieces) const;

  int32_t size() const { return int32_t(model.pieces.size()); }
  int32_t unknownId() const { return model.unknownId; }
  /// The unknown piece's id when there is no such piece.
  int32_t idOf(std::string_view piece) const;
  bool contains(std::string_view piece) const;
  /// `id` in [0, size()).
  const std::string &pieceOf(int32_t id) const { return model.pieces[size_t(id)].text; }

private:
  PieceModel model;
  /// Pieces of texts, and those that have a meaning of their own, which come first.
  TokenIds ids, reservedIds;
  std::unique_ptr<PieceEncoder> encoder;
};

} // namespace transept::text

#endif
