// SPDX-License-Identifier: Apache-2.0
//
// Says in the terms of the model table what launches say of themselves: rows by the steps before
// them, keys and arithmetic by number.

#include "compiler/plan/LaunchCosts.h"

#include "transept/abi.h"

namespace transept::codegen {

using namespace mlir;

namespace {

uint32_t keysOf(plan::KeyRange keys) {
  switch (keys) {
  case plan::KeyRange::None:
    return TRANSEPT_KEYS_NONE;
  case plan::KeyRange::UpToRow:
    return TRANSEPT_KEYS_UP_TO_ROW;
  case plan::KeyRange::OfSequence:
    return TRANSEPT_KEYS_OF_SEQUENCE;
  case plan::KeyRange::OfSource:
    return TRANSEPT_KEYS_OF_SOURCE;
  case plan::KeyRange::OfRows:
    return TRANSEPT_KEYS_OF_ROWS;
  }
  llvm_unreachable("every range of keys has its case");
}

/// What products with such factors are computed in; half bytes are multiplied as bytes.
uint32_t arithmeticOf(plan::NumberType factors) {
  switch (factors) {
  case plan::NumberType::BF16:
    return TRANSEPT_ARITHMETIC_BF16;
  case plan::NumberType::Int8:
  case plan::NumberType::Int4:
    return TRANSEPT_ARITHMETIC_INT8;
  case plan::NumberType::F32:
    return TRANSEPT_ARITHMETIC_F32;
  }
  llvm_unreachable("every type of numbers has its case");
}

class CostCounter {
public:
  explicit CostCounter(plan::ProgramOp program) : spaces(program.getBody().front()) {}

  LaunchCosts count(Operation *op) const {
    LaunchCosts costs{.kind = op->getName().stripDialect().str()};
    auto launch = dyn_cast<plan::LaunchOpInterface>(op);
    if (!launch)
      return costs;
    plan::Cost cost = launch.getCost();
    costs.label = launch.getLabel().str();
    costs.rows = rowsOf(launch.getCountedRows());
    costs.keys = keysOf(cost.keys) + (cost.keyRows ? rowsOf(cost.keyRows) : 0);
    costs.arithmetic = arithmeticOf(cost.factors);
    costs.window = TRANSEPT_WINDOW(cost.keysBefore, cost.keysBehind);
    for (const plan::WeightUse &use : launch.getWeights())
      if (plan::WeightOp weight = plan::weightOf(op, use.symbol); weight && use.isWhole)
        costs.weightBytes += int64_t(weight.getSize());
    costs.bytesPerRow = cost.bytesPerRow;
    costs.bytesPerKey = cost.bytesPerKey;
    costs.operationsPerRow = cost.operationsPerRow;
    costs.operationsPerRowAndKey = cost.operationsPerRowAndKey;
    return costs;
  }

private:
  /// Rows of a buffer's space: only those before a program's last space have fewer steps, and those
  /// beside the way there a number of their own.
  uint32_t rowsOf(Value buffer) const {
    if (!buffer)
      return TRANSEPT_ROWS_REQUESTED;
    const Space &space = cast<plan::BufferType>(buffer.getType()).getSpace();
    if (space.isRequested())
      return TRANSEPT_ROWS_REQUESTED;
    if (space.isWhole() || !spaces.find(space))
      return TRANSEPT_ROWS_ALL;
    const MadeSpace *made = spaces.find(space);
    if (made->from && made->from->isWhole() && made->step.hasWindows()) // blocks of these rows
      return TRANSEPT_ROWS_OF_BLOCKS + uint32_t(made->step.stride);
    if (int64_t number = spaces.fixedRows(space); number != 0 && !spaces.isOnTheWay(space))
      return TRANSEPT_ROWS_OF_NUMBER + uint32_t(number);
    return TRANSEPT_ROWS_BEFORE_STEP + spaces.stepsBefore(space);
  }

  MadeSpaces spaces;
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

} // namespace transept::codegen
