// SPDX-License-Identifier: Apache-2.0
//
// Every half and brain float against its definition.

#include "checkpoints/FloatConversion.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace transept::frontend {
namespace {

float halfByDefinition(uint32_t bits) {
  int exponent = int(bits >> 10 & 31);
  auto fraction = double(bits & 1023);
  double sign = bits & 0x8000 ? -1.0 : 1.0;
  if (exponent == 0)
    return float(sign * std::ldexp(fraction, -24));
  if (exponent == 31)
    return fraction == 0.0 ? float(sign * INFINITY) : NAN;
  return float(sign * std::ldexp(1024.0 + fraction, exponent - 25));
}

TEST(FloatConversion, EveryHalfIsExact) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    float expected = halfByDefinition(bits), actual = checkpoints::halfToFloat(uint16_t(bits));
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(actual)) << bits;
    } else {
      ASSERT_EQ(std::bit_cast<uint32_t>(actual), std::bit_cast<uint32_t>(expected)) << bits;
    }
  }
}

TEST(FloatConversion, BrainFloatsAreTheUpperHalf) {
  EXPECT_EQ(checkpoints::brainToFloat(0x3f80), 1.0f);
  EXPECT_EQ(checkpoints::brainToFloat(0xc000), -2.0f);
  EXPECT_TRUE(std::isinf(checkpoints::brainToFloat(0x7f80)));
}

TEST(FloatConversion, ReadsUnalignedAndStridedData) {
  std::vector<std::byte> bytes(1 + 8 * sizeof(float));
  for (uint32_t index = 0; index < 8; ++index) {
    auto value = float(index);
    std::memcpy(bytes.data() + 1 + index * sizeof(float), &value, sizeof(float));
  }
  std::vector<float> out(3);
  checkpoints::convertToFloat(checkpoints::ElementType::F32, bytes.data() + 1, out, 3);
  EXPECT_EQ(out, (std::vector<float>{0, 3, 6}));
}

TEST(FindNonFinite, FindsTheFirstInAnyBlock) {
  std::vector<float> values(10'000, 1.0f);
  EXPECT_EQ(checkpoints::findNonFinite(values), -1);
  EXPECT_EQ(checkpoints::findNonFinite({}), -1);
  values[9'999] = INFINITY;
  EXPECT_EQ(checkpoints::findNonFinite(values), 9'999);
  values[4'096] = NAN;
  EXPECT_EQ(checkpoints::findNonFinite(values), 4'096);
  values[0] = -INFINITY;
  EXPECT_EQ(checkpoints::findNonFinite(values), 0);
  values = {std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()};
  EXPECT_EQ(checkpoints::findNonFinite(values), -1);
}

} // namespace
} // namespace transept::frontend
