// SPDX-License-Identifier: Apache-2.0
//
// Walks the staged functions and hands each op to its family's lowering.

#include "compiler/plan/lowering/GraphLowering.h"

#include "compiler/plan/Passes.h"
#include "dialects/Transept/Lineage.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

using namespace mlir;

StringAttr GraphLowering::label(Operation *op) {
  StringRef name = nameOf(op->getLoc());
  return builder.getStringAttr(name.empty() ? op->getName().stripDialect() : name);
}

Value GraphLowering::newBuffer(Value rows) {
  return newBuffer(rows,
                   llvm::alignTo(cast<RowsType>(rows.getType()).getWidth(), target.panelWidth()));
}

Value GraphLowering::newBuffer(Value rows, int64_t stride) {
  auto type = cast<RowsType>(rows.getType());
  auto bufferType =
      plan::BufferType::get(builder.getContext(), type.getSpace(), type.getWidth(), stride);
  Value result = plan::BufferOp::create(builder, valueLocation(rows), bufferType, IntegerAttr(),
                                        rowMultipleOf(type.getSpace()));
  buffers[rows] = result;
  return result;
}

/// Walks upward, because a space's multiple follows from that of the space made of it, and so does
/// how many rows it may have beside these.
void GraphLowering::findRowMultiples() {
  rowMultiples.clear();
  spareRows = 0;
  std::map<Space, int64_t> rests;
  const MadeSpaces spaces(current.getBody().front());
  for (Operation &op : llvm::reverse(current.getBody().front())) {
    std::optional<MadeSpace> found = madeSpaceOf(&op);
    if (!found || !found->from || !spaces.isOnTheWay(found->space))
      continue;
    const MadeSpace &made = *found;
    const RowStep &step = made.step;
    int64_t rows = step.lineBefore * step.stride; // for each line behind the step
    int64_t multiple = llvm::divideCeil(rows * rowMultipleOf(made.space), step.lineBehind);
    int64_t rest = rows * int64_t(llvm::divideCeil(rests[made.space], step.lineBehind));
    // Of a grid it is known how many rows have no place behind the step.
    int64_t lines = (step.rowsFrom(made.rowsBefore) - step.leading) / step.lineBehind;
    rest += made.rowsBefore == 0 ? step.spareRowsBefore()
                                 : std::max<int64_t>(0, made.rowsBefore - rows * lines);
    rowMultiples[*made.from] = multiple;
    rests[*made.from] = rest;
    spareRows = std::max<int64_t>(spareRows, llvm::divideCeil(rest, multiple));
  }
  findFixedMultiples(spaces);
  // Tiles have some more rows than the grid that they go back to.
  for (auto tiles : current.getBody().front().getOps<TileRowsOp>()) {
    MadeSpace made = tiles.getMadeSpace();
    if (!spaces.isOnTheWay(made.space) && !rowMultiples.contains(made.space))
      rowMultiples[made.space] =
          rowMultipleOf(*made.from) *
          llvm::divideCeil(made.step.rowsFrom(made.rowsBefore), made.rowsBefore);
  }
}

/// Of spaces beside the way that have a fixed number of rows: those of a source's first rows. A
/// program has rows of its last space for all that other rows are put before.
void GraphLowering::findFixedMultiples(const MadeSpaces &spaces) {
  int64_t least = spareRows;
  for (const RowStep &step : spaces.steps())
    least += step.leading;
  std::map<Space, int64_t> counts;
  for (Operation &op : current.getBody().front()) {
    std::optional<MadeSpace> made = madeSpaceOf(&op);
    if (!made || !made->from || spaces.isOnTheWay(made->space))
      continue;
    auto before = counts.find(*made->from);
    if (made->step.first == 0 && before == counts.end())
      continue;
    int64_t rows = made->step.first != 0 ? made->step.first : made->step.rowsFrom(before->second);
    counts[made->space] = rows;
    rowMultiples[made->space] = llvm::divideCeil(rows, std::max<int64_t>(1, least));
  }
}

int64_t GraphLowering::rowMultipleOf(const Space &space) const {
  auto known = rowMultiples.find(space);
  return known == rowMultiples.end() ? 1 : known->second;
}

bool GraphLowering::isOneSequence(const Space &space) {
  return !space.isWhole() && MadeSpaces(current.getBody().front()).isOnTheWay(space);
}

LogicalResult GraphLowering::expectWholeSpace(Operation *op, Value rows) {
  if (cast<RowsType>(rows.getType()).getSpace().isWhole())
    return success();
  return op->emitError("expects rows of the source or the target itself, because no others have "
                       "positions and sequences in a compiled library, but got ")
         << rows.getType();
}

LogicalResult GraphLowering::checkArguments(func::FuncOp function) {
  std::map<Space::Side, BlockArgument> known;
  for (BlockArgument argument : function.getArguments()) {
    Type type = argument.getType();
    if (isa<RankedTensorType>(type))
      return emitError(argument.getLoc(), "expects weights to be parameters, but got an argument ")
             << type;
    auto rows = dyn_cast<RowsType>(type);
    if (!rows)
      continue;
    if (isa<FloatType>(rows.getElementType()) && !rows.getElementType().isF32())
      return emitError(argument.getLoc(), "expects rows of f32 or of i32 ids, but got ") << type;
    auto [first, isFirst] = known.try_emplace(rows.getSpace().getSide(), argument);
    if (isFirst)
      continue;
    InFlightDiagnostic error = emitError(argument.getLoc(), "expects one argument of rows of the ")
                               << stringifySide(rows.getSpace().getSide())
                               << ", because a compiled library is given one, but got a second";
    error.attachNote(first->second.getLoc()) << "the first is " << first->second.getType();
    return error;
  }
  return success();
}

LogicalResult GraphLowering::checkSide(func::FuncOp function) {
  bool isEncode = function.getName() == "encode";
  for (BlockArgument argument : function.getArguments())
    if (auto rows = dyn_cast<RowsType>(argument.getType());
        rows && rows.getSpace().isSource() != isEncode)
      return emitError(argument.getLoc(), "expects rows of the ")
             << (isEncode ? "source" : "target") << " as argument of " << function.getName()
             << ", but got " << rows;
  return success();
}

LogicalResult GraphLowering::checkRows(Operation *op) {
  for (Type type : op->getResultTypes())
    if (auto rows = dyn_cast<RowsType>(type); rows && !rows.getElementType().isF32())
      return op->emitError("expects rows of f32 in a compiled library, but got ") << type;
  for (Value operand : op->getOperands()) {
    auto rows = dyn_cast<RowsType>(operand.getType());
    // Attention finds what is in caches by itself.
    bool isCached = isa_and_nonnull<CacheReadOp, CacheAppendOp>(operand.getDefiningOp()) &&
                    isa<SelfAttentionOp, CrossAttentionOp, MergedAttentionOp>(op) &&
                    operand != op->getOperand(0);
    if (rows && isa<FloatType>(rows.getElementType()) && !isCached && !buffer(operand))
      return op->emitError("expects rows that are computed in the same function, but got ") << rows;
  }
  return success();
}

LogicalResult GraphLowering::run() {
  auto encode = module.lookupSymbol<func::FuncOp>("encode");
  auto decode = module.lookupSymbol<func::FuncOp>("decode");
  if (!encode || !decode || !encode.getBody().hasOneBlock() || !decode.getBody().hasOneBlock())
    return module.emitError("expects the staged form: functions encode and decode of one block");
  if (failed(checkArguments(encode)) || failed(checkArguments(decode)))
    return failure();
  collectProjectionWeights();
  if (failed(assignCacheSlots(decode)))
    return failure();
  for (func::FuncOp function : {encode, decode})
    if (failed(lowerFunction(function)))
      return failure();
  encode.erase();
  decode.erase();
  return success();
}

LogicalResult GraphLowering::lowerFunction(func::FuncOp function) {
  current = function;
  buffers.clear();
  findRowMultiples();
  builder.setInsertionPoint(function);
  auto slotList = function.getName() == "encode" ? encoderSlots : selfSlots;
  auto program = plan::ProgramOp::create(
      builder, function.getLoc(), function.getName(), /*arena_bytes_per_row=*/0, spareRows,
      /*scratch_bytes=*/0, /*scratch_bytes_per_key=*/0,
      builder.getArrayAttr(llvm::to_vector_of<Attribute>(slotList)), /*attention=*/ArrayAttr());
  builder.setInsertionPointToStart(&program.getBody().emplaceBlock());
  for (BlockArgument argument : function.getArguments())
    if (auto rows = dyn_cast<RowsType>(argument.getType()); rows && rows.getElementType().isF32())
      if (failed(lowerFeatures(argument)))
        return failure();
  for (Operation &op : function.getBody().front())
    if (failed(lowerOperation(&op)))
      return failure();
  // Last: errors at ops say more.
  if (failed(checkSide(function)))
    return failure();
  // Erased last: weights are outlined from the function's own ops.
  return success();
}

LogicalResult GraphLowering::lowerOperation(Operation *op) {
  if (failed(checkRows(op)))
    return failure();
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<EmbeddingOp>([&](auto op) { return lowerEmbedding(op); })
      .Case<PositionEmbeddingOp>([&](auto op) { return lowerPositionEmbedding(op); })
      .Case<WindowsOp>([&](auto op) { return lowerWindows(op); })
      .Case<PrependRowsOp>([&](auto op) { return lowerPrependRows(op); })
      .Case<AppendRowsOp>([&](auto op) { return lowerAppendRows(op); })
      .Case<ColumnEmbeddingOp>([&](auto op) { return lowerColumnEmbedding(op); })
      .Case<LinearOp>([&](auto op) { return lowerLinear(op); })
      .Case<HeadLinearOp>([&](auto op) { return lowerHeadLinear(op); })
      .Case<SelfAttentionOp, CrossAttentionOp, MergedAttentionOp>(
          [&](auto op) { return lowerAttention(op); })
      .Case<GatedRecurrenceOp>([&](auto op) { return lowerRecurrence(op); })
      .Case<CacheStoreOp>([&](auto op) { return lowerCacheStore(op); })
      .Case<SearchVocabularyOp>([&](auto op) { return lowerSearch(op); })
      .Case<SliceColumnsOp>([&](auto op) { return lowerSlice(op); })
      .Case<RequestedRowsOp>([&](auto op) { return lowerRequestedRows(op); })
      .Case<RotaryOp>([&](auto op) { return lowerRotary(op); })
      .Case<TileRowsOp>([&](auto op) { return lowerTile(op); })
      .Case<UntileRowsOp>([&](auto op) { return lowerUntile(op); })
      .Case<MergeTilesOp>([&](auto op) { return lowerGrid<plan::MergeTilesOp>(op); })
      .Case<DepthwiseConvolutionOp>([&](auto op) { return lowerDepthwise(op); })
      .Case<GridWindowsOp>([&](auto op) { return lowerGridWindows(op); })
      .Case<FirstRowsOp>([&](auto op) { return lowerFirstRows(op); })
      .Case<RowsBehindOp>([&](auto op) { return lowerRowsBehind(op); })
      .Case<ConcatenateRowsOp>([&](auto op) { return lowerConcatenateRows(op); })
      .Case<PrependMeanOp>([&](auto op) { return lowerPrependMean(op); })
      .Case<ChannelAttentionOp>([&](auto op) { return lowerChannelAttention(op); })
      .Case<SumBlocksOp>([&](auto op) { return lowerSumBlocks(op); })
      .Case<ReplaceRequestedOp>([&](auto op) { return lowerReplaceRequested(op); })
      .Case<LayerNormOp>([&](LayerNormOp op) {
        return lowerNorm(op, NormKind::Layer, op.getGain(), op.getBias(), op.getEpsilonAttr());
      })
      .Case<RmsNormOp>([&](RmsNormOp op) {
        return lowerNorm(op, NormKind::RootMeanSquare, op.getGain(), {}, op.getEpsilonAttr(),
                         op.getHeadCountAttr());
      })
      .Case<SequenceNormOp>([&](auto op) { return lowerSequenceNorm(op); })
      .Case<AddOp>([&](auto op) { return lowerElementwise(op, plan::ElementwiseKind::Add); })
      .Case<GateOp>([&](auto op) { return lowerElementwise(op, plan::ElementwiseKind::Multiply); })
      .Case<ScaleOp>([&](ScaleOp op) {
        return lowerElementwise(op, plan::ElementwiseKind::Scale, op.getFactorAttr());
      })
      .Case<ActivationOp>([&](ActivationOp op) {
        return lowerElementwise(op, plan::ElementwiseKind::Activate, {}, op.getKindAttr());
      })
      .Case<func::ReturnOp>([&](auto op) { return lowerReturn(op); })
      // Folded into the kernels that read them.
      .Case<ParameterOp, SinusoidOp, WeightScaleOp, WeightShiftOp, WeightScaleColumnsOp,
            WeightScaleRowsOp, WeightInverseRootOp, WeightProductOp, WeightAddOp, WeightAddRowOp,
            WeightGridOp, WeightConcatenateOp, WeightFlattenOp, WeightReverseRowsOp,
            DistanceBucketsOp, WeightZeroOp, CausalMaskOp, PaddingMaskOp, WindowMaskOp, ChunkMaskOp,
            UnrequestedMaskOp, CombineMasksOp, AverageHeadsOp, RelativePositionBiasOp,
            RelativeScoresOp, TilePositionBiasOp, CacheReadOp, CacheAppendOp>(
          [](auto) { return success(); })
      .Default([](Operation *op) {
        return op->emitError("no kernel serves this operation in a compiled library");
      });
}

#define GEN_PASS_DEF_LOWERTOPLANPASS
#include "compiler/plan/Passes.h.inc"

namespace {

struct LowerToPlanPass : impl::LowerToPlanPassBase<LowerToPlanPass> {
  using Base::Base;

  void runOnOperation() override {
    std::optional<targets::Target> target = targets::targetOrError(getOperation(), cpu);
    if (!target)
      return signalPassFailure();
    std::optional<plan::NumberType> numbers = plan::symbolizeNumberType(weights);
    if (!numbers) {
      getOperation().emitError("unknown number type of weights '")
          << weights << "'; allowed are f32, bf16, int8, int4";
      return signalPassFailure();
    }
    // Whoever asks for exact weights gets exact caches.
    plan::NumberType cacheNumbers =
        *numbers == plan::NumberType::F32 ? plan::NumberType::F32 : plan::NumberType::BF16;
    if (cache == "f32" || cache == "bf16") {
      cacheNumbers = *plan::symbolizeNumberType(cache);
    } else if (cache != "auto") {
      getOperation().emitError("unknown number type of caches '")
          << cache << "'; allowed are f32, bf16, auto";
      return signalPassFailure();
    }
    if (failed(GraphLowering(getOperation(), *target, *numbers, cacheNumbers).run()))
      signalPassFailure();
  }
};

} // namespace
void buildPlanPipeline(OpPassManager &passes, const std::string &cpu, const std::string &weights,
                       const std::string &cache) {
  passes.addPass(createLowerToPlanPass({.cpu = cpu, .weights = weights, .cache = cache}));
  passes.addPass(createPlanMemoryPass());
  passes.addPass(createInsertBarriersPass());
}

} // namespace transept::codegen
