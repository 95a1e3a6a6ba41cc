// SPDX-License-Identifier: Apache-2.0
//
// Searches run as generation does, one step from each beginning; an observer sees the results.

#include "workbench/trace/SearchRecorder.h"

#include "transept/observe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace transept::workbench {
namespace {

constexpr size_t kSearchedRows = 16;
/// Sums of exponentials in f32, relative.
constexpr double kRounding = 1e-5;

/// The position of a row of an invocation in its target.
int64_t positionOf(const transept_invocation &invocation, int64_t row) {
  int64_t sequence = 0;
  while (invocation.sequence_offsets[sequence + 1] <= row)
    ++sequence;
  return invocation.past_lengths[sequence] + row - invocation.sequence_offsets[sequence];
}

SearchedRow searchedRow(const transept_invocation &invocation, int64_t request) {
  SearchedRow result;
  const int64_t first = request * invocation.candidate_count,
                last = first + invocation.candidate_count;
  result.ids.assign(invocation.candidate_ids + first, invocation.candidate_ids + last);
  result.logits.assign(invocation.candidate_logits + first, invocation.candidate_logits + last);
  result.logSumExp = invocation.log_sum_exp[request];
  if (invocation.excluded_offsets) {
    const int64_t begin = invocation.excluded_offsets[request],
                  end = invocation.excluded_offsets[request + 1];
    result.excludedIds.assign(invocation.excluded_ids + begin, invocation.excluded_ids + end);
    result.excludedLogits.assign(invocation.excluded_logits + begin,
                                 invocation.excluded_logits + end);
  }
  return result;
}

/// The `count` best of a row without what is excluded, as a search should give them.
std::vector<float> bestLogits(std::span<const float> row, const SearchedRow &searched) {
  std::vector<float> left(row.begin(), row.end());
  for (int32_t id : searched.excludedIds)
    left[size_t(id)] = -INFINITY;
  left.resize(std::max(left.size(), searched.logits.size()), -INFINITY);
  std::ranges::sort(left, std::greater());
  left.resize(searched.logits.size());
  return left;
}

double logSumExp(std::span<const float> row) {
  double maximum = *std::ranges::max_element(row), sum = 0;
  for (float logit : row)
    sum += std::exp(double(logit) - maximum);
  return maximum + std::log(sum);
}

std::string problemOf(const SearchedRow &searched, std::span<const float> row) {
  std::string place = fmt::format("in row {}", searched.row);
  double expected = logSumExp(row);
  if (!(std::abs(double(searched.logSumExp) - expected) <=
        kRounding * std::max(1.0, std::abs(expected))))
    return fmt::format("log_sum_exp is {:.8g} {}, but the logits there give {:.8g}",
                       searched.logSumExp, place, expected);
  std::vector<float> best = bestLogits(row, searched);
  for (size_t index = 0; index < best.size(); ++index)
    if (best[index] != searched.logits[index])
      return fmt::format("best_logits is {:.8g} {}, column {}, but the logits there give {:.8g}",
                         searched.logits[index], place, index, best[index]);
  std::set<int32_t> seen(searched.excludedIds.begin(), searched.excludedIds.end());
  for (size_t index = 0; index < best.size(); ++index) {
    int32_t id = searched.ids[index];
    if (best[index] == -INFINITY)
      continue;
    if (id < 0 || size_t(id) >= row.size() || !seen.insert(id).second ||
        row[size_t(id)] != best[index])
      return fmt::format("best_ids is {} {}, column {}, but that is not the token whose logit is "
                         "{:.8g}",
                         id, place, index, best[index]);
  }
  for (size_t index = 0; index < searched.excludedIds.size(); ++index)
    if (float logit = row[size_t(searched.excludedIds[index])];
        logit != searched.excludedLogits[index])
      return fmt::format("excluded_logits is {:.8g} {} for token {}, but the logit there is {:.8g}",
                         searched.excludedLogits[index], place, searched.excludedIds[index], logit);
  return "";
}

} // namespace

std::vector<SearchedRow> recordSearch(const Model &model, const story::Program &decode,
                                      const Source &source, const std::vector<Id> &target,
                                      const std::vector<Id> &suppressed, int64_t firstRow) {
  // A beginning needs room for one token more.
  size_t count = std::min({target.size(), kSearchedRows, model.maximumTargetLength() - 1});
  if (count == 0)
    return {};
  GenerateOptions options{.beams = model.targetVocabularySize() < 4 ? 1 : 2,
                          .returnCount = 1,
                          .maximumNewTokens = 1,
                          .minimumLength = 0,
                          .minimumNewTokens = 0,
                          .decoderStart = target.front(),
                          .forcedBeginning = -1,
                          .forcedEnd = -1,
                          .sample = false};
  if (!suppressed.empty())
    options.suppressed = suppressed;
  for (size_t length = 1; length <= count; ++length)
    options.prompts.emplace_back(target.begin(), target.begin() + std::ptrdiff_t(length));
  std::map<int64_t, SearchedRow> rows;
  {
    Observer observer(model, [&](const Observation &each) {
      if (each.isEncode || decode.launches.at(each.launch).kind != "merge_search")
        return;
      const transept_invocation &invocation = *each.invocation;
      for (int64_t request = 0; request < invocation.requested_count; ++request) {
        if (invocation.candidate_count == 0)
          continue;
        int64_t position = positionOf(invocation, invocation.requested_rows[request]);
        rows[position] = searchedRow(invocation, request);
        rows[position].row = firstRow + position;
      }
    });
    try {
      model.generateBatch(std::vector<Source>(count, source), options);
    } catch (const Error &) {
      // The search refuses scores that are no numbers, and ids that do not exist: what was seen of
      // them is what a trace is for.
      if (rows.empty())
        throw;
    }
  }
  std::vector<SearchedRow> result;
  for (auto &[position, row] : rows)
    if (position < int64_t(count))
      result.push_back(std::move(row));
  return result;
}

std::string problemOfSearches(const Trace &trace) {
  const TracedValue *logits = trace.find("logits");
  for (const SearchedRow &searched : trace.searched) {
    std::span<const float> row(logits->rows.data() + searched.row * logits->width,
                               size_t(logits->width));
    if (std::string problem = problemOf(searched, row); !problem.empty())
      return problem;
  }
  return "";
}

} // namespace transept::workbench
