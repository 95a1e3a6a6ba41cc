// SPDX-License-Identifier: Apache-2.0
//
// Counts the least that a launch needs: weights once, each row of its inputs and outputs once. What
// kernels keep in their scratch memory is not counted.

#include "compiler/emit/table/LaunchCosts.h"

#include "compiler/emit/weights/PackWeights.h"
#include "compiler/emit/weights/WeightEvaluator.h"

#include "transept/abi.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace transept::emit {

using namespace mlir;

namespace {

constexpr int64_t kFloat = sizeof(float);

/// Bytes of one row of each buffer; absent ones count nothing.
int64_t rowBytes(ValueRange buffers) {
  int64_t bytes = 0;
  for (Value buffer : buffers)
    if (buffer)
      bytes += cast<plan::BufferType>(buffer.getType()).getWidth() * kFloat;
  return bytes;
}

class CostCounter {
public:
  explicit CostCounter(plan::ProgramOp program)
      : module(program->getParentOfType<ModuleOp>()), spaces(program.getBody().front()) {}

  LaunchCosts count(Operation *op) {
    costs = {};
    if (auto label = op->getAttrOfType<StringAttr>("label"))
      costs.label = label.str();
    costs.kind = op->getName().stripDialect().str();
    TypeSwitch<Operation *>(op)
        .Case<plan::EmbedOp, plan::EmbedPositionsOp, plan::TakeFeaturesOp, plan::WindowsOp,
              plan::PrependOp, plan::LinearOp, plan::AttendOp, plan::StoreOp, plan::NormalizeOp,
              plan::ElementwiseOp, plan::TakeRequestedOp, plan::EmitStatesOp, plan::SearchOp,
              plan::MergeSearchOp>([&](auto launch) { add(launch); });
    return costs;
  }

private:
  /// Rows of a buffer's space: only those before a program's last space have fewer steps.
  uint32_t rowsOf(Value buffer) const {
    const Space &space = cast<plan::BufferType>(buffer.getType()).getSpace();
    if (space.isRequested())
      return TRANSEPT_ROWS_REQUESTED;
    if (space.isWhole() || !spaces.find(space))
      return TRANSEPT_ROWS_ALL;
    return TRANSEPT_ROWS_BEFORE_STEP + spaces.stepsBefore(space);
  }

  plan::WeightOp weight(FlatSymbolRefAttr symbol) {
    return symbol ? module.lookupSymbol<plan::WeightOp>(symbol) : plan::WeightOp();
  }

  void addWeights(std::initializer_list<FlatSymbolRefAttr> symbols) {
    for (FlatSymbolRefAttr symbol : symbols)
      if (plan::WeightOp op = weight(symbol))
        costs.weightBytes += op.getSize();
  }

  /// One row of a table.
  int64_t tableRowBytes(FlatSymbolRefAttr symbol) {
    plan::WeightOp op = weight(symbol);
    if (!op)
      return 0;
    Value value = cast<plan::YieldOp>(op.getExpression().front().getTerminator()).getValue();
    return int64_t(op.getSize()) / std::max<int64_t>(1, weightRows(value));
  }

  /// What products with a weight are computed in; half bytes are multiplied as bytes.
  uint32_t arithmeticOf(FlatSymbolRefAttr symbol) {
    switch (weight(symbol).getLayout().getNumberType()) {
    case plan::NumberType::BF16:
      return TRANSEPT_ARITHMETIC_BF16;
    case plan::NumberType::Int8:
    case plan::NumberType::Int4:
      return TRANSEPT_ARITHMETIC_INT8;
    case plan::NumberType::F32:
      break;
    }
    return TRANSEPT_ARITHMETIC_F32;
  }

  void add(plan::EmbedOp op) {
    costs.bytesPerRow = tableRowBytes(op.getTableAttr()) + tableRowBytes(op.getPositionsAttr()) +
                        rowBytes(op.getOutput());
  }

  void add(plan::EmbedPositionsOp op) {
    costs.bytesPerRow = tableRowBytes(op.getTableAttr()) + rowBytes(op.getOutput());
  }

  void add(plan::TakeFeaturesOp op) { move(op.getOutput()); }
  void add(plan::WindowsOp op) { move(op.getOutput()); }
  void add(plan::PrependOp op) { move(op.getOutput()); }
  void add(plan::StoreOp op) { move(op.getInput()); }
  void add(plan::EmitStatesOp op) { move(op.getInput()); }
  void add(plan::TakeRequestedOp op) { move(op.getOutput()); }

  /// Each row is read and written.
  void move(Value buffer) {
    costs.rows = rowsOf(buffer);
    costs.bytesPerRow = 2 * rowBytes(buffer);
  }

  void add(plan::LinearOp op) {
    costs.rows = rowsOf(op.getInput());
    addWeights({op.getWeightAttr(), op.getBiasAttr(), op.getNormGainAttr(), op.getNormBiasAttr()});
    costs.arithmetic = arithmeticOf(op.getWeightAttr());
    costs.bytesPerRow = rowBytes(op->getOperands());
    int64_t outputs = op.getOutput().getType().getWidth() * (op.getGated() ? 2 : 1);
    costs.operationsPerRow = 2 * op.getInput().getType().getWidth() * outputs;
  }

  void add(plan::AttendOp op) {
    costs.rows = rowsOf(op.getQuery());
    costs.bytesPerRow = rowBytes(op->getOperands());
    bool isCross = op.getKeysFrom() == plan::KeySource::EncoderCache;
    costs.keys = isCross          ? TRANSEPT_KEYS_OF_SOURCE
                 : op.getCausal() ? TRANSEPT_KEYS_UP_TO_ROW
                                  : TRANSEPT_KEYS_OF_SEQUENCE;
    int64_t numbers = int64_t(op.getHeadCount()) * int64_t(op.getKeyDim() + op.getValueDim());
    plan::CacheSlotAttr slot = op.getKeySlotAttr();
    costs.bytesPerKey = numbers * (slot ? slot.numberBytes() : kFloat);
    if (op.getMultipliesBfloats())
      costs.arithmetic = TRANSEPT_ARITHMETIC_BF16;
    costs.operationsPerRowAndKey = 2 * numbers;
  }

  void add(plan::NormalizeOp op) {
    costs.rows = rowsOf(op.getInput());
    addWeights({op.getGainAttr(), op.getShiftAttr()});
    costs.bytesPerRow = rowBytes(op->getOperands());
  }

  void add(plan::ElementwiseOp op) {
    costs.rows = rowsOf(op.getLeft());
    costs.bytesPerRow = rowBytes(op->getOperands());
  }

  void add(plan::SearchOp op) {
    costs.rows = TRANSEPT_ROWS_REQUESTED;
    addWeights({op.getWeightAttr(), op.getBiasAttr(), op.getNormGainAttr(), op.getNormBiasAttr()});
    costs.arithmetic = arithmeticOf(op.getWeightAttr());
    costs.bytesPerRow = rowBytes(op.getInput());
    costs.operationsPerRow = 2 * op.getInput().getType().getWidth() * op.getVocabularySize();
  }

  /// Its few numbers depend on how many candidates are asked for.
  void add(plan::MergeSearchOp) { costs.rows = TRANSEPT_ROWS_REQUESTED; }

  ModuleOp module;
  MadeSpaces spaces;
  LaunchCosts costs;
};

} // namespace

std::vector<LaunchCosts> launchCosts(plan::ProgramOp program) {
  CostCounter counter(program);
  std::vector<LaunchCosts> result;
  for (Operation &op : program.getBody().front())
    if (plan::isStep(&op))
      result.push_back(counter.count(&op));
  return result;
}

} // namespace transept::emit
