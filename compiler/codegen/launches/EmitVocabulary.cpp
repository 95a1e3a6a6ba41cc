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
  shape.numbers = launch.numbersOf(op.getWeightAttr());
  shape.norm = normShape(op.getNormAttr(), shape.depth, op.getNormGainAttr(), op.getNormBiasAttr());
  return shape;
}

Expressions request(LaunchEmitter &launch) {
  VocabularyRequest request{launch.field("requested_count"),  launch.field("logits"),
                            launch.field("candidate_count"),  launch.field("candidate_ids"),
                            launch.field("candidate_logits"), launch.field("log_sum_exp"),
                            launch.field("excluded_offsets"), launch.field("excluded_ids"),
                            launch.field("excluded_logits"),  launch.field("search_memory")};
  return request.asList();
}

} // namespace

void emitLaunch(plan::SearchOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  VocabularyShape shape = shapeOf(op, launch);
  launch.needScratch(vocabularyScratchBytes(shape, kernel.target()));
  Expressions arguments = {launch.address(op.getInput()), launch.weight(op.getWeightAttr()),
                           launch.weight(op.getBiasAttr()), launch.weight(op.getNormGainAttr()),
                           launch.weight(op.getNormBiasAttr())};
  arguments.append(request(launch));
  arguments.append({launch.scratch(), launch.worker, launch.workerCount});
  kernel.call(searchBlocksKernel(kernel, shape), arguments);
}

void emitLaunch(plan::MergeSearchOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  VocabularyShape shape;
  shape.vocabularySize = op.getVocabularySize();
  Expressions arguments = request(launch);
  arguments.append({launch.worker, launch.workerCount});
  kernel.call(mergeBlocksKernel(kernel, shape), arguments);
}

} // namespace transept::codegen
