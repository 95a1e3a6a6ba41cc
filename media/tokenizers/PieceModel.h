// SPDX-License-Identifier: Apache-2.0
//
// What a sentencepiece model file says: its pieces and how texts are normalized.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_PIECEMODEL_H
#define TRANSEPT_MEDIA_TOKENIZERS_PIECEMODEL_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace transept::text {

struct PieceModel {
  /// Numbers of the format.
  enum class Algorithm { Unigram = 1, Bpe = 2, Word = 3, Characters = 4 };
  enum class Kind { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 };

  struct Piece {
    std::string text;
    float score = 0;
    Kind kind = Kind::Normal;
  };

  std::vector<Piece> pieces; // by id
  int32_t unknownId = -1;
  /// What the unknown piece is decoded to.
  std::string unknownText = " \xe2\x81\x87 ";
  Algorithm algorithm = Algorithm::Unigram;
  bool fallsBackToBytes = false, marksBlankBehind = false;
  std::string replacements; // a charsmap, empty for none
  bool addsDummyPrefix = true, removesExtraBlanks = true, escapesBlanks = true;
};

/// The byte of the piece "<0x0A>"; -1 for other texts.
int byteOfPiece(std::string_view piece);

/// Reads a ModelProto. Throws InputError, which names `name`, where it is none, where its pieces
/// contradict each other, and where it changes texts after decoding.
PieceModel readPieceModel(std::string_view bytes, std::string_view name);

} // namespace transept::text

#endif
