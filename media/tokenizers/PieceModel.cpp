// SPDX-License-Identifier: Apache-2.0
//
// The few fields that matter of sentencepiece_model.proto, from the wire format of protocol
// buffers. Of a field that comes again the last counts, and messages are merged.

#include "media/tokenizers/PieceModel.h"

#include "base/Error.h"

#include <cstring>
#include <fmt/format.h>

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

} // namespace

PieceModel readPieceModel(std::string_view bytes, std::string_view name) {
  PieceModel model;
  for (Message field(bytes, name); field.next();) {
    if (field.number == 1)
      model.pieces.push_back(readPiece(field.bytes, name));
    if (field.number == 2)
      readTrainer(field.bytes, name, model);
    if (field.number == 3)
      readNormalizer(field.bytes, name, model);
  }
  return model;
}

} // namespace transept::text
