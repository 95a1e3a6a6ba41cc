// SPDX-License-Identifier: Apache-2.0
//
// Candidates are never removed from the heap; one that no longer fits is skipped when it comes up.

#include "media/tokenizers/BytePairs.h"

#include "base/PointerFile.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/ByteLevel.h"
#include "media/tokenizers/CompiledAsset.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory_resource>
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

size_t hashOf(int32_t left, int32_t right) {
  uint64_t key = uint64_t(uint32_t(left)) << 32 | uint32_t(right);
  return size_t(key * 0x9e3779b97f4a7c15 >> 32);
}

} // namespace

void BytePairs::set(const std::vector<Merge> &all) {
  std::vector<Merge> table(std::bit_ceil(2 * all.size() + 1), Merge{0, 0, 0, -1});
  const size_t mask = table.size() - 1;
  for (const Merge &each : all) {
    size_t place = hashOf(each.left, each.right) & mask;
    while (table[place].merged >= 0 &&
           (table[place].left != each.left || table[place].right != each.right))
      place = (place + 1) & mask;
    table[place] = each;
  }
  merges = Table<Merge>(std::move(table));
}

std::optional<BytePairs::Merge> BytePairs::find(int32_t left, int32_t right) const {
  if (left < 0 || right < 0)
    return std::nullopt;
  const size_t mask = merges.size() - 1;
  size_t place = hashOf(left, right);
  // A table without an empty place ends a search, too.
  for (size_t probe = 0; probe < merges.size(); ++probe) {
    const Merge merge = merges[(place + probe) & mask];
    if (merge.merged < 0)
      break;
    if (merge.left == left && merge.right == right)
      return merge;
  }
  return std::nullopt;
}

void BytePairs::merge(std::vector<Symbol> &symbols) const {
  if (symbols.size() >= none)
    throw std::length_error("a word of " + std::to_string(symbols.size()) + " symbols is too long");
  const auto count = uint32_t(symbols.size());
  // Words are short: one piece of the stack serves nearly all.
  constexpr size_t usual = 64;
  std::array<std::byte, usual * (sizeof(Link) + 4 * sizeof(Candidate))> space;
  std::pmr::monotonic_buffer_resource usualMemory(space.data(), space.size());
  std::pmr::memory_resource *memory =
      count <= usual ? &usualMemory : std::pmr::new_delete_resource();
  std::pmr::vector<Link> links(count, memory);
  for (uint32_t index = 0; index < count; ++index)
    links[index] = {index == 0 ? none : index - 1, index + 1 == count ? none : index + 1};
  std::pmr::vector<Candidate> fresh(memory);
  fresh.reserve(count);
  auto propose = [&](uint32_t left) {
    uint32_t right = left == none ? none : links[left].next;
    if (right != none)
      if (auto merge = find(symbols[left].id, symbols[right].id))
        fresh.push_back({merge->rank, merge->merged, left});
  };
  for (uint32_t index = 0; index < count; ++index)
    propose(index);
  std::priority_queue<Candidate, std::pmr::vector<Candidate>, std::greater<>> heap(
      std::greater<>(), std::move(fresh));
  fresh.clear();
  while (!heap.empty()) {
    const Candidate candidate = heap.top();
    heap.pop();
    uint32_t left = candidate.position, right = links[left].next;
    // Symbols without length are parts of others.
    if (symbols[left].length > 0 && right != none) {
      auto merge = find(symbols[left].id, symbols[right].id);
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

namespace {

struct MergeLine {
  std::string_view left, right;
  int32_t line;
};

/// The first line is a version, whatever it says; what follows the last newline does not count.
std::vector<MergeLine> readLines(std::string_view rest) {
  std::vector<MergeLine> lines;
  size_t line = 0;
  for (size_t end; (end = rest.find('\n')) != std::string_view::npos; ++line) {
    std::string_view text = strip(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    size_t blank = text.find_first_of(" \t");
    if (line == 0 || blank == std::string_view::npos)
      continue;
    std::string_view left = text.substr(0, blank), right = stripLeft(text.substr(blank));
    if (right.find_first_of(" \t") == std::string_view::npos)
      lines.push_back({left, right, int32_t(line)});
  }
  return lines;
}

} // namespace

TextPairs::TextPairs(const Asset &file, std::string wordEnd, Alphabet alphabet)
    : pairs(BytePairs::Order::WholeRank), wordEnd(std::move(wordEnd)) {
  std::string name(file.name);
  if (isCompiled(file.bytes)) {
    auto sections = readCompiled(file.bytes, name, CompiledKind::Merges, 4);
    pairs = BytePairs(BytePairs::Order::WholeRank, sections[0]);
    symbols = Vocabulary(sections[1], name);
    results = Table<int32_t>(sections[2]);
    joined = Joints(sections[3]);
    return;
  }
  refusePointerFile(file.bytes, name);
  TokenIds ids;
  auto intern = [&](std::string_view text) {
    return ids.try_emplace(std::string(text), int32_t(ids.size())).first->second;
  };
  std::vector<BytePairs::Merge> merges;
  std::vector<int32_t> all;
  for (const MergeLine &each : readLines(file.bytes)) {
    int32_t left = intern(each.left), right = intern(each.right);
    all.push_back(intern(std::string(each.left) += each.right));
    merges.push_back({left, right, each.line, all.back()});
  }
  pairs.set(merges);
  symbols = Vocabulary(ids);
  results = Table<int32_t>(std::move(all));
  std::vector<std::string> texts;
  forEachResult([&](std::string_view text) {
    texts.push_back(alphabet == Alphabet::Bytes ? tokenToBytes(text) : std::string(text));
  });
  joined = Joints(std::vector<std::string_view>(texts.begin(), texts.end()));
}

std::string TextPairs::compile() const {
  return writeCompiled(CompiledKind::Merges,
                       {pairs.bytes(), symbols.compile(), results.bytes(), joined.bytes()});
}

void TextPairs::split(std::string_view word, const std::function<void(std::string_view)> &add,
                      bool isEnd) const {
  auto beginsCharacter = [](char c) { return (c & 0xc0) != 0x80; };
  std::vector<Symbol> parts;
  parts.reserve(size_t(std::ranges::count_if(word, beginsCharacter)));
  const Trie &trie = symbols.trie();
  for (size_t position = 0; position < word.size();) {
    size_t end = position + characterLength(word, position);
    Trie::Node node = trie.walk(trie.root(), word.substr(position, end - position));
    if (end == word.size() && isEnd)
      node = trie.walk(node, wordEnd);
    // Ids are those of their places.
    parts.push_back({Trie::idAt(node), uint32_t(end - position)});
    position = end;
  }
  pairs.merge(parts);
  for (const Symbol &symbol : parts) {
    add(word.substr(0, symbol.length));
    word.remove_prefix(symbol.length);
  }
}

void TextPairs::forEachResult(const std::function<void(std::string_view)> &use) const {
  for (size_t index = 0; index < results.size(); ++index)
    use(symbols.pieceOf(results[index]));
}

} // namespace transept::text
