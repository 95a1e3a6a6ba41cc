// SPDX-License-Identifier: Apache-2.0
//
// For results that may only be some of a known list (names, labels, fixed phrases): a set of
// sequences of tokens that says what may follow each beginning of one.
//
//     transept::TokenTrie names;
//     for (const std::vector<transept::Id> &name : all)
//       names.add(name);
//     auto result = model.generate(source, {.allowedIds = [&](const transept::TokenPrefix &prefix)
//     {
//       return names.allowedAfter(prefix.generated, ends);
//     }});
#ifndef TRANSEPT_TOKEN_TRIE_H
#define TRANSEPT_TOKEN_TRIE_H

#include "transept/options.h"

#include <map>

namespace transept {

class TokenTrie {
public:
  TokenTrie() : nodes(1) {}

  /// Adds a sequence, without an end id.
  void add(std::span<const Id> ids) {
    std::size_t node = 0;
    for (Id id : ids) {
      auto [next, isNew] = nodes[node].next.emplace(id, nodes.size());
      node = next->second;
      if (isNew)
        nodes.emplace_back();
    }
    nodes[node].isComplete = true;
  }

  /// The ids that follow `ids` in the sequences which begin with it; where it is one of them,
  /// `ends` as well. Empty where no sequence begins with it.
  std::vector<Id> allowedAfter(std::span<const Id> ids, std::span<const Id> ends) const {
    std::size_t node = 0;
    for (Id id : ids) {
      auto next = nodes[node].next.find(id);
      if (next == nodes[node].next.end())
        return {};
      node = next->second;
    }
    std::vector<Id> allowed;
    for (const auto &[id, next] : nodes[node].next)
      allowed.push_back(id);
    if (nodes[node].isComplete)
      allowed.insert(allowed.end(), ends.begin(), ends.end());
    return allowed;
  }

private:
  struct Node {
    std::map<Id, std::size_t> next; // number of the node behind each id
    bool isComplete = false;
  };
  std::vector<Node> nodes; // the first one: nothing generated yet
};

} // namespace transept

#endif
