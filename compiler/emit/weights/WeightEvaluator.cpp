// SPDX-License-Identifier: Apache-2.0
//
// Evaluates weight ops row range by row range.

#include "compiler/emit/weights/WeightEvaluator.h"

#include "dialects/Transept/RelativePosition.h"
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
        for (int64_t frequency = 0; frequency < half; ++frequency) {
          double wave = std::pow(10000.0, double(frequency) / steps);
          for (int64_t row = 0; row < count; ++row) {
            int64_t position = begin + row;
            if (op.getDescendingFrom())
              position = int64_t(*op.getDescendingFrom()) - position;
            double *at = out + row * columns;
            at[isInterleaved ? 2 * frequency : frequency] = std::sin(double(position) / wave);
            at[isInterleaved ? 2 * frequency + 1 : half + frequency] =
                std::cos(double(position) / wave);
          }
        }
      })
      .Case<WeightFlattenOp>([&](WeightFlattenOp op) {
        int64_t width = weightColumns(op.getMatrix()), first = begin / width;
        int64_t end = (begin + count + width - 1) / width;
        std::vector<double> matrix((end - first) * width);
        rows(op.getMatrix(), first, end - first, matrix.data());
        std::copy_n(matrix.begin() + (begin - first * width), count, out);
      })
      .Case<WeightReverseRowsOp>([&](WeightReverseRowsOp op) {
        std::vector<double> input(count * columns);
        rows(op.getInput(), weightRows(value) - begin - count, count, input.data());
        for (int64_t i = 0; i < count; ++i)
          std::copy_n(input.begin() + (count - 1 - i) * columns, columns, out + i * columns);
      })
      .Case<DistanceBucketsOp>([&](DistanceBucketsOp op) {
        RelativePositionBuckets buckets{int64_t(op.getBucketCount()),
                                        int64_t(op.getMaximumDistance()), op.getBidirectional()};
        int64_t first = begin - weightRows(value) / 2 - int64_t(op.getAhead());
        for (int64_t i = 0; i < count; ++i)
          out[i] = double(relativePositionBucket(first + i, buckets));
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
      .Case<WeightScaleRowsOp>([&](WeightScaleRowsOp op) {
        rows(op.getInput(), begin, count, out);
        std::vector<double> factors(count);
        rows(op.getFactors(), begin, count, factors.data());
        for (int64_t i = 0; i < count * columns; ++i)
          out[i] *= factors[i / columns];
      })
      .Case<WeightInverseRootOp>([&](WeightInverseRootOp op) {
        rows(op.getInput(), begin, count, out);
        double epsilon = op.getEpsilon().convertToDouble();
        for (int64_t i = 0; i < count; ++i)
          out[i] = 1 / std::sqrt(out[i] + epsilon);
      })
      .Case<WeightProductOp>([&](WeightProductOp op) {
        // Factors column by column, so that the sums of a row run side by side.
        int64_t depth = weightColumns(op.getMatrix());
        std::vector<double> factors = vector(op.getFactors()), matrix(count * depth);
        std::vector<double> turned(factors.size());
        for (int64_t i = 0; i < int64_t(factors.size()); ++i)
          turned[i % depth * columns + i / depth] = factors[i];
        rows(op.getMatrix(), begin, count, matrix.data());
        std::fill_n(out, count * columns, 0.0);
        for (int64_t i = 0; i < count; ++i)
          for (int64_t k = 0; k < depth; ++k) {
            double factor = matrix[i * depth + k];
            for (int64_t column = 0; column < columns; ++column)
              out[i * columns + column] += factor * turned[k * columns + column];
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
