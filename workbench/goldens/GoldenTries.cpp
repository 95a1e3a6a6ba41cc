// SPDX-License-Identifier: Apache-2.0
//
// Every path to a leaf becomes a sequence of a TokenTrie.

#include "workbench/goldens/GoldenTries.h"
#include "base/Error.h"
#include "base/Json.h"

#include "transept/token_trie.h"

#include <charconv>

namespace transept::workbench {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char *kWhere = "prefix_tries";

void addPaths(TokenTrie &trie, const Json &node, std::vector<Id> &path) {
  if (!node.is_object())
    refuseValue(node, kWhere, "objects in objects, with ids as keys");
  if (node.empty())
    return trie.add(path);
  for (const auto &[key, next] : node.items()) {
    Id id = 0;
    auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size())
      refuseValue(key, kWhere, "ids as keys");
    path.push_back(id);
    addPaths(trie, next, path);
    path.pop_back();
  }
}

} // namespace

std::function<std::vector<Id>(const TokenPrefix &)> readGoldenTries(const Json &tries,
                                                                    std::vector<Id> ends) {
  if (!tries.is_array() || tries.empty())
    refuseValue(tries, kWhere, "a list of one trie or more");
  std::vector<TokenTrie> read(tries.size());
  for (size_t index = 0; index < tries.size(); ++index) {
    std::vector<Id> path;
    addPaths(read[index], tries[index], path);
  }
  return [read = std::move(read), ends = std::move(ends)](const TokenPrefix &prefix) {
    return read[prefix.source % read.size()].allowedAfter(prefix.generated, ends);
  };
}

} // namespace transept::workbench
