// SPDX-License-Identifier: Apache-2.0
//
// Texts with ids, and which of them another text begins with: a double-array trie, which needs one
// memory access for a byte and can be used where it lies in a library.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_TRIE_H
#define TRANSEPT_MEDIA_TOKENIZERS_TRIE_H

#include "media/tokenizers/Table.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace transept::text {

class Trie {
public:
  /// One more than the highest id. A file of 64 MiB has fewer texts.
  static constexpr int32_t idLimit = (1 << 24) - 1;

  Trie() = default;
  /// Texts with ids in [0, idLimit); empty texts are ignored, and of equal ones all but the first.
  explicit Trie(std::vector<std::pair<std::string_view, int32_t>> texts);
  /// A view of what bytes() gave. Whatever they are, look-ups stay inside of them.
  explicit Trie(std::string_view bytes) : units(bytes) {}
  std::string_view bytes() const { return units.bytes(); }

  /// A place between the bytes of a text; the end of a text that is the beginning of none is none.
  using Node = uint64_t;
  static constexpr Node none = 0;
  Node root() const { return units.size() > 0 ? units[0] : none; }
  Node next(Node node, unsigned char byte) const {
    size_t position = (node >> baseShift) ^ byte;
    if (node == none || position >= units.size())
      return none;
    Node found = units[position];
    return (found & labelMask) == (used | byte) ? found : none;
  }
  Node walk(Node node, std::string_view text) const {
    for (char byte : text)
      node = next(node, static_cast<unsigned char>(byte));
    return node;
  }
  /// -1 where no text ends.
  static int32_t idAt(Node node) { return int32_t(node >> idShift & idLimit) - 1; }

  /// -1 for a text that is not there.
  int32_t idOf(std::string_view text) const { return text.empty() ? -1 : idAt(walk(root(), text)); }

  /// Calls `use` with the length and id of each that `text` begins with, shortest first.
  template <typename Use> void find(std::string_view text, Use use) const {
    Node node = root();
    for (size_t length = 0; length < text.size();) {
      node = next(node, static_cast<unsigned char>(text[length++]));
      if (node == none)
        return;
      if (int32_t id = idAt(node); id >= 0)
        use(length, id);
    }
  }

private:
  friend class TrieBuilder;
  /// Of a unit: the byte that leads to it and whether it is used (9 bits), the id of the text that
  /// ends there and 1 (24), and where its children are, each at base ^ byte (31). Children lie in
  /// one block of 256 units, and no two units have one base, so that the byte tells the parent.
  static constexpr uint64_t used = 256, labelMask = 511;
  static constexpr unsigned idShift = 9, baseShift = 33;

  Table<uint64_t> units;
};

} // namespace transept::text

#endif
