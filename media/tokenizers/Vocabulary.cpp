// SPDX-License-Identifier: Apache-2.0
//
// Two hash maps over one copy of the texts.

#include "media/tokenizers/Vocabulary.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::text {

std::string bytePiece(unsigned char byte) {
  return fmt::format("<0x{:02X}>", byte);
}

Vocabulary::Vocabulary(TokenIds given) : ids(std::move(given)) {
  for (const auto &[token, id] : ids) {
    tokens[id] = &token;
    highest = std::max(highest, id);
  }
}

int32_t Vocabulary::idOf(std::string_view token) const {
  auto found = ids.find(token);
  return found == ids.end() ? -1 : found->second;
}

const std::string *Vocabulary::tokenOf(int32_t id) const {
  auto found = tokens.find(id);
  return found == tokens.end() ? nullptr : found->second;
}

std::string Vocabulary::pieceOf(int32_t id) const {
  const std::string *token = tokenOf(id);
  return token ? *token : std::string();
}

} // namespace transept::text
