// SPDX-License-Identifier: Apache-2.0
//
// Plain loops with target attributes, so that one program measures every kind of machine. Where the
// model's code widens to f32 because nothing else is faster, the limit is that of f32.

#include "workbench/measure/ProductLoops.h"

#include "transept/abi.h"

#include <immintrin.h>

namespace transept::workbench {

namespace {

// Enough independent accumulators to fill two units of four or five cycles latency, few enough for
// the registers.
constexpr int kAvx512Accumulators = 20;
constexpr int kAvx2Accumulators = 12;
constexpr int kRounds = 20000;

// A function of that name, compiled for TARGET. Operands may change as far as the compiler knows,
// so that no product is taken out of the loop; all lanes of the total may be read, so that none is
// left out.
#define VECTOR_LOOP(NAME, TARGET, VECTOR, COUNT, PRODUCT)                                          \
  __attribute__((target(TARGET), noinline)) float NAME() {                                         \
    VECTOR sums[COUNT] = {}, left = VECTOR{} + 1, right = left;                                    \
    for (int round = 0; round < kRounds; ++round) {                                                \
      _Pragma("GCC unroll 32") for (VECTOR &sum : sums) {                                          \
        asm volatile("" : "+v"(left), "+v"(right));                                                \
        sum = PRODUCT;                                                                             \
      }                                                                                            \
    }                                                                                              \
    VECTOR total = sums[0];                                                                        \
    for (int index = 1; index < COUNT; ++index)                                                    \
      total += sums[index];                                                                        \
    asm volatile("" : "+m"(total));                                                                \
    return float(total[0]);                                                                        \
  }

VECTOR_LOOP(multiplyAddAvx512, "avx512f", __m512, kAvx512Accumulators,
            _mm512_fmadd_ps(left, right, sum))
VECTOR_LOOP(multiplyAddAvx2, "avx2,fma", __m256, kAvx2Accumulators,
            _mm256_fmadd_ps(left, right, sum))
VECTOR_LOOP(multiplyBytesAvx512, "avx512f,avx512vnni", __m512i, kAvx512Accumulators,
            _mm512_dpbusd_epi32(sum, left, right))
VECTOR_LOOP(multiplyBf16Avx512, "avx512f,avx512bf16", __m512, kAvx512Accumulators,
            _mm512_dpbf16_ps(sum, __m512bh(left), __m512bh(right)))
VECTOR_LOOP(multiplyBytesAvxVnni, "avx2,avxvnni", __m256i, kAvx2Accumulators,
            _mm256_dpbusd_avx_epi32(sum, left, right))
// Bytes that were widened to words.
VECTOR_LOOP(multiplyWordsAvx2, "avx2", __m256i, kAvx2Accumulators,
            _mm256_add_epi32(sum, _mm256_madd_epi16(left, right)))

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
  for (int round = 0; round < kTileRounds; ++round) {                                              \
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

} // namespace transept::workbench
