// SPDX-License-Identifier: Apache-2.0
//
// Plain loops with target attributes, so that one program measures every kind of machine. Where the
// model's code widens to f32 because nothing else is faster, the limit is that of f32.

#include "compiler/driver/ProductLoops.h"

#include "transept/abi.h"

#include <immintrin.h>
#include <numeric>

namespace transept::driver {

namespace {

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
  float values[16];
  _mm512_storeu_ps(values, total);
  return std::accumulate(values, values + 16, 0.0f);
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
  return std::accumulate(values, values + 8, 0.0f);
}

__attribute__((target("avx512f,avx512vnni"), noinline)) float multiplyBytesAvx512() {
  __m512i sums[kAvx512Accumulators] = {};
  __m512i left = _mm512_set1_epi8(3), right = _mm512_set1_epi8(-2);
  for (int round = 0; round != kRounds; ++round) {
    asm volatile("" : "+v"(left), "+v"(right));
    for (int index = 0; index != kAvx512Accumulators; ++index)
      sums[index] = _mm512_dpbusd_epi32(sums[index], left, right);
  }
  __m512i total = sums[0];
  for (int index = 1; index != kAvx512Accumulators; ++index)
    total = _mm512_add_epi32(total, sums[index]);
  int32_t values[16];
  _mm512_storeu_si512(values, total);
  return float(std::accumulate(values, values + 16, 0));
}

__attribute__((target("avx512f,avx512bf16"), noinline)) float multiplyBf16Avx512() {
  __m512 sums[kAvx512Accumulators] = {};
  auto left = __m512bh(_mm512_set1_epi32(0x3f803f80)), right = left; // ones
  for (int round = 0; round != kRounds; ++round) {
    asm volatile("" : "+v"(left), "+v"(right));
    for (int index = 0; index != kAvx512Accumulators; ++index)
      sums[index] = _mm512_dpbf16_ps(sums[index], left, right);
  }
  __m512 total = sums[0];
  for (int index = 1; index != kAvx512Accumulators; ++index)
    total = _mm512_add_ps(total, sums[index]);
  float values[16];
  _mm512_storeu_ps(values, total);
  return std::accumulate(values, values + 16, 0.0f);
}

__attribute__((target("avx2,avxvnni"), noinline)) float multiplyBytesAvxVnni() {
  __m256i sums[kAvx2Accumulators] = {};
  __m256i left = _mm256_set1_epi8(3), right = _mm256_set1_epi8(-2);
  for (int round = 0; round != kRounds; ++round) {
    asm volatile("" : "+x"(left), "+x"(right));
    for (int index = 0; index != kAvx2Accumulators; ++index)
      sums[index] = _mm256_dpbusd_avx_epi32(sums[index], left, right);
  }
  __m256i total = sums[0];
  for (int index = 1; index != kAvx2Accumulators; ++index)
    total = _mm256_add_epi32(total, sums[index]);
  int32_t values[8];
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(values), total);
  return float(std::accumulate(values, values + 8, 0));
}

/// Bytes that were widened to words.
__attribute__((target("avx2"), noinline)) float multiplyWordsAvx2() {
  __m256i sums[kAvx2Accumulators] = {};
  __m256i left = _mm256_set1_epi16(3), right = _mm256_set1_epi16(-2);
  for (int round = 0; round != kRounds; ++round)
    for (int index = 0; index != kAvx2Accumulators; ++index) {
      // Every product anew: the compiler must not take it out of the loop.
      asm volatile("" : "+x"(left), "+x"(right));
      sums[index] = _mm256_add_epi32(sums[index], _mm256_madd_epi16(left, right));
    }
  __m256i total = sums[0];
  for (int index = 1; index != kAvx2Accumulators; ++index)
    total = _mm256_add_epi32(total, sums[index]);
  int32_t values[8];
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(values), total);
  return float(std::accumulate(values, values + 8, 0));
}

/// Eight tiles of 16 rows of 64 bytes.
struct alignas(64) TileConfiguration {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Blocks of two by two result tiles whose operands come from the first-level cache: no product of
// tiles does with fewer loads.
#define TILE_LOOP(PRODUCT)                                                                         \
  alignas(64) static thread_local uint8_t operands[4][1024] = {};                                  \
  alignas(64) int32_t result[256];                                                                 \
  TileConfiguration configuration;                                                                 \
  _tile_loadconfig(&configuration);                                                                \
  _tile_zero(0);                                                                                   \
  _tile_zero(1);                                                                                   \
  _tile_zero(2);                                                                                   \
  _tile_zero(3);                                                                                   \
  for (int round = 0; round != kTileRounds; ++round) {                                             \
    _tile_loadd(4, operands[0], 64);                                                               \
    _tile_loadd(6, operands[2], 64);                                                               \
    PRODUCT(0, 4, 6);                                                                              \
    _tile_loadd(5, operands[1], 64);                                                               \
    PRODUCT(1, 5, 6);                                                                              \
    _tile_loadd(7, operands[3], 64);                                                               \
    PRODUCT(2, 4, 7);                                                                              \
    PRODUCT(3, 5, 7);                                                                              \
  }                                                                                                \
  _tile_stored(0, result, 64);                                                                     \
  _tile_release();                                                                                 \
  return float(result[0])

constexpr int kTileRounds = 2000;

__attribute__((target("amx-tile,amx-bf16"), noinline)) float multiplyTilesBf16() {
  TILE_LOOP(_tile_dpbf16ps);
}

__attribute__((target("amx-tile,amx-int8"), noinline)) float multiplyTilesInt8() {
  TILE_LOOP(_tile_dpbssd);
}

struct Candidate {
  uint32_t arithmetic;
  uint64_t features;
  ProductLoop loop;
};

// For each arithmetic, the faster ones first.
constexpr Candidate kCandidates[] = {
    {TRANSEPT_ARITHMETIC_F32,
     TRANSEPT_CPU_AVX512,
     {"AVX-512", 2.0 * 16 * kAvx512Accumulators * kRounds, multiplyAddAvx512}},
    {TRANSEPT_ARITHMETIC_F32, 0, {"AVX2", 2.0 * 8 * kAvx2Accumulators * kRounds, multiplyAddAvx2}},
    {TRANSEPT_ARITHMETIC_BF16,
     TRANSEPT_CPU_AMX,
     {"AMX", 2.0 * 4 * 16 * 16 * 32 * kTileRounds, multiplyTilesBf16}},
    {TRANSEPT_ARITHMETIC_BF16,
     TRANSEPT_CPU_AVX512_BF16,
     {"AVX-512 BF16", 2.0 * 32 * kAvx512Accumulators * kRounds, multiplyBf16Avx512}},
    {TRANSEPT_ARITHMETIC_INT8,
     TRANSEPT_CPU_AMX,
     {"AMX", 2.0 * 4 * 16 * 16 * 64 * kTileRounds, multiplyTilesInt8}},
    {TRANSEPT_ARITHMETIC_INT8,
     TRANSEPT_CPU_AVX512_VNNI,
     {"AVX-512 VNNI", 2.0 * 64 * kAvx512Accumulators * kRounds, multiplyBytesAvx512}},
    {TRANSEPT_ARITHMETIC_INT8,
     TRANSEPT_CPU_AVX_VNNI,
     {"AVX-VNNI", 2.0 * 32 * kAvx2Accumulators * kRounds, multiplyBytesAvxVnni}},
    {TRANSEPT_ARITHMETIC_INT8,
     0,
     {"AVX2", 2.0 * 16 * kAvx2Accumulators * kRounds, multiplyWordsAvx2}},
};

} // namespace

ProductLoop fastestProductLoop(uint32_t arithmetic, uint64_t features) {
  for (const Candidate &candidate : kCandidates)
    if (candidate.arithmetic == arithmetic && (candidate.features & ~features) == 0)
      return candidate.loop;
  return fastestProductLoop(TRANSEPT_ARITHMETIC_F32, features);
}

} // namespace transept::driver
