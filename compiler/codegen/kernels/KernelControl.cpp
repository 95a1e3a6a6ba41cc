// SPDX-License-Identifier: Apache-2.0
//
// Emits KernelBuilder's loops and branches.

#include "compiler/codegen/kernels/KernelBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace transept::codegen {

using namespace mlir;

void KernelBuilder::loop(Expression begin, Expression end, int64_t step, LoopBody body) {
  loop(begin, end, integer(step), body);
}
void KernelBuilder::loop(Expression begin, Expression end, Expression step, LoopBody body) {
  auto loopOp = scf::ForOp::create(*this, begin, end, step);
  InsertionGuard guard(*this);
  setInsertionPointToStart(loopOp.getBody());
  body(wrap(loopOp.getInductionVar()));
}
Expressions KernelBuilder::loop(Expression begin, Expression end, int64_t step,
                                ArrayRef<Expression> initial, CarriedBody body) {
  auto loopOp =
      scf::ForOp::create(*this, begin, end, integer(step), llvm::to_vector_of<Value>(initial));
  InsertionGuard guard(*this);
  setInsertionPointToStart(loopOp.getBody());
  Expressions carried = wrap(loopOp.getRegionIterArgs());
  Expressions next = body(wrap(loopOp.getInductionVar()), carried);
  if (!next.empty()) // a loop that carries nothing has its end already
    scf::YieldOp::create(*this, llvm::to_vector_of<Value>(next));
  return wrap(loopOp.getResults());
}
void KernelBuilder::when(Expression condition, function_ref<void()> body) {
  auto ifOp = scf::IfOp::create(*this, condition, /*withElseRegion=*/false);
  InsertionGuard guard(*this);
  setInsertionPointToStart(ifOp.thenBlock());
  body();
}
void KernelBuilder::when(Expression condition, function_ref<void()> yes, function_ref<void()> no) {
  auto ifOp = scf::IfOp::create(*this, condition, /*withElseRegion=*/true);
  InsertionGuard guard(*this);
  setInsertionPointToStart(ifOp.thenBlock());
  yes();
  setInsertionPointToStart(ifOp.elseBlock());
  no();
}
Expressions KernelBuilder::choose(Expression condition, TypeRange types,
                                  function_ref<Expressions()> yes, function_ref<Expressions()> no) {
  auto ifOp = scf::IfOp::create(*this, types, condition, /*withElseRegion=*/true);
  InsertionGuard guard(*this);
  setInsertionPointToStart(ifOp.thenBlock());
  scf::YieldOp::create(*this, llvm::to_vector_of<Value>(yes()));
  setInsertionPointToStart(ifOp.elseBlock());
  scf::YieldOp::create(*this, llvm::to_vector_of<Value>(no()));
  return wrap(ifOp.getResults());
}
void KernelBuilder::dispatch(Expression value, int64_t first, int64_t last,
                             function_ref<void(int64_t)> body) {
  SmallVector<int64_t> cases = llvm::to_vector(llvm::seq_inclusive(first, last));
  Value index = arith::IndexCastOp::create(*this, getIndexType(), value);
  auto switchOp = scf::IndexSwitchOp::create(*this, TypeRange{}, index, cases, cases.size());
  InsertionGuard guard(*this);
  for (auto [number, region] : llvm::zip(cases, switchOp.getCaseRegions())) {
    createBlock(&region);
    body(number);
    scf::YieldOp::create(*this);
  }
  createBlock(&switchOp.getDefaultRegion());
  scf::YieldOp::create(*this);
}
Expressions KernelBuilder::repeatWhile(ArrayRef<Expression> initial,
                                       function_ref<Expression(ArrayRef<Expression>)> condition,
                                       function_ref<Expressions(ArrayRef<Expression>)> body) {
  auto values = llvm::to_vector_of<Value>(initial);
  SmallVector<Type> types =
      llvm::to_vector(llvm::map_range(values, [](Value v) { return v.getType(); }));
  auto whileOp = scf::WhileOp::create(
      *this, types, values,
      [&](OpBuilder &, Location, ValueRange carried) {
        Expression goesOn = condition(wrap(carried));
        scf::ConditionOp::create(*this, goesOn, carried);
      },
      [&](OpBuilder &, Location, ValueRange carried) {
        Expressions next = body(wrap(carried));
        scf::YieldOp::create(*this, llvm::to_vector_of<Value>(next));
      });
  return wrap(whileOp.getResults());
}

} // namespace transept::codegen
