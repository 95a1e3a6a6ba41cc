// SPDX-License-Identifier: Apache-2.0
//
// Verifiers and canonicalizations of attention.

#include "dialects/Transept/Checks.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace transept;

namespace {

// What all attentions check, under the label of each.

template <typename AttentionOp> LogicalResult verifyHeads(AttentionOp op) {
  int64_t headCount = op.getHeadCount(), keyHeads = op.keyHeads();
  // attention_c1 cross_attention_c1 merged_attention_c1
  if (headCount <= 0)
    return mismatch(op, "a positive head_count", headCount);
  // attention_c8 cross_attention_c9 merged_attention_c8
  if (keyHeads <= 0 || headCount % keyHeads != 0)
    return mismatch(op, "a positive number of key_heads that divides head_count", keyHeads,
                    headCount);
  // attention_c1 cross_attention_c1 merged_attention_c1
  for (auto [name, rows, heads] :
       {std::tuple("query", op.getQuery(), headCount), std::tuple("key", op.getKey(), keyHeads),
        std::tuple("value", op.getValue(), keyHeads)})
    if (rows.getType().getWidth() % heads != 0)
      return op.emitOpError() << "expects the width of " << name << " to be a multiple of " << heads
                              << " heads, but got " << rows.getType();
  // attention_c9 cross_attention_c10 merged_attention_c9
  if (op.getSoftCap() && !(op.getSoftCap()->convertToDouble() > 0))
    return mismatch(op, "a positive soft_cap", op.getSoftCap()->convertToDouble());
  return success();
}

template <typename AttentionOp> LogicalResult verifyRows(AttentionOp op) {
  RowsType query = op.getQuery().getType(), key = op.getKey().getType(),
           value = op.getValue().getType(), result = op.getResult().getType();
  int64_t heads = op.getHeadCount(), keyHeads = op.keyHeads();
  // attention_c2 cross_attention_c2 merged_attention_c2
  if (query.getWidth() / heads != key.getWidth() / keyHeads)
    return mismatch(op,
                    heads == keyHeads ? "query and key to have the same width"
                                      : "heads of query and key to have the same width",
                    query, key);
  // attention_c3 cross_attention_c3 merged_attention_c3
  if (key.getSpace() != value.getSpace())
    return mismatch(op, "key and value to be rows of the same space", key, value);
  // attention_c5 cross_attention_c5 merged_attention_c5
  if (result.getSpace() != query.getSpace())
    return mismatch(op, "result and query to be rows of the same space", result, query);
  if (result.getWidth() / heads != value.getWidth() / keyHeads || result.getWidth() % heads != 0)
    return mismatch(op,
                    heads == keyHeads ? "result and value to have the same width"
                                      : "heads of result and value to have the same width",
                    result, value);
  return success();
}

template <typename AttentionOp> LogicalResult verifyScoreOperands(AttentionOp op) {
  const Space &query = op.getQuery().getType().getSpace(), &key = op.getKey().getType().getSpace();
  auto isOver = [&](auto type) { return type.getQuery() == query && type.getKey() == key; };
  std::string spaces = "over " + query.str() + " x " + key.str();
  // attention_c6 cross_attention_c6 merged_attention_c6
  if (op.getMask() && !isOver(op.getMask().getType()))
    return mismatch(op, "a mask " + spaces, op.getMask().getType());
  if (op.getBias() && !isOver(op.getBias().getType()))
    return mismatch(op, "a bias " + spaces, op.getBias().getType());
  // attention_c7 cross_attention_c7 merged_attention_c7
  if (op.getBias() && op.getBias().getType().getHeadCount() != int64_t(op.getHeadCount()))
    return mismatch(op, "a bias of " + Twine(op.getHeadCount()) + " heads", op.getBias().getType());
  return success();
}

template <typename AttentionOp> LogicalResult verifyAttention(AttentionOp op) {
  return success(succeeded(verifyHeads(op)) && succeeded(verifyRows(op)) &&
                 succeeded(verifyScoreOperands(op)));
}

/// attention(q, k, v, mask = padding_mask) -> attention(q, k, v)
template <typename AttentionOp> struct DropPaddingMask : OpRewritePattern<AttentionOp> {
  using OpRewritePattern<AttentionOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    if (!op.getMask() || !op.getMask().template getDefiningOp<PaddingMaskOp>())
      return rewriter.notifyMatchFailure(op, "expects a padding mask");
    rewriter.modifyOpInPlace(op, [&] { op.getMaskMutable().clear(); });
    return success();
  }
};

} // namespace

LogicalResult SelfAttentionOp::verify() {
  // attention_c4
  if (!isOwnSpace(getQuery().getType().getSpace(), getKey().getType().getSpace()))
    return mismatch(*this, "keys of the queries' space or of its history", getQuery().getType(),
                    getKey().getType());
  return verifyAttention(*this);
}

void SelfAttentionOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                  MLIRContext *context) {
  patterns.add<DropPaddingMask<SelfAttentionOp>>(context);
}

LogicalResult CrossAttentionOp::verify() {
  if (failed(verifyAttention(*this)))
    return failure();
  // cross_attention_c4
  if (isOwnSpace(getQuery().getType().getSpace(), getKey().getType().getSpace()))
    return mismatch(*this, "keys of another space than the queries", getQuery().getType(),
                    getKey().getType());
  // cross_attention_c8
  auto expected = AttentionWeightsType::get(getContext(), getQuery().getType().getSpace(),
                                            getKey().getType().getSpace(), getHeadCount());
  if (getWeights() && getWeights().getType() != expected)
    return mismatch(*this, "weights over the spaces of query and key, of all heads",
                    getWeights().getType(), expected);
  return success();
}

LogicalResult MergedAttentionOp::verify() {
  RowsType query = getQuery().getType(), key = getKey().getType();
  // merged_attention_c4
  if (!isOwnSpace(query.getSpace(), key.getSpace()))
    return mismatch(*this, "keys of the queries' space or of its history", query, key);
  if (failed(verifyAttention(*this)))
    return failure();
  // merged_attention_c10
  RowsType memoryKey = getMemoryKey().getType(), memoryValue = getMemoryValue().getType();
  const Space &memory = memoryKey.getSpace();
  if (memory == query.getSpace().history() || memoryValue.getSpace() != memory)
    return mismatch(*this,
                    "memory_key and memory_value to be rows of one space, another or the queries'",
                    memoryKey, memoryValue);
  if (memoryKey.getWidth() != key.getWidth() ||
      memoryValue.getWidth() != getValue().getType().getWidth())
    return mismatch(*this, "memory_key and memory_value to be as wide as key and value", memoryKey,
                    memoryValue);
  // merged_attention_c11
  auto expected = AttentionWeightsType::get(getContext(), query.getSpace(), memory, getHeadCount());
  if (getWeights() && (seesOwnMemory() || getWeights().getType() != expected))
    return mismatch(
        *this, "weights over the spaces of query and memory_key, which is another, of all heads",
        getWeights().getType(), expected);
  // merged_attention_c12
  auto bias = BiasType::get(getContext(), query.getSpace(), memory, getHeadCount());
  if (getMemoryBias() && getMemoryBias().getType() != bias)
    return mismatch(*this, "a memory_bias over the spaces of query and memory_key, of all heads",
                    getMemoryBias().getType(), bias);
  return success();
}

void MergedAttentionOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                    MLIRContext *context) {
  patterns.add<DropPaddingMask<MergedAttentionOp>>(context);
}

LogicalResult AverageHeadsOp::verify() {
  AttentionWeightsType weights = getWeights().getType(), result = getResult().getType();
  // average_heads_c1
  if (result.getHeadCount() != 1 || result.getQuery() != weights.getQuery() ||
      result.getKey() != weights.getKey())
    return mismatch(*this, "one head over the spaces of the weights", result, weights);
  return success();
}

void CrossAttentionOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                   MLIRContext *context) {
  patterns.add<DropPaddingMask<CrossAttentionOp>>(context);
}
