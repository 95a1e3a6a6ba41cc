// SPDX-License-Identifier: Apache-2.0
//
// Stages and passes: what is printed, where each operation stands in it, and what its location
// tells.

#include "compiler/story/RecordStory.h"

#include "compiler/pipeline/ReadableIR.h"
#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Lineage.h"

#include "mlir/IR/AsmState.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/SetVector.h"

namespace transept::story {

using namespace mlir;

namespace {

std::vector<std::string> stringsOf(ArrayRef<StringRef> names) {
  return {names.begin(), names.end()};
}

using Names = llvm::SetVector<StringRef>;

/// The checkpoint tensors that a weight is computed from.
void collectTensors(Value weight, Names &tensors) {
  mlir::Operation *definition = weight.getDefiningOp();
  if (!definition)
    return;
  if (auto parameter = dyn_cast<ParameterOp>(definition))
    tensors.insert(parameter.getName());
  for (Value operand : definition->getOperands())
    collectTensors(operand, tensors);
}

/// Of the weights that `op` reads: values in the graph, symbols in the plan.
std::vector<std::string> tensorsOf(mlir::Operation *op) {
  Names tensors;
  if (auto parameter = dyn_cast<ParameterOp>(op))
    tensors.insert(parameter.getName());
  for (Value operand : op->getOperands())
    if (isa<RankedTensorType>(operand.getType()))
      collectTensors(operand, tensors);
  for (NamedAttribute attribute : op->getAttrs())
    if (auto symbol = dyn_cast<FlatSymbolRefAttr>(attribute.getValue()))
      if (auto weight = SymbolTable::lookupNearestSymbolFrom<plan::WeightOp>(op, symbol))
        weight.walk([&](ParameterOp parameter) { tensors.insert(parameter.getName()); });
  return stringsOf(tensors.getArrayRef());
}

/// The name of the function, program or weight that `op` is in.
std::string functionOf(mlir::Operation *op) {
  for (mlir::Operation *parent = op->getParentOp(); parent; parent = parent->getParentOp())
    if (auto name = parent->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
        name && !isa<ModuleOp>(parent))
      return name.str();
  return "";
}

/// What stands between the brackets of our types; other types as they are.
std::string textOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  StringRef inner = text;
  if (inner.starts_with("!") && inner.ends_with(">"))
    inner = inner.drop_back().split('<').second;
  return inner.str();
}

/// Whose rows a value is.
std::string sideOf(Type type) {
  if (auto rows = dyn_cast<RowsType>(type))
    return stringifySide(rows.getSpace().getSide()).str();
  if (auto buffer = dyn_cast<plan::BufferType>(type))
    return stringifySide(buffer.getSpace().getSide()).str();
  return "";
}

Operation record(mlir::Operation *op, uint32_t line,
                 const DenseMap<mlir::Operation *, uint32_t> &numbers) {
  Operation result{.name = nameOf(op->getLoc()).str(),
                   .kind = op->getName().getStringRef().str(),
                   .function = functionOf(op),
                   .line = line,
                   .origins = stringsOf(originsOf(op->getLoc())),
                   .passes = stringsOf(passesOf(op->getLoc())),
                   .tensors = tensorsOf(op)};
  for (Value operand : op->getOperands())
    if (auto found = numbers.find(operand.getDefiningOp()); found != numbers.end())
      result.operands.push_back(found->second);
  for (Value value : op->getResults())
    result.values.push_back(valueNameOf(value).str());
  if (op->getNumResults() > 0) {
    result.type = textOf(op->getResult(0).getType());
    result.side = sideOf(op->getResult(0).getType());
  }
  return result;
}

} // namespace

Stage recordStage(ModuleOp module, transept::Stage stage, StringRef level) {
  const StageInfo &info = infoOf(stage);
  Stage result{.name = info.name.str(), .level = level.str(), .sentence = info.sentence.str()};
  AsmState::LocationMap lines;
  AsmState state(module, readableIR(), &lines);
  llvm::raw_string_ostream stream(result.text);
  module->print(stream, state);
  stream << "\n";

  DenseMap<mlir::Operation *, uint32_t> numbers;
  module->walk<WalkOrder::PreOrder>([&](mlir::Operation *op) {
    if (isa<ModuleOp, func::FuncOp, plan::ProgramOp>(op) || op->hasTrait<OpTrait::IsTerminator>())
      return;
    uint32_t number = uint32_t(result.operations.size());
    result.operations.push_back(record(op, lines.lookup(op).first, numbers));
    numbers[op] = number;
  });
  return result;
}

std::vector<Pass> recordPasses(MLIRContext &context, const PipelineOptions &options) {
  std::vector<Pass> passes;
  for (const StageInfo &info : stages()) {
    if (!info.addPasses)
      continue;
    PassManager manager(&context);
    info.addPasses(manager, options);
    for (mlir::Pass &pass : manager.getPasses())
      passes.push_back({pass.getArgument().str(), info.name.str(), pass.getDescription().str()});
  }
  return passes;
}

} // namespace transept::story
