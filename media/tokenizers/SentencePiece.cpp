// SPDX-License-Identifier: Apache-2.0
//
// Calls into libsentencepiece.

#include "media/tokenizers/SentencePiece.h"

#include "base/Error.h"
#include "base/PointerFile.h"
#include "media/tokenizers/PieceModel.h"

#include <algorithm>
#include <fmt/format.h>
#include <sentencepiece_processor.h>

namespace transept::text {

namespace {

/// Protocol buffers merge messages that are concatenated, so appending
/// ModelProto{normalizer_spec {add_dummy_prefix: false}} overrides that one field.
constexpr std::string_view dummyPrefixOff{"\x1a\x02\x18\x00", 4};

} // namespace

SentencePiece::SentencePiece(std::string_view model, std::string_view name, DummyPrefix dummyPrefix)
    : processor(std::make_unique<sentencepiece::SentencePieceProcessor>()) {
  refusePointerFile(model, std::string(name));
  std::string serialized(model);
  if (dummyPrefix == DummyPrefix::Off)
    serialized += dummyPrefixOff;
  auto status = processor->LoadFromSerializedProto(serialized);
  if (!status.ok() || model.empty())
    throw InputError(fmt::format("{}: not a sentencepiece model: {}", name, status.ToString()));
  encoder = createPieceEncoder(readPieceModel(serialized, name), name);
}

SentencePiece::~SentencePiece() = default;

void SentencePiece::encode(std::string_view text, const PieceSink &add) const {
  if (encoder)
    return encoder->encode(text, add);
  std::vector<std::string> pieces;
  if (processor->Encode({text.data(), text.size()}, &pieces).ok())
    std::ranges::for_each(pieces, add);
}

std::string SentencePiece::decode(const std::vector<std::string> &pieces) const {
  std::string text;
  auto status = processor->Decode(pieces, &text);
  return status.ok() ? text : std::string();
}

int32_t SentencePiece::size() const {
  return processor->GetPieceSize();
}

int32_t SentencePiece::unknownId() const {
  return processor->unk_id();
}

int32_t SentencePiece::idOf(std::string_view piece) const {
  return processor->PieceToId({piece.data(), piece.size()});
}

bool SentencePiece::contains(std::string_view piece) const {
  return processor->IdToPiece(idOf(piece)) == piece;
}

const std::string &SentencePiece::pieceOf(int32_t id) const {
  return processor->IdToPiece(id);
}

} // namespace transept::text
