// SPDX-License-Identifier: Apache-2.0
//
// The few fields that matter of sentencepiece_model.proto, from the wire format of protocol
// buffers. Of a field that comes again the last counts, and messages are merged.

#include "media/tokenizers/PieceModel.h"

#include "base/Error.h"
#include "media/tokenizers/BoundedJson.h"

#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <unordered_set>

namespace transept::text {

namespace {

/// One field after another of a message.
class Message {
public:
  Message(std::string_view bytes, std::string_view name) : rest(bytes), name(name) {}

  /// False at the end; otherwise `number`, and `value` or `bytes`, hold the next field.
  bool next() {
    if (rest.empty())
      return false;
    uint64_t key = readVarint();
    number = key >> 3;
    switch (key & 7) {
    case 0:
      value = readVarint();
      return true;
    case 1:
      bytes = take(8);
      return true;
    case 2:
      bytes = take(readVarint());
      return true;
    case 5:
      bytes = take(4);
      return true;
    default:
      refuse();
    }
  }

  [[noreturn]] void refuse() const {
    throw InputError(fmt::format("{}: not a sentencepiece model: its fields are damaged", name));
  }

  float number32() const {
    float result = 0;
    if (bytes.size() != sizeof(result))
      refuse();
    std::memcpy(&result, bytes.data(), sizeof(result));
    return result;
  }

  uint64_t number = 0, value = 0;
  std::string_view bytes;

private:
  std::string_view take(uint64_t count) {
    if (count > rest.size())
      refuse();
    std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }

  uint64_t readVarint() {
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      auto byte = static_cast<unsigned char>(take(1).front());
      result |= uint64_t(byte & 0x7f) << shift;
      if (byte < 0x80)
        return result;
    }
    refuse();
  }

  std::string_view rest, name;
};

PieceModel::Piece readPiece(std::string_view bytes, std::string_view name) {
  PieceModel::Piece piece;
  for (Message field(bytes, name); field.next();) {
    if (field.number == 1)
      piece.text = field.bytes;
    if (field.number == 2)
      piece.score = field.number32();
    if (field.number == 3)
      piece.kind = static_cast<PieceModel::Kind>(field.value);
  }
  return piece;
}

void readTrainer(std::string_view bytes, std::string_view name, PieceModel &model) {
  for (Message field(bytes, name); field.next();) {
    if (field.number == 3)
      model.algorithm = static_cast<PieceModel::Algorithm>(field.value);
    if (field.number == 24)
      model.marksBlankBehind = field.value != 0;
    if (field.number == 35)
      model.fallsBackToBytes = field.value != 0;
    if (field.number == 44)
      model.unknownText = field.bytes;
  }
}

void readNormalizer(std::string_view bytes, std::string_view name, PieceModel &model) {
  for (Message field(bytes, name); field.next();) {
    if (field.number == 2)
      model.replacements = field.bytes;
    if (field.number == 3)
      model.addsDummyPrefix = field.value != 0;
    if (field.number == 4)
      model.removesExtraBlanks = field.value != 0;
    if (field.number == 5)
      model.escapesBlanks = field.value != 0;
  }
}

/// The only field of a denormalizer that counts is its list of replacements.
void refuseDenormalizer(std::string_view bytes, std::string_view name) {
  for (Message field(bytes, name); field.next();)
    if (field.number == 2 && !field.bytes.empty())
      throw InputError(fmt::format("{}: found a denormalizer_spec with a precompiled_charsmap, "
                                   "which is not supported",
                                   name));
}

/// What sentencepiece refuses when it loads a model.
void checkPieces(PieceModel &model, std::string_view name) {
  using Kind = PieceModel::Kind;
  auto refuse = [&](size_t id, std::string_view what) {
    throw InputError(fmt::format("{}: not a sentencepiece model: piece {} ({}) {}", name, id,
                                 quote(model.pieces[id].text), what));
  };
  std::unordered_set<std::string_view> normal, reserved;
  size_t byteCount = 0;
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const PieceModel::Piece &piece = model.pieces[id];
    if (piece.text.empty())
      refuse(id, "is empty");
    if (piece.kind < Kind::Normal || piece.kind > Kind::Byte)
      refuse(id, "is of an unknown kind");
    bool isReserved =
        piece.kind == Kind::Unknown || piece.kind == Kind::Control || piece.kind == Kind::Byte;
    if (!(isReserved ? reserved : normal).insert(piece.text).second)
      refuse(id, "is there twice");
    if (piece.kind == Kind::Unknown && model.unknownId >= 0)
      refuse(id, "is a second unknown piece");
    if (piece.kind == Kind::Unknown)
      model.unknownId = int32_t(id);
    if (piece.kind == Kind::Byte && (!model.fallsBackToBytes || byteOfPiece(piece.text) < 0))
      refuse(id, "is a byte, but byte_fallback is false or its text is not that of a byte");
    byteCount += piece.kind == Kind::Byte;
  }
  if (model.unknownId < 0)
    throw InputError(fmt::format("{}: not a sentencepiece model: it has no unknown piece", name));
  if (model.fallsBackToBytes && byteCount != 256)
    throw InputError(fmt::format("{}: not a sentencepiece model: byte_fallback is true, but it "
                                 "has {} pieces of bytes, not 256",
                                 name, byteCount));
}

} // namespace

int byteOfPiece(std::string_view piece) {
  unsigned value = 0;
  if (piece.size() != 6 || !piece.starts_with("<0x") || !piece.ends_with('>'))
    return -1;
  auto [end, failure] = std::from_chars(piece.data() + 3, piece.data() + 5, value, 16);
  return failure == std::errc() && end == piece.data() + 5 ? int(value) : -1;
}

PieceModel readPieceModel(std::string_view bytes, std::string_view name) {
  PieceModel model;
  for (Message field(bytes, name); field.next();) {
    if (field.number == 1)
      model.pieces.push_back(readPiece(field.bytes, name));
    if (field.number == 2)
      readTrainer(field.bytes, name, model);
    if (field.number == 3)
      readNormalizer(field.bytes, name, model);
    if (field.number == 5)
      refuseDenormalizer(field.bytes, name);
  }
  checkPieces(model, name);
  return model;
}

} // namespace transept::text
