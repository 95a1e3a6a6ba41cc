// SPDX-License-Identifier: Apache-2.0
//
// The model names a source by its place in the batch, which is turned into the line or file that it
// came from.

#include "commands/SourceIsolation.h"

#include "transept/error.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

namespace transept::commands {

namespace {

struct Refusal {
  size_t index;
  std::string problem;
};

/// "the length of sources[3] is 9, but ..." -> 3, "the length is 9, but ..."; nothing where no
/// source below `count` is named.
std::optional<Refusal> refusalIn(std::string_view message, size_t count) {
  constexpr std::string_view beginning = "sources[", of = " of ", aside = " (of ";
  size_t at = message.find(beginning);
  if (at == message.npos)
    return std::nullopt;
  std::string_view before = message.substr(0, at), behind = message.substr(at + beginning.size());
  size_t index = 0;
  auto [end, error] = std::from_chars(behind.data(), behind.data() + behind.size(), index);
  behind.remove_prefix(size_t(end - behind.data()));
  if (error != std::errc() || index >= count || !behind.starts_with(']'))
    return std::nullopt;
  behind.remove_prefix(1);
  std::string_view name = "it";
  if (before.ends_with(aside) && behind.starts_with(')'))
    before.remove_suffix(aside.size()), behind.remove_prefix(1), name = "";
  else if (before.ends_with(of))
    before.remove_suffix(of.size()), name = "";
  else if (behind.starts_with('.'))
    behind.remove_prefix(1), name = "its ";
  return Refusal{index, fmt::format("{}{}{}", before, name, behind)};
}

} // namespace

std::vector<Outcome>
SourceIsolation::run(const std::vector<GenerateSource> &batch,
                     const std::function<std::vector<std::string>(const Sources &)> &process) {
  std::vector<Outcome> outcomes;
  Sources usable;
  std::vector<size_t> places; // of the usable ones
  for (const GenerateSource &source : batch) {
    outcomes.push_back({.lines = {}, .problem = source.problem});
    if (source.problem.empty()) {
      usable.push_back(&source);
      places.push_back(outcomes.size() - 1);
    } else if (!goesOn) {
      break;
    }
  }
  while (!usable.empty()) {
    try {
      std::vector<std::string> lines = process(usable);
      for (size_t index = 0; index < lines.size(); ++index)
        outcomes[places[index]].lines = std::move(lines[index]);
      break;
    } catch (const Error &error) {
      std::optional<Refusal> refusal = refusalIn(error.what(), usable.size());
      if (!refusal)
        throw;
      outcomes[places[refusal->index]].problem = refusal->problem;
      if (!goesOn)
        outcomes.resize(places[refusal->index] + 1);
      auto first = ptrdiff_t(refusal->index);
      auto eraseFrom = [&](auto &list) {
        list.erase(list.begin() + first, goesOn ? list.begin() + first + 1 : list.end());
      };
      eraseFrom(usable);
      eraseFrom(places);
    }
  }
  sources += outcomes.size();
  for (const Outcome &outcome : outcomes)
    problems += !outcome.problem.empty();
  return outcomes;
}

} // namespace transept::commands
