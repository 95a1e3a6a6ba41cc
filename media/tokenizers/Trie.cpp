// SPDX-License-Identifier: Apache-2.0
//
// Units are given to nodes in the order of the sorted texts, depth first. Where a node's children
// fit is only looked for in the last blocks, because older ones are full but for a few units.

#include "media/tokenizers/Trie.h"

#include <algorithm>
#include <array>
#include <bitset>

namespace transept::text {

namespace {

constexpr uint32_t blockSize = 256, openBlocks = 16;

} // namespace

class TrieBuilder {
public:
  using Text = std::pair<std::string_view, int32_t>;

  explicit TrieBuilder(const std::vector<Text> &texts) : texts(texts) {
    addBlock();
    // Units without children have base 0.
    isBase[0] = true;
    std::vector<Work> works = {{0, 0, texts.size(), 0}};
    while (!works.empty()) {
      const Work work = works.back();
      works.pop_back();
      place(work, works);
    }
  }

  std::vector<uint64_t> units;

private:
  /// A node whose texts are [first, last), equal in their first `depth` bytes.
  struct Work {
    uint32_t unit;
    size_t first, last, depth;
  };

  unsigned char byteAt(size_t text, size_t depth) const {
    return static_cast<unsigned char>(texts[text].first[depth]);
  }

  void place(Work work, std::vector<Work> &works) {
    if (work.first < work.last && texts[work.first].first.size() == work.depth) {
      units[work.unit] |= uint64_t(texts[work.first].second + 1) << Trie::idShift;
      while (work.first < work.last && texts[work.first].first.size() == work.depth)
        ++work.first;
    }
    if (work.first == work.last)
      return;
    // Where each child's texts begin.
    std::array<size_t, blockSize + 1> begins;
    size_t count = 0;
    for (size_t text = work.first; text < work.last; ++text)
      if (count == 0 || byteAt(text, work.depth) != labels[count - 1]) {
        labels[count] = byteAt(text, work.depth);
        begins[count++] = text;
      }
    begins[count] = work.last;
    uint32_t base = findBase(count);
    isBase[base] = true;
    units[work.unit] |= uint64_t(base) << Trie::baseShift;
    for (size_t child = 0; child < count; ++child) {
      uint32_t unit = base ^ labels[child];
      take(unit);
      units[unit] = Trie::used | labels[child];
      works.push_back({unit, begins[child], begins[child + 1], work.depth + 1});
    }
  }

  uint32_t findBase(size_t count) {
    constexpr int longestSearch = 256;
    int tries = 0;
    for (uint32_t unit = nextFree[0]; unit != 0 && tries < longestSearch;
         unit = nextFree[unit], ++tries) {
      uint32_t base = unit ^ labels[0];
      if (!isBase[base] && std::all_of(labels.begin(), labels.begin() + ptrdiff_t(count),
                                       [&](unsigned char label) { return isFree(base ^ label); }))
        return base;
    }
    auto block = uint32_t(units.size());
    addBlock();
    return block;
  }

  /// No byte leads to the root, unit 0, so that it is not marked as used.
  bool isFree(uint32_t unit) const { return unit != 0 && units[unit] == 0; }

  /// Free units are a ring through unit 0.
  void addBlock() {
    auto begin = uint32_t(units.size());
    units.resize(begin + blockSize);
    isBase.resize(begin + blockSize);
    nextFree.resize(begin + blockSize);
    previousFree.resize(begin + blockSize);
    for (uint32_t unit = begin; unit < begin + blockSize; ++unit) {
      if (unit == 0)
        continue;
      uint32_t last = previousFree[0];
      nextFree[last] = unit;
      previousFree[unit] = last;
      nextFree[unit] = 0;
      previousFree[0] = unit;
    }
    if (uint32_t blocks = begin / blockSize; blocks >= openBlocks)
      for (uint32_t unit = (blocks - openBlocks) * blockSize;
           unit < (blocks - openBlocks + 1) * blockSize; ++unit)
        if (isFree(unit))
          take(unit);
  }

  void take(uint32_t unit) {
    nextFree[previousFree[unit]] = nextFree[unit];
    previousFree[nextFree[unit]] = previousFree[unit];
  }

  const std::vector<Text> &texts;
  std::vector<bool> isBase;
  std::vector<uint32_t> nextFree, previousFree;
  std::array<unsigned char, blockSize> labels;
};

Trie::Trie(std::vector<std::pair<std::string_view, int32_t>> texts) {
  std::erase_if(texts, [](const auto &each) { return each.first.empty(); });
  std::ranges::stable_sort(texts, {}, &std::pair<std::string_view, int32_t>::first);
  if (!texts.empty())
    units = Table<uint64_t>(TrieBuilder(texts).units);
}

} // namespace transept::text
