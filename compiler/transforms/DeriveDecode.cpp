// SPDX-License-Identifier: Apache-2.0
//
// Incrementalization: `decode` over all target positions becomes `decode` over the new ones. It is
// correct for one reason per op (row-wise, causal, or reading the source only), and an op with
// none of these reasons is an error, never wrong numbers.

#include "compiler/transforms/BindingTimeAnalysis.h"
#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Passes.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"

#include <map>

namespace transept {
#define GEN_PASS_DEF_DERIVEDECODEPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

bool isTargetRows(Type type) {
  auto rows = dyn_cast<RowsType>(type);
  return rows && rows.getSpace().isTarget();
}

const Space &keySpace(Value keys) {
  return cast<RowsType>(keys.getType()).getSpace();
}

/// Does `mask` hide from each query every key behind its own position?
bool isCausal(Value mask) {
  if (!mask)
    return false;
  if (mask.getDefiningOp<CausalMaskOp>())
    return true;
  if (auto window = mask.getDefiningOp<WindowMaskOp>())
    return int64_t(window.getAfter()) <= 0;
  if (auto both = mask.getDefiningOp<CombineMasksOp>())
    return isCausal(both.getLhs()) || isCausal(both.getRhs());
  return false;
}

template <typename AttentionOp> LogicalResult verifyIncremental(AttentionOp attention) {
  if (keySpace(attention.getKey()) == Space::target().history() || isCausal(attention.getMask()))
    return success();
  InFlightDiagnostic error = attention.emitOpError(
      "cannot be computed one target position after another: it lets a query see target positions "
      "behind its own; expects a mask that includes a causal mask");
  if (Value mask = attention.getMask())
    error.attachNote(mask.getLoc()) << "the mask is defined here";
  return error;
}

/// Keys and values of the source.
LogicalResult verifyIncremental(Operation *attention, Value key, Value value,
                                const BindingTimeAnalysis &times) {
  for (Value operand : {key, value})
    if (times.of(operand) == BindingTime::Target)
      return attention->emitOpError("cannot be computed one target position after another: expects "
                                    "keys and values that depend on the source alone, but ")
             << (operand == key ? "key" : "value") << " depends on the target";
  return success();
}

/// Fails with an error at `op` if it has none of the reasons to be incremental.
LogicalResult verifyIncremental(Operation &op, const BindingTimeAnalysis &times) {
  bool touchesTarget = llvm::any_of(op.getOperandTypes(), isTargetRows) ||
                       llvm::any_of(op.getResultTypes(), isTargetRows);
  if (!touchesTarget || isa<RowWise, CacheAppendOp, GatedRecurrenceOp, RequestedRowsOp>(op))
    return success();
  if (auto attention = dyn_cast<SelfAttentionOp>(op))
    return verifyIncremental(attention);
  if (auto attention = dyn_cast<CrossAttentionOp>(op))
    return verifyIncremental(attention, attention.getKey(), attention.getValue(), times);
  if (auto attention = dyn_cast<MergedAttentionOp>(op))
    return success(succeeded(verifyIncremental(attention)) &&
                   (attention.seesOwnMemory() ||
                    succeeded(verifyIncremental(attention, attention.getMemoryKey(),
                                                attention.getMemoryValue(), times))));
  return op.emitOpError("cannot be computed one target position after another: it is neither "
                        "row-wise, nor causal self-attention, nor attention to the source, nor a "
                        "recurrence");
}

/// A self cache of `rows`, which becomes the function's last argument.
Value addCache(Block &body, Value rows) {
  auto type = cast<RowsType>(rows.getType());
  auto cacheType = SelfCacheType::get(type.getContext(), type.getSpace(), type.getWidth(),
                                      type.getElementType());
  return body.addArgument(cacheType, withSuffix(rows.getLoc(), ".cache"));
}

/// Rows that decode appends to caches, as keys or as values of so many heads, and what is read in
/// their place: attentions that read the same ones share a cache.
using CachedRows = std::map<std::tuple<const void *, int64_t, bool>, Value>;

/// Appends `operand`, keys or values, to a self cache.
void readThroughCache(OpOperand &operand, int64_t heads, bool isKeys, CachedRows &caches) {
  Operation *attention = operand.getOwner();
  Value rows = operand.get();
  Value &known = caches[{rows.getAsOpaquePointer(), heads, isKeys}];
  if (known)
    return operand.set(known);
  auto type = cast<RowsType>(rows.getType());
  auto historyType = RowsType::get(type.getContext(), Space::target().history(), type.getWidth(),
                                   type.getElementType());
  Value cache = addCache(*attention->getBlock(), rows);
  OpBuilder builder(attention);
  known = CacheAppendOp::create(builder, withSuffix(rows.getLoc(), ".history"), historyType, cache,
                                rows);
  operand.set(known);
}

/// Is it the bias of what each row sees of itself only?
bool isOfOwnMemory(Value value) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    auto merged = dyn_cast<MergedAttentionOp>(user);
    return merged && merged.seesOwnMemory() && merged.getMemoryBias() == value;
  });
}

/// Masks and biases between target positions: the keys are the history from now on.
void readHistory(Value value) {
  const Space target = Space::target();
  if (isOfOwnMemory(value))
    return;
  if (auto mask = dyn_cast<MaskType>(value.getType()))
    if (mask.getQuery() == target && mask.getKey() == target)
      value.setType(MaskType::get(mask.getContext(), target, target.history()));
  if (auto bias = dyn_cast<BiasType>(value.getType()))
    if (bias.getQuery() == target && bias.getKey() == target)
      value.setType(
          BiasType::get(bias.getContext(), target, target.history(), bias.getHeadCount()));
}

struct DeriveDecodePass : impl::DeriveDecodePassBase<DeriveDecodePass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp decode = findFunction(getOperation(), decodeName);
    if (!decode)
      return signalPassFailure();
    constexpr auto remarkOptions = remark::RemarkOpts::name("derive-decode").category("staging");
    if (takesWholeTargets(decode)) {
      remark::missed(decode.getLoc(), remarkOptions)
          << remark::reason("decode reads target features, so it runs on whole targets");
      return markAllAnalysesPreserved();
    }
    Block &body = decode.getBody().front();
    BindingTimeAnalysis times(decode);
    for (Operation &op : body.without_terminator())
      if (failed(verifyIncremental(op, times)))
        return signalPassFailure();

    CachedRows caches;
    auto keepKeys = [&](auto attention) {
      if (!attention || keySpace(attention.getKey()) != Space::target())
        return;
      readThroughCache(attention.getKeyMutable(), attention.keyHeads(), /*isKeys=*/true, caches);
      readThroughCache(attention.getValueMutable(), attention.keyHeads(), /*isKeys=*/false, caches);
    };
    for (Operation &op : llvm::make_early_inc_range(body)) {
      keepKeys(dyn_cast<SelfAttentionOp>(op));
      keepKeys(dyn_cast<MergedAttentionOp>(op));
    }
    size_t cacheCount = caches.size();
    for (auto recurrence : body.getOps<GatedRecurrenceOp>()) {
      if (recurrence.getPast() || !isTargetRows(recurrence.getResult().getType()))
        continue;
      recurrence.getPastMutable().assign(addCache(body, recurrence.getResult()));
      ++cacheCount;
    }
    for (Operation &op : body)
      for (Value result : op.getResults())
        readHistory(result);
    updateFunctionType(decode);
    remark::passed(decode.getLoc(), remarkOptions)
        << ("decode keeps " + llvm::Twine(cacheCount) + " self caches").str();
  }
};

} // namespace
} // namespace transept
