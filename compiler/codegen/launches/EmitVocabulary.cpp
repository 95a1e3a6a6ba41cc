// SPDX-License-Identifier: Apache-2.0
//
// The search over the vocabulary.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Vocabulary.h"

namespace transept::codegen {

namespace {

VocabularyShape shapeOf(plan::SearchOp op, LaunchEmitter &launch) {
  VocabularyShape shape;
  shape.depth = op.getInput().getType().getWidth();
  shape.vocabularySize = op.getVocabularySize();
  shape.inputStride = op.getInput().getType().getStride();
  shape.hasBias = op.getBias().has_value();
  if (op.getSoftCap())
    shape.softCap = op.getSoftCap()->convertToDouble();
  shape.numbers = launch.numbersOf(op.getWeightAttr());
  shape.norm = normShape(op.getNormAttr(), shape.depth, op.getNormGainAttr(), op.getNormBiasAttr());
  return shape;
}

VocabularyRequestOperands requestOf(LaunchEmitter &launch) {
  return {.rowCount = launch.field("requested_count"),
          .logits = launch.field("logits"),
          .candidateCount = launch.field("candidate_count"),
          .candidateIds = launch.field("candidate_ids"),
          .candidateLogits = launch.field("candidate_logits"),
          .logSumExp = launch.field("log_sum_exp"),
          .excludedOffsets = launch.field("excluded_offsets"),
          .excludedIds = launch.field("excluded_ids"),
          .excludedLogits = launch.field("excluded_logits"),
          .memory = launch.field("search_memory"),
          .shareCount = launch.field("share_count"),
          .shareOffsets = launch.field("share_offsets"),
          .sharePanels = launch.field("share_panels"),
          .shareBiases = launch.field("share_biases"),
          .shareSizes = launch.field("share_sizes")};
}

} // namespace

void emitLaunch(plan::SearchOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  VocabularyShape shape = shapeOf(op, launch);
  launch.needScratch(vocabularyScratchBytes(shape, kernel.target()));
  callKernel(kernel, searchBlocksKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .weights = launch.weight(op.getWeightAttr()),
              .bias = launch.weight(op.getBiasAttr()),
              .gain = launch.weight(op.getNormGainAttr()),
              .shift = launch.weight(op.getNormBiasAttr()),
              .request = requestOf(launch),
              .scratch = launch.scratch(),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::MergeSearchOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  VocabularyShape shape;
  shape.vocabularySize = op.getVocabularySize();
  callKernel(
      kernel, mergeBlocksKernel(kernel, shape.vocabularySize),
      {.request = requestOf(launch), .worker = launch.worker, .workerCount = launch.workerCount});
}

} // namespace transept::codegen
