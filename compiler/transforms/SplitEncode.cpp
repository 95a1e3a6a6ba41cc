// SPDX-License-Identifier: Apache-2.0
//
// Splits `forward` at the boundary between what depends on the source alone and what depends on
// the target. The values that cross are the encoder KV cache: nobody lists them by hand.

#include "compiler/transforms/BindingTimeAnalysis.h"
#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Passes.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"

namespace transept {
#define GEN_PASS_DEF_SPLITENCODEPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

/// What moves where: the results of `forward` by stage, and the values that cross.
struct Boundary {
  SmallVector<Value> sourceResults, targetResults;
  /// Rows computed by encode and read by decode, in the order in which decode reads them.
  llvm::SetVector<Value> crossing;
};

/// Copies the ops of one stage from `forward` to a new function.
class StageWriter {
public:
  StageWriter(func::FuncOp forward, StringRef name)
      : builder(forward), function(func::FuncOp::create(builder, forward.getLoc(), name,
                                                        builder.getFunctionType({}, {}))),
        body(function.addEntryBlock()) {
    builder.setInsertionPointToEnd(body);
  }

  BlockArgument addArgument(Type type, Location location) {
    return body->addArgument(type, location);
  }

  void map(Value old, Value copy) { mapping.map(old, copy); }

  /// Says how to make a value of the other stage available, right before its first reader.
  void mapOnDemand(Value old, std::function<Value(OpBuilder &)> make) {
    onDemand[old] = std::move(make);
  }

  /// The copy of `value`; what it needs of compile time is copied first, where it is needed.
  Value copy(Value value) {
    if (Value known = mapping.lookupOrNull(value))
      return known;
    if (auto make = onDemand.find(value); make != onDemand.end())
      mapping.map(value, make->second(builder));
    else
      copy(value.getDefiningOp());
    return mapping.lookup(value);
  }

  void copy(Operation *op) {
    op->walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        if (!op->isAncestor(operand.getParentBlock()->getParentOp()))
          copy(operand);
    });
    builder.clone(*op, mapping);
  }

  /// Ends the function with a return of `results`.
  void finish(ValueRange results) {
    func::ReturnOp::create(builder, function.getLoc(), results);
    updateFunctionType(function);
  }

  OpBuilder &getBuilder() { return builder; }

private:
  OpBuilder builder;
  func::FuncOp function;
  Block *body;
  IRMapping mapping;
  llvm::DenseMap<Value, std::function<Value(OpBuilder &)>> onDemand;
};

bool isFloatRows(Type type) {
  auto rows = dyn_cast<RowsType>(type);
  return rows && isa<FloatType>(rows.getElementType());
}

/// Finds the boundary; fails with an error where something other than rows of floats would cross.
FailureOr<Boundary> findBoundary(func::FuncOp forward, const BindingTimeAnalysis &times) {
  Boundary boundary;
  for (BlockArgument argument : forward.getArguments())
    if (times.of(argument) == BindingTime::CompileTime)
      return forward.emitOpError("expects arguments on the source or the target side, but "
                                 "argument #")
             << argument.getArgNumber() << " has type " << argument.getType();
  Block &body = forward.getBody().front();
  for (Operation &op : body.without_terminator()) {
    if (times.of(&op) != BindingTime::Target)
      continue;
    WalkResult result = op.walk([&](Operation *nested) {
      for (Value operand : nested->getOperands()) {
        if (times.of(operand) != BindingTime::Source || operand.getParentBlock() != &body)
          continue;
        if (!isFloatRows(operand.getType())) {
          nested->emitOpError("reads a value of type ")
              << operand.getType() << " that depends on the source alone, but only rows of floats "
              << "can cross from encode to decode";
          return WalkResult::interrupt();
        }
        boundary.crossing.insert(operand);
      }
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return failure();
  }
  for (Value returned : body.getTerminator()->getOperands())
    (times.of(returned) == BindingTime::Source ? boundary.sourceResults : boundary.targetResults)
        .push_back(returned);
  bool hasTarget = llvm::any_of(forward.getArguments(), [&](BlockArgument argument) {
    return times.of(argument) == BindingTime::Target;
  });
  if (hasTarget && boundary.targetResults.empty())
    return forward.emitOpError("expects a result that depends on the target");
  return boundary;
}

void writeEncode(func::FuncOp forward, const BindingTimeAnalysis &times, const Boundary &boundary) {
  StageWriter encode(forward, encodeName);
  for (BlockArgument argument : forward.getArguments())
    if (times.of(argument) == BindingTime::Source)
      encode.map(argument, encode.addArgument(argument.getType(), argument.getLoc()));
  for (Operation &op : forward.getBody().front().without_terminator())
    if (times.of(&op) == BindingTime::Source)
      encode.copy(&op);
  SmallVector<Value> results;
  for (Value result : boundary.sourceResults)
    results.push_back(encode.copy(result));
  for (Value value : boundary.crossing) {
    auto rows = cast<RowsType>(value.getType());
    auto cache = EncoderCacheType::get(rows.getContext(), rows.getSpace(), rows.getWidth(),
                                       rows.getElementType());
    results.push_back(CacheStoreOp::create(
        encode.getBuilder(), withSuffix(value.getLoc(), ".cache"), cache, encode.copy(value)));
  }
  encode.finish(results);
}

void writeDecode(func::FuncOp forward, const BindingTimeAnalysis &times, const Boundary &boundary) {
  StageWriter decode(forward, decodeName);
  for (BlockArgument argument : forward.getArguments())
    if (times.of(argument) == BindingTime::Target)
      decode.map(argument, decode.addArgument(argument.getType(), argument.getLoc()));
  for (Value value : boundary.crossing) {
    auto rows = cast<RowsType>(value.getType());
    auto type = EncoderCacheType::get(rows.getContext(), rows.getSpace(), rows.getWidth(),
                                      rows.getElementType());
    Value cache = decode.addArgument(type, withSuffix(value.getLoc(), ".cache"));
    decode.mapOnDemand(value, [cache, rows, location = value.getLoc()](OpBuilder &builder) {
      return CacheReadOp::create(builder, location, rows, cache).getRows();
    });
  }
  for (Operation &op : forward.getBody().front().without_terminator())
    if (times.of(&op) == BindingTime::Target)
      decode.copy(&op);
  SmallVector<Value> results;
  for (Value result : boundary.targetResults)
    results.push_back(decode.copy(result));
  decode.finish(results);
}

struct SplitEncodePass : impl::SplitEncodePassBase<SplitEncodePass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp forward = findFunction(getOperation(), forwardName);
    if (!forward)
      return signalPassFailure();
    BindingTimeAnalysis times(forward);
    FailureOr<Boundary> boundary = findBoundary(forward, times);
    if (failed(boundary))
      return signalPassFailure();
    remark::passed(forward.getLoc(), remark::RemarkOpts::name("split-encode").category("staging"))
        << ("encode hands " + llvm::Twine(boundary->crossing.size()) + " values to decode").str();
    writeEncode(forward, times, *boundary);
    writeDecode(forward, times, *boundary);
    forward.erase();
  }
};

} // namespace
} // namespace transept
