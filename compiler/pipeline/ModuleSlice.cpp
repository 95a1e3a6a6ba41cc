// SPDX-License-Identifier: Apache-2.0
//
// Chooses and builds slices of a model.

#include "compiler/pipeline/ModuleSlice.h"

#include "compiler/transforms/Functions.h"
#include "dialects/Transept/Lineage.h"
#include "dialects/Transept/Transept.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

#include <string>

namespace transept {

using namespace mlir;

namespace {

/// Ids below this number; small enough to read, large enough that rows differ.
constexpr int64_t cutVocabularySize = 61;

bool isKnownAtCompileTime(Type type) {
  return isa<RankedTensorType, MaskType, BiasType>(type);
}

/// Ops that come along with what reads them: to leave them out would change the form of the model.
bool comesAlong(Operation *op) {
  return isa<CacheReadOp, CacheStoreOp, CacheAppendOp>(op) ||
         llvm::all_of(op->getResultTypes(), isKnownAtCompileTime);
}

bool isOfSource(Type type) {
  if (auto weights = dyn_cast<AttentionWeightsType>(type))
    return weights.getQuery().isSource();
  auto rows = dyn_cast<RowsType>(type);
  return rows && rows.getSpace().isSource();
}

bool isTargetIds(Type type) {
  auto rows = dyn_cast<RowsType>(type);
  return rows && rows.getSpace() == Space::target() && rows.getElementType().isInteger();
}

/// Writes one function of a slice.
class SliceWriter {
public:
  SliceWriter(OpBuilder &builder, func::FuncOp old, const llvm::DenseSet<Value> &needed,
              const llvm::DenseSet<Operation *> &kept)
      : old(old), needed(needed), kept(kept),
        function(func::FuncOp::create(builder, old.getLoc(), old.getSymName(),
                                      builder.getFunctionType({}, {}))),
        body(function.addEntryBlock()), builder(OpBuilder::atBlockEnd(body)) {}

  LogicalResult write(ArrayRef<Value> returned) {
    for (BlockArgument argument : old.getArguments())
      if (needed.contains(argument))
        mapping.map(argument, body->addArgument(argument.getType(), argument.getLoc()));
    for (Operation &op : old.front().without_terminator()) {
      if (llvm::none_of(op.getResults(), [&](Value value) { return needed.contains(value); }))
        continue;
      if (kept.contains(&op) || comesAlong(&op)) {
        builder.clone(op, mapping);
        continue;
      }
      for (Value result : op.getResults())
        if (needed.contains(result) && failed(cut(result)))
          return failure();
    }
    SmallVector<Value> results;
    for (Value value : returned)
      results.push_back(mapping.lookup(value));
    func::ReturnOp::create(builder, old.getLoc(), results);
    updateFunctionType(function);
    return success();
  }

private:
  /// Puts an input in the place of a value that nobody computes any more.
  LogicalResult cut(Value value) {
    auto type = dyn_cast<RowsType>(value.getType());
    if (!type)
      return failure();
    if (!type.getSpace().isTarget() || takesWholeTargets(old)) {
      mapping.map(value, body->addArgument(type, value.getLoc()));
      return success();
    }
    auto ids = llvm::find_if(
        old.getArguments(), [](BlockArgument argument) { return isTargetIds(argument.getType()); });
    if (ids == old.getArguments().end())
      return failure();
    if (!mapping.contains(*ids))
      mapping.map(*ids, body->addArgument(ids->getType(), ids->getLoc()));
    auto result = cast<OpResult>(value);
    Location location = result.getLoc();
    if (unsigned number = result.getResultNumber())
      location = withSuffix(location, "." + std::to_string(number));
    mapping.map(value, embedIds(mapping.lookup(*ids), type, location));
    return success();
  }

  Value embedIds(Value ids, RowsType type, Location location) {
    MLIRContext *context = builder.getContext();
    auto all = RowsType::get(context, Space::target(), type.getWidth(), type.getElementType());
    auto table = RankedTensorType::get({cutVocabularySize, type.getWidth()}, builder.getF32Type());
    // Named after the value, so that a slice of a slice draws the same rows.
    std::string name = "cut." + nameOf(location).str();
    if (nameOf(location).empty())
      name += std::to_string(cutCount++);
    Value parameter = ParameterOp::create(builder, withSuffix(location, ".table"), table, name,
                                          /*transposed=*/false, /*row_begin=*/0);
    Value rows = EmbeddingOp::create(builder, location, all, ids, parameter, /*positions=*/Value(),
                                     builder.getF64FloatAttr(1), builder.getI64IntegerAttr(0),
                                     /*first_zero=*/UnitAttr());
    return type == all ? rows : RequestedRowsOp::create(builder, location, type, rows).getResult();
  }

  func::FuncOp old;
  const llvm::DenseSet<Value> &needed;
  const llvm::DenseSet<Operation *> &kept;
  func::FuncOp function;
  Block *body;
  OpBuilder builder;
  IRMapping mapping;
  int cutCount = 0;
};

} // namespace

ModuleSlicer::ModuleSlicer(ModuleOp module) : module(module) {
  for (StringRef name : {forwardName, encodeName, decodeName})
    if (auto function = module.lookupSymbol<func::FuncOp>(name))
      if (function.getBody().hasOneBlock())
        functions.push_back(function);
  for (func::FuncOp function : functions) {
    for (Operation &op : function.front().without_terminator())
      if (!comesAlong(&op))
        candidates.push_back(&op);
    for (BlockArgument argument : function.getArguments())
      if (isa<EncoderCacheType>(argument.getType()))
        caches.push_back(argument);
    for (Value value : function.front().getTerminator()->getOperands())
      if (isa<EncoderCacheType>(value.getType()))
        stored.push_back(value);
  }
}

Value ModuleSlicer::storedValue(BlockArgument cache) const {
  size_t index = llvm::find(caches, cache) - caches.begin();
  return index < stored.size() ? stored[index] : Value();
}

bool ModuleSlicer::isReadOutside(Value value, const OpSet &kept) const {
  return llvm::any_of(value.getUses(), [&](OpOperand &use) {
    Operation *reader = use.getOwner();
    if (kept.contains(reader))
      return false;
    if (isa<func::ReturnOp>(reader))
      return !isa<EncoderCacheType>(value.getType()) ||
             llvm::any_of(llvm::zip(stored, caches), [&](auto pair) {
               return std::get<0>(pair) == value && isReadOutside(std::get<1>(pair), kept);
             });
    return !comesAlong(reader) || llvm::any_of(reader->getResults(), [&](Value result) {
      return isReadOutside(result, kept);
    });
  });
}

llvm::DenseSet<Value> ModuleSlicer::neededValues(ArrayRef<Value> values, const OpSet &kept) const {
  llvm::DenseSet<Value> needed;
  SmallVector<Value> work(values);
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!value || !needed.insert(value).second)
      continue;
    if (Operation *op = value.getDefiningOp()) {
      if (kept.contains(op) || comesAlong(op))
        llvm::append_range(work, op->getOperands());
    } else if (isa<EncoderCacheType>(value.getType())) {
      work.push_back(storedValue(cast<BlockArgument>(value)));
    }
  }
  return needed;
}

ModuleSlice ModuleSlicer::keep(ArrayRef<Operation *> ops) const {
  OpSet kept(ops.begin(), ops.end());
  ModuleSlice slice{SmallVector<Operation *>(ops), {}};
  for (Operation *op : ops)
    for (Value result : op->getResults())
      if (isReadOutside(result, kept))
        slice.returned.push_back(result);
  return slice;
}

ModuleSlice ModuleSlicer::compute(ArrayRef<Value> values, ArrayRef<Operation *> ops) const {
  ModuleSlice slice{{}, SmallVector<Value>(values)};
  llvm::DenseSet<Value> needed = neededValues(values, OpSet(ops.begin(), ops.end()));
  for (Operation *op : ops)
    if (llvm::any_of(op->getResults(), [&](Value value) { return needed.contains(value); }))
      slice.ops.push_back(op);
  return slice;
}

SmallVector<Value> ModuleSlicer::returnedBy(func::FuncOp function, const ModuleSlice &slice) const {
  llvm::SetVector<Value> returned;
  for (Value value : function.front().getTerminator()->getOperands())
    if (llvm::is_contained(slice.returned, value))
      returned.insert(value);
  for (Value value : slice.returned)
    if (value.getParentRegion() == &function.getBody())
      returned.insert(value);
  return returned.takeVector();
}

SmallVector<Value> ModuleSlicer::results(const ModuleSlice &slice) const {
  SmallVector<Value> results;
  for (func::FuncOp function : functions)
    llvm::append_range(results, returnedBy(function, slice));
  llvm::stable_sort(results, [](Value a, Value b) {
    return isOfSource(a.getType()) && !isOfSource(b.getType());
  });
  return results;
}

OwningOpRef<ModuleOp> ModuleSlicer::build(const ModuleSlice &slice) const {
  OpSet kept(slice.ops.begin(), slice.ops.end());
  llvm::DenseSet<Value> needed = neededValues(slice.returned, kept);
  ModuleOp whole = module;
  OwningOpRef<ModuleOp> result(ModuleOp::create(whole.getLoc(), whole.getSymName()));
  OpBuilder builder = OpBuilder::atBlockEnd(result->getBody());
  for (func::FuncOp function : functions) {
    SmallVector<Value> returned = returnedBy(function, slice);
    if (function.getSymName() == encodeName)
      for (auto [value, cache] : llvm::zip(stored, caches))
        if (needed.contains(cache))
          returned.push_back(value);
    if (failed(SliceWriter(builder, function, needed, kept).write(returned)))
      return nullptr;
  }
  return result;
}

} // namespace transept
