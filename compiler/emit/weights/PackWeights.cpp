// SPDX-License-Identifier: Apache-2.0
//
// Packs weights, one panel at a time.

#include "compiler/emit/weights/PackWeights.h"
#include "base/Error.h"

#include "compiler/emit/weights/PackPanel.h"
#include "compiler/plan/PackedPanels.h"
#include "compiler/plan/TilePlaces.h"

#include "dialects/Transept/RelativePosition.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace transept::emit {

using namespace mlir;

namespace {

/// Rows converted at once where there are no panels.
constexpr int64_t kRowsAtOnce = 64;
constexpr int64_t kDistancesAtOnce = 65536;

class Packer {
public:
  /// `moments`, of what is multiplied by the weight, may be null.
  Packer(plan::WeightOp op, const ParameterReader &reader, const InputMoments *moments,
         const WeightSink &sink)
      : evaluator(reader), sink(sink), moments(moments), name(op.getSymName()),
        offset(*op.getOffset()), panelWidth(op.getLayout().getPanelWidth()),
        type(op.getLayout().getNumberType()),
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
    case plan::LayoutKind::TilePlaces:
      return packTilePlaces();
    }
  }

private:
  template <typename T> void emit(const std::vector<T> &numbers) {
    sink(offset, numbers.data(), int64_t(numbers.size() * sizeof(T)));
    offset += int64_t(numbers.size() * sizeof(T));
  }

  void packRows() {
    int64_t rows = weightRows(value), columns = weightColumns(value);
    for (int64_t begin = 0; begin < rows; begin += kRowsAtOnce) {
      int64_t count = std::min(kRowsAtOnce, rows - begin);
      std::vector<double> numbers(count * columns);
      evaluator.rows(value, begin, count, numbers.data());
      emit(std::vector<float>(numbers.begin(), numbers.end()));
    }
  }

  /// Panel by panel of rows; with two parts, panels of both in turn.
  void packPanels(int64_t parts) {
    int64_t rows = weightRows(value) / parts, columns = weightColumns(value);
    codegen::PackedPanels layout{type, columns, panelWidth};
    std::vector<double> numbers(panelWidth * columns);
    std::vector<uint8_t> packed(layout.panelBytes());
    std::optional<ErrorFeedback> feedback;
    if (layout.isQuantized() && moments)
      feedback.emplace(*moments);
    for (int64_t begin = 0; begin < rows; begin += panelWidth)
      for (int64_t part = 0; part < parts; ++part) {
        int64_t count = std::min(panelWidth, rows - begin);
        evaluator.rows(value, part * rows + begin, count, numbers.data());
        std::fill(numbers.begin() + count * columns, numbers.end(), 0.0);
        if (layout.isQuantized())
          expectFinite(numbers, part * rows + begin);
        packPanel(layout, numbers.data(), packed.data(), feedback ? &*feedback : nullptr);
        emit(packed);
      }
  }

  /// One number that is not finite would turn all those that share its scale to nothing.
  void expectFinite(const std::vector<double> &numbers, int64_t firstOutput) const {
    auto found = llvm::find_if(numbers, [](double number) { return !std::isfinite(number); });
    if (found == numbers.end())
      return;
    int64_t at = found - numbers.begin(), columns = weightColumns(value);
    throw InputError(fmt::format(
        "weight {} has {} for output {} and input {}; {} takes finite numbers only, f32 and bf16 "
        "take any",
        name.str(), *found, firstOutput + at / columns, at % columns,
        plan::stringifyNumberType(type).str()));
  }

  void packDistances() {
    auto op = value.getDefiningOp<RelativePositionBiasOp>();
    RelativePositionBuckets buckets{int64_t(op.getBucketCount()), int64_t(op.getMaximumDistance()),
                                    op.getBidirectional()};
    int64_t reach = codegen::distanceReach(buckets.maximumDistance, buckets.count);
    int64_t heads = weightColumns(op.getTable());
    std::vector<double> table = evaluator.vector(op.getTable());
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t begin = -reach; begin <= reach; begin += kDistancesAtOnce) {
        std::vector<float> packed;
        for (int64_t distance = begin; distance <= std::min(reach, begin + kDistancesAtOnce - 1);
             ++distance)
          packed.push_back(float(table[relativePositionBucket(distance, buckets) * heads + head]));
        emit(packed);
      }
  }

  void packTilePlaces() {
    auto op = value.getDefiningOp<TilePositionBiasOp>();
    const codegen::TilePlaces places(op.getTiling().getTiling());
    int64_t heads = weightColumns(op.getTable()), side = op.getTiling().getSide();
    std::vector<double> table = evaluator.vector(op.getTable());
    for (int64_t head = 0; head < heads; ++head)
      for (auto [width, begin] : places.all()) {
        std::vector<float> packed;
        for (int64_t query = 0; query < places.rowsOf(width); ++query)
          for (int64_t key = 0; key < places.rowsOf(width); ++key) {
            int64_t down = query / width - key / width, across = query % width - key % width;
            int64_t place = (down + side - 1) * (2 * side - 1) + across + side - 1;
            packed.push_back(float(table[place * heads + head]));
          }
        emit(packed);
      }
  }

  WeightEvaluator evaluator;
  const WeightSink &sink;
  const InputMoments *moments;
  StringRef name;
  int64_t offset, panelWidth;
  plan::NumberType type;
  Value value;
};

} // namespace

std::string weightExpression(plan::WeightOp weight) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (Operation &op : weight.getExpression().front())
    op.print(stream << "\n", OpPrintingFlags().useLocalScope());
  return text;
}

void packWeights(ModuleOp module, const ParameterReader &reader, const Calibration &calibration,
                 const WeightSink &sink) {
  for (auto op : module.getOps<plan::WeightOp>()) {
    // A table is looked up, not multiplied: its panels have one row.
    bool isMultiplied = op.getLayout().getPanelWidth() > 1;
    auto seen = isMultiplied && !calibration.empty() ? calibration.find(weightExpression(op))
                                                     : calibration.end();
    const InputMoments *moments = seen == calibration.end() ? nullptr : &seen->second;
    Packer(op, reader, moments, sink).pack(op.getLayout().getKind());
  }
}

int64_t packedWeightsSize(ModuleOp module) {
  int64_t end = 0;
  for (auto op : module.getOps<plan::WeightOp>())
    end = std::max<int64_t>(end, *op.getOffset() + op.getSize());
  return int64_t(llvm::alignTo(end, 4096));
}

} // namespace transept::emit
