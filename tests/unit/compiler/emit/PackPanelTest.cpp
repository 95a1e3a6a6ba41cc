// SPDX-License-Identifier: Apache-2.0
//
// Panels of every number type byte by byte, and how far their numbers are from the given ones.

#include "compiler/emit/weights/PackPanel.h"
#include "compiler/emit/weights/PackWeights.h"

#include "mlir/Parser/Parser.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <random>

namespace transept::emit {
namespace {

using codegen::PackedPanels;
using plan::NumberType;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<uint8_t> pack(const PackedPanels &layout, const std::vector<double> &numbers) {
  std::vector<uint8_t> bytes(layout.panelBytes(), 0xee);
  packPanel(layout, numbers.data(), bytes.data());
  return bytes;
}

template <typename T> T read(const std::vector<uint8_t> &bytes, int64_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

float fromBFloat16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

/// The numbers of a panel of one output as the kernels understand them.
std::vector<double> unpack(const PackedPanels &layout, const std::vector<uint8_t> &bytes) {
  std::vector<double> numbers;
  for (int64_t i = 0; i < layout.depth; ++i) {
    if (layout.type == NumberType::Int8) {
      numbers.push_back((bytes[i] - 128) * double(read<float>(bytes, layout.wordBytes())));
      continue;
    }
    int64_t group = i / 64 * layout.groupBytes(), place = i % 64;
    int integer = (bytes[group + place % 32] >> (place < 32 ? 0 : 4) & 15) - 8;
    numbers.push_back(integer * double(fromBFloat16(read<uint16_t>(bytes, group + 32))));
  }
  return numbers;
}

std::vector<double> normalNumbers(int64_t count, double magnitude, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, magnitude);
  std::vector<double> numbers(count);
  for (double &number : numbers)
    number = normal(random);
  return numbers;
}

double largestOf(const std::vector<double> &numbers) {
  double largest = 0;
  for (double number : numbers)
    largest = std::max(largest, std::abs(number));
  return largest;
}

double squaredError(const std::vector<double> &left, const std::vector<double> &right) {
  double sum = 0;
  for (size_t i = 0; i < left.size(); ++i)
    sum += (left[i] - right[i]) * (left[i] - right[i]);
  return sum;
}

TEST(PackPanel, KeepsFloatsInputByInput) {
  std::vector<uint8_t> bytes = pack({NumberType::F32, 3, 2}, {1, 2, 3, /*second output*/ 4, 5, 6});
  ASSERT_EQ(bytes.size(), 24u);
  std::vector<float> floats(6);
  std::memcpy(floats.data(), bytes.data(), bytes.size());
  EXPECT_THAT(floats, ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(PackPanel, PutsTwoInputsOfBFloatsIntoAWord) {
  std::vector<uint8_t> bytes = pack({NumberType::BF16, 3, 2}, {1, 2, 3, -1, -2, -3});
  ASSERT_EQ(bytes.size(), 16u * 2 * 4); // 32 inputs, two a word, of two outputs
  std::vector<uint16_t> halves(bytes.size() / 2);
  std::memcpy(halves.data(), bytes.data(), bytes.size());
  std::vector<uint16_t> expected(halves.size(), 0);
  const uint16_t written[] = {0x3f80, 0x4000, 0xbf80, 0xc000, 0x4040, 0, 0xc040};
  std::ranges::copy(written, expected.begin());
  EXPECT_EQ(halves, expected);
}

TEST(PackPanel, PutsFourInputsOfInt8IntoAWordAndScalesBehind) {
  // The first output's step is 1, the second's 2.
  std::vector<uint8_t> bytes =
      pack({NumberType::Int8, 5, 2}, {127, -127, 0, 1, -1.4, 254, 2, -2, 5, -254});
  std::vector<uint8_t> expected(16 * 2 * 4, 128);
  const uint8_t words[] = {255, 1, 128, 129, 255, 129, 127, 130, 127, 128, 128, 128, 1};
  std::ranges::copy(words, expected.begin());
  ASSERT_EQ(bytes.size(), expected.size() + 2 * sizeof(float));
  EXPECT_EQ(read<float>(bytes, 128), 1.0f);
  EXPECT_EQ(read<float>(bytes, 132), 2.0f);
  bytes.resize(expected.size());
  EXPECT_EQ(bytes, expected);
}

TEST(PackPanel, PutsInputsOfInt4ThatAre32ApartIntoAByte) {
  PackedPanels layout{NumberType::Int4, 70, 2};
  // 7 and -7 in each group fix the step at 1 (the first output) and 2 (the second).
  std::vector<double> numbers(140, 0.0);
  auto number = [&](int64_t output, int64_t input) -> double & {
    return numbers[output * 70 + input];
  };
  for (int64_t begin : {0, 64}) {
    number(0, begin) = 7, number(0, begin + 1) = -7;
    number(1, begin) = -14, number(1, begin + 1) = 14;
  }
  number(0, 5) = 3;   // the second byte of word 1
  number(1, 36) = -4; // the high half of the first byte of word 1
  number(0, 69) = 1;  // of the second group
  std::vector<uint8_t> bytes = pack(layout, numbers);
  ASSERT_EQ(bytes.size(), 2u * (64 + 4));

  std::vector<uint8_t> group(64, 0x88);
  group[0] = 0x8f, group[1] = 0x81, group[4] = 0x81, group[5] = 0x8f;
  std::vector<uint8_t> first = group, second = group;
  first[8 + 1] = 0x8b;
  first[8 + 4] = 0x68;
  second[8 + 1] = 0x89;
  EXPECT_EQ(std::vector(bytes.begin(), bytes.begin() + 64), first);
  EXPECT_EQ(std::vector(bytes.begin() + 68, bytes.begin() + 132), second);
  for (int64_t scales : {64, 132}) {
    EXPECT_EQ(read<uint16_t>(bytes, scales), 0x3f80);
    EXPECT_EQ(read<uint16_t>(bytes, scales + 2), 0x4000);
  }
}

TEST(PackPanel, RoundsBFloatsToTheNearestAndTiesToEven) {
  EXPECT_EQ(toBFloat16(1.0f), 0x3f80);
  EXPECT_EQ(toBFloat16(1.0f + 0x1p-8f), 0x3f80);            // a tie, down to even
  EXPECT_EQ(toBFloat16(1.0f + 0x3p-8f), 0x3f82);            // a tie, up to even
  EXPECT_EQ(toBFloat16(1.0f + 0x1p-8f + 0x1p-20f), 0x3f81); // more than a tie
  EXPECT_EQ(toBFloat16(-0.0f), 0x8000);
  EXPECT_EQ(toBFloat16(INFINITY), 0x7f80);
  EXPECT_EQ(toBFloat16(-INFINITY), 0xff80);
  for (uint32_t bits : {0x7f800001u, 0x7fffffffu, 0xff800001u})
    EXPECT_TRUE(std::isnan(fromBFloat16(toBFloat16(std::bit_cast<float>(bits))))) << bits;
}

TEST(PackPanel, KeepsInt8WithinHalfAStep) {
  for (double magnitude : {1e-30, 0.02, 1.0, 1e30}) {
    PackedPanels layout{NumberType::Int8, 500, 1};
    std::vector<double> numbers = normalNumbers(500, magnitude, /*seed=*/1);
    std::vector<double> packed = unpack(layout, pack(layout, numbers));
    double step = largestOf(numbers) / 127;
    for (size_t i = 0; i < numbers.size(); ++i)
      EXPECT_LE(std::abs(numbers[i] - packed[i]), step * 0.50001) << i << " at " << magnitude;
  }
}

TEST(PackPanel, KeepsInt4AsCloseAsTheLargestNumbersStepWould) {
  for (double magnitude : {1e-30, 0.02, 1.0, 1e30}) {
    PackedPanels layout{NumberType::Int4, 64, 1};
    std::vector<double> numbers = normalNumbers(64, magnitude, /*seed=*/2);
    std::vector<double> packed = unpack(layout, pack(layout, numbers));
    double step = fromBFloat16(toBFloat16(float(largestOf(numbers) / 7)));
    std::vector<double> rounded;
    for (double number : numbers)
      rounded.push_back(std::clamp(std::nearbyint(number / step), -7.0, 7.0) * step);
    EXPECT_LE(squaredError(numbers, packed), squaredError(numbers, rounded)) << magnitude;
    // Uniform rounding of normal numbers: one step squared over 12 each.
    EXPECT_LE(squaredError(numbers, packed), 64 * step * step / 12 * 1.5) << magnitude;
  }
}

TEST(PackPanel, PacksZerosWithScalesOfZero) {
  for (NumberType type : {NumberType::Int8, NumberType::Int4}) {
    PackedPanels layout{type, 10, 1};
    std::vector<uint8_t> bytes = pack(layout, std::vector<double>(10, 0.0));
    EXPECT_THAT(unpack(layout, bytes), ::testing::Each(0.0));
    size_t scale = type == NumberType::Int8 ? 64 : 32;
    EXPECT_THAT(std::vector(bytes.begin() + std::ptrdiff_t(scale), bytes.end()),
                ::testing::Each(0));
  }
}

TEST(PackPanel, KeepsTinyAndHugeNumbersFinite) {
  for (NumberType type : {NumberType::Int8, NumberType::Int4}) {
    PackedPanels layout{type, 4, 1};
    int limit = type == NumberType::Int8 ? 127 : 7;
    for (double magnitude : {1e-45, 1e-40, 1e-38, 3.4e38}) {
      std::vector<double> packed =
          unpack(layout, pack(layout, {magnitude, -magnitude, 0, magnitude / 2}));
      // Scales below the smallest normal number lose digits, at last all of them.
      double bound = std::max(magnitude / limit, 0x1p-133 * limit);
      EXPECT_NEAR(packed[0], magnitude, bound) << magnitude;
      EXPECT_NEAR(packed[1], -magnitude, bound) << magnitude;
      EXPECT_EQ(packed[2], 0) << magnitude;
      EXPECT_NEAR(packed[3], magnitude / 2, bound) << magnitude;
    }
  }
}

/// One weight of three outputs with two inputs, the last of which is `last`, in panels of two.
std::string failureOf(const std::string &type, int64_t size, float last) {
  mlir::MLIRContext context;
  context.loadDialect<plan::PlanDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "plan.weight @layer_0.ff.in <panels, 2, " + type + "> at 0 size " + std::to_string(size) +
          R"( {
    %a = transept.parameter "a" : tensor<3x2xf32>
    plan.yield %a : tensor<3x2xf32>
  })",
      &context);
  EXPECT_TRUE(module);
  auto reader = [last](const ParameterRows &rows, float *out) {
    const float values[] = {1, 2, 3, 4, 5, last};
    std::copy_n(values + rows.begin * rows.columns, rows.count * rows.columns, out);
  };
  int64_t written = 0;
  try {
    packWeights(*module, reader, {},
                [&](int64_t, const void *, int64_t count) { written += count; });
  } catch (const std::exception &error) {
    return error.what();
  }
  EXPECT_EQ(written, size);
  return "";
}

TEST(PackWeights, RefusesToQuantizeWhatIsNotFinite) {
  for (float number : {INFINITY, -INFINITY, NAN}) {
    EXPECT_THAT(
        failureOf("int8", 272, number),
        AllOf(HasSubstr("layer_0.ff.in"), HasSubstr("output 2 and input 1"), HasSubstr("int8")));
    EXPECT_THAT(failureOf("int4", 136, number),
                AllOf(HasSubstr("layer_0.ff.in"), HasSubstr("int4")));
    EXPECT_EQ(failureOf("f32", 32, number), "");
    EXPECT_EQ(failureOf("bf16", 256, number), "");
  }
  EXPECT_EQ(failureOf("int8", 272, 6), "");
  EXPECT_EQ(failureOf("int4", 136, 6), "");
}

} // namespace
} // namespace transept::emit
