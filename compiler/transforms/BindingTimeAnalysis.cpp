// SPDX-License-Identifier: Apache-2.0
//
// One walk in program order: the time of a value is the latest time of what it is computed from.

#include "compiler/transforms/BindingTimeAnalysis.h"

#include "dialects/Transept/Transept.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/ErrorHandling.h"

namespace transept {

using namespace mlir;

llvm::StringRef stringifyBindingTime(BindingTime time) {
  switch (time) {
  case BindingTime::CompileTime:
    return "compile time";
  case BindingTime::Source:
    return "source";
  case BindingTime::Target:
    return "target";
  }
  llvm_unreachable("unknown binding time");
}

BindingTime BindingTimeAnalysis::earliest(Type type) {
  auto ofSpace = [](auto rows) {
    return rows.getSpace().isSource() ? BindingTime::Source : BindingTime::Target;
  };
  return llvm::TypeSwitch<Type, BindingTime>(type)
      .Case<RowsType, EncoderCacheType, SelfCacheType, CandidatesType>(ofSpace)
      .Default(BindingTime::CompileTime);
}

BindingTimeAnalysis::BindingTimeAnalysis(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    times[argument] = earliest(argument.getType());
  for (Operation &op : function.getBody().front())
    visit(&op, BindingTime::CompileTime);
}

BindingTime BindingTimeAnalysis::of(Operation *op) const {
  BindingTime time = BindingTime::CompileTime;
  op->walk([&](Operation *nested) {
    for (Value operand : nested->getOperands())
      time = std::max(time, of(operand));
    for (Type type : nested->getResultTypes())
      time = std::max(time, earliest(type));
  });
  return time;
}

void BindingTimeAnalysis::visit(Operation *op, BindingTime context) {
  BindingTime time = context;
  for (Value operand : op->getOperands())
    time = std::max(time, of(operand));
  // Regions first: what they capture decides about the results as well.
  for (Region &region : op->getRegions())
    for (Block &block : region) {
      for (BlockArgument argument : block.getArguments())
        times[argument] = std::max(time, earliest(argument.getType()));
      for (Operation &nested : block)
        visit(&nested, time);
    }
  time = std::max(time, of(op));
  for (Value result : op->getResults())
    times[result] = std::max(time, earliest(result.getType()));
}

} // namespace transept
