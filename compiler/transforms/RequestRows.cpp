// SPDX-License-Identifier: Apache-2.0
//
// A prompt of a hundred tokens needs vocabulary scores for its last one only. Row-wise ops at the
// end of `decode` run on the requested rows alone.

#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Passes.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_REQUESTROWSPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

RowsType requestedType(RowsType type) {
  return RowsType::get(type.getContext(), Space::target().requested(), type.getWidth(),
                       type.getElementType());
}

bool isTargetFloatRows(Type type) {
  auto rows = dyn_cast<RowsType>(type);
  return rows && rows.getSpace() == Space::target() && isa<FloatType>(rows.getElementType());
}

/// The only operand of `op` that is rows; null if there are several or none.
OpOperand *singleRowsOperand(Operation *op) {
  OpOperand *rows = nullptr;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RowsType>(operand.get().getType()))
      continue;
    if (rows)
      return nullptr;
    rows = &operand;
  }
  return rows;
}

/// Moves `use` up through row-wise ops whose result only the op below reads; these compute
/// requested rows from now on. Returns the use at which all rows become requested rows.
OpOperand *moveUpward(OpOperand *use) {
  while (Operation *op = use->get().getDefiningOp()) {
    if (!isa<RowWise>(op) || op->getNumResults() != 1 || !use->get().hasOneUse())
      break;
    OpOperand *input = singleRowsOperand(op);
    if (!input || !isTargetFloatRows(input->get().getType()))
      break;
    Value result = op->getResult(0);
    result.setType(requestedType(cast<RowsType>(result.getType())));
    use = input;
  }
  return use;
}

struct RequestRowsPass : impl::RequestRowsPassBase<RequestRowsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp decode = findFunction(getOperation(), decodeName);
    if (!decode)
      return signalPassFailure();
    if (takesWholeTargets(decode))
      return markAllAnalysesPreserved();
    for (OpOperand &returned : decode.getBody().front().getTerminator()->getOpOperands()) {
      if (!isTargetFloatRows(returned.get().getType()))
        continue;
      OpOperand *use = moveUpward(&returned);
      OpBuilder builder(use->getOwner());
      Value rows = use->get();
      use->set(RequestedRowsOp::create(builder, withSuffix(rows.getLoc(), ".requested"),
                                       requestedType(cast<RowsType>(rows.getType())), rows));
      remark::passed(use->getOwner()->getLoc(),
                     remark::RemarkOpts::name("request-rows").category("staging"))
          << "runs on requested rows only, and so does what follows";
    }
    updateFunctionType(decode);
  }
};

} // namespace
} // namespace transept
