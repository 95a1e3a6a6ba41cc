// SPDX-License-Identifier: Apache-2.0
//
// What becomes of the parts of a text that are no pieces: neighbouring ones are one unknown piece,
// or all of their bytes are pieces.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_UNKNOWNPIECES_H
#define TRANSEPT_MEDIA_TOKENIZERS_UNKNOWNPIECES_H

#include "media/tokenizers/PieceEncoder.h"
#include "media/tokenizers/Vocabulary.h"

namespace transept::text {

/// Takes the parts of a text in their order and hands over its pieces. Parts are views of one text.
class UnknownPieces {
public:
  UnknownPieces(bool fallsBackToBytes, const PieceSink &add)
      : fallsBackToBytes(fallsBackToBytes), add(add) {}
  ~UnknownPieces() = default;
  UnknownPieces(const UnknownPieces &) = delete;

  /// `id` as for PieceSink.
  void addPart(std::string_view part, int32_t id, bool isUnknown) {
    if (isUnknown) {
      unknown =
          unknown.empty() ? part : std::string_view(unknown.data(), unknown.size() + part.size());
      return;
    }
    finish();
    add(part, id);
  }

  /// To be called behind the last part.
  void finish() {
    if (unknown.empty())
      return;
    if (!fallsBackToBytes)
      add(unknown, -1);
    else
      for (char byte : unknown)
        add(bytePiece(static_cast<unsigned char>(byte)), -1);
    unknown = {};
  }

private:
  bool fallsBackToBytes;
  const PieceSink &add;
  std::string_view unknown;
};

} // namespace transept::text

#endif
