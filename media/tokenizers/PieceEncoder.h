// SPDX-License-Identifier: Apache-2.0
//
// Texts to the pieces of a sentencepiece model, as sentencepiece 0.1.97 finds them, in a few bytes
// for each byte of the text: its library takes hundreds.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_PIECEENCODER_H
#define TRANSEPT_MEDIA_TOKENIZERS_PIECEENCODER_H

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace transept::text {

class PieceTable;

/// Takes the pieces of a text, one after another, each with the id of that text where it is known
/// without a look-up, or else -1.
using PieceSink = std::function<void(std::string_view piece, int32_t id)>;

class PieceEncoder {
public:
  virtual ~PieceEncoder() = default;
  /// Ids are the table's.
  virtual void encode(std::string_view text, const PieceSink &add) const = 0;
};

/// By the model's algorithm. Keeps a reference to `table`. Throws InputError, which names `name`.
std::unique_ptr<PieceEncoder> createPieceEncoder(const PieceTable &table, std::string_view name);

} // namespace transept::text

#endif
