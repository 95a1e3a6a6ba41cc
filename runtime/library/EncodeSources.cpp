// SPDX-License-Identifier: Apache-2.0
//
// The encode call. Own sources are encoded and published before waiting for those that other
// threads are encoding, so two batches with common sources can never wait for each other.

#include "runtime/library/EncodeSources.h"

#include "runtime/library/Messages.h"
#include "runtime/library/Sizes.h"

#include <algorithm>

namespace transept::runtime {
namespace {

/// Rows of one encode invocation, unless a single source has more. Bounds the arena.
constexpr std::uint64_t rowsPerInvocation = 4096;

PackedSource packSource(const transept_model_table &table, const transept_source_input &input,
                        std::size_t number) {
  auto name = [&](std::string_view what) { return "sources[" + text(number) + "]." + text(what); };
  if (input.length != 0 && !input.ids)
    failArgument(name("ids"), "null", "a list of ids");
  PackedSource source;
  for (std::uint64_t index = 0; index != input.length; ++index) {
    if (input.mask && input.mask[index] > 1)
      failArgument(name("mask[" + text(index) + "]"), unsigned(input.mask[index]), "0 or 1");
    if (input.mask && input.mask[index] == 0)
      continue;
    std::int32_t id = input.ids[index];
    if (id < 0 || std::uint32_t(id) >= table.source_vocabulary_size)
      failArgument(name("ids[" + text(index) + "]"), id,
                   rangeText(0, table.source_vocabulary_size - 1));
    std::int64_t position = input.positions ? input.positions[index] : std::int64_t(index);
    std::uint64_t limit = std::min<std::uint64_t>(table.maximum_source_length, INT32_MAX);
    if (position < 0 || std::uint64_t(position) >= limit)
      failArgument(input.positions ? name("positions[" + text(index) + "]")
                                   : "the position of " + name("ids[" + text(index) + "]"),
                   position, rangeText(0, limit - 1));
    source.ids.push_back(id);
    source.positions.push_back(static_cast<std::int32_t>(position));
  }
  std::uint64_t length = source.ids.size();
  if (length == 0 || length > table.maximum_source_length)
    failArgument(
        "the length of sources[" + text(number) + "]" + (input.mask ? " (unmasked)" : ""), length,
        table.maximum_source_length == UINT64_MAX ? "1 or more"
                                                  : rangeText(1, table.maximum_source_length));
  return source;
}

/// Runs the encoder over some entries at once.
void runEncoder(Engine &engine, std::span<const EncoderLease *const> leases) {
  std::vector<std::int32_t> ids, positions;
  std::vector<std::int64_t> offsets{0};
  std::vector<float *> entries;
  std::uint64_t longest = 0;
  for (const EncoderLease *lease : leases) {
    const PackedSource &source = (*lease)->source;
    engine.encoderCache.allocate(*lease);
    ids.insert(ids.end(), source.ids.begin(), source.ids.end());
    positions.insert(positions.end(), source.positions.begin(), source.positions.end());
    offsets.push_back(static_cast<std::int64_t>(ids.size()));
    entries.push_back((*lease)->keysAndValues.floats());
    longest = std::max(longest, (*lease)->length());
  }
  std::uint64_t width = engine.table.encoder_hidden_size;
  AlignedMemory states(multiplySizes(ids.size(), width * sizeof(float)));
  transept_invocation invocation{};
  invocation.row_count = static_cast<std::int64_t>(ids.size());
  invocation.ids = ids.data();
  invocation.positions = positions.data();
  invocation.sequence_count = static_cast<std::int64_t>(leases.size());
  invocation.sequence_offsets = offsets.data();
  invocation.encoder_entries = entries.data();
  invocation.encoder_states = states.floats();
  engine.runner.run(*engine.table.encode, invocation, longest);
  for (std::size_t index = 0; index != leases.size(); ++index) {
    const EncoderEntry &entry = **leases[index];
    std::memcpy(entry.states.data(), states.floats() + std::uint64_t(offsets[index]) * width,
                entry.states.bytes());
  }
}

/// Fills entries in chunks, publishing each chunk. Abandons the rest when something fails.
void fill(Engine &engine, std::span<const EncoderLease *const> leases) {
  std::size_t begin = 0;
  try {
    while (begin != leases.size()) {
      std::uint64_t rows = (*leases[begin])->length();
      std::size_t end = begin + 1;
      while (end != leases.size() && rows + (*leases[end])->length() <= rowsPerInvocation)
        rows += (*leases[end++])->length();
      runEncoder(engine, leases.subspan(begin, end - begin));
      for (; begin != end; ++begin)
        engine.encoderCache.publish(*leases[begin]);
    }
  } catch (...) {
    for (; begin != leases.size(); ++begin)
      engine.encoderCache.abandon(*leases[begin]);
    throw;
  }
}

std::vector<EncoderLease> leaseAll(Engine &engine, std::span<const PackedSource> sources) {
  EncoderCache &cache = engine.encoderCache;
  std::vector<EncoderLease> leases(sources.size());
  std::vector<const EncoderLease *> own;
  std::vector<std::size_t> pending(sources.size()), others;
  own.reserve(sources.size());
  others.reserve(sources.size());
  for (std::size_t index = 0; index != sources.size(); ++index)
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
        EncoderCache::Found found = cache.find(sources[index], isOwnFill);
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
    fill(engine, own);
    pending.clear();
    for (std::size_t index : others)
      if (!cache.waitFor(leases[index]))
        pending.push_back(index);
  }
  return leases;
}

} // namespace

std::vector<SourceReference> encodeSources(const std::shared_ptr<Engine> &engine,
                                           std::span<const transept_source_input> inputs) {
  std::vector<PackedSource> packed;
  packed.reserve(inputs.size());
  for (std::size_t number = 0; number != inputs.size(); ++number)
    packed.push_back(packSource(engine->table, inputs[number], number));
  std::vector<EncoderLease> leases = leaseAll(*engine, packed);
  std::vector<SourceReference> sources;
  sources.reserve(inputs.size());
  for (std::size_t number = 0; number != inputs.size(); ++number) {
    std::vector<std::int32_t> given(inputs[number].ids, inputs[number].ids + inputs[number].length);
    sources.emplace_back(
        new transept_source{engine, std::move(leases[number]), std::move(given), {1}});
  }
  return sources;
}

} // namespace transept::runtime
