// SPDX-License-Identifier: Apache-2.0
//
// Where a text can be cut before anything looks for tokens in it: between two characters that stand
// side by side in no token. Words of languages without blanks become parts that come again.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_JOINTS_H
#define TRANSEPT_MEDIA_TOKENIZERS_JOINTS_H

#include "media/tokenizers/Table.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace transept::text {

class Joints {
public:
  /// Nothing can be cut.
  Joints() = default;
  /// Those of tokens, which may begin and end inside of a character.
  explicit Joints(std::span<const std::string_view> tokens);
  /// A view of what bytes() gave. Whatever they are, look-ups stay inside of them.
  explicit Joints(std::string_view bytes) : filter(bytes) {}
  std::string_view bytes() const { return filter.bytes(); }

  /// Bytes at the beginning of a valid text that is not empty, up to the first place at which it
  /// can be cut.
  size_t partLength(std::string_view text) const;

private:
  bool isJoined(std::string_view left, std::string_view right) const;
  bool contains(std::string_view left, std::string_view right) const;

  /// A filter: the bits of pairs that occur are set, and of few others. In front of it is whether
  /// any token begins or ends inside of a character.
  Table<uint64_t> filter;
};

} // namespace transept::text

#endif
