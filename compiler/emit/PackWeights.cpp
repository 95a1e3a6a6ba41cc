// SPDX-License-Identifier: Apache-2.0
//
// Packs weights, one panel at a time.

#include "compiler/emit/PackWeights.h"

#include "dialects/Transept/RelativePosition.h"

#include "llvm/Support/MathExtras.h"

namespace transept::emit {

using namespace mlir;

namespace {

/// Rows converted at once where there are no panels.
constexpr int64_t kRowsAtOnce = 64;

class Packer {
public:
  Packer(plan::WeightOp op, const ParameterReader &reader, const WeightSink &sink)
      : evaluator(reader), sink(sink), offset(*op.getOffset()),
        panelWidth(op.getLayout().getPanelWidth()),
        value(cast<plan::YieldOp>(op.getExpression().front().getTerminator()).getValue()) {}

  void pack(plan::LayoutKind layout) {
    switch (layout) {
    case plan::LayoutKind::Rows:
      return packRows();
    case plan::LayoutKind::Panels:
    case plan::LayoutKind::Vector:
      return packPanels(/*parts=*/1);
    case plan::LayoutKind::GatedPanels:
    case plan::LayoutKind::GatedVector:
      return packPanels(/*parts=*/2);
    case plan::LayoutKind::Distances:
      return packDistances();
    }
  }

private:
  void emit(const std::vector<float> &floats) {
    sink(offset, floats.data(), int64_t(floats.size()));
    offset += int64_t(floats.size() * sizeof(float));
  }

  void packRows() {
    int64_t rows = weightRows(value), columns = weightColumns(value);
    for (int64_t begin = 0; begin < rows; begin += kRowsAtOnce) {
      int64_t count = std::min(kRowsAtOnce, rows - begin);
      std::vector<double> numbers(count * columns);
      evaluator.rows(value, begin, count, numbers.data());
      emit({numbers.begin(), numbers.end()});
    }
  }

  /// Panel by panel [columns][panelWidth] of rows; with two parts, panels of both in turn.
  void packPanels(int64_t parts) {
    int64_t rows = weightRows(value) / parts, columns = weightColumns(value);
    std::vector<double> numbers(panelWidth * columns);
    std::vector<float> packed(panelWidth * columns);
    for (int64_t begin = 0; begin < rows; begin += panelWidth)
      for (int64_t part = 0; part < parts; ++part) {
        int64_t count = std::min(panelWidth, rows - begin);
        std::fill(packed.begin(), packed.end(), 0.0f);
        evaluator.rows(value, part * rows + begin, count, numbers.data());
        for (int64_t row = 0; row < count; ++row)
          for (int64_t column = 0; column < columns; ++column)
            packed[column * panelWidth + row] = float(numbers[row * columns + column]);
        emit(packed);
      }
  }

  void packDistances() {
    auto op = value.getDefiningOp<RelativePositionBiasOp>();
    RelativePositionBuckets buckets{int64_t(op.getBucketCount()), int64_t(op.getMaximumDistance()),
                                    op.getBidirectional()};
    int64_t reach = std::max(buckets.maximumDistance, buckets.count);
    int64_t heads = weightColumns(op.getTable());
    std::vector<double> table = evaluator.vector(op.getTable());
    std::vector<float> packed;
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t distance = -reach; distance <= reach; ++distance)
        packed.push_back(float(table[relativePositionBucket(distance, buckets) * heads + head]));
    emit(packed);
  }

  WeightEvaluator evaluator;
  const WeightSink &sink;
  int64_t offset, panelWidth;
  Value value;
};

} // namespace

void packWeights(ModuleOp module, const ParameterReader &reader, const WeightSink &sink) {
  for (auto op : module.getOps<plan::WeightOp>())
    Packer(op, reader, sink).pack(op.getLayout().getKind());
}

int64_t packedWeightsSize(ModuleOp module) {
  int64_t end = 0;
  for (auto op : module.getOps<plan::WeightOp>())
    end = std::max<int64_t>(end, *op.getOffset() + op.getSize());
  return int64_t(llvm::alignTo(end, 4096));
}

} // namespace transept::emit
