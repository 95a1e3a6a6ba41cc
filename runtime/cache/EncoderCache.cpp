// SPDX-License-Identifier: Apache-2.0
//
// Book-keeping of the encoder cache; filling an entry happens outside, without the lock.

#include "runtime/cache/EncoderCache.h"

#include "runtime/base/Sizes.h"
#include "transept/cache_sizes.h"

#include <chrono>
#include <string_view>

namespace transept::runtime {
namespace {

std::uint64_t hashOf(const PackedSource &source) {
  auto hashOfBytes = [](const auto &numbers) {
    std::string_view bytes(reinterpret_cast<const char *>(numbers.data()),
                           numbers.size() * sizeof(numbers[0]));
    return std::uint64_t(std::hash<std::string_view>()(bytes));
  };
  constexpr std::uint64_t mixer = 0x9e3779b97f4a7c15u;
  std::uint64_t hash = 0;
  for (std::uint64_t part : {hashOfBytes(source.features), hashOfBytes(source.ids),
                             hashOfBytes(source.globals), hashOfBytes(source.positions)})
    hash = hash * mixer ^ part;
  return hash;
}

} // namespace

EncoderLease::~EncoderLease() {
  if (held)
    cache->release(*held);
}

EncoderEntry *EncoderCache::lookUp(const PackedSource &source) {
  auto [first, last] = entries.equal_range(hashOf(source));
  for (; first != last; ++first)
    if (first->second->state != EncoderEntry::State::Failed && first->second->source == source)
      return first->second.get();
  return nullptr;
}

EncoderEntry &EncoderCache::insert(const PackedSource &source) {
  ++misses;
  std::uint64_t width = table.source_feature_width;
  std::uint64_t total = encoderEntrySize(table).of(source.positions.size(),
                                                   width == 0 ? 0 : source.features.size() / width);
  evictFor(total);

  auto entry = std::make_unique<EncoderEntry>();
  entry->source = source;
  entry->bytes = total;
  entry->hash = hashOf(source);
  // The node is made first, so that nothing can fail once the entry is in the table.
  std::list<EncoderEntry *> node{entry.get()};
  entry->recency = node.begin();
  EncoderEntry &result = *entry;
  std::uint64_t hash = entry->hash;
  entries.emplace(hash, std::move(entry));
  unreferenced.splice(unreferenced.end(), node);
  bytes += total;
  return result;
}

void EncoderCache::allocate(const EncoderLease &lease) const {
  lease.held->keysAndValues =
      AlignedMemory::zeroed(encoderEntrySize(table).keysAndValues(lease->length()));
  lease.held->states = AlignedMemory(stateBytes(lease->length()));
}

std::uint64_t EncoderCache::stateBytes(std::uint64_t length) const {
  return multiplySizes(length, std::uint64_t(table.encoder_hidden_size) * sizeof(float));
}

EncoderLease EncoderCache::refer(EncoderEntry &entry) {
  if (entry.references++ == 0)
    referenced.splice(referenced.end(), unreferenced, entry.recency);
  return EncoderLease(*this, entry);
}

void EncoderCache::release(EncoderEntry &entry) {
  std::lock_guard guard(mutex);
  if (--entry.references != 0)
    return;
  unreferenced.splice(unreferenced.end(), referenced, entry.recency);
  if (entry.state != EncoderEntry::State::Ready)
    remove(entry);
  else
    evictFor(0);
}

void EncoderCache::evictFor(std::uint64_t newBytes) {
  while (!unreferenced.empty() && addSizes(bytes, newBytes) > budgetBytes) {
    remove(*unreferenced.front());
    ++evictions;
  }
}

EncoderCache::Entries::iterator EncoderCache::iteratorOf(const EncoderEntry &entry) {
  auto position = entries.equal_range(entry.hash).first;
  while (position->second.get() != &entry)
    ++position;
  return position;
}

void EncoderCache::remove(EncoderEntry &entry) {
  bytes -= entry.bytes;
  unreferenced.erase(entry.recency);
  entries.erase(iteratorOf(entry));
}

void EncoderCache::publish(const EncoderLease &lease) {
  {
    std::lock_guard guard(mutex);
    lease.held->state = EncoderEntry::State::Ready;
  }
  filled.notify_all();
}

void EncoderCache::abandon(const EncoderLease &lease) {
  {
    std::lock_guard guard(mutex);
    lease.held->state = EncoderEntry::State::Failed;
  }
  filled.notify_all();
}

bool EncoderCache::waitFor(const EncoderLease &lease, const StopRequest &stop) {
  // A stop wakes nobody: whoever may be stopped looks up now and then.
  constexpr std::chrono::milliseconds patience(10);
  auto isFilled = [&] { return lease->state != EncoderEntry::State::Filling; };
  std::unique_lock guard(mutex);
  while (stop.call && !filled.wait_for(guard, patience, isFilled)) {
    guard.unlock();
    stop.check();
    guard.lock();
  }
  filled.wait(guard, isFilled);
  bool isReady = lease->state == EncoderEntry::State::Ready;
  hits += isReady;
  return isReady;
}

void EncoderCache::addStatistics(transept_statistics &statistics) const {
  std::lock_guard guard(mutex);
  statistics.encoder_hits = hits;
  statistics.encoder_misses = misses;
  statistics.encoder_waits = waits;
  statistics.encoder_evictions = evictions;
  statistics.encoder_entries = entries.size();
  statistics.encoder_referenced_entries = referenced.size();
  statistics.encoder_bytes = bytes;
  statistics.encoder_budget_bytes = budgetBytes;
}

} // namespace transept::runtime
