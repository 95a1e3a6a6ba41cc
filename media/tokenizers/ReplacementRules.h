// SPDX-License-Identifier: Apache-2.0
//
// The "precompiled charsmap" of sentencepiece: a double-array trie from texts to offsets into a
// list of replacements. sentencepiece's models and tokenizer.json hold the same bytes, but look
// them up in different ways.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_REPLACEMENTRULES_H
#define TRANSEPT_MEDIA_TOKENIZERS_REPLACEMENTRULES_H

#include "media/tokenizers/Table.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace transept::text {

class ReplacementRules {
public:
  struct Match {
    /// Bytes that are replaced.
    size_t length;
    std::string_view replacement;
  };

  ReplacementRules() = default;
  /// Errors name `where`. Throws InputError for what is no trie with its replacements.
  ReplacementRules(std::string_view bytes, const std::string &where);

  /// A view of what the two functions below gave.
  static ReplacementRules compiled(std::string_view trie, std::string_view replacements);
  std::string_view trieBytes() const { return trie.bytes(); }
  std::string_view replacementBytes() const { return replacements.bytes(); }

  bool anyBeginsWith(std::string_view text) const;
  bool empty() const { return trie.size() == 0; }
  /// The rule with the shortest, or the longest, text that `text` begins with.
  std::optional<Match> shortest(std::string_view text) const { return find(text, true); }
  std::optional<Match> longest(std::string_view text) const { return find(text, false); }

private:
  std::optional<Match> find(std::string_view text, bool isFirst) const;

  Table<uint32_t> trie;
  Table<char> replacements;
};

} // namespace transept::text

#endif
