// SPDX-License-Identifier: Apache-2.0
//
// Attention, and what goes into the encoder cache.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Attention.h"
#include "compiler/codegen/kernels/Rows.h"

namespace transept::codegen {

static AttentionShape shapeOf(plan::AttendOp op) {
  AttentionShape shape;
  shape.keys = op.getKeysFrom();
  shape.headCount = op.getHeadCount();
  shape.keyDim = op.getKeyDim();
  shape.valueDim = op.getValueDim();
  shape.keyHeadCount = op.getKeyHeads().value_or(0);
  if (op.getSoftCap())
    shape.softCap = op.getSoftCap()->convertToDouble();
  shape.scale = op.getScale().convertToDouble();
  shape.queryStride = op.getQuery().getType().getStride();
  shape.keyStride = op.getKey() ? op.getKey().getType().getStride() : 0;
  shape.valueStride = op.getValue() ? op.getValue().getType().getStride() : 0;
  shape.outputStride = op.getOutput().getType().getStride();
  shape.isCausal = op.getCausal();
  shape.windowBefore = op.getWindowBefore().value_or(-1);
  shape.windowAfter = op.getWindowAfter().value_or(-1);
  shape.chunkSize = op.getChunkSize().value_or(0);
  shape.chunksBefore = op.getChunksBefore().value_or(-1);
  shape.isOneSequence = op.isOneSequence();
  shape.hidesRequested = op.getHidesRequested();
  shape.biasReach = op.getBiasReach().value_or(-1);
  shape.scoreStride = op.getScores() ? op.getScores().getType().getStride() : 0;
  shape.scoresBefore = op.getScoresBefore().value_or(0);
  shape.scoresAfter = op.getScoresAfter().value_or(0);
  shape.blockSize = op.getBlockSize().value_or(0);
  shape.continues = bool(op.getPrevious());
  shape.isLeft = op.getState() && !shape.continues;
  shape.stateStride = op.getState() ? op.getState().getType().getStride() : 0;
  if (op.getTiling())
    shape.tiles = op.getTiling()->getTiling();
  shape.hasPlaceBias = shape.tiles && op.getBias();
  shape.multipliesBFloats = op.getMultipliesBfloats();
  shape.cachesBFloats = op.getKeySlotAttr() && op.getKeySlotAttr().holdsBFloats();
  return shape;
}

void emitLaunch(plan::AttendOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  AttentionShape shape = shapeOf(op);
  int64_t bytes = attentionScratchBytes(shape, kernel.target());
  int64_t bytesPerKey = attentionScratchBytesPerKey(shape, kernel.target());
  if (shape.isOneSequence)
    launch.needScratchOfRows(op.getKey(), bytes, bytesPerKey);
  else
    launch.needScratch(bytes, bytesPerKey);

  Expression null = kernel.null(), zero = kernel.integer(0);
  bool isCross = shape.keys == KeySource::EncoderCache;
  bool isOther = shape.keys == KeySource::OtherRows;
  AttentionOperands operands{
      .query = launch.address(op.getQuery()),
      .key = launch.address(op.getKey()),
      .value = launch.address(op.getValue()),
      .bias = launch.weight(op.getBiasAttr()),
      .scores = launch.address(op.getScores()),
      .output = launch.address(op.getOutput()),
      .positions = launch.field("positions"),
      .requestMarks = shape.hidesRequested ? launch.field("request_marks") : null,
      .queryRows = isOther || shape.isOneSequence ? launch.rowsOf(op.getQuery()) : zero,
      .keyRows = isOther ? launch.rowsOf(op.getKey()) : zero,
      .groupCount = shape.tiles ? kernel.integer(shape.tiles->tileCount())
                    : shape.isOneSequence
                        ? kernel.integer(1)
                        : launch.field(isCross ? "source_count" : "sequence_count"),
      .groupOffsets = launch.field(isCross ? "source_offsets" : "sequence_offsets"),
      .pastLengths = null,
      .containers = null,
      .containerLengths = null,
      .keySlot = zero,
      .valueSlot = zero,
      .state = launch.address(op.getState()),
      .previous = launch.address(op.getPrevious()),
      .weights = null,
      .weightStride = zero,
      .scratch = launch.scratch(),
      .worker = launch.worker,
      .workerCount = launch.workerCount};
  if (shape.keys == KeySource::Pages) {
    operands.pastLengths = launch.field("past_lengths");
    operands.containers = launch.field("self_pages");
  }
  if (isCross) {
    operands.containers = launch.field("source_entries");
    operands.containerLengths = launch.field("source_lengths");
    operands.weights = launch.wantedWeights();
    operands.weightStride = launch.field("attention_stride");
  }
  if (auto slot = op.getKeySlotAttr())
    operands.keySlot = kernel.integer(slot.getOffset());
  if (auto slot = op.getValueSlotAttr())
    operands.valueSlot = kernel.integer(slot.getOffset());
  callKernel(kernel, attentionKernel(kernel, shape), operands);
}

void emitLaunch(plan::StoreOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  plan::CacheSlotAttr slot = op.getSlot();
  StoreShape shape{.isKeys = slot.getIsKeys(),
                   .headCount = slot.getHeadCount(),
                   .headDim = slot.getHeadDim(),
                   .inputStride = op.getInput().getType().getStride(),
                   .toBFloats = slot.holdsBFloats()};
  callKernel(kernel, storeCacheKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .sequenceCount = launch.field("sequence_count"),
              .sequenceOffsets = launch.field("sequence_offsets"),
              .entries = launch.field("encoder_entries"),
              .slot = kernel.integer(slot.getOffset()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen
