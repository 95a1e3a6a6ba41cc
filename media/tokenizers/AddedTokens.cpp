// SPDX-License-Identifier: Apache-2.0
//
// A set of tokens and the lengths worth asking for.

#include "media/tokenizers/AddedTokens.h"

#include <algorithm>

namespace transept::text {

void AddedTokenMatcher::add(const std::string &content) {
  if (content.empty())
    return;
  tokens.insert(content);
  auto first = static_cast<unsigned char>(content.front());
  firsts[first] = true;
  if (content.size() < 3)
    isShort[first] = true;
  else
    beginnings[placeOf(content)] = true;
  auto &known = lengths[static_cast<unsigned char>(content.front())];
  auto place = std::lower_bound(known.begin(), known.end(), content.size(), std::greater<>());
  if (place == known.end() || *place != content.size())
    known.insert(place, content.size());
}

size_t AddedTokenMatcher::matchAt(std::string_view text) const {
  for (size_t length : lengths[static_cast<unsigned char>(text.front())])
    if (length <= text.size() && tokens.contains(text.substr(0, length)))
      return length;
  return 0;
}

} // namespace transept::text
