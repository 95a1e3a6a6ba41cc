// SPDX-License-Identifier: Apache-2.0
//
// One product of every number type against plain loops that do the same arithmetic in the same
// order: the same bits, whatever the instruction set, the number of rows and the rows beside. What
// a whole model may be off by hides errors of this size; here nothing may be off.

#include "tests/numerics/CompiledModel.h"

#include "compiler/emit/weights/PackPanel.h"
#include "compiler/targets/Target.h"
#include "dialects/Transept/interpreter/Parameters.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <random>
#include <span>

namespace transept::testing {

namespace {

using plan::NumberType;

constexpr uint64_t kSeed = 7;
constexpr int64_t kGroup = 64, kMostRows = 100;

struct Shape {
  int64_t depth, outputs;
  bool isGated;
};

/// Depths and widths that neither tiles nor groups nor panels divide.
const Shape kShapes[] = {{40, 37, false}, {72, 70, true}, {100, 389, false}};

std::string textOf(const Shape &shape) {
  std::string depth = std::to_string(shape.depth), outputs = std::to_string(shape.outputs);
  std::string types = "!in = !transept.rows<source x " + depth + " x f32>\n" +
                      "!out = !transept.rows<source x " + outputs + " x f32>\n";
  std::string weight = "tensor<" + outputs + "x" + depth + "xf32>";
  auto linear = [&](const std::string &name) {
    return "  %" + name + ".w = transept.parameter \"" + name + "\" : " + weight + "\n  %" + name +
           " = transept.linear %x, %" + name + ".w : (!in, " + weight + ") -> !out\n";
  };
  std::string body = linear("up");
  if (shape.isGated)
    body += linear("gate") + "  %open = transept.activation relu %gate : !out\n" +
            "  %y = transept.gate %up, %open : !out\n  return %y : !out\n";
  else
    body += "  return %up : !out\n";
  return types + "func.func @product(%x: !in) -> !out {\n" + body + "}\n";
}

float fromBFloat16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

/// Numbers of one output as integers with scales, one for each `group` inputs.
struct QuantizedOutput {
  std::vector<int> integers;
  std::vector<float> scales;
};

QuantizedOutput quantizeOutput(NumberType type, const double *numbers, int64_t depth) {
  // The packed order has tests of its own; a panel of one output is the easiest to read.
  codegen::PackedPanels layout{type, depth, /*width=*/1};
  std::vector<uint8_t> bytes(layout.panelBytes());
  emit::packPanel(layout, numbers, bytes.data());
  QuantizedOutput result;
  if (type == NumberType::Int8) {
    for (int64_t i = 0; i < depth; ++i)
      result.integers.push_back(int(bytes[i]) - 128);
    result.scales.resize(1);
    std::memcpy(result.scales.data(), bytes.data() + layout.wordBytes(), sizeof(float));
    return result;
  }
  for (int64_t i = 0; i < depth; ++i) {
    const uint8_t *group = bytes.data() + i / kGroup * layout.groupBytes();
    int64_t place = i % kGroup;
    result.integers.push_back((group[place % 32] >> (place < 32 ? 0 : 4) & 15) - 8);
  }
  for (int64_t group = 0; group < layout.groups(); ++group) {
    uint16_t bits = 0;
    std::memcpy(&bits, bytes.data() + group * layout.groupBytes() + kGroup / 2, sizeof(bits));
    result.scales.push_back(fromBFloat16(bits));
  }
  return result;
}

struct QuantizedRow {
  std::vector<int> integers;
  float scale = 0;
};

QuantizedRow quantizeRow(std::span<const float> row) {
  QuantizedRow result;
  float largest = 0;
  for (float value : row)
    largest = std::max(largest, std::fabs(value));
  bool isZero = largest < 1e-30f;
  float factor = isZero ? 0 : 127 / largest;
  result.scale = isZero ? 0 : largest * float(1.0 / 127);
  for (float value : row)
    result.integers.push_back(int(std::nearbyint(value * factor)));
  return result;
}

/// A weight [outputs, depth] as numbers of `type`, and its product with a row.
class Weight {
public:
  /// roundsRows: whether rows become bf16 as well.
  Weight(NumberType type, bool roundsRows, const std::string &name, const Shape &shape)
      : type(type), roundsRows(roundsRows) {
    std::vector<float> floats =
        llvm::cantFail(randomParameters(kSeed)({name, false, 0, {shape.outputs, shape.depth}}));
    std::vector<double> numbers(floats.begin(), floats.end());
    for (int64_t output = 0; output < shape.outputs; ++output) {
      const double *from = numbers.data() + output * shape.depth;
      if (isQuantized())
        quantized.push_back(quantizeOutput(type, from, shape.depth));
      std::vector<float> &row = rows.emplace_back(from, from + shape.depth);
      if (type == NumberType::BF16)
        std::ranges::transform(row, row.begin(), rounded);
    }
  }

  std::vector<float> times(std::span<const float> row) const {
    std::vector<float> result;
    if (isQuantized()) {
      QuantizedRow integers = quantizeRow(row);
      for (const QuantizedOutput &output : quantized)
        result.push_back(productOf(output, integers));
      return result;
    }
    for (const std::vector<float> &output : rows) {
      float sum = 0;
      for (size_t i = 0; i < row.size(); ++i)
        sum = std::fma(roundsRows ? rounded(row[i]) : row[i], output[i], sum);
      result.push_back(sum);
    }
    return result;
  }

private:
  bool isQuantized() const { return type == NumberType::Int8 || type == NumberType::Int4; }

  static float rounded(float number) { return fromBFloat16(emit::toBFloat16(number)); }

  float productOf(const QuantizedOutput &output, const QuantizedRow &row) const {
    auto depth = row.integers.size();
    size_t group = type == NumberType::Int8 ? depth : size_t(kGroup);
    float sum = 0;
    for (size_t begin = 0; begin < depth; begin += group) {
      int exact = 0;
      for (size_t i = begin; i < std::min(depth, begin + group); ++i)
        exact += row.integers[i] * output.integers[i];
      if (type == NumberType::Int8)
        return float(exact) * (output.scales[0] * row.scale);
      sum = std::fma(float(exact), output.scales[begin / group], sum);
    }
    return sum * row.scale;
  }

  NumberType type;
  bool roundsRows;
  std::vector<std::vector<float>> rows;
  std::vector<QuantizedOutput> quantized;
};

/// Random rows; some of zeros, of very small and of very large numbers.
std::vector<float> randomRows(int64_t count, int64_t depth, std::mt19937_64 &random) {
  std::uniform_real_distribution<float> number(-1, 1);
  std::vector<float> rows;
  for (int64_t row = 0; row < count; ++row) {
    float magnitude = row % 5 == 1 ? 0.0f : row % 7 == 2 ? 1e-35f : row % 7 == 3 ? 1e15f : 2.5f;
    for (int64_t i = 0; i < depth; ++i)
      rows.push_back(magnitude * number(random));
  }
  return rows;
}

std::vector<float> statesOf(const std::string &library, std::span<const float> rows) {
  Source source = Model::open(library, {.threads = 1}).encodeFeatures(rows);
  return {source.states().begin(), source.states().end()};
}

/// A test failure unless each row is close to the expected one; returns the actual rows.
std::vector<float> expectCloseRows(std::span<const float> expected, std::vector<float> actual,
                                   int64_t width) {
  for (size_t begin = 0; begin < expected.size(); begin += size_t(width)) {
    float largest = 0;
    for (float value : expected.subspan(begin, size_t(width)))
      largest = std::max(largest, std::fabs(value));
    // Numbers below the smallest normal one may count as zero.
    for (size_t i = begin; i < begin + size_t(width); ++i)
      EXPECT_NEAR(expected[i], actual[i], 1e-5 * largest + 1e-36) << i;
  }
  return actual;
}

/// Sources of the first rows, as many as every blocking has around it: all in one batch, and each
/// alone, must have the bits of `expected`.
void checkEveryRowCount(const std::string &library, unsigned threads, std::span<const float> rows,
                        std::span<const float> expected, const Shape &shape) {
  Model model = Model::open(library, {.threads = threads, .encoderCacheBytes = 0});
  std::vector<SourceInput> inputs;
  for (int64_t count : {1, 3, 12, 13, 16, 17, 31, 33, int(kMostRows)})
    inputs.push_back({.ids = {}, .features = rows.first(size_t(count * shape.depth))});
  std::vector<Source> together = model.encodeBatch(inputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    size_t count = inputs[i].features.size() / size_t(shape.depth);
    std::span wanted = expected.first(count * size_t(shape.outputs));
    EXPECT_TRUE(std::ranges::equal(together[i].states(), wanted)) << count << " rows in a batch";
    Source alone = model.encode(inputs[i]);
    EXPECT_TRUE(std::ranges::equal(alone.states(), wanted)) << count << " rows alone";
  }
}

class Product : public ProcessorAndType {
protected:
  NumberType type = *plan::symbolizeNumberType(weights);
};

TEST_P(Product, HasTheBitsOfPlainLoops) {
  std::string error;
  targets::Target target = *targets::targetFor(cpu, error);
  bool roundsRows = type == NumberType::BF16 && target.multipliesBFloats();
  // The processor's own products of bf16 add in an order that is not documented.
  bool isExact = !roundsRows || target.emulatesTiles;
  std::mt19937_64 random(kSeed);
  for (const Shape &shape : kShapes) {
    SCOPED_TRACE(std::to_string(shape.depth) + " to " + std::to_string(shape.outputs));
    std::string library =
        compileWithRandomWeights(textOf(shape), {.cpu = cpu, .weights = weights}, kSeed);
    Weight up(type, roundsRows, "up", shape), gate(type, roundsRows, "gate", shape);
    std::vector<float> rows = randomRows(kMostRows, shape.depth, random);
    std::vector<float> expected;
    for (int64_t row = 0; row < kMostRows; ++row) {
      std::span input(rows.data() + row * shape.depth, size_t(shape.depth));
      std::vector<float> values = up.times(input);
      if (shape.isGated) {
        std::vector<float> gates = gate.times(input);
        for (size_t i = 0; i < values.size(); ++i)
          values[i] *= std::max(gates[i], 0.0f);
      }
      expected.insert(expected.end(), values.begin(), values.end());
    }
    if (!isExact)
      expected = expectCloseRows(expected, statesOf(library, rows), shape.outputs);
    for (unsigned threads : {1u, 2u, 3u}) {
      SCOPED_TRACE(std::to_string(threads) + " threads");
      checkEveryRowCount(library, threads, rows, expected, shape);
    }
    std::filesystem::remove(library);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryType, Product,
                         ::testing::Combine(::testing::Values("x86-64-v3", "x86-64-v4", "native",
                                                              "emulated-amx"),
                                            ::testing::Values("f32", "bf16", "int8", "int4")),
                         nameOf);

} // namespace
} // namespace transept::testing
