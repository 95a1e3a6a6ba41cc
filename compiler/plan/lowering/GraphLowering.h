// SPDX-License-Identifier: Apache-2.0
//
// The state of turning one staged module into programs: which buffer stands for which value, which
// packed weight for which expression. One file of methods per family of ops.

#ifndef TRANSEPT_COMPILER_PLAN_LOWERING_GRAPHLOWERING_H
#define TRANSEPT_COMPILER_PLAN_LOWERING_GRAPHLOWERING_H

#include "compiler/targets/Target.h"
#include "dialects/Plan/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

#include <map>

namespace transept::codegen {

class GraphLowering {
public:
  /// `numbers`, `cacheNumbers`: how the weights of products and the caches are stored.
  GraphLowering(mlir::ModuleOp module, const targets::Target &target, plan::NumberType numbers,
                plan::NumberType cacheNumbers)
      : module(module), target(target), numbers(numbers), cacheNumbers(cacheNumbers),
        builder(module.getContext()) {}

  /// Replaces the functions encode and decode by programs and weights.
  mlir::LogicalResult run();

private:
  // GraphLowering.cpp
  mlir::LogicalResult lowerFunction(mlir::func::FuncOp function);
  mlir::LogicalResult lowerOperation(mlir::Operation *op);
  /// Errors at what no library can hold: weights as arguments, several arguments of rows of one
  /// side, rows of the other side than the function's, rows of other numbers than f32, and rows
  /// that are in no buffer.
  static mlir::LogicalResult checkArguments(mlir::func::FuncOp function);
  static mlir::LogicalResult checkSide(mlir::func::FuncOp function);
  mlir::LogicalResult checkRows(mlir::Operation *op);
  mlir::Value newBuffer(mlir::Value rows);
  mlir::Value newBuffer(mlir::Value rows, int64_t stride);
  void findRowMultiples();
  void findFixedMultiples(const MadeSpaces &spaces);
  int64_t rowMultipleOf(const Space &space) const;
  /// Whether rows of `space` come before the source's own, of which there is then one at a time.
  bool isOneSequence(const Space &space);
  /// An error at `op` unless `rows` are the source's or the target's own: an invocation has
  /// positions and sequences for these, not for rows before a convolution or requested ones.
  static mlir::LogicalResult expectWholeSpace(mlir::Operation *op, mlir::Value rows);
  mlir::Value buffer(mlir::Value rows) { return buffers.lookup(rows); }
  mlir::StringAttr label(mlir::Operation *op);

  // LowerWeights.cpp
  /// The packed weight for a value computed from parameters alone.
  mlir::FlatSymbolRefAttr weight(mlir::Value value, plan::LayoutKind layout);
  mlir::FlatSymbolRefAttr weight(mlir::Value value, plan::LayoutAttr layout);
  /// A table of embeddings: in the order of the vocabulary projection if that reads it too, else
  /// row by row.
  mlir::FlatSymbolRefAttr embeddingTable(mlir::Value table);
  mlir::FlatSymbolRefAttr optionalWeight(mlir::Value value, plan::LayoutKind layout) {
    return value ? weight(value, layout) : mlir::FlatSymbolRefAttr();
  }
  /// Whether the vocabulary projection reads the same table as the embedding.
  bool isSharedWithProjection(mlir::Value table);
  std::string expressionText(mlir::Value value);
  void collectProjectionWeights();

  // LowerAttention.cpp
  mlir::LogicalResult assignCacheSlots(mlir::func::FuncOp decode);
  mlir::LogicalResult lowerAttention(mlir::Operation *op);
  mlir::LogicalResult lowerMerged(mlir::Operation *op, plan::AttendParts own);
  /// The bias of distances between positions, or between blocks.
  mlir::LogicalResult addRelativeBias(mlir::Operation *op, mlir::Value bias,
                                      plan::AttendParts &attend);
  void addRelativeScores(RelativeScoresOp op, plan::AttendParts &attend);
  /// Where keys and values of the attention `op` are.
  mlir::LogicalResult findKeys(mlir::Operation *op, mlir::Value key, mlir::Value value,
                               plan::AttendParts &attend);
  mlir::LogicalResult lowerCacheStore(CacheStoreOp op);

  // LowerRecurrence.cpp
  plan::CacheSlotAttr stateSlot(GatedRecurrenceOp op, int64_t offset);
  mlir::LogicalResult lowerRecurrence(GatedRecurrenceOp op);

  // LowerRows.cpp
  mlir::LogicalResult lowerEmbedding(EmbeddingOp op);
  mlir::LogicalResult lowerPositionEmbedding(PositionEmbeddingOp op);
  mlir::LogicalResult lowerFeatures(mlir::BlockArgument features);
  mlir::LogicalResult lowerWindows(WindowsOp op);
  mlir::LogicalResult lowerPrependRows(PrependRowsOp op);
  mlir::LogicalResult lowerAppendRows(AppendRowsOp op);
  mlir::LogicalResult lowerColumnEmbedding(ColumnEmbeddingOp op);
  mlir::LogicalResult lowerLinear(LinearOp op);
  mlir::LogicalResult lowerHeadLinear(HeadLinearOp op);
  /// How the kernel of `op`, whose weight has so many columns, goes about it.
  plan::LinearStrategyAttr linearStrategy(mlir::Operation *op, int64_t depth);
  mlir::LogicalResult lowerNorm(mlir::Operation *op, NormKind kind, mlir::Value gain,
                                mlir::Value shift, mlir::FloatAttr epsilon,
                                mlir::IntegerAttr headCount = {});
  mlir::LogicalResult lowerSequenceNorm(SequenceNormOp op);
  mlir::LogicalResult lowerRotary(RotaryOp op);
  mlir::LogicalResult lowerElementwise(mlir::Operation *op, plan::ElementwiseKind kind,
                                       mlir::FloatAttr factor = {},
                                       ActivationKindAttr activation = {});
  mlir::LogicalResult lowerRequestedRows(RequestedRowsOp op);
  mlir::LogicalResult lowerSlice(SliceColumnsOp op);

  // LowerGrid.cpp
  template <typename Launch, typename Op> mlir::LogicalResult lowerGrid(Op op) {
    Launch::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                   newBuffer(op.getResult()), op.getTiling());
    return mlir::success();
  }
  mlir::LogicalResult lowerTile(TileRowsOp op);
  mlir::LogicalResult lowerUntile(UntileRowsOp op);
  /// The op whose tiles are the sequences of `rows`; null where they are not tiles.
  TileRowsOp tilesOf(mlir::Value rows);
  /// What an attention within tiles has: the tiling, and the bias of places in a tile.
  mlir::LogicalResult addTiles(mlir::Operation *op, TileRowsOp tiles, mlir::Value bias,
                               plan::AttendParts &attend);

  // LowerConvolution.cpp
  mlir::LogicalResult lowerDepthwise(DepthwiseConvolutionOp op);
  mlir::LogicalResult lowerGridWindows(GridWindowsOp op);

  // LowerParts.cpp
  mlir::LogicalResult lowerFirstRows(FirstRowsOp op);
  mlir::LogicalResult lowerRowsBehind(RowsBehindOp op);
  mlir::LogicalResult lowerConcatenateRows(ConcatenateRowsOp op);
  mlir::LogicalResult lowerPrependMean(PrependMeanOp op);
  mlir::LogicalResult lowerChannelAttention(ChannelAttentionOp op);

  // LowerGlobalRows.cpp
  /// An error at `op` where the source is features: launches that take all rows of an invocation
  /// for one sequence would take in padding.
  mlir::LogicalResult expectTokens(mlir::Operation *op);
  mlir::LogicalResult lowerSumBlocks(SumBlocksOp op);
  mlir::LogicalResult lowerReplaceRequested(ReplaceRequestedOp op);

  // LowerVocabulary.cpp
  mlir::LogicalResult lowerSearch(SearchVocabularyOp op);
  mlir::LogicalResult lowerReturn(mlir::func::ReturnOp op);
  mlir::FailureOr<plan::ReturnedAttentionAttr> returnedAttention(mlir::Value weights);

  mlir::ModuleOp module;
  targets::Target target;
  plan::NumberType numbers, cacheNumbers;
  mlir::OpBuilder builder;
  mlir::Operation *lastWeight = nullptr;
  mlir::func::FuncOp current;
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  /// How many rows a space has at most for each row of the program's last space; 1 unless listed.
  std::map<Space, int64_t> rowMultiples;
  /// How many rows of the last space hold what a space has at most beside these.
  int64_t spareRows = 0;
  std::map<std::string, mlir::FlatSymbolRefAttr> weights;
  std::map<std::string, unsigned> weightNames;
  std::map<std::string, bool> projectionWeights;
  /// Slots by decode's cache arguments, and in the order of encode's caches.
  llvm::DenseMap<mlir::Value, plan::CacheSlotAttr> slots;
  llvm::SmallVector<plan::CacheSlotAttr> encoderSlots, selfSlots;
};

} // namespace transept::codegen

#endif
