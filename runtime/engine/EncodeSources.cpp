// SPDX-License-Identifier: Apache-2.0
//
// The encode call. Own sources are encoded and published before waiting for those that other
// threads are encoding, so two batches with common sources can never wait for each other.

#include "runtime/engine/EncodeSources.h"

#include "runtime/base/Messages.h"
#include "runtime/base/RowCounts.h"
#include "runtime/base/Sizes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace transept::runtime {
namespace {

/// "sources[3].mask": for messages.
std::string nameOf(std::size_t number, std::string_view part) {
  return "sources[" + text(number) + "]." + text(part);
}

/// `what` is counted: "tokens".
void checkLength(const transept_model_table &table, std::size_t number, std::string_view what,
                 std::uint64_t length) {
  // A block without a vocabulary is defined on an empty source: its attention yields 0.
  std::uint64_t least = table.target_feature_width != 0 ? 0 : 1;
  if (length < least || length > table.maximum_source_length)
    fail(ErrorCode::InvalidArgument, "sources[", number, "] has ", length, " ", what,
         ", but must have ",
         table.maximum_source_length == UINT64_MAX ? text(least) + " or more"
                                                   : rangeText(least, table.maximum_source_length));
}

std::uint64_t keptCount(const transept_source_input &input) {
  if (!input.mask)
    return input.length;
  return input.length - std::uint64_t(std::count(input.mask, input.mask + input.length, 0));
}

void refuseFewerFeatures(const transept_source_input &input, std::size_t number,
                         std::string_view why) {
  if (input.allow_fewer_features != 0)
    failArgument("whether fewer features are allowed for sources[" + text(number) + "]", "true",
                 "false: this model " + text(why));
}

PackedSource packIds(const transept_model_table &table, const transept_source_input &input,
                     std::size_t number) {
  if (input.length != 0 && !input.ids)
    failArgument(nameOf(number, "ids"), "null", "a list of ids");
  checkLength(table, number, input.mask ? "unmasked tokens" : "tokens", keptCount(input));
  PackedSource source;
  std::int64_t next = 0; // position
  for (std::uint64_t index = 0; index < input.length; ++index) {
    bool isCounted =
        !table.has_uncounted_source_id || input.ids[index] != table.uncounted_source_id;
    std::int64_t own = isCounted ? next++ : next;
    std::string_view ids = "ids[", mask = "mask[", positions = "positions[";
    auto element = [&](std::string_view list) {
      return nameOf(number, text(list) + text(index) + "]");
    };
    if (input.mask && input.mask[index] > 1 + table.has_global_tokens)
      failArgument(element(mask), unsigned(input.mask[index]),
                   table.has_global_tokens ? "0, 1 or 2" : "0 or 1");
    if (input.mask && input.mask[index] == 0)
      continue;
    std::int32_t id = input.ids[index];
    if (id < 0 || std::uint32_t(id) >= table.source_vocabulary_size)
      failArgument(element(ids), id, rangeText(0, table.source_vocabulary_size - 1));
    if (!isCounted && !input.positions)
      failArgument(element(ids), id,
                   "masked, or another id: padding has no position in this model");
    std::int64_t position = input.positions ? input.positions[index] : own;
    std::uint64_t limit = std::min<std::uint64_t>(table.maximum_source_length, INT32_MAX);
    if (position < 0 || std::uint64_t(position) >= limit)
      failArgument(input.positions ? element(positions) : "the position of " + element(ids),
                   position, rangeText(0, limit - 1));
    if (table.has_global_tokens != 0 && (input.mask ? input.mask[index] == 2 : index == 0))
      source.globals.push_back(std::int64_t(source.ids.size()));
    source.ids.push_back(id);
    source.positions.push_back(std::int32_t(position));
  }
  return source;
}

/// Appends row `index` of the features.
void packRow(const transept_model_table &table, const transept_source_input &input,
             std::size_t number, std::uint64_t index, PackedSource &source) {
  std::uint64_t width = table.source_feature_width;
  std::span<const float> row(input.features + multiplySizes(index, width), width);
  for (std::size_t column = 0; column < row.size(); ++column)
    if (!std::isfinite(row[column]))
      failArgument(nameOf(number, "features[" + text(index) + "][" + text(column) + "]"),
                   row[column], "a finite number");
  for (const transept_counted_column &each :
       std::span(table.counted_columns, table.counted_column_count)) {
    if (index < each.first_row)
      continue;
    float value = row[each.column];
    if (value != std::trunc(value) || value < 0 || value >= float(each.count))
      failArgument(nameOf(number, "features[" + text(index) + "][" + text(each.column) + "]"),
                   value, "a whole number from " + rangeText(0, each.count - 1));
  }
  source.features.insert(source.features.end(), row.begin(), row.end());
}

/// Rows that are masked are not encoded, and the others keep their positions.
PackedSource packRows(const transept_model_table &table, const transept_source_input &input,
                      std::size_t number) {
  PackedSource source;
  std::uint64_t leading = 0, rows = rowsAfterSteps(table, input.length);
  for (const transept_row_step &step : std::span(table.row_steps, table.row_step_count))
    leading += step.leading;
  for (std::uint64_t position = 0; position != rows; ++position) {
    bool isGiven = position >= leading && position - leading < input.length;
    if (isGiven && input.mask[position - leading] == 0)
      continue;
    if (isGiven)
      packRow(table, input, number, position - leading, source);
    source.positions.push_back(std::int32_t(position));
  }
  checkLength(table, number, "unmasked rows", source.positions.size());
  return source;
}

PackedSource packFeatures(const transept_model_table &table, const transept_source_input &input,
                          std::size_t number) {
  std::uint64_t width = table.source_feature_width;
  if (input.length != 0 && !input.features)
    failArgument(nameOf(number, "features"), "null",
                 "rows of " + text(width) + " numbers: this model reads features");
  if (input.ids || input.positions)
    failArgument(nameOf(number, input.ids ? "ids" : "positions"), "given",
                 "left out: this model reads features");
  bool areApart = keepsRowsApart(table);
  std::uint64_t kept = input.length;
  while (input.mask && kept != 0 && input.mask[kept - 1] == 0)
    --kept;
  for (std::uint64_t index = 0; input.mask && index != kept; ++index)
    if (input.mask[index] != 1 && (input.mask[index] != 0 || !areApart))
      failArgument(nameOf(number, "mask[" + text(index) + "]"), unsigned(input.mask[index]),
                   areApart ? "0 or 1"
                            : "1 for all rows before the padding at the end, and 0 behind them");
  std::uint64_t usual = table.source_feature_count;
  if (usual != 0 && (input.length > usual || (input.length < usual && !input.allow_fewer_features)))
    fail(ErrorCode::InvalidArgument, "sources[", number, "] has ", input.length,
         " rows of features, but must have ",
         input.length < usual ? text(usual) + ", or fewer where the call allows it"
                              : "at most " + text(usual));
  if (usual == 0)
    refuseFewerFeatures(input, number, "takes any number of them");
  if (readsGrids(table)) {
    refuseFewerFeatures(input, number, "takes whole grids of them");
    if (kept != input.length)
      fail(ErrorCode::InvalidArgument, "sources[", number, "] has ", kept,
           " unmasked rows of features, but must have ", usual, ": they are a grid");
  }
  for (std::uint64_t step = 0; step < table.row_step_count; ++step)
    if (std::uint64_t least = table.row_steps[step].least_rows;
        rowsAfterSteps(table, kept, step) < least)
      fail(ErrorCode::InvalidArgument, "sources[", number, "] has ", kept,
           " unmasked rows of features, but must have at least ", least,
           ", behind which its prompt begins");
  checkLength(table, number, "rows after the convolutions", rowsAfterSteps(table, input.length));
  if (areApart && input.mask)
    return packRows(table, input, number);
  std::uint64_t rows = rowsAfterSteps(table, kept);
  checkLength(table, number, "unmasked rows after the convolutions", rows);
  PackedSource source;
  for (std::uint64_t index = 0; index != input.length; ++index)
    packRow(table, input, number, index, source);
  source.positions.resize(rows);
  std::iota(source.positions.begin(), source.positions.end(), 0);
  return source;
}

PackedSource packSource(const transept_model_table &table, const transept_source_input &input,
                        std::size_t number) {
  // A decoder alone: all its sources are the empty one.
  if (table.source_feature_width == 0 && table.source_vocabulary_size == 0) {
    if (input.length != 0)
      fail(ErrorCode::InvalidArgument, "sources[", number, "] has ", input.length,
           " tokens, but must have 0: this model has no source");
    refuseFewerFeatures(input, number, "has no source");
    return {};
  }
  if (table.source_feature_width != 0)
    return packFeatures(table, input, number);
  if (input.features)
    failArgument(nameOf(number, "features"), "given", "left out: this model reads token ids");
  refuseFewerFeatures(input, number, "reads token ids");
  return packIds(table, input, number);
}

std::vector<EncoderLease> leaseAll(Engine &engine, std::span<const GivenSource> sources,
                                   const StopRequest &stop) {
  EncoderCache &cache = engine.encoderCache;
  std::vector<EncoderLease> leases(sources.size());
  std::vector<const EncoderLease *> own;
  std::vector<std::size_t> pending(sources.size()), others;
  own.reserve(sources.size());
  others.reserve(sources.size());
  for (std::size_t index = 0; index < sources.size(); ++index)
    pending[index] = index;
  // A second round happens only when another thread failed to fill what we waited for.
  while (!pending.empty()) {
    own.clear();
    others.clear();
    try {
      for (std::size_t index : pending) {
        auto isOwnFill = [&](const EncoderEntry &entry) {
          return std::any_of(own.begin(), own.end(),
                             [&](const EncoderLease *lease) { return &**lease == &entry; });
        };
        EncoderCache::Found found = cache.find(sources[index].packed, isOwnFill);
        leases[index] = std::move(found.lease);
        if (found.duty == EncoderCache::Duty::Fill)
          own.push_back(&leases[index]);
        else if (found.duty == EncoderCache::Duty::Wait)
          others.push_back(index);
      }
    } catch (...) {
      for (const EncoderLease *lease : own)
        cache.abandon(*lease);
      throw;
    }
    engine.encodeQueue.fill(own, stop);
    pending.clear();
    for (std::size_t index : others)
      if (!cache.waitFor(leases[index], stop))
        pending.push_back(index);
  }
  return leases;
}

} // namespace

std::vector<GivenSource> packSources(const transept_model_table &table,
                                     std::span<const transept_source_input> inputs) {
  std::vector<GivenSource> sources;
  sources.reserve(inputs.size());
  for (std::size_t number = 0; number < inputs.size(); ++number) {
    const transept_source_input &input = inputs[number];
    PackedSource packed = packSource(table, input, number);
    sources.push_back(
        {std::move(packed), {input.ids, input.ids ? input.ids + input.length : nullptr}});
  }
  return sources;
}

std::vector<SourceReference> encodeSources(const std::shared_ptr<Engine> &engine,
                                           std::vector<GivenSource> &&given,
                                           const StopRequest &stop) {
  std::vector<EncoderLease> leases = leaseAll(*engine, given, stop);
  std::vector<SourceReference> sources;
  sources.reserve(given.size());
  for (std::size_t number = 0; number < given.size(); ++number)
    sources.emplace_back(
        new transept_source{engine, std::move(leases[number]), std::move(given[number].ids), {1}});
  return sources;
}

} // namespace transept::runtime
