// SPDX-License-Identifier: Apache-2.0
//
// Candidates are never removed from the heap; one that no longer fits is skipped when it comes up.

#include "media/tokenizers/BytePairs.h"

#include "base/PointerFile.h"
#include "media/text/Unicode.h"

#include <algorithm>
#include <queue>
#include <stdexcept>

namespace transept::text {

namespace {

constexpr uint32_t none = UINT32_MAX;

struct Link {
  uint32_t previous, next;
};

struct Candidate {
  int32_t rank, merged;
  uint32_t position; // of the left symbol

  bool operator>(const Candidate &other) const {
    return rank != other.rank ? rank > other.rank : position > other.position;
  }
};

uint64_t pairKey(int32_t left, int32_t right) {
  return uint64_t(uint32_t(left)) << 32 | uint32_t(right);
}

} // namespace

void BytePairs::add(int32_t left, int32_t right, int32_t rank, int32_t merged) {
  merges[pairKey(left, right)] = {rank, merged};
}

const BytePairs::Merge *BytePairs::find(int32_t left, int32_t right) const {
  if (left < 0 || right < 0)
    return nullptr;
  auto found = merges.find(pairKey(left, right));
  return found == merges.end() ? nullptr : &found->second;
}

void BytePairs::merge(std::vector<Symbol> &symbols) const {
  if (symbols.size() >= none)
    throw std::length_error("a word of " + std::to_string(symbols.size()) + " symbols is too long");
  const auto count = uint32_t(symbols.size());
  std::vector<Link> links(count);
  for (uint32_t index = 0; index < count; ++index)
    links[index] = {index == 0 ? none : index - 1, index + 1 == count ? none : index + 1};
  std::vector<Candidate> fresh;
  auto propose = [&](uint32_t left) {
    uint32_t right = left == none ? none : links[left].next;
    if (right != none)
      if (const Merge *merge = find(symbols[left].id, symbols[right].id))
        fresh.push_back({merge->rank, merge->merged, left});
  };
  for (uint32_t index = 0; index < count; ++index)
    propose(index);
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> heap(std::greater<>(),
                                                                              std::move(fresh));
  fresh.clear();
  while (!heap.empty()) {
    const Candidate candidate = heap.top();
    heap.pop();
    uint32_t left = candidate.position, right = links[left].next;
    // Symbols without length are parts of others.
    if (symbols[left].length > 0 && right != none) {
      const Merge *merge = find(symbols[left].id, symbols[right].id);
      if (merge && merge->merged == candidate.merged) {
        symbols[left] = {merge->merged, symbols[left].length + symbols[right].length};
        symbols[right].length = 0;
        links[left].next = links[right].next;
        if (links[left].next != none)
          links[links[left].next].previous = left;
        propose(links[left].previous);
        propose(left);
      }
    }
    if (order == Order::WholeRank && !heap.empty() && heap.top().rank == candidate.rank)
      continue;
    for (const Candidate &each : fresh)
      heap.push(each);
    fresh.clear();
  }
  std::erase_if(symbols, [](const Symbol &symbol) { return symbol.length == 0; });
}

TextPairs::TextPairs(const Asset &merges, std::string wordEnd) : wordEnd(std::move(wordEnd)) {
  refusePointerFile(merges.bytes, std::string(merges.name));
  std::string_view rest = merges.bytes;
  // The first line is a version, whatever it says; what follows the last newline does not count.
  size_t line = 0;
  for (size_t end; (end = rest.find('\n')) != std::string_view::npos; ++line) {
    std::string_view text = strip(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    size_t blank = text.find_first_of(" \t");
    if (line == 0 || blank == std::string_view::npos)
      continue;
    std::string_view left = text.substr(0, blank), right = stripLeft(text.substr(blank));
    if (right.find_first_of(" \t") != std::string_view::npos)
      continue;
    std::string merged = std::string(left) += right;
    pairs.add(intern(left), intern(right), int32_t(line), intern(merged));
    results.push_back(&ids.find(merged)->first);
  }
}

int32_t TextPairs::intern(std::string_view text) {
  return ids.try_emplace(std::string(text), int32_t(ids.size())).first->second;
}

void TextPairs::split(std::string_view word,
                      const std::function<void(std::string_view)> &add) const {
  auto beginsCharacter = [](char c) { return (c & 0xc0) != 0x80; };
  std::vector<Symbol> symbols;
  symbols.reserve(size_t(std::ranges::count_if(word, beginsCharacter)));
  for (size_t position = 0; position < word.size();) {
    size_t end = position + characterLength(word, position);
    std::string text(word.substr(position, end - position));
    if (end == word.size())
      text += wordEnd;
    auto found = ids.find(text);
    symbols.push_back({found == ids.end() ? -1 : found->second, uint32_t(end - position)});
    position = end;
  }
  pairs.merge(symbols);
  for (const Symbol &symbol : symbols) {
    add(word.substr(0, symbol.length));
    word.remove_prefix(symbol.length);
  }
}

void TextPairs::forEachResult(const std::function<void(const std::string &)> &use) const {
  for (const std::string *result : results)
    use(*result);
}

} // namespace transept::text
