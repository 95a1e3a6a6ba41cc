// SPDX-License-Identifier: Apache-2.0
//
// What must hold of attention and stores, and what they are to the rest of the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

using namespace mlir;

namespace transept::plan {

void AttendOp::build(OpBuilder &builder, OperationState &state, const AttendParts &parts) {
  auto number = [&](std::optional<int64_t> value) {
    return value ? builder.getI64IntegerAttr(*value) : IntegerAttr();
  };
  auto flag = [&](bool isSet) { return isSet ? builder.getUnitAttr() : UnitAttr(); };
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.setLabel(parts.label);
  properties.setKeysFrom(KeySourceAttr::get(builder.getContext(), parts.keysFrom));
  properties.setBias(parts.bias);
  properties.setBiasReach(number(parts.biasReach));
  properties.setBlockSize(number(parts.blockSize));
  properties.setScoresBefore(number(parts.scoresBefore));
  properties.setScoresAfter(number(parts.scoresAfter));
  properties.setHeadCount(number(parts.headCount));
  properties.setKeyDim(number(parts.keyDim));
  properties.setValueDim(number(parts.valueDim));
  properties.setKeyHeads(number(parts.keyHeads));
  properties.setScale(parts.scale);
  properties.setSoftCap(parts.softCap);
  properties.setMultipliesBfloats(flag(parts.multipliesBFloats));
  properties.setCausal(flag(parts.isCausal));
  properties.setHidesRequested(flag(parts.hidesRequested));
  properties.setWindowBefore(number(parts.windowBefore));
  properties.setWindowAfter(number(parts.windowAfter));
  properties.setChunkSize(number(parts.chunkSize));
  properties.setChunksBefore(number(parts.chunksBefore));
  properties.setKeySlot(parts.keySlot);
  properties.setValueSlot(parts.valueSlot);
  properties.setTiling(parts.tiling);
  int32_t *segment = properties.operandSegmentSizes.data();
  for (Value operand : {parts.query, parts.key, parts.value, parts.output, parts.state,
                        parts.previous, parts.scores}) {
    *segment++ = operand ? 1 : 0;
    if (operand)
      state.addOperands(operand);
  }
}

/// Heads of a row: how many, and how wide.
struct Heads {
  int64_t count, dim;
};

static LogicalResult verifyWidth(AttendOp op, StringRef name, BufferType rows, Heads heads) {
  if (rows.getWidth() != heads.count * heads.dim)
    return mismatch(op, name + " of " + Twine(heads.count) + " heads of " + Twine(heads.dim), rows);
  return success();
}

static LogicalResult verifyRows(AttendOp op, StringRef name, BufferType rows, Heads heads) {
  BufferType query = op.getQuery().getType();
  if (failed(verifyWidth(op, name, rows, heads)))
    return failure();
  if (rows.getSpace() != query.getSpace())
    return mismatch(op, name + " and query to be rows of the same space", rows, query);
  return success();
}

static LogicalResult verifyOtherRows(AttendOp op, Heads keyHeads, Heads valueHeads) {
  BufferType query = op.getQuery().getType(), key = op.getKey().getType(),
             value = op.getValue().getType();
  if (failed(verifyWidth(op, "a key", key, keyHeads)) ||
      failed(verifyWidth(op, "a value", value, valueHeads)))
    return failure();
  if (key.getSpace() != value.getSpace() || key.getSpace() == query.getSpace())
    return mismatch(op, "key and value to be rows of one space, another than the query's", key,
                    value);
  return success();
}

static LogicalResult verifyShapes(AttendOp op) {
  int64_t heads = op.getHeadCount(), keyDim = op.getKeyDim(), valueDim = op.getValueDim();
  int64_t keyHeads = op.keyHeadCount();
  // attend_c1
  if (heads <= 0 || keyDim <= 0 || valueDim <= 0)
    return op.emitOpError("expects a positive head_count, key_dim and value_dim, but got ")
           << heads << ", " << keyDim << " and " << valueDim;
  // attend_c11
  if (keyHeads <= 0 || heads % keyHeads != 0)
    return mismatch(op, "a positive number of key_heads that divides head_count", keyHeads, heads);
  // attend_c2
  if (failed(verifyRows(op, "a query", op.getQuery().getType(), {heads, keyDim})) ||
      failed(verifyRows(op, "an output", op.getOutput().getType(), {heads, valueDim})))
    return failure();
  // attend_c3
  bool isCross = op.getKeysFrom() == KeySource::EncoderCache;
  if (bool(op.getKey()) == isCross || bool(op.getValue()) == isCross)
    return op.emitOpError("expects a key and a value unless they come from the encoder cache");
  // attend_c4
  if (op.getKeysFrom() == KeySource::OtherRows)
    return verifyOtherRows(op, {keyHeads, keyDim}, {keyHeads, valueDim});
  if (op.getKey() &&
      (failed(verifyRows(op, "a key", op.getKey().getType(), {keyHeads, keyDim})) ||
       failed(verifyRows(op, "a value", op.getValue().getType(), {keyHeads, valueDim}))))
    return failure();
  return success();
}

static LogicalResult verifySlots(AttendOp op) {
  CacheSlotAttr keys = op.getKeySlotAttr(), values = op.getValueSlotAttr();
  // attend_c5
  bool readsCache =
      op.getKeysFrom() == KeySource::Pages || op.getKeysFrom() == KeySource::EncoderCache;
  if (bool(keys) != readsCache || bool(values) != readsCache)
    return op.emitOpError("expects slots of keys and values exactly where a cache is read");
  if (!readsCache)
    return success();
  // attend_c6
  int64_t heads = op.keyHeadCount();
  if (!keys.getIsKeys() || keys.getHeadCount() != heads ||
      keys.getHeadDim() != int64_t(op.getKeyDim()))
    return mismatch(op, "a slot of keys of " + Twine(heads) + " heads of " + Twine(op.getKeyDim()),
                    keys);
  if (values.getIsKeys() || values.getHeadCount() != heads ||
      values.getHeadDim() != int64_t(op.getValueDim()))
    return mismatch(
        op, "a slot of values of " + Twine(heads) + " heads of " + Twine(op.getValueDim()), values);
  if (keys.getNumberType() != values.getNumberType())
    return mismatch(op, "both slots to hold the same type of numbers", keys, values);
  return success();
}

static LogicalResult verifyScores(AttendOp op) {
  // attend_c7
  bool needsReach = op.getBias().has_value() && !op.getTiling();
  if (needsReach != op.getBiasReach().has_value() || int64_t(op.getBiasReach().value_or(1)) <= 0)
    return op.emitOpError(
        "expects a bias and its positive bias_reach together, and no bias_reach with tiles");
  // attend_c8
  bool isMasked =
      op.getCausal() || op.getWindowBefore() || op.getWindowAfter() || op.getChunkSize();
  bool isOther = op.getKeysFrom() == KeySource::OtherRows;
  if (op.getKeysFrom() == KeySource::EncoderCache && (isMasked || op.getBias()))
    return op.emitOpError("expects no mask and no bias over an encoder cache");
  if (isOther && isMasked)
    return op.emitOpError("expects no mask over rows of another space");
  // attend_c16
  if ((isOther && op.getBias()) != op.getBlockSize().has_value() ||
      int64_t(op.getBlockSize().value_or(1)) <= 0)
    return op.emitOpError("expects a positive block_size exactly where rows of another space have "
                          "a bias");
  // attend_c17
  if (op.getHidesRequested() && op.getKeysFrom() != KeySource::Rows)
    return op.emitOpError("expects requested keys to be hidden only where keys are rows of the "
                          "query's space");
  // attend_c9
  int64_t before = op.getWindowBefore().value_or(0), after = op.getWindowAfter().value_or(0);
  if (before < 0 || after < 0)
    return mismatch(op, "windows that are not negative", before, after);
  // attend_c20
  constexpr int64_t kLargest = 1 << 20, kMostBefore = 1 << 10;
  int64_t size = op.getChunkSize().value_or(1), chunks = op.getChunksBefore().value_or(0);
  if (size < 1 || size > kLargest || chunks < 0 || chunks > kMostBefore ||
      (op.getChunksBefore() && !op.getChunkSize()))
    return mismatch(op, "a chunk_size and chunks_before it within their bounds", size, chunks);
  // attend_c10
  if (op.getMultipliesBfloats() && !isOther && op.getKeysFrom() != KeySource::Rows)
    return op.emitOpError("expects to multiply bf16 only where keys are rows of the invocation");
  // attend_c15
  if (op.getTiling() && (isMasked || op.getHidesRequested() || op.getKeysFrom() != KeySource::Rows))
    return op.emitOpError("expects tiles of rows of the invocation, without masks");
  // attend_c12
  if (op.getSoftCap() && !(op.getSoftCap()->convertToDouble() > 0))
    return mismatch(op, "a positive soft_cap", op.getSoftCap()->convertToDouble());
  return success();
}

static LogicalResult verifyRelativeScores(AttendOp op) {
  bool hasDistances = op.getScores() && !op.getBias();
  // attend_c19
  if (op.getScoresBefore().has_value() != hasDistances ||
      op.getScoresAfter().has_value() != hasDistances)
    return op.emitOpError("expects scores_before and scores_after exactly where there are scores "
                          "without a bias");
  int64_t before = op.getScoresBefore().value_or(0), after = op.getScoresAfter().value_or(0);
  if (before < 0 || after < 0)
    return mismatch(op, "scores_before and scores_after that are not negative", before, after);
  // attend_c18
  if (!op.getScores())
    return success();
  BufferType query = op.getQuery().getType(), scores = op.getScores().getType();
  if (op.getTiling() ||
      (op.getKeysFrom() != KeySource::Rows && op.getKeysFrom() != KeySource::Pages))
    return op.emitOpError("expects scores only for keys of the query's space, without tiles");
  int64_t heads = op.getHeadCount(), width = heads * (before + 1 + after);
  if (scores.getSpace() != query.getSpace() ||
      (hasDistances ? scores.getWidth() != width : scores.getWidth() % heads != 0))
    return mismatch(op, "scores of the query's rows, numbers of each head", scores, query);
  return success();
}

static LogicalResult verifyState(AttendOp op) {
  BufferType query = op.getQuery().getType();
  // attend_c13
  if (op.getState()) {
    BufferType state = op.getState().getType();
    if (state.getSpace() != query.getSpace() || state.getWidth() != 2 * int64_t(op.getHeadCount()))
      return mismatch(op,
                      "a state of " + Twine(2 * int64_t(op.getHeadCount())) +
                          " numbers for each row of the query",
                      state, query);
  }
  // attend_c14
  if (!op.getPrevious())
    return success();
  if (!op.getState())
    return op.emitOpError("expects a state beside what is previous");
  if (op.getPrevious().getType() != op.getOutput().getType())
    return mismatch(op, "previous and output to be of one type", op.getPrevious().getType(),
                    op.getOutput().getType());
  return success();
}

LogicalResult AttendOp::verify() {
  return success(succeeded(verifyShapes(*this)) && succeeded(verifySlots(*this)) &&
                 succeeded(verifyScores(*this)) && succeeded(verifyRelativeScores(*this)) &&
                 succeeded(verifyState(*this)));
}

Footprint AttendOp::getFootprint() {
  if (getPrevious())
    return {.reads = {getQuery(), getKey(), getValue(), getScores(), getState(), getPrevious()},
            .writes = {getOutput()}};
  return {.reads = {getQuery(), getKey(), getValue(), getScores()},
          .writes = {getOutput(), getState()}};
}

SmallVector<WeightUse, 4> AttendOp::getWeights() {
  LayoutKind layout = getTiling()   ? LayoutKind::TilePlaces
                      : getScores() ? LayoutKind::Rows
                                    : LayoutKind::Distances;
  return {{getBiasAttr(), {layout}, /*isWhole=*/false}};
}

Value AttendOp::getCountedRows() {
  return getQuery();
}

Cost AttendOp::getCost() {
  int64_t headNumbers = int64_t(getKeyDim() + getValueDim());
  CacheSlotAttr slot = getKeySlotAttr();
  KeyRange keys = getKeysFrom() == KeySource::EncoderCache ? KeyRange::OfSource
                  : getCausal()                            ? KeyRange::UpToRow
                                                           : KeyRange::OfSequence;
  NumberType factors = getMultipliesBfloats() ? NumberType::BF16 : NumberType::F32;
  if (getKeysFrom() == KeySource::OtherRows)
    return {.bytesPerRow = rowBytes({getQuery(), getOutput(), getPrevious()}),
            .keys = KeyRange::OfRows,
            .keyRows = getKey(),
            .bytesPerKey = rowBytes({getKey(), getValue()}),
            .operationsPerRowAndKey = 2 * int64_t(getHeadCount()) * headNumbers,
            .factors = factors};
  if (isOneSequence())
    return {.bytesPerRow = rowBytes(getOperands()),
            .keys = KeyRange::OfRows,
            .keyRows = getKey(),
            .operationsPerRowAndKey = 2 * int64_t(getHeadCount()) * headNumbers,
            .factors = factors};
  if (getTiling()) { // of a tile that is not cut off
    int64_t tileKeys = getTiling()->getSide() * getTiling()->getSide();
    return {.bytesPerRow = rowBytes(getOperands()),
            .operationsPerRow = 2 * int64_t(getHeadCount()) * headNumbers * tileKeys,
            .factors = factors};
  }
  constexpr int64_t everything = std::numeric_limits<int64_t>::max();
  return {.bytesPerRow = rowBytes(getOperands()),
          .keys = keys,
          // Keys that are rows of the invocation are operands: they were counted with the rows.
          .bytesPerKey = slot ? keyHeadCount() * headNumbers * slot.numberBytes() : 0,
          .operationsPerRowAndKey = 2 * int64_t(getHeadCount()) * headNumbers,
          .factors = factors,
          .keysBefore = int64_t(getWindowBefore().value_or(everything)),
          .keysBehind = int64_t(getWindowAfter().value_or(everything))};
}

LogicalResult StoreOp::verify() {
  // store_c1
  CacheSlotAttr slot = getSlot();
  if (getInput().getType().getWidth() != slot.getHeadCount() * slot.getHeadDim())
    return mismatch(*this, "an input as wide as the heads of the slot", getInput().getType(), slot);
  return success();
}

Footprint StoreOp::getFootprint() {
  return {.reads = {getInput()}};
}

SmallVector<WeightUse, 4> StoreOp::getWeights() {
  return {};
}

Value StoreOp::getCountedRows() {
  return getInput();
}

Cost StoreOp::getCost() {
  return {.bytesPerRow = rowBytes(getInput()) + getSlot().bytesPerPosition()};
}

} // namespace transept::plan
