// SPDX-License-Identifier: Apache-2.0
//
// Tokens in the order of their ids, so that an id is its own place in most vocabularies.

#include "media/tokenizers/Vocabulary.h"

#include "base/Error.h"
#include "media/tokenizers/CompiledAsset.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::text {

std::string bytePiece(unsigned char byte) {
  return fmt::format("<0x{:02X}>", byte);
}

TextTable::TextTable(const std::vector<std::string_view> &texts) {
  std::vector<uint32_t> ends;
  std::vector<char> all;
  for (std::string_view text : texts) {
    all.insert(all.end(), text.begin(), text.end());
    ends.push_back(uint32_t(all.size()));
  }
  textEnds = Table<uint32_t>(std::move(ends));
  pool = Table<char>(std::move(all));
}

Vocabulary::Vocabulary(const TokenIds &given) {
  std::vector<std::pair<int32_t, std::string_view>> sorted;
  for (const auto &[token, id] : given)
    sorted.emplace_back(id, token);
  std::ranges::sort(sorted);
  std::vector<int32_t> sortedIds;
  std::vector<std::string_view> texts;
  std::vector<std::pair<std::string_view, int32_t>> entries;
  for (const auto &[id, token] : sorted) {
    entries.emplace_back(token, int32_t(texts.size()));
    sortedIds.push_back(id);
    texts.push_back(token);
  }
  ids = Table<int32_t>(std::move(sortedIds));
  tokens = TextTable(texts);
  places = Trie(std::move(entries));
}

Vocabulary::Vocabulary(std::string_view compiled, std::string_view name) {
  auto sections = readCompiled(compiled, name, CompiledKind::Vocabulary, 4);
  ids = Table<int32_t>(sections[0]);
  tokens = TextTable(sections[1], sections[2]);
  places = Trie(sections[3]);
  if (tokens.size() != ids.size())
    throw InputError(fmt::format("{}: a compiled asset is damaged", name));
}

std::string Vocabulary::compile() const {
  return writeCompiled(CompiledKind::Vocabulary,
                       {ids.bytes(), tokens.ends(), tokens.texts(), places.bytes()});
}

int32_t Vocabulary::idOf(std::string_view token) const {
  int32_t place = places.idOf(token);
  return place < 0 ? -1 : idAt(place);
}

std::optional<std::string_view> Vocabulary::tokenOf(int32_t id) const {
  if (id < 0)
    return std::nullopt;
  if (size_t(id) < ids.size() && ids[size_t(id)] == id)
    return tokens[size_t(id)];
  size_t first = 0, last = ids.size();
  while (first < last) {
    size_t middle = first + (last - first) / 2;
    if (ids[middle] < id)
      first = middle + 1;
    else
      last = middle;
  }
  return first < ids.size() && ids[first] == id ? std::optional(tokens[first]) : std::nullopt;
}

std::string Vocabulary::pieceOf(int32_t id) const {
  return std::string(tokenOf(id).value_or(""));
}

} // namespace transept::text
