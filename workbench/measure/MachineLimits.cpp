// SPDX-License-Identifier: Apache-2.0
//
// Every limit is that of all threads at once: they share memory, caches and power.

#include "workbench/measure/MachineLimits.h"

#include "workbench/measure/ProductLoops.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <immintrin.h>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace transept::workbench {

namespace {

using Clock = std::chrono::steady_clock;

/// Adds up 64-byte lines of four streams side by side, with prefetch: the fastest way of reading
/// that is known here (docs/speed/products.md).
__attribute__((target("avx2"), noinline)) uint64_t readAll(const char *data, size_t bytes) {
  constexpr size_t streamCount = 4, line = 64, ahead = 4096;
  size_t length = bytes / streamCount / line * line;
  __m256i sums[streamCount] = {};
  for (size_t at = 0; at != length; at += line)
    for (size_t stream = 0; stream < streamCount; ++stream) {
      const char *from = data + stream * length + at;
      _mm_prefetch(from + ahead, _MM_HINT_T0);
      auto *vectors = reinterpret_cast<const __m256i *>(from);
      sums[stream] = _mm256_add_epi64(sums[stream], _mm256_load_si256(vectors));
      sums[stream] = _mm256_add_epi64(sums[stream], _mm256_load_si256(vectors + 1));
    }
  __m256i total =
      _mm256_add_epi64(_mm256_add_epi64(sums[0], sums[1]), _mm256_add_epi64(sums[2], sums[3]));
  uint64_t values[4];
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(values), total);
  return values[0] ^ values[1] ^ values[2] ^ values[3];
}

/// Runs `work(thread)` on all threads at once, again and again, and returns the seconds of the
/// fastest round.
double fastestRound(const LimitOptions &options, const std::function<void(unsigned)> &work) {
  double fastest = 1e30, spent = 0;
  bool isDone = false;
  Clock::time_point start;
  std::barrier begin(options.threads, [&]() noexcept { start = Clock::now(); });
  std::barrier end(options.threads, [&]() noexcept {
    double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    fastest = std::min(fastest, seconds);
    spent += seconds;
    isDone = spent >= options.seconds;
  });
  auto run = [&](unsigned thread) {
    do {
      begin.arrive_and_wait();
      work(thread);
      end.arrive_and_wait();
    } while (!isDone);
  };
  std::vector<std::jthread> others;
  for (unsigned thread = 1; thread < options.threads; ++thread)
    others.emplace_back(run, thread);
  run(0);
  return fastest;
}

struct Unmap {
  size_t bytes;
  void operator()(char *data) const { ::munmap(data, bytes); }
};

/// Where bytes lie that each of some threads reads a part of, again and again.
std::string placeOf(size_t part, size_t threads) {
  long first = ::sysconf(_SC_LEVEL1_DCACHE_SIZE), second = ::sysconf(_SC_LEVEL2_CACHE_SIZE),
       third = ::sysconf(_SC_LEVEL3_CACHE_SIZE);
  if (first <= 0 || second <= 0)
    return "";
  if (part <= size_t(first))
    return "L1 caches";
  if (part <= size_t(second))
    return "L2 caches";
  return third > 0 && part * threads <= size_t(third) ? "L3 cache" : "memory";
}

/// Bytes per second of all threads, each of which reads its own part again and again.
double readingSpeed(const LimitOptions &options, size_t part) {
  // 2 MiB pages where the system gives them.
  constexpr size_t page = size_t(2) << 20;
  size_t bytes = (part * options.threads + page - 1) / page * page;
  void *memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw std::bad_alloc();
  std::unique_ptr<char, Unmap> buffer(static_cast<char *>(memory), Unmap{bytes});
  ::madvise(memory, bytes, MADV_HUGEPAGE);
  std::fill_n(buffer.get(), bytes, char(1));
  std::atomic<uint64_t> sink = 0;
  // Small parts are read several times in a row: starting the threads must not count.
  size_t times = std::max<size_t>(1, (size_t(8) << 20) / part);
  double seconds = fastestRound(options, [&](unsigned thread) {
    for (size_t time = 0; time < times; ++time)
      sink.fetch_add(readAll(buffer.get() + thread * part, part), std::memory_order_relaxed);
  });
  return double(part * options.threads * times) / seconds;
}

MachineLimits::Reading measureReading(const LimitOptions &options, size_t bytes) {
  size_t part = std::max<size_t>(bytes / options.threads / 4096 * 4096, 65536);
  return {.bytesPerSecond = readingSpeed(options, part),
          .bufferBytes = part * options.threads,
          .from = placeOf(part, options.threads)};
}

/// `part` fits into any such cache of today; `size` is that of this machine's, if it tells.
MachineLimits::Reading readingOfCache(const LimitOptions &options, size_t part, long size) {
  return {readingSpeed(options, part), part * options.threads, placeOf(part, options.threads),
          options.threads * std::max(part, size_t(std::max(0L, size)))};
}

} // namespace

MachineLimits measureLimits(const LimitOptions &options) {
  MachineLimits limits;
  std::atomic<uint64_t> sink = 0;
  for (uint32_t arithmetic : options.arithmetics) {
    ProductLoop loop = fastestProductLoop(arithmetic, options.features);
    double seconds = fastestRound(options, [&](unsigned) {
      sink.fetch_add(uint64_t(int64_t(loop.run())), std::memory_order_relaxed);
    });
    limits.products[arithmetic] = {loop.instructions, loop.operations * options.threads / seconds};
  }
  limits.encodeWeights = measureReading(options, options.encodeBytes);
  limits.decodeWeights = measureReading(options, options.decodeBytes);
  limits.few = readingOfCache(options, size_t(16) << 10, ::sysconf(_SC_LEVEL1_DCACHE_SIZE));
  limits.rows = readingOfCache(options, size_t(256) << 10, ::sysconf(_SC_LEVEL2_CACHE_SIZE));
  return limits;
}

const MachineLimits::Reading &MachineLimits::nearest(double bytes, const Reading &farther) const {
  for (const Reading *reading : {&few, &rows})
    if (bytes <= double(reading->capacity))
      return *reading;
  return farther;
}

MachineLimits MachineLimits::best(const MachineLimits &other) const {
  MachineLimits result = *this;
  for (size_t arithmetic = 0; arithmetic < std::size(products); ++arithmetic)
    if (other.products[arithmetic].operations > products[arithmetic].operations)
      result.products[arithmetic] = other.products[arithmetic];
  for (Reading MachineLimits::*reading :
       {&MachineLimits::encodeWeights, &MachineLimits::decodeWeights, &MachineLimits::few,
        &MachineLimits::rows})
    if ((other.*reading).bytesPerSecond > (this->*reading).bytesPerSecond)
      result.*reading = other.*reading;
  return result;
}

} // namespace transept::workbench
