// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, PrefixConstrainedLogitsProcessor.

#include "runtime/decode/AllowedTokens.h"

#include "runtime/base/Messages.h"
#include "runtime/decode/TokenRules.h"

#include <algorithm>

namespace transept::runtime {

void checkCallbackId(const GenerationSettings &settings, std::int32_t id, const std::string &name,
                     std::size_t length, std::uint64_t source) {
  if (id < 0 || std::uint64_t(id) >= settings.vocabularySize)
    failArgument("id " + name + " behind " + text(length) + " tokens of sources[" + text(source) +
                     "]",
                 id, rangeText(0, settings.vocabularySize - 1));
}

void AllowedTokens::keepOnly(const GenerationSettings &settings, std::span<const std::int32_t> ids,
                             std::int64_t generatedFrom, ExcludedIds &result) const {
  const std::int32_t *given = nullptr;
  std::uint64_t count = 0;
  std::string_view name = settings.named("allowed_ids", "allowedIds");
  if (call(context, source, ids.data(), ids.size(),
           std::uint64_t(std::min<std::int64_t>(generatedFrom, std::ssize(ids))), &given,
           &count) != 0)
    fail(ErrorCode::Cancelled, "the function ", name, " asked to stop");
  if (!given || count == 0)
    fail(ErrorCode::InvalidArgument, name, " allows no id behind ", ids.size(),
         " tokens of sources[", source, "], but must allow one or more");
  std::vector<ChangedId> &allowed = result.others;
  allowed.clear();
  for (std::uint64_t index = 0; index < count; ++index) {
    checkCallbackId(settings, given[index], text(index) + " that " + text(name) + " allows",
                    ids.size(), source);
    allowed.push_back({given[index]});
  }
  std::ranges::sort(allowed, {}, &ChangedId::id);
  auto repeated = std::ranges::unique(allowed, {}, &ChangedId::id);
  allowed.erase(repeated.begin(), repeated.end());

  auto changed = result.changes.begin(), end = result.changes.end();
  for (ChangedId &each : allowed) {
    while (changed != end && changed->id < each.id)
      ++changed;
    if (changed != end && changed->id == each.id)
      each = *changed;
    else if (result.areOthersBanned)
      each.changes = ScoreChange::Ban;
  }
  result.changes.swap(allowed);
  result.areOthersBanned = true;
}

} // namespace transept::runtime
