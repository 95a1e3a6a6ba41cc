// SPDX-License-Identifier: Apache-2.0
//
// Candidates are never removed from the heap; one that no longer fits is skipped when it comes up.

#include "media/tokenizers/BytePairs.h"

#include "media/text/Unicode.h"

#include <algorithm>
#include <queue>

namespace transept::text {

namespace {

constexpr size_t none = size_t(-1);

struct Link {
  size_t previous, next;
  bool isAlive = true;
};

struct Candidate {
  int32_t rank, merged;
  size_t position; // of the left symbol

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
  std::vector<Link> links(symbols.size());
  for (size_t index = 0; index < links.size(); ++index)
    links[index] = {index == 0 ? none : index - 1, index + 1 == links.size() ? none : index + 1};
  std::vector<Candidate> fresh;
  auto propose = [&](size_t left) {
    size_t right = left == none ? none : links[left].next;
    if (right != none)
      if (const Merge *merge = find(symbols[left].id, symbols[right].id))
        fresh.push_back({merge->rank, merge->merged, left});
  };
  for (size_t index = 0; index < symbols.size(); ++index)
    propose(index);
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> heap(std::greater<>(),
                                                                              std::move(fresh));
  fresh.clear();
  while (!heap.empty()) {
    const Candidate candidate = heap.top();
    heap.pop();
    size_t left = candidate.position, right = links[left].next;
    if (links[left].isAlive && right != none) {
      const Merge *merge = find(symbols[left].id, symbols[right].id);
      if (merge && merge->merged == candidate.merged) {
        symbols[left].id = merge->merged;
        symbols[left].end = symbols[right].end;
        links[right].isAlive = false;
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
  size_t count = 0;
  for (size_t index = 0; index < symbols.size(); ++index)
    if (links[index].isAlive)
      symbols[count++] = symbols[index];
  symbols.resize(count);
}

TextPairs::TextPairs(const Asset &merges, std::string wordEnd) : wordEnd(std::move(wordEnd)) {
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
  }
}

int32_t TextPairs::intern(std::string_view text) {
  return ids.try_emplace(std::string(text), int32_t(ids.size())).first->second;
}

int32_t TextPairs::idOf(const std::string &text) const {
  auto found = ids.find(text);
  return found == ids.end() ? -1 : found->second;
}

std::vector<std::string_view> TextPairs::split(std::string_view word) const {
  std::vector<Symbol> symbols;
  for (size_t position = 0; position < word.size();) {
    size_t end = position + characterLength(word, position);
    std::string text(word.substr(position, end - position));
    if (end == word.size())
      text += wordEnd;
    symbols.push_back({idOf(text), position, end});
    position = end;
  }
  pairs.merge(symbols);
  std::vector<std::string_view> parts;
  for (const Symbol &symbol : symbols)
    parts.push_back(word.substr(symbol.begin, symbol.end - symbol.begin));
  return parts;
}

} // namespace transept::text
