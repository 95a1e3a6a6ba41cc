// SPDX-License-Identifier: Apache-2.0
//
// The longest end of a result that was there before says most: in the result itself, where the last
// place counts that a whole draft follows, or else in the source, where the first does.

#include "runtime/decode/Drafts.h"

#include "runtime/base/Messages.h"

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
  auto length = std::int64_t(ids.size());
  std::int64_t limit = std::min(settings.draftLength, rules.maximumLength() - length - 1);
  if (limit <= 0)
    return;
  if (guesser.call)
    ask(ids, limit, draft);
  else
    lookUp(ids, limit, draft);
  auto unfit = std::ranges::find_if(
      draft, [&](const std::int32_t &id) { return !canFollow(id, length + (&id - draft.data())); });
  draft.erase(unfit, draft.end());
}

void Drafts::ask(Ids ids, std::int64_t limit, std::vector<std::int32_t> &draft) const {
  draft.resize(std::size_t(limit));
  auto generatedFrom = std::uint64_t(std::min(rules.promptLength(), std::int64_t(ids.size())));
  std::int64_t count = guesser.call(guesser.context, guesser.source, ids.data(), ids.size(),
                                    generatedFrom, draft.data(), draft.size());
  if (count < 0)
    fail(ErrorCode::Cancelled, "the function guess asked to stop");
  if (count > limit)
    failArgument("the number of ids that guess returned behind " + text(ids.size()) +
                     " tokens of sources[" + text(guesser.source) + "]",
                 count, rangeText(0, limit));
  draft.resize(std::size_t(count));
  for (std::size_t index = 0; index < draft.size(); ++index)
    checkCallbackId(settings, draft[index], text(index) + " that guess returned", ids.size(),
                    guesser.source);
}

void Drafts::lookUp(Ids ids, std::int64_t limit, std::vector<std::int32_t> &draft) const {
  Ids followers;
  auto size = std::min<std::size_t>(ids.size() - 1, std::size_t(settings.lookupNgramSize));
  for (; size != 0 && followers.empty(); --size)
    followers = followersOf(ids.last(size), ids);
  followers = followers.first(std::min(followers.size(), std::size_t(limit)));
  draft.assign(followers.begin(), followers.end());
}

} // namespace transept::runtime
