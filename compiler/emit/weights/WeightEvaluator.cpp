// SPDX-License-Identifier: Apache-2.0
//
// Evaluates weight ops row range by row range.

#include "compiler/emit/weights/WeightEvaluator.h"

#include "dialects/Transept/Transept.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

namespace transept::emit {

using namespace mlir;

int64_t weightRows(Value value) {
  return cast<RankedTensorType>(value.getType()).getDimSize(0);
}
int64_t weightColumns(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getRank() == 2 ? type.getDimSize(1) : 1;
}

static ParameterRows rowsOf(ParameterOp op, int64_t begin, int64_t count) {
  Value value = op.getResult();
  bool isVector = cast<RankedTensorType>(value.getType()).getRank() == 1;
  return {
      op.getName().str(), op.getTransposed(),  isVector, int64_t(op.getRowBegin()) + begin, count,
      weightRows(value),  weightColumns(value)};
}

void forEachParameter(ModuleOp module, const std::function<void(const ParameterRows &)> &visit) {
  module.walk([&](ParameterOp op) { visit(rowsOf(op, 0, weightRows(op.getResult()))); });
}

std::vector<double> WeightEvaluator::vector(Value value) {
  std::vector<double> result(weightRows(value) * weightColumns(value));
  rows(value, 0, weightRows(value), result.data());
  return result;
}

void WeightEvaluator::rows(Value value, int64_t begin, int64_t count, double *out) {
  int64_t columns = weightColumns(value);
  llvm::TypeSwitch<Operation *>(value.getDefiningOp())
      .Case<ParameterOp>([&](ParameterOp op) {
        std::vector<float> floats(count * columns);
        reader(rowsOf(op, begin, count), floats.data());
        std::copy(floats.begin(), floats.end(), out);
      })
      .Case<SinusoidOp>([&](SinusoidOp op) {
        int64_t half = columns / 2;
        bool isInterleaved = op.getKind() == SinusoidKind::Interleaved;
        double steps = double(op.getKind() == SinusoidKind::HalvesInclusive ? half - 1 : half);
        for (int64_t row = 0; row < count; ++row)
          for (int64_t column = 0; column < columns; ++column) {
            bool isSine = isInterleaved ? column % 2 == 0 : column < half;
            int64_t frequency = isInterleaved ? column / 2 : column % half;
            double angle = double(begin + row) / std::pow(10000.0, double(frequency) / steps);
            out[row * columns + column] = isSine ? std::sin(angle) : std::cos(angle);
          }
      })
      .Case<WeightZeroOp>([&](WeightZeroOp) { std::fill_n(out, count * columns, 0.0); })
      .Case<WeightScaleOp>([&](WeightScaleOp op) {
        rows(op.getInput(), begin, count, out);
        double factor = op.getFactor().convertToDouble();
        for (int64_t i = 0; i < count * columns; ++i)
          out[i] *= factor;
      })
      .Case<WeightShiftOp>([&](WeightShiftOp op) {
        rows(op.getInput(), begin, count, out);
        double term = op.getTerm().convertToDouble();
        for (int64_t i = 0; i < count * columns; ++i)
          out[i] += term;
      })
      .Case<WeightScaleColumnsOp>([&](WeightScaleColumnsOp op) {
        rows(op.getInput(), begin, count, out);
        std::vector<double> factors = vector(op.getFactors());
        for (int64_t i = 0; i < count * columns; ++i)
          out[i] *= factors[i % columns];
      })
      .Case<WeightProductOp>([&](WeightProductOp op) {
        int64_t depth = weightColumns(op.getMatrix());
        std::vector<double> factors = vector(op.getVector()), row(depth);
        for (int64_t i = 0; i < count; ++i) {
          rows(op.getMatrix(), begin + i, 1, row.data());
          out[i] = 0;
          for (int64_t k = 0; k < depth; ++k)
            out[i] += row[k] * factors[k];
        }
      })
      .Case<WeightAddOp>([&](WeightAddOp op) {
        std::vector<double> other(count * columns);
        rows(op.getLhs(), begin, count, out);
        rows(op.getRhs(), begin, count, other.data());
        for (int64_t i = 0; i < count * columns; ++i)
          out[i] += other[i];
      })
      .Case<WeightAddRowOp>([&](WeightAddRowOp op) {
        rows(op.getMatrix(), begin, count, out);
        std::vector<double> row = vector(op.getRow());
        for (int64_t i = 0; i < count * columns; ++i)
          out[i] += row[i % columns];
      })
      .Case<WeightGridOp>([&](WeightGridOp op) {
        int64_t across = weightColumns(op.getColumns());
        for (int64_t i = 0; i < count; ++i) {
          int64_t width = op.getWidth();
          rows(op.getColumns(), (begin + i) % width, 1, out + i * columns);
          rows(op.getLines(), (begin + i) / width, 1, out + i * columns + across);
        }
      })
      .Case<WeightConcatenateOp>([&](WeightConcatenateOp op) {
        int64_t start = 0;
        for (Value part : op.getInputs()) {
          int64_t end = start + weightRows(part);
          int64_t first = std::max(begin, start), last = std::min(begin + count, end);
          if (first < last)
            rows(part, first - start, last - first, out + (first - begin) * columns);
          start = end;
        }
      })
      .Default([](Operation *) { llvm_unreachable("weights are computed by weight ops"); });
}

} // namespace transept::emit
