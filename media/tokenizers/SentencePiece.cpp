// SPDX-License-Identifier: Apache-2.0
//
// Decoding follows SentencePieceProcessor::Decode.

#include "media/tokenizers/SentencePiece.h"

#include "media/text/Unicode.h"

#include <algorithm>

namespace transept::text {

namespace {

using Kind = PieceTable::Kind;

/// Puts the texts of pieces together, but for bytes, which have to wait for the rest of their
/// characters.
class DecodedText {
public:
  explicit DecodedText(const PieceTable &table) : table(table) {}

  void add(std::string_view piece, int32_t id) {
    if (table.kind(id) == Kind::Byte) {
      bytes += char(byteOfPiece(piece));
      return;
    }
    addBytes();
    isAtBeginning = isAtBeginning && !hasTakenBlank && text.empty();
    hasTakenBlank = false;
    switch (table.kind(id)) {
    case Kind::Control:
      return;
    case Kind::Unknown:
      text += id == table.facts.unknownId && table.text(id) == piece ? table.unknownText : piece;
      return;
    default:
      addText(piece);
    }
  }

  std::string take() {
    addBytes();
    return std::move(text);
  }

private:
  void addText(std::string_view piece) {
    bool takesBlank =
        isAtBeginning && (table.facts.addsDummyPrefix || table.facts.removesExtraBlanks);
    if (takesBlank && piece.starts_with(blankMark)) {
      piece.remove_prefix(blankMark.size());
      // All of them go where extra blanks do.
      hasTakenBlank = !table.facts.removesExtraBlanks;
    }
    text += replaceAll(piece, blankMark, " ");
  }

  void addBytes() {
    for (std::string_view rest = bytes; !rest.empty();) {
      size_t length = validLength(rest);
      text += length > 0 ? rest.substr(0, length) : "\xef\xbf\xbd";
      rest.remove_prefix(std::max<size_t>(1, length));
    }
    bytes.clear();
  }

  const PieceTable &table;
  std::string text, bytes;
  bool isAtBeginning = true, hasTakenBlank = false;
};

} // namespace

SentencePiece::SentencePiece(std::string_view bytes, std::string_view name, DummyPrefix dummyPrefix)
    : table(bytes, name), addsDummyPrefix(table.facts.addsDummyPrefix) {
  table.facts.addsDummyPrefix &= dummyPrefix == DummyPrefix::AsTrained;
  encoder = createPieceEncoder(table, name);
}

std::string SentencePiece::compile() const {
  return table.compile(addsDummyPrefix);
}

std::string SentencePiece::decode(const std::vector<std::string> &pieces) const {
  DecodedText text(table);
  for (const std::string &piece : pieces)
    text.add(piece, idOf(piece));
  return text.take();
}

int32_t SentencePiece::idOf(std::string_view piece) const {
  int32_t id = table.idOf(piece);
  return id >= 0 ? id : table.facts.unknownId;
}

bool SentencePiece::contains(std::string_view piece) const {
  return pieceOf(idOf(piece)) == piece;
}

} // namespace transept::text
