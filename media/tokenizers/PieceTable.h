// SPDX-License-Identifier: Apache-2.0
//
// A sentencepiece model as encoding and decoding use it; in libraries it lies compiled.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_PIECETABLE_H
#define TRANSEPT_MEDIA_TOKENIZERS_PIECETABLE_H

#include "media/tokenizers/Joints.h"
#include "media/tokenizers/PieceModel.h"
#include "media/tokenizers/ReplacementRules.h"
#include "media/tokenizers/Vocabulary.h"

#include <string>
#include <string_view>

namespace transept::text {

class PieceTable {
public:
  using Kind = PieceModel::Kind;

  /// `bytes` is a serialized ModelProto, or what compile() gave, which stays where it is. Throws
  /// InputError, which names `name`.
  PieceTable(std::string_view bytes, std::string_view name);
  std::string compile(bool addsDummyPrefix) const;

  int32_t size() const { return int32_t(texts.size()); }
  /// `id` in [0, size()).
  std::string_view text(int32_t id) const { return texts[size_t(id)]; }
  float score(int32_t id) const { return scores[size_t(id)]; }
  Kind kind(int32_t id) const { return static_cast<Kind>(kinds[size_t(id)]); }

  /// -1 where no piece has that text. Those of a meaning of their own come first.
  int32_t idOf(std::string_view piece) const {
    int32_t id = reservedId(piece);
    return id >= 0 ? id : normalId(piece);
  }
  /// Of unknown, control and byte pieces.
  int32_t reservedId(std::string_view piece) const { return checked(reserved.idOf(piece)); }
  /// Of all others: normal, user defined and unused.
  int32_t normalId(std::string_view piece) const { return checked(normal.idOf(piece)); }
  /// Of these. Whatever it gives is to be checked.
  const Trie &normalTrie() const { return normal; }
  const Joints &normalJoints() const { return joints; }
  int32_t checked(int32_t id) const { return id < size() ? id : -1; }

  /// What is neither a piece nor a text.
  struct Facts {
    int32_t unknownId, algorithm;
    float lowestScore, highestScore; // of normal pieces
    uint32_t longestPiece;           // of normalTrie(), in bytes
    bool fallsBackToBytes, marksBlankBehind, addsDummyPrefix, removesExtraBlanks, escapesBlanks;
    bool hasUnused, hasMarkInside; // a piece that is not to be used; U+2581 behind the first place
    bool reserved;                 // false: all bytes of the file are defined
  };
  Facts facts{};
  std::string unknownText;
  ReplacementRules rules;

private:
  void fill(const PieceModel &model);

  TextTable texts;
  Table<float> scores;
  Table<uint8_t> kinds;
  Trie normal, reserved;
  Joints joints; // of the former's
};

} // namespace transept::text

#endif
