// SPDX-License-Identifier: Apache-2.0
//
// Attention, its masks and biases, and the caches it reads.

#include "compiler/plan/PackedPanels.h"
#include "compiler/plan/lowering/GraphLowering.h"
#include "dialects/Transept/Lineage.h"

namespace transept::codegen {

using namespace mlir;

namespace {

/// What all attentions have in common.
struct AttentionParts {
  Value query, key, value, mask, bias, result;
  /// Of merged attention: keys and values behind these.
  Value memoryKey, memoryValue, memoryBias;
  int64_t headCount, keyHeads;
  FloatAttr scale, softCap;

  template <typename Op>
  explicit AttentionParts(Op op)
      : query(op.getQuery()), key(op.getKey()), value(op.getValue()), mask(op.getMask()),
        bias(op.getBias()), result(op.getResult()), headCount(op.getHeadCount()),
        keyHeads(op.keyHeads()), scale(op.getScaleAttr()), softCap(op.getSoftCapAttr()) {}

  static AttentionParts of(Operation *op) {
    if (auto self = dyn_cast<SelfAttentionOp>(op))
      return AttentionParts(self);
    if (auto cross = dyn_cast<CrossAttentionOp>(op))
      return AttentionParts(cross);
    auto merged = cast<MergedAttentionOp>(op);
    AttentionParts parts(merged);
    parts.memoryKey = merged.getMemoryKey();
    parts.memoryValue = merged.getMemoryValue();
    parts.memoryBias = merged.getMemoryBias();
    return parts;
  }
};

/// A mask as loop bounds.
struct MaskBounds {
  bool isCausal = false, hidesRequested = false;
  std::optional<int64_t> before, after, chunkSize, chunksBefore;

  LogicalResult add(Value mask, Operation *user) {
    if (!mask)
      return success();
    Operation *op = mask.getDefiningOp();
    if (isa_and_nonnull<PaddingMaskOp>(op))
      return success();
    if (isa_and_nonnull<CausalMaskOp>(op)) {
      isCausal = true;
      return success();
    }
    if (isa_and_nonnull<UnrequestedMaskOp>(op)) {
      hidesRequested = true;
      return success();
    }
    if (auto window = dyn_cast_or_null<WindowMaskOp>(op)) {
      before = std::min<int64_t>(before.value_or(window.getBefore()), window.getBefore());
      after = std::min<int64_t>(after.value_or(window.getAfter()), window.getAfter());
      return success();
    }
    if (auto chunks = dyn_cast_or_null<ChunkMaskOp>(op)) {
      if (chunkSize)
        return user->emitError("expects a mask of one kind of chunks");
      chunkSize = chunks.getSize();
      chunksBefore = chunks.getBefore();
      return success();
    }
    if (auto both = dyn_cast_or_null<CombineMasksOp>(op))
      return success(succeeded(add(both.getLhs(), user)) && succeeded(add(both.getRhs(), user)));
    return user->emitError(
        "expects a mask that is causal, a window, of chunks, of unrequested keys, padding or "
        "a combination of these");
  }
};

/// The attention that reads cached rows, and whether as keys.
struct CacheReader {
  Operation *attention = nullptr;
  bool isKeys = false;
  bool isMemory = false; // of merged attention
};

FailureOr<CacheReader> readerOf(Value rows, Operation *cacheOp) {
  CacheReader reader;
  for (OpOperand &use : rows.getUses()) {
    if (!isa<SelfAttentionOp, CrossAttentionOp, MergedAttentionOp>(use.getOwner()))
      return cacheOp->emitError("expects cached rows to be read by attention only, but ")
             << use.getOwner()->getName() << " reads them";
    AttentionParts parts = AttentionParts::of(use.getOwner());
    bool isKeys = parts.key == rows || parts.memoryKey == rows;
    if (isKeys && (parts.value == rows || parts.memoryValue == rows))
      return cacheOp->emitError("expects keys and values in caches of their own");
    if (reader.attention && (isKeys != reader.isKeys ||
                             AttentionParts::of(reader.attention).keyHeads != parts.keyHeads))
      return cacheOp->emitError("expects all readers of a cache to read it alike");
    reader = {use.getOwner(), isKeys, parts.memoryKey == rows || parts.memoryValue == rows};
  }
  if (!reader.attention)
    return cacheOp->emitError("expects cached rows to be read");
  return reader;
}

} // namespace

LogicalResult GraphLowering::assignCacheSlots(func::FuncOp decode) {
  // States are kept in f32, and all slots of a cache in one type.
  bool hasStates = !decode.getOps<GatedRecurrenceOp>().empty();
  int64_t encoderOffset = 0, selfOffset = 0;
  for (BlockArgument argument : decode.getArguments()) {
    bool isEncoder = isa<EncoderCacheType>(argument.getType());
    if (!isEncoder && !isa<SelfCacheType>(argument.getType()))
      continue;
    if (!argument.hasOneUse())
      return decode.emitError("expects every cache to be read once, but argument ")
             << argument.getArgNumber() << " is not";
    Operation *cacheOp = *argument.user_begin();
    if (auto recurrence = dyn_cast<GatedRecurrenceOp>(cacheOp)) {
      slots[argument] = stateSlot(recurrence, selfOffset);
      selfSlots.push_back(slots[argument]);
      selfOffset += slots[argument].getHeadDim();
      continue;
    }
    if (!isa<CacheReadOp, CacheAppendOp>(cacheOp))
      return cacheOp->emitError("expects caches to be read by cache_read, cache_append and "
                                "gated_recurrence");
    Value rows = cacheOp->getResult(0);
    FailureOr<CacheReader> reader = readerOf(rows, cacheOp);
    if (failed(reader))
      return failure();
    int64_t width = cast<RowsType>(rows.getType()).getWidth();
    int64_t heads = AttentionParts::of(reader->attention).keyHeads;
    int64_t &offset = isEncoder ? encoderOffset : selfOffset;
    std::string name = label(reader->attention).str() + (reader->isMemory ? ".memory" : "") +
                       (reader->isKeys ? ".keys" : ".values");
    auto slot = plan::CacheSlotAttr::get(
        builder.getContext(), name, reader->isKeys, heads, width / heads, offset,
        hasStates && !isEncoder ? plan::NumberType::F32 : cacheNumbers);
    offset += width;
    slots[argument] = slot;
    (isEncoder ? encoderSlots : selfSlots).push_back(slot);
  }
  return success();
}

LogicalResult GraphLowering::lowerAttention(Operation *op) {
  AttentionParts parts = AttentionParts::of(op);
  MaskBounds bounds;
  TileRowsOp tiles = tilesOf(parts.query);
  if (failed(bounds.add(parts.mask, op)))
    return failure();

  plan::AttendParts attend{.label = label(op),
                           .query = buffer(parts.query),
                           .headCount = parts.headCount,
                           .scale = parts.scale,
                           .softCap = parts.softCap,
                           .isCausal = bounds.isCausal,
                           .hidesRequested = bounds.hidesRequested,
                           .windowBefore = bounds.before,
                           .windowAfter = bounds.after,
                           .chunkSize = bounds.chunkSize,
                           .chunksBefore = bounds.chunksBefore};
  if (failed(findKeys(op, parts.key, parts.value, attend)))
    return failure();
  bool isSequence = tiles || attend.keysFrom == plan::KeySource::OtherRows ||
                    isOneSequence(cast<RowsType>(parts.query.getType()).getSpace());
  if (!isSequence && failed(expectWholeSpace(op, parts.query)))
    return failure();
  if (failed(tiles ? addTiles(op, tiles, parts.bias, attend)
                   : addRelativeBias(op, parts.bias, attend)))
    return failure();
  attend.keyDim = cast<RowsType>(parts.key.getType()).getWidth() / parts.keyHeads;
  attend.valueDim = cast<RowsType>(parts.value.getType()).getWidth() / parts.keyHeads;
  if (parts.keyHeads != parts.headCount)
    attend.keyHeads = parts.keyHeads;
  attend.multipliesBFloats = attend.key && attend.keysFrom != plan::KeySource::Pages &&
                             numbers != plan::NumberType::F32 && target.multipliesBFloats();
  if (parts.memoryKey)
    return lowerMerged(op, attend);
  attend.output = newBuffer(parts.result);
  plan::AttendOp::create(builder, op->getLoc(), attend);
  return success();
}

/// `own` over the queries' own keys, then what goes on with the memory's.
LogicalResult GraphLowering::lowerMerged(Operation *op, plan::AttendParts own) {
  AttentionParts parts = AttentionParts::of(op);
  Value result = newBuffer(parts.result);
  auto bufferLike = [&](plan::BufferType type, StringRef suffix) -> Value {
    return plan::BufferOp::create(builder, withSuffix(op->getLoc(), suffix), type, IntegerAttr(),
                                  /*multiple=*/1);
  };
  auto type = cast<plan::BufferType>(result.getType());
  int64_t stateWidth = 2 * parts.headCount;
  own.output = bufferLike(type, ".own");
  own.state = bufferLike(
      plan::BufferType::get(builder.getContext(), type.getSpace(), stateWidth, stateWidth),
      ".state");
  plan::AttendOp::create(builder, op->getLoc(), own);
  plan::AttendParts memory{.label = own.label,
                           .query = own.query,
                           .output = result,
                           .state = own.state,
                           .previous = own.output,
                           .headCount = own.headCount,
                           .keyDim = own.keyDim,
                           .valueDim = own.valueDim,
                           .keyHeads = own.keyHeads,
                           .scale = own.scale,
                           .softCap = own.softCap};
  if (failed(findKeys(op, parts.memoryKey, parts.memoryValue, memory)))
    return failure();
  if (failed(addRelativeBias(op, parts.memoryBias, memory)))
    return failure();
  if (cast<MergedAttentionOp>(op).seesOwnMemory())
    memory.windowBefore = memory.windowAfter = 0;
  memory.multipliesBFloats = own.multipliesBFloats && memory.key;
  plan::AttendOp::create(builder, op->getLoc(), memory);
  return success();
}

LogicalResult GraphLowering::addRelativeBias(Operation *op, Value bias, plan::AttendParts &attend) {
  if (!bias)
    return success();
  if (auto scores = bias.getDefiningOp<RelativeScoresOp>()) {
    addRelativeScores(scores, attend);
    return success();
  }
  auto relative = bias.getDefiningOp<RelativePositionBiasOp>();
  if (!relative)
    return op->emitError("expects the bias to be a relative position bias or relative scores");
  attend.bias = weight(bias, plan::LayoutKind::Distances);
  attend.biasReach = distanceReach(relative.getMaximumDistance(), relative.getBucketCount());
  if (relative.getBlockSize())
    attend.blockSize = int64_t(*relative.getBlockSize());
  return success();
}

void GraphLowering::addRelativeScores(RelativeScoresOp op, plan::AttendParts &attend) {
  attend.scores = buffer(op.getScores());
  if (!op.getBucketCount()) {
    attend.scoresBefore = int64_t(*op.getBefore());
    attend.scoresAfter = int64_t(*op.getAfter());
    return;
  }
  int64_t ahead = op.getAhead().value_or(0);
  int64_t reach = distanceReach(*op.getMaximumDistance(), *op.getBucketCount()) + ahead;
  OpBuilder graph(op);
  auto type = RankedTensorType::get({2 * reach + 1}, builder.getF32Type());
  Value buckets = DistanceBucketsOp::create(graph, withSuffix(op.getLoc(), ".buckets"), type,
                                            *op.getBucketCount(), *op.getMaximumDistance(),
                                            op.getBidirectional(), ahead);
  attend.bias = weight(buckets, plan::LayoutKind::Rows);
  attend.biasReach = reach;
}

LogicalResult GraphLowering::findKeys(Operation *op, Value key, Value value,
                                      plan::AttendParts &attend) {
  const AttentionParts parts = AttentionParts::of(op);
  const bool hasBias = parts.key == key ? bool(parts.bias) : bool(parts.memoryBias);
  if (auto append = key.getDefiningOp<CacheAppendOp>()) {
    auto appendValue = value.getDefiningOp<CacheAppendOp>();
    if (!appendValue)
      return op->emitError("expects keys and values from self caches alike");
    attend.keysFrom = plan::KeySource::Pages;
    attend.key = buffer(append.getRows());
    attend.value = buffer(appendValue.getRows());
    attend.keySlot = slots.lookup(append.getCache());
    attend.valueSlot = slots.lookup(appendValue.getCache());
    return success();
  }
  if (auto read = key.getDefiningOp<CacheReadOp>()) {
    auto readValue = value.getDefiningOp<CacheReadOp>();
    if (!readValue)
      return op->emitError("expects keys and values from encoder caches alike");
    if (attend.isCausal || attend.windowBefore || attend.windowAfter || attend.chunkSize || hasBias)
      return op->emitError("expects no mask but padding and no bias over an encoder cache");
    attend.keysFrom = plan::KeySource::EncoderCache;
    attend.keySlot = slots.lookup(read.getCache());
    attend.valueSlot = slots.lookup(readValue.getCache());
    return success();
  }
  attend.key = buffer(key);
  attend.value = buffer(value);
  const Space &queries = cast<RowsType>(parts.query.getType()).getSpace();
  if (cast<RowsType>(key.getType()).getSpace() == queries)
    return success();
  if (!queries.isSource())
    return op->emitError("expects cross-attention to read an encoder cache");
  if (op->getNumResults() > 1)
    return op->emitError("expects no weights of attention within the source");
  attend.keysFrom = plan::KeySource::OtherRows;
  return expectTokens(op);
}

LogicalResult GraphLowering::lowerCacheStore(CacheStoreOp op) {
  if (failed(expectWholeSpace(op, op.getRows())))
    return failure();
  // Encode returns its caches in the order of decode's arguments.
  Operation *terminator = current.getBody().front().getTerminator();
  auto caches = llvm::make_filter_range(terminator->getOperands(), [](Value value) {
    return isa<EncoderCacheType>(value.getType());
  });
  for (auto [index, cache] : llvm::enumerate(caches)) {
    if (cache != op.getCache())
      continue;
    plan::CacheSlotAttr slot = encoderSlots[index];
    plan::StoreOp::create(builder, op.getLoc(), builder.getStringAttr(slot.getName()),
                          buffer(op.getRows()), slot);
  }
  return success();
}

} // namespace transept::codegen
