// SPDX-License-Identifier: Apache-2.0
//
// Verifiers, folds and canonicalizations of masks and position biases.

#include "dialects/Transept/Checks.h"

#include "mlir/IR/PatternMatch.h"

#include <algorithm>

using namespace mlir;
using namespace transept;

LogicalResult CausalMaskOp::verify() {
  // causal_mask_c1
  if (!isOwnSpace(getType().getQuery(), getType().getKey()))
    return mismatch(*this, "keys of the queries' space or of its history", getType());
  return success();
}

LogicalResult WindowMaskOp::verify() {
  // window_mask_c1
  if (!isOwnSpace(getType().getQuery(), getType().getKey()))
    return mismatch(*this, "keys of the queries' space or of its history", getType());
  // window_mask_c2
  int64_t before = getBefore(), after = getAfter();
  if (before < 0 || after < 0)
    return mismatch(*this, "before and after not to be negative", before, after);
  return success();
}

LogicalResult ChunkMaskOp::verify() {
  // chunk_mask_c1
  if (!isOwnSpace(getType().getQuery(), getType().getKey()))
    return mismatch(*this, "keys of the queries' space or of its history", getType());
  // chunk_mask_c2
  constexpr int64_t kLargest = 1 << 20, kMostBefore = 1 << 10;
  int64_t size = getSize(), before = getBefore().value_or(0);
  if (size < 1 || size > kLargest || before < 0 || before > kMostBefore)
    return mismatch(*this,
                    "a size of 1 to " + Twine(kLargest) + " and 0 to " + Twine(kMostBefore) +
                        " chunks before",
                    size, before);
  return success();
}

LogicalResult UnrequestedMaskOp::verify() {
  // unrequested_mask_c1
  if (getType().getQuery() != getType().getKey() || !getType().getQuery().isSource())
    return mismatch(*this, "keys of the queries' space, which is the source", getType());
  return success();
}

template <typename Mask> static bool areBoth(Value lhs, Value rhs) {
  return lhs.getDefiningOp<Mask>() && rhs.getDefiningOp<Mask>();
}

/// Do both see the same keys: one value, or two masks that say nothing but their kind?
static bool areEqualMasks(Value lhs, Value rhs) {
  return lhs == rhs || areBoth<CausalMaskOp>(lhs, rhs) || areBoth<UnrequestedMaskOp>(lhs, rhs);
}

OpFoldResult CombineMasksOp::fold(FoldAdaptor) {
  if (getRhs().getDefiningOp<PaddingMaskOp>() || areEqualMasks(getLhs(), getRhs()))
    return getLhs();
  if (getLhs().getDefiningOp<PaddingMaskOp>())
    return getRhs();
  return {};
}

namespace {

/// combine(combine(a, b), a) -> combine(a, b), on either side
struct DropRepeatedMask : OpRewritePattern<CombineMasksOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(CombineMasksOp outer, PatternRewriter &rewriter) const override {
    for (auto [side, other] :
         {std::pair(outer.getLhs(), outer.getRhs()), std::pair(outer.getRhs(), outer.getLhs())}) {
      auto inner = side.getDefiningOp<CombineMasksOp>();
      if (inner && (areEqualMasks(inner.getLhs(), other) || areEqualMasks(inner.getRhs(), other))) {
        rewriter.replaceOp(outer, inner);
        return success();
      }
    }
    return rewriter.notifyMatchFailure(outer, "expects a mask that is combined already");
  }
};

/// combine(window(a, b), window(c, d)) -> window(min(a, c), min(b, d))
struct MergeWindows : OpRewritePattern<CombineMasksOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(CombineMasksOp op, PatternRewriter &rewriter) const override {
    auto lhs = op.getLhs().getDefiningOp<WindowMaskOp>();
    auto rhs = op.getRhs().getDefiningOp<WindowMaskOp>();
    if (!lhs || !rhs)
      return rewriter.notifyMatchFailure(op, "expects two windows");
    rewriter.replaceOpWithNewOp<WindowMaskOp>(op, op.getType(),
                                              std::min(lhs.getBefore(), rhs.getBefore()),
                                              std::min(lhs.getAfter(), rhs.getAfter()));
    return success();
  }
};

} // namespace

void CombineMasksOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                 MLIRContext *context) {
  patterns.add<DropRepeatedMask, MergeWindows>(context);
}

LogicalResult RelativePositionBiasOp::verify() {
  RankedTensorType table = getTable().getType();
  int64_t bucketCount = getBucketCount(), maximumDistance = getMaximumDistance();
  // relative_position_bias_c1
  if (table.getDimSize(0) != bucketCount || table.getDimSize(1) != getType().getHeadCount())
    return mismatch(*this,
                    "a table of " + Twine(bucketCount) + " buckets by " +
                        Twine(getType().getHeadCount()) + " heads",
                    table);
  // relative_position_bias_c2
  if (getBidirectional() ? bucketCount < 4 || bucketCount % 2 != 0 : bucketCount < 2)
    return mismatch(
        *this, getBidirectional() ? "at least 4 buckets, an even number" : "at least 2 buckets",
        bucketCount);
  // relative_position_bias_c3
  int64_t exact = bucketCount / (getBidirectional() ? 4 : 2);
  if (maximumDistance <= exact)
    return mismatch(*this, "a maximum_distance above the " + Twine(exact) + " exact buckets",
                    maximumDistance);
  // relative_position_bias_c4
  if (isOwnSpace(getType().getQuery(), getType().getKey()) == getBlockSize().has_value())
    return mismatch(*this,
                    getBlockSize() ? "blocks as keys, of another space than the queries"
                                   : "keys of the queries' space or of its history",
                    getType());
  // relative_position_bias_c5
  constexpr int64_t kMost = 1 << 16;
  if (int64_t size = getBlockSize().value_or(1); size < 1 || size > kMost)
    return mismatch(*this, "blocks of 1 to " + Twine(kMost) + " rows", size);
  return success();
}

LogicalResult RelativeScoresOp::verify() {
  bool hasBuckets = getBucketCount().has_value();
  // relative_scores_c1
  bool isWhole = hasBuckets ? getMaximumDistance() && !getBefore() && !getAfter()
                            : getBefore() && getAfter() && !getMaximumDistance() &&
                                  !getBidirectional() && !getAhead();
  if (!isWhole)
    return emitOpError("expects either distances before and after or buckets with a "
                       "maximum_distance, and bidirectional and ahead with buckets only");
  BiasType bias = getType();
  // relative_scores_c4
  constexpr int64_t kFarthest = 1 << 20, kMostAhead = 1 << 16;
  int64_t before = getBefore().value_or(0), after = getAfter().value_or(0);
  if (std::min(before, after) < 0 || std::max(before, after) > kFarthest)
    return mismatch(*this, "before and after of 0 to " + Twine(kFarthest), before, after);
  // relative_scores_c5
  int64_t bucketCount = getBucketCount().value_or(4);
  if (getBidirectional() ? bucketCount < 4 || bucketCount % 2 != 0 : bucketCount < 2)
    return mismatch(
        *this, getBidirectional() ? "at least 4 buckets, an even number" : "at least 2 buckets",
        bucketCount);
  int64_t exact = bucketCount / (getBidirectional() ? 4 : 2);
  if (hasBuckets && int64_t(*getMaximumDistance()) <= exact)
    return mismatch(*this, "a maximum_distance above the " + Twine(exact) + " exact buckets",
                    int64_t(*getMaximumDistance()));
  // relative_scores_c6
  if (int64_t ahead = getAhead().value_or(0); ahead < 0 || ahead > kMostAhead)
    return mismatch(*this, "ahead of 0 to " + Twine(kMostAhead), ahead);
  // relative_scores_c2
  RowsType scores = getScores().getType();
  int64_t width = bias.getHeadCount() * numbersPerHead();
  if (scores.getSpace() != bias.getQuery() || scores.getWidth() != width)
    return mismatch(*this,
                    "scores that are " + Twine(width) + " numbers of each row of the queries",
                    scores, bias);
  // relative_scores_c3
  if (!isOwnSpace(bias.getQuery(), bias.getKey()))
    return mismatch(*this, "keys of the queries' space or of its history", bias);
  return success();
}
