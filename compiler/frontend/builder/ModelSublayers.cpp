// SPDX-License-Identifier: Apache-2.0
//
// Layers that are lists of sublayers, and the convolution that one of them may be.

#include "compiler/frontend/builder/ModelWriter.h"

namespace transept::frontend {

using mlir::RankedTensorType;
using mlir::Value;

ModelWriter::FoldedDepthwise ModelWriter::folded(const DepthwiseConvolution &convolution,
                                                 int64_t width, const Node &node) {
  Node weightNode = node.child("weight"), biasNode = node.child("bias");
  const auto &norm = convolution.norm;
  Value weight = parameter(convolution.weight, {width, convolution.kernelSize},
                           norm ? weightNode.child("stored") : weightNode);
  Value bias = vector(convolution.bias, width, norm ? biasNode.child("stored") : biasNode);
  if (!norm)
    return {weight, bias};
  // ((weight x + bias) - mean) * factor + shift, factor = gain / sqrt(variance + epsilon)
  Node part = node.child("norm");
  auto ofNorm = [&](const checkpoints::TensorReference &tensor, const char *name) {
    return parameter(tensor, {width}, part.child(name));
  };
  auto vectorType = RankedTensorType::get({width}, builder.getF32Type());
  Value root =
      WeightInverseRootOp::create(builder, location(part.child("root")), vectorType,
                                  ofNorm(norm->variance, "variance"), number(norm->epsilon));
  auto scaleRows = [&](Value input, Value factors, const Node &name) -> Value {
    return WeightScaleRowsOp::create(builder, location(name), input.getType(), input, factors);
  };
  Value factor = scaleRows(ofNorm(norm->gain, "gain"), root, part.child("factor"));
  Value mean = ofNorm(norm->mean, "mean");
  Value moved =
      WeightScaleOp::create(builder, location(part.child("less")), vectorType, mean, number(-1.0));
  if (bias)
    moved = WeightAddOp::create(builder, location(part.child("moved")), vectorType, bias, moved);
  Value scaled = scaleRows(moved, factor, part.child("scaled"));
  return {scaleRows(weight, factor, weightNode),
          WeightAddOp::create(builder, location(biasNode), vectorType, scaled,
                              ofNorm(norm->bias, "bias"))};
}

Value ModelWriter::mixer(const RowMixer &mixer, Value states, const Node &node) {
  Node gateNode = node.child("gate"), depthwise = node.child("depthwise");
  Value value = linear(mixer.input, states, node.child("input"));
  Value gate = activation(Activation::Sigmoid, linear(mixer.gate, states, gateNode),
                          gateNode.child("activation"));
  value = GateOp::create(builder, location(node.child("product")), value.getType(), gate, value);
  auto [weight, bias] = folded(mixer.depthwise, mixer.input.outputs, depthwise);
  auto size = [&](int64_t count) { return builder.getI64IntegerAttr(count); };
  int64_t kernelSize = mixer.depthwise.kernelSize;
  bool isCausal = mixer.depthwise.isCausal;
  Value mixed = DepthwiseConvolutionOp::create(
      builder, location(depthwise), value.getType(), value, weight, bias, size(kernelSize), size(1),
      size(isCausal ? kernelSize - 1 : kernelSize / 2),
      /*padding_behind=*/isCausal ? size(0) : mlir::IntegerAttr(), /*width=*/mlir::IntegerAttr(),
      /*activation=*/ActivationKindAttr());
  if (mixer.depthwise.rowNorm)
    mixed = norm(*mixer.depthwise.rowNorm, mixed, depthwise.child("row_norm"));
  return linear(mixer.output, activation(mixer.activation, mixed, node.child("activation")),
                node.child("output"));
}

Value ModelWriter::sublayer(const Sublayer &sublayer, const SublayerInputs &inputs, Value states,
                            const Node &node) {
  auto scaled = [&](Value change) -> Value {
    return sublayer.factor == 1.0
               ? change
               : ScaleOp::create(builder, location(node.child("factor")), change.getType(), change,
                                 number(sublayer.factor));
  };
  auto withNorm = [&](const Norm &norm, llvm::function_ref<Value(Value)> body) {
    return residual({NormPlacement::Pre, norm, {}}, states, node,
                    [&](Value input) { return scaled(body(input)); });
  };
  if (const auto &part = sublayer.feedForward)
    return withNorm(part->norm, [&](Value input) { return feedForward(*part, input, node); });
  if (const auto &part = sublayer.mixer)
    return withNorm(part->norm, [&](Value input) { return mixer(*part, input, node); });
  const Attention &part = *sublayer.attention;
  const size_t kind = size_t(node.layer) % inputs.masks.size();
  return withNorm(part.norm, [&](Value input) {
    return attention(part, part.variants.empty() ? AttentionVariant{} : part.variants[kind], input,
                     {.keyStates = input, .mask = inputs.masks[kind], .sharedBias = inputs.bias},
                     node);
  });
}

Value ModelWriter::layersOfSublayers(const Stack &stack, Value states, const Node &node) {
  auto nameOf = [&](size_t index) {
    const Sublayer &each = stack.sublayers[index];
    return std::to_string(index) + (each.attention     ? ".self_attention"
                                    : each.feedForward ? ".feed_forward"
                                                       : ".mixer");
  };
  const Space space = spaceOf(states);
  llvm::SmallVector<SublayerInputs> inputs(stack.sublayers.size());
  for (const auto &[index, each] : llvm::enumerate(stack.sublayers))
    if (each.attention) {
      Node part = node.child(nameOf(index));
      inputs[index].masks =
          masksOfVariants(*each.attention, space, /*isCausal=*/false, part.child("mask"));
      inputs[index].bias = sharedBias(*each.attention, space, space, part);
    }
  for (int64_t layer = 0; layer < stack.layerCount; ++layer) {
    Node layerNode{node.name + ".layers." + std::to_string(layer), layer};
    for (const auto &[index, each] : llvm::enumerate(stack.sublayers))
      states = sublayer(each, inputs[index], states, layerNode.child(nameOf(index)));
    if (stack.layerNorm)
      states = norm(*stack.layerNorm, states, layerNode.child("norm"));
  }
  return states;
}

Value ModelWriter::adapterLayer(const AdapterLayer &layer, const Space &space, Value states,
                                const Node &node) {
  Node keep = node.child("residual"), self = node.child("self_attention"),
       feed = node.child("feed_forward");
  Value kept = norm(layer.residualNorm, states, keep.child("norm"));
  kept = convolution(layer.residual, kept, space, keep);
  Value read = norm(layer.attention.norm, states, self.child("norm"));
  read = convolution(layer.input, read, space, self.child("input"));
  Value mask = masksOfVariants(layer.attention, space, /*isCausal=*/false, self.child("mask"))[0];
  Value mixed = attention(layer.attention, {}, read,
                          {.keyStates = read, .mask = mask, .sharedBias = Value()}, self);
  states = AddOp::create(builder, location(self.child("residual")), mixed.getType(), mixed, kept);
  return residual({NormPlacement::Pre, layer.feedForward.norm, {}}, states, feed,
                  [&](Value input) { return feedForward(layer.feedForward, input, feed); });
}

Value ModelWriter::adapter(const Adapter &adapter, Value states, const Node &node) {
  Node feed = node.child("feed_forward"), factor = feed.child("factor");
  states = norm(adapter.feedForward.norm, states, feed.child("norm"));
  Value change = feedForward(adapter.feedForward, states, feed);
  if (adapter.factor != 1.0)
    change = ScaleOp::create(builder, location(factor), change.getType(), change,
                             number(adapter.factor));
  states =
      AddOp::create(builder, location(feed.child("residual")), states.getType(), states, change);
  for (int64_t index = 0; index < adapter.layerCount; ++index) {
    Space space = index + 1 == adapter.layerCount
                      ? Space::source()
                      : Space::source().derived("adapted" + std::to_string(index));
    states = adapterLayer(*adapter.layer, space, states,
                          {node.name + ".layers." + std::to_string(index), index});
  }
  return states;
}

} // namespace transept::frontend
