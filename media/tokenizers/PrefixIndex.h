// SPDX-License-Identifier: Apache-2.0
//
// Which texts of a list another text begins with.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_PREFIXINDEX_H
#define TRANSEPT_MEDIA_TOKENIZERS_PREFIXINDEX_H

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace transept::text {

class PrefixIndex {
public:
  PrefixIndex() = default;
  /// Texts with their ids; empty ones are ignored.
  explicit PrefixIndex(std::vector<std::pair<std::string, int32_t>> texts)
      : entries(std::move(texts)) {
    std::erase_if(entries, [](const Entry &entry) { return entry.first.empty(); });
    std::sort(entries.begin(), entries.end());
    for (size_t byte = 0; byte <= 256; ++byte)
      firsts[byte] =
          size_t(std::ranges::lower_bound(entries, int(byte), {}, firstByte) - entries.begin());
  }

  /// Calls `use` with the length and id of each that `text` begins with, shortest first.
  template <typename Use> void find(std::string_view text, Use use) const {
    if (text.empty())
      return;
    auto lead = static_cast<unsigned char>(text.front());
    auto first = entries.begin() + std::ptrdiff_t(firsts[lead]);
    auto last = entries.begin() + std::ptrdiff_t(firsts[size_t(lead) + 1]);
    for (size_t depth = 0; first != last;) {
      if (first->first.size() == depth + 1)
        use(depth + 1, first->second);
      if (++depth == text.size())
        return;
      auto byte = static_cast<unsigned char>(text[depth]);
      auto at = [depth](const Entry &entry) -> int {
        return depth < entry.first.size() ? static_cast<unsigned char>(entry.first[depth]) : -1;
      };
      first = std::partition_point(first, last, [&](const Entry &e) { return at(e) < byte; });
      last = std::partition_point(first, last, [&](const Entry &e) { return at(e) <= byte; });
    }
  }

private:
  using Entry = std::pair<std::string, int32_t>;
  static int firstByte(const Entry &entry) {
    return static_cast<unsigned char>(entry.first.front());
  }

  std::vector<Entry> entries; // sorted
  std::array<size_t, 257> firsts{};
};

} // namespace transept::text

#endif
