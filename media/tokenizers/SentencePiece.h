// SPDX-License-Identifier: Apache-2.0
//
// The sentencepiece library behind an interface of strings: keeps its headers and its status codes
// out of everything else, and checks the ids that it does not check.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_SENTENCEPIECE_H
#define TRANSEPT_MEDIA_TOKENIZERS_SENTENCEPIECE_H

#include "media/tokenizers/PieceEncoder.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace transept::text {

class SentencePiece {
public:
  enum class DummyPrefix { AsTrained, Off };

  /// `model` is a serialized ModelProto; `name` is used in errors. Throws InputError.
  SentencePiece(std::string_view model, std::string_view name,
                DummyPrefix dummyPrefix = DummyPrefix::AsTrained);
  ~SentencePiece();

  /// Hands over the pieces of a text, one after another.
  void encode(std::string_view text, const PieceSink &add) const;
  std::string decode(const std::vector<std::string> &pieces) const;

  int32_t size() const;
  int32_t unknownId() const;
  /// The unknown piece's id when there is no such piece.
  int32_t idOf(std::string_view piece) const;
  bool contains(std::string_view piece) const;
  /// `id` in [0, size()).
  const std::string &pieceOf(int32_t id) const;

private:
  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor;
  /// Null for the rare models whose texts the library encodes.
  std::unique_ptr<PieceEncoder> encoder;
};

} // namespace transept::text

#endif
