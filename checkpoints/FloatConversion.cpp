// SPDX-License-Identifier: Apache-2.0
//
// Half precision goes through bit operations rather than `_Float16`: the same bits on every CPU
// that compiles models, also on one without F16C.

#include "checkpoints/FloatConversion.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace transept::checkpoints {

float brainToFloat(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

float halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000u) << 16;
  uint32_t magnitude = uint32_t(bits & 0x7fffu) << 13;
  // Reading a half's exponent and fraction as a float's is short of the value by 2^(127 - 15), for
  // subnormals too; infinity and NaN need the float's own largest exponent.
  float scaled = std::bit_cast<float>(magnitude) * 0x1p112f;
  uint32_t finite = std::bit_cast<uint32_t>(scaled);
  bool isSpecial = (bits & 0x7c00u) == 0x7c00u;
  return std::bit_cast<float>(sign | (isSpecial ? magnitude | 0x7f800000u : finite));
}

namespace {

template <typename Stored, typename Convert>
void convert(const std::byte *data, std::span<float> out, int64_t stride, Convert convertOne) {
  if (stride == 1) {
    for (size_t index = 0; index < out.size(); ++index) {
      Stored stored;
      std::memcpy(&stored, data + index * sizeof(Stored), sizeof(Stored));
      out[index] = convertOne(stored);
    }
    return;
  }
  for (size_t index = 0; index < out.size(); ++index) {
    Stored stored;
    std::memcpy(&stored, data + index * size_t(stride) * sizeof(Stored), sizeof(Stored));
    out[index] = convertOne(stored);
  }
}

} // namespace

void convertToFloat(ElementType type, const std::byte *data, std::span<float> out, int64_t stride) {
  assert((isWeightType(type) || type == ElementType::I8 || type == ElementType::I16 ||
          type == ElementType::I32) &&
         "the caller checks the type");
  switch (type) {
  case ElementType::F64:
    return convert<double>(data, out, stride, [](double value) { return float(value); });
  case ElementType::F32:
    return convert<float>(data, out, stride, [](float value) { return value; });
  case ElementType::F16:
    return convert<uint16_t>(data, out, stride, halfToFloat);
  case ElementType::I8:
    return convert<int8_t>(data, out, stride, [](int8_t value) { return float(value); });
  case ElementType::I16:
    return convert<int16_t>(data, out, stride, [](int16_t value) { return float(value); });
  case ElementType::I32:
    return convert<int32_t>(data, out, stride, [](int32_t value) { return float(value); });
  default:
    return convert<uint16_t>(data, out, stride, brainToFloat);
  }
}

int64_t findNonFinite(std::span<const float> values) {
  constexpr uint32_t exponent = 0x7f800000u;
  // Blocks keep the test free of branches inside, so that it vectorizes.
  constexpr size_t blockSize = 4096;
  for (size_t begin = 0; begin < values.size(); begin += blockSize) {
    std::span<const float> block =
        values.subspan(begin, std::min(blockSize, values.size() - begin));
    uint32_t found = 0;
    for (float value : block)
      found |= (std::bit_cast<uint32_t>(value) & exponent) == exponent ? 1u : 0u;
    if (found == 0)
      continue;
    for (size_t index = 0; index < block.size(); ++index)
      if ((std::bit_cast<uint32_t>(block[index]) & exponent) == exponent)
        return int64_t(begin + index);
  }
  return -1;
}

} // namespace transept::checkpoints
