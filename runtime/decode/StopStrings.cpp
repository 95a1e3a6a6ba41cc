// SPDX-License-Identifier: Apache-2.0
//
// Looks at no more of a result's end than a stop string can reach back to.

#include "runtime/decode/StopStrings.h"

#include "runtime/base/Messages.h"

#include <algorithm>

namespace transept::runtime {

StopStrings::StopStrings(const GenerationSettings &settings, Engine &engine,
                         const transept_generation_options *options)
    : settings(settings) {
  if (settings.stopStrings.empty())
    return;
  for (const std::string &each : settings.stopStrings)
    longest = std::max(longest, each.size());
  if (options && options->token_text) {
    call = options->token_text;
    context = options->token_text_context;
    return;
  }
  context = engine.texts.open(settings.usesCppNames ? "set tokenText, or no stopStrings"
                                                    : "set token_text, or no stop_strings");
  call = engine.table.text->token_text;
}

const std::string &StopStrings::textOf(std::int32_t id) const {
  auto [place, isNew] = texts.try_emplace(id);
  std::string &known = place->second;
  if (!isNew)
    return known;
  auto ask = [&] { return call(context, id, known.data(), known.size()); };
  known.resize(32);
  std::uint64_t size = ask();
  if (size != UINT64_MAX && size > known.size()) {
    known.resize(size);
    size = ask();
  }
  if (size > known.size()) {
    texts.erase(place);
    fail(ErrorCode::Cancelled, "the function ", settings.named("token_text", "tokenText"),
         " asked to stop");
  }
  known.resize(size);
  return known;
}

bool StopStrings::find(std::span<const std::int32_t> ids, std::int32_t next) const {
  const std::string &last = textOf(next);
  if (last.empty())
    return false;
  std::size_t before = 0, first = ids.size();
  while (first != 0 && before + 1 < longest)
    before += textOf(ids[--first]).size();
  std::string end;
  for (std::int32_t id : ids.subspan(first))
    end += textOf(id);
  end += last;
  return std::ranges::any_of(settings.stopStrings, [&](const std::string &stop) {
    std::size_t from = before + 1 < stop.size() ? 0 : before + 1 - stop.size();
    return end.find(stop, from) != end.npos;
  });
}

} // namespace transept::runtime
