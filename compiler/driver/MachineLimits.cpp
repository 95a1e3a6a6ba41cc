// SPDX-License-Identifier: Apache-2.0
//
// Plain loops with target attributes, so that one program measures AVX2 and AVX-512 machines.

#include "compiler/driver/MachineLimits.h"

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
#include <vector>

namespace transept::driver {

namespace {

using Clock = std::chrono::steady_clock;

// Enough independent accumulators to fill two units of four or five cycles latency, few enough for
// the registers.
constexpr int kAvx512Accumulators = 20;
constexpr int kAvx2Accumulators = 12;
constexpr int kRounds = 20000;

__attribute__((target("avx512f"), noinline)) float multiplyAddAvx512() {
  __m512 sums[kAvx512Accumulators];
  for (int index = 0; index != kAvx512Accumulators; ++index)
    sums[index] = _mm512_set1_ps(float(index));
  __m512 factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(0.001f);
  for (int round = 0; round != kRounds; ++round) {
    asm volatile("" : "+v"(factor), "+v"(term));
    for (int index = 0; index != kAvx512Accumulators; ++index)
      sums[index] = _mm512_fmadd_ps(sums[index], factor, term);
  }
  __m512 total = sums[0];
  for (int index = 1; index != kAvx512Accumulators; ++index)
    total = _mm512_add_ps(total, sums[index]);
  return _mm512_reduce_add_ps(total);
}

__attribute__((target("avx2,fma"), noinline)) float multiplyAddAvx2() {
  __m256 sums[kAvx2Accumulators];
  for (int index = 0; index != kAvx2Accumulators; ++index)
    sums[index] = _mm256_set1_ps(float(index));
  __m256 factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(0.001f);
  for (int round = 0; round != kRounds; ++round) {
    asm volatile("" : "+x"(factor), "+x"(term));
    for (int index = 0; index != kAvx2Accumulators; ++index)
      sums[index] = _mm256_fmadd_ps(sums[index], factor, term);
  }
  __m256 total = sums[0];
  for (int index = 1; index != kAvx2Accumulators; ++index)
    total = _mm256_add_ps(total, sums[index]);
  float values[8];
  _mm256_storeu_ps(values, total);
  return values[0];
}

/// Adds up 64-byte lines of four streams side by side, with prefetch: the fastest way of reading
/// that is known here (PERFORMANCE.md, section 1).
__attribute__((target("avx2"), noinline)) uint64_t readAll(const char *data, size_t bytes) {
  constexpr size_t streamCount = 4, line = 64, ahead = 4096;
  size_t length = bytes / streamCount / line * line;
  __m256i sums[streamCount] = {};
  for (size_t at = 0; at != length; at += line)
    for (size_t stream = 0; stream != streamCount; ++stream) {
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

} // namespace

MachineLimits measureLimits(const LimitOptions &options) {
  MachineLimits limits{.instructions = options.usesAvx512 ? "AVX-512" : "AVX2"};
  std::atomic<uint64_t> sink = 0;
  double seconds = fastestRound(options, [&](unsigned) {
    float sum = options.usesAvx512 ? multiplyAddAvx512() : multiplyAddAvx2();
    sink.fetch_add(uint64_t(sum), std::memory_order_relaxed);
  });
  double perThread = options.usesAvx512 ? 2.0 * 16 * kAvx512Accumulators * kRounds
                                        : 2.0 * 8 * kAvx2Accumulators * kRounds;
  limits.floatOperations = perThread * options.threads / seconds;

  // Each thread reads its own part, 2 MiB pages where the system gives them.
  constexpr size_t page = size_t(2) << 20;
  size_t part = std::max<size_t>(options.bufferBytes / options.threads / 4096 * 4096, 65536);
  size_t bytes = (part * options.threads + page - 1) / page * page;
  void *memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw std::bad_alloc();
  std::unique_ptr<char, Unmap> buffer(static_cast<char *>(memory), Unmap{bytes});
  ::madvise(memory, bytes, MADV_HUGEPAGE);
  std::fill_n(buffer.get(), bytes, char(1));
  seconds = fastestRound(options, [&](unsigned thread) {
    sink.fetch_add(readAll(buffer.get() + thread * part, part), std::memory_order_relaxed);
  });
  limits.bufferBytes = part * options.threads;
  limits.readBytes = double(limits.bufferBytes) / seconds;
  return limits;
}

} // namespace transept::driver
