// SPDX-License-Identifier: Apache-2.0
//
// Decoding follows SentencePieceProcessor::Decode.

#include "media/tokenizers/SentencePiece.h"

#include "base/PointerFile.h"
#include "media/text/Unicode.h"

#include <algorithm>

namespace transept::text {

namespace {

using Kind = PieceModel::Kind;

PieceModel readModel(std::string_view bytes, std::string_view name,
                     SentencePiece::DummyPrefix dummyPrefix) {
  refusePointerFile(bytes, std::string(name));
  PieceModel model = readPieceModel(bytes, name);
  model.addsDummyPrefix &= dummyPrefix == SentencePiece::DummyPrefix::AsTrained;
  return model;
}

/// Puts the texts of pieces together, but for bytes, which have to wait for the rest of their
/// characters.
class DecodedText {
public:
  explicit DecodedText(const PieceModel &model) : model(model) {}

  void add(std::string_view piece, int32_t id) {
    if (model.pieces[size_t(id)].kind == Kind::Byte) {
      bytes += char(byteOfPiece(piece));
      return;
    }
    addBytes();
    isAtBeginning = isAtBeginning && !hasTakenBlank && text.empty();
    hasTakenBlank = false;
    switch (model.pieces[size_t(id)].kind) {
    case Kind::Control:
      return;
    case Kind::Unknown:
      text += id == model.unknownId && model.pieces[size_t(id)].text == piece ? model.unknownText
                                                                              : piece;
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
    bool takesBlank = isAtBeginning && (model.addsDummyPrefix || model.removesExtraBlanks);
    if (takesBlank && piece.starts_with(blankMark)) {
      piece.remove_prefix(blankMark.size());
      // All of them go where extra blanks do.
      hasTakenBlank = !model.removesExtraBlanks;
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

  const PieceModel &model;
  std::string text, bytes;
  bool isAtBeginning = true, hasTakenBlank = false;
};

} // namespace

SentencePiece::SentencePiece(std::string_view bytes, std::string_view name, DummyPrefix dummyPrefix)
    : model(readModel(bytes, name, dummyPrefix)), encoder(createPieceEncoder(model, name)) {
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const PieceModel::Piece &piece = model.pieces[id];
    bool isReserved =
        piece.kind != Kind::Normal && piece.kind != Kind::UserDefined && piece.kind != Kind::Unused;
    (isReserved ? reservedIds : ids).emplace(piece.text, int32_t(id));
  }
}

std::string SentencePiece::decode(const std::vector<std::string> &pieces) const {
  DecodedText text(model);
  for (const std::string &piece : pieces)
    text.add(piece, idOf(piece));
  return text.take();
}

int32_t SentencePiece::idOf(std::string_view piece) const {
  if (auto found = reservedIds.find(piece); found != reservedIds.end())
    return found->second;
  auto found = ids.find(piece);
  return found == ids.end() ? model.unknownId : found->second;
}

bool SentencePiece::contains(std::string_view piece) const {
  return pieceOf(idOf(piece)) == piece;
}

} // namespace transept::text
