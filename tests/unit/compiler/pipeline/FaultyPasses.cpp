// SPDX-License-Identifier: Apache-2.0
//
// The faults: one wrong number, operand or attribute each, of the kind that people make.

#include "FaultyPasses.h"

#include "compiler/pipeline/Passes.h"
#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Passes.h"
#include "dialects/Transept/Lineage.h"
#include "dialects/Transept/Transept.h"
#include "tests/support/TinyModels.h"

#include "mlir/IR/Builders.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace transept {

using namespace mlir;

namespace {

frontend::Description gatedT5() {
  return testing::tinyT5(/*isGated=*/true);
}
frontend::Description tiedT5() {
  return testing::tinyT5(/*isGated=*/false);
}

/// The op of that name, or null.
template <typename OpTy> OpTy find(ModuleOp module, StringRef name) {
  OpTy found;
  module.walk([&](OpTy op) {
    if (!found && nameOf(op.getLoc()) == name)
      found = op;
  });
  return found;
}

/// A fault at the op of that name.
template <typename OpTy>
std::function<void(ModuleOp)> at(std::string name, std::function<void(OpTy)> spoil) {
  return [name, spoil](ModuleOp module) {
    if (auto op = find<OpTy>(module, name))
      spoil(op);
  };
}

FloatAttr number(Operation *op, double value) {
  return Builder(op->getContext()).getF64FloatAttr(value);
}

/// norm(x) * g + b -> norm(x) + (g + b)
void addGain(LayerNormOp norm) {
  OpBuilder builder(norm);
  Value sum = WeightAddOp::create(builder, norm.getLoc(), norm.getGain().getType(), norm.getGain(),
                                  norm.getBias());
  norm.getGainMutable().clear();
  norm.getBiasMutable().assign(sum);
}

void takeBiasOfFirstLayer(ModuleOp module) {
  auto first = find<LinearOp>(module, "decoder.layers.0.feed_forward.input");
  auto second = find<LinearOp>(module, "decoder.layers.1.feed_forward.input");
  if (first && second)
    second.getBiasMutable().assign(first.getBias());
}

/// [gate; value] -> [value; gate]
void exchangeGateAndValue(LinearOp linear) {
  auto weight = linear.getWeight().getDefiningOp<WeightConcatenateOp>();
  Value gate = weight->getOperand(0);
  weight->setOperand(0, weight->getOperand(1));
  weight->setOperand(1, gate);
}

/// b + W c -> b
void forgetShift(LinearOp linear) {
  if (auto sum = linear.getBias().getDefiningOp<WeightAddOp>())
    linear.getBiasMutable().assign(sum.getLhs());
}

void doubleScale(WeightScaleOp scale) {
  scale.setFactorAttr(number(scale, 2 * scale.getFactor().convertToDouble()));
}

void exchangeFirstCaches(ModuleOp module) {
  auto encode = module.lookupSymbol<func::FuncOp>(encodeName);
  SmallVector<OpOperand *> caches;
  for (OpOperand &returned : encode.front().getTerminator()->getOpOperands())
    if (isa<EncoderCacheType>(returned.get().getType()))
      caches.push_back(&returned);
  if (caches.size() < 2)
    return;
  Value first = caches[0]->get();
  caches[0]->set(caches[1]->get());
  caches[1]->set(first);
}

/// Normalizes what was normalized already.
void normalizeTwice(LinearOp linear) {
  if (!linear.getNorm())
    return;
  OpBuilder builder(linear);
  linear.getInputMutable().set(
      LayerNormOp::create(builder, linear.getLoc(), linear.getInput().getType(), linear.getInput(),
                          Value(), linear.getNormBias(), number(linear, 1e-5)));
}

} // namespace

const std::vector<Fault> &faults() {
  static const std::vector<Fault> all = {
      {"WrongScale", "fold-attention-scale", testing::tinyMarian,
       at<CrossAttentionOp>("decoder.layers.1.cross_attention",
                            [](auto op) { op.setScaleAttr(number(op, 1.01)); }),
       "decoder.layers.1.cross_attention", "transept.cross_attention", 1},
      {"EveryScaleWrong", "fold-attention-scale", testing::tinyMarian,
       [](ModuleOp module) {
         module.walk([](SelfAttentionOp op) { op.setScaleAttr(number(op, 1.01)); });
         module.walk([](CrossAttentionOp op) { op.setScaleAttr(number(op, 1.01)); });
       },
       "encoder.layers.0.self_attention", "transept.attention", 1},
      {"GainAdded", "cse", testing::tinyMarian,
       at<LayerNormOp>("decoder.layers.0.cross_attention.norm", addGain),
       "decoder.layers.0.cross_attention.norm", "transept.layer_norm", 1},
      {"ResidualDropped", "fuse-residuals", testing::tinyMarian,
       at<LinearOp>("decoder.layers.1.self_attention.output",
                    [](auto op) { op.getResidualMutable().clear(); }),
       "decoder.layers.1.self_attention.residual", "transept.add", 2},
      {"SliceOffByAHead", "merge-projections", testing::tinyMarian,
       at<SliceColumnsOp>("decoder.layers.0.self_attention.key",
                          [](auto op) { op.setBegin(op.getBegin() + 10); }),
       "decoder.layers.0.self_attention.key", "transept.linear", 3},
      {"SliceOfCachesOffByAHead", "merge-projections", testing::tinyMarian,
       at<SliceColumnsOp>("decoder.layers.1.cross_attention.key",
                          [](auto op) { op.setBegin(op.getBegin() - 10); }),
       "decoder.layers.1.cross_attention.key", "transept.linear", 3},
      {"WrongEpsilon", "fuse-norms", testing::tinyMarian,
       at<LinearOp>("decoder.layers.0.feed_forward.input",
                    [](auto op) {
                      if (op.getNorm())
                        op.setNormAttr(
                            NormAttr::get(op.getContext(), NormKind::Layer, number(op, 1e-3)));
                    }),
       "decoder.layers.0.feed_forward.input", "transept.linear", 2},
      {"MaskDropped", "derive-decode", testing::tinyMarian,
       at<SelfAttentionOp>("decoder.layers.1.self_attention",
                           [](auto op) { op.getMaskMutable().clear(); }),
       "decoder.layers.1.self_attention", "transept.attention", 1},
      {"WrongPositionOffset", "fuse-embedding", testing::tinyBart,
       at<EmbeddingOp>("decoder.embedding",
                       [](auto op) {
                         if (op.getPositions())
                           op.setPositionOffset(op.getPositionOffset() + 1);
                       }),
       "decoder.embedding.sum", "transept.add", 3},
      {"BiasOfAnotherLayer", "fuse-activations", testing::tinyMarian, takeBiasOfFirstLayer,
       "decoder.layers.1.feed_forward.input", "transept.linear", 2},
      {"GateAndValueExchanged", "fuse-gated-activation", gatedT5,
       at<LinearOp>("decoder.layers.2.feed_forward.input_gate", exchangeGateAndValue),
       "decoder.layers.2.feed_forward.product", "transept.gate", 4},
      {"WrongGelu", "fuse-activations", testing::tinySpeech,
       at<LinearOp>("decoder.layers.0.feed_forward.input",
                    [](auto op) {
                      if (op.getActivation())
                        op.setActivation(ActivationKind::GeluTanh);
                    }),
       "decoder.layers.0.feed_forward.activation", "transept.activation", 2},
      {"ShiftForgotten", "fold-norm-gains", testing::tinySpeech,
       at<LinearOp>("decoder.layers.0.self_attention.query_key_value", forgetShift),
       "decoder.layers.0.self_attention.query_key_value", "transept.linear", 2},
      {"ScaleDoubled", "fold-scales", tiedT5, [](ModuleOp module) { module.walk(doubleScale); },
       "logits.scale", "transept.scale", 2},
      {"CachesExchanged", "split-encode", testing::tinyMarian, exchangeFirstCaches,
       "decoder.layers.0.cross_attention", "transept.cross_attention", 1},
      {"ConvolutionGateSaturated", "request-rows", testing::tinySpeech,
       at<ActivationOp>("encoder.embedding.features.convolutions.0.gate.activation",
                        [](auto op) { op.setKind(ActivationKind::Relu); }),
       "encoder.embedding.features.convolutions.0.gate.activation", "transept.activation", 1},
      {"NormalizedTwice", "fuse-norms", testing::tinyDecoder,
       at<LinearOp>("decoder.layers.1.feed_forward.input", normalizeTwice),
       "decoder.layers.1.feed_forward.input", "transept.linear", 2},
      {"NormOfTheVocabularyDropped", "fuse-vocabulary-search", testing::tinyMarian,
       at<SearchVocabularyOp>("logits",
                              [](auto op) {
                                op.getNormGainMutable().clear();
                                op.getNormBiasMutable().clear();
                              }),
       "logits", "transept.logits", 2},
      {"ClassTokenScaled", "canonicalize", testing::tinyVision,
       at<PrependRowsOp>("encoder.embedding.features.leading_rows",
                         [](auto op) {
                           OpBuilder builder(op);
                           op.getLeadingMutable().set(WeightScaleOp::create(
                               builder, op.getLoc(), op.getLeading().getType(), op.getLeading(),
                               number(op, 2)));
                         }),
       "encoder.embedding.features.leading_rows", "transept.prepend_rows", 1},
  };
  return all;
}

void FaultyPass::runOnOperation() {
  OpPassManager manager(ModuleOp::getOperationName());
  if (failed(parsePassPipeline(fault.pass, manager)) ||
      failed(runPipeline(manager, getOperation())))
    return signalPassFailure();
  fault.spoil(getOperation());
}

void registerFaultyPasses() {
  static const bool isRegistered = [] {
    mlir::registerTransformsPasses();
    transept::registerTransformsPasses();
    registerPipelinePasses();
    for (const Fault &fault : faults())
      registerPass([&fault] { return std::make_unique<FaultyPass>(fault); });
    return true;
  }();
  (void)isRegistered;
}

} // namespace transept
