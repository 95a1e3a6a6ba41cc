// SPDX-License-Identifier: Apache-2.0
//
// The last layer is the default: it is the closest to the words that are produced, and in trained
// models its mean over the heads usually shows which source word each comes from.

#include "commands/AttentionFlags.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace transept::commands {

namespace {

/// Heads of each cross-attention.
std::vector<size_t> headCounts(const Model &model) {
  std::vector<size_t> counts;
  for (size_t number = 0; number < model.crossAttentionCount(); ++number)
    counts.push_back(detail::crossAttentionHeads(model.table(), number));
  return counts;
}

std::vector<size_t> firstNumbers(size_t count) {
  std::vector<size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), size_t(0));
  return numbers;
}

/// Sorted, each once.
std::vector<size_t> checked(const char *option, std::vector<size_t> numbers, size_t count) {
  std::ranges::sort(numbers);
  numbers.erase(std::ranges::unique(numbers).begin(), numbers.end());
  if (!numbers.empty() && numbers.back() >= count)
    throw CLI::ValidationError(
        option, fmt::format("expects numbers from 0 to {}, but got {}", count - 1, numbers.back()));
  return numbers;
}

} // namespace

void AttentionFlags::addTo(CLI::App &command, CLI::Option *json) {
  const char *group = "Cross-attention weights";
  command
      .add_option("--attention", extent,
                  "with --json: what each produced token looked at in the source, one row of "
                  "weights a token; `--attention all` for every layer and head [last layer, mean "
                  "of its heads]")
      ->expected(0, 1)
      ->default_str("chosen")
      ->type_name("all")
      ->needs(json)
      ->group(group);
  command.add_option("--attention-layers", layers, "decoder layers, from 0, e.g. 0,2 [the last]")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("--attention-heads", heads, "heads, from 0, e.g. 1,3 [their mean]")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_option("--alignment", picture,
                  "draw the weights of the first result to this SVG file, the mean of the chosen "
                  "layers and heads")
      ->type_name("FILE")
      ->group(group);
}

std::string AttentionFlags::takeArgument() {
  bool isOurs = extent.empty() || extent == "chosen" || extent == "all";
  return isOurs ? "" : std::exchange(extent, "chosen");
}

workbench::AttentionChoice AttentionFlags::resolve(const Model &model) const {
  const char *without = "needs --attention or --alignment";
  if (!isInResults() && picture.empty()) {
    if (!layers.empty())
      throw CLI::ValidationError("--attention-layers", without);
    if (!heads.empty())
      throw CLI::ValidationError("--attention-heads", without);
    return {};
  }
  std::vector<size_t> counts = headCounts(model);
  if (counts.empty())
    throw CLI::ValidationError(isInResults() ? "--attention" : "--alignment",
                               "this library has no cross-attention");
  bool wantsAll = extent == "all";
  workbench::AttentionChoice choice;
  choice.layers = checked("--attention-layers", layers, counts.size());
  if (choice.layers.empty())
    choice.layers = wantsAll ? firstNumbers(counts.size()) : std::vector{counts.size() - 1};
  size_t leastHeads = counts[choice.layers.front()];
  for (size_t layer : choice.layers)
    leastHeads = std::min(leastHeads, counts[layer]);
  choice.heads = checked("--attention-heads", heads, leastHeads);
  if (choice.heads.empty() && wantsAll)
    choice.heads = firstNumbers(leastHeads);
  return choice;
}

} // namespace transept::commands
