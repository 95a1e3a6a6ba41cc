// SPDX-License-Identifier: Apache-2.0
//
// The longest end of a result that was there before says most: in the result itself, where the last
// place counts that a whole draft follows, or else in the source, where the first does.

#include "runtime/decode/Drafts.h"

#include <algorithm>

namespace transept::runtime {

/// What stands behind `last`, which are the last of `ids`, elsewhere.
Drafts::Ids Drafts::followersOf(Ids last, Ids ids) const {
  auto behind = [&](Ids where, auto found) {
    return where.subspan(std::size_t(found - where.begin()) + last.size());
  };
  auto draft = std::min(std::size_t(settings.lookupLength), ids.size());
  Ids begun = ids.first(ids.size() - draft), earlier = ids.first(ids.size() - 1);
  if (auto found = std::find_end(begun.begin(), begun.end(), last.begin(), last.end());
      found != begun.end())
    return behind(ids, ids.begin() + (found - begun.begin()));
  if (auto found = std::search(earlier.begin(), earlier.end(), last.begin(), last.end());
      found != earlier.end())
    return behind(ids, ids.begin() + (found - earlier.begin()));
  auto found = std::search(source.begin(), source.end(), last.begin(), last.end());
  return found == source.end() ? Ids() : behind(source, found);
}

/// A source may have ids that the target lacks.
bool Drafts::canFollow(std::int32_t id, std::int64_t length) const {
  return id >= 0 && std::uint64_t(id) < settings.vocabularySize && id != settings.uncounted &&
         !rules.isEnd(id) && length + 1 < rules.maximumLength() && rules.forcedId(length + 1) == -1;
}

void Drafts::guess(Ids ids, std::vector<std::int32_t> &draft) const {
  draft.clear();
  if (settings.lookupLength == 0)
    return;
  Ids followers;
  auto size = std::min<std::size_t>(ids.size() - 1, std::size_t(settings.lookupNgramSize));
  for (; size != 0 && followers.empty(); --size)
    followers = followersOf(ids.last(size), ids);
  auto length = std::int64_t(ids.size());
  for (std::int32_t id : followers) {
    if (std::int64_t(draft.size()) == settings.lookupLength || !canFollow(id, length))
      return;
    draft.push_back(id);
    ++length;
  }
}

} // namespace transept::runtime
