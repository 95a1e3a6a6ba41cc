// SPDX-License-Identifier: Apache-2.0
//
// The convolution of a layer: the second version's looks back alone, and what it gives is
// normalized row by row; the first's has a norm of training. And those of the adapter, from which
// the class hides no padding: here there is none.

#include "compiler/frontend/families/SeamlessSpeech.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"

#include <nlohmann/json.hpp>

namespace transept::frontend {

RowMixer seamlessMixer(JsonFields &config, const SeamlessLayers &layers, int64_t layerCount,
                       FamilyResult &result) {
  std::string name = layers.layer + "conv_module.";
  auto product = [&](const char *part, int64_t outputs) {
    Linear linear = frontend::linear(name + part, layers.hidden, outputs);
    linear.bias.reset();
    return linear;
  };
  RowMixer mixer;
  Linear both = product("pointwise_conv1", 2 * layers.hidden);
  mixer.input = outputsOf(both, 0, layers.hidden);
  mixer.gate = outputsOf(both, layers.hidden, layers.hidden);
  int64_t kernel = config.integer("conv_depthwise_kernel_size", 31, {1, kernelRange.maximum});
  if (kernel % 2 == 0)
    refuseValue(kernel, config.where("conv_depthwise_kernel_size"), "an odd number");
  mixer.depthwise = {
      .kernelSize = kernel, .weight = tensor(name + "depthwise_conv.weight"), .bias = std::nullopt};
  mixer.depthwise.isCausal = !layers.isFirstVersion;
  if (layers.isFirstVersion) {
    std::string norm = name + "batch_norm.";
    mixer.depthwise.norm = BatchNorm{.gain = tensor(norm + "weight"),
                                     .bias = tensor(norm + "bias"),
                                     .mean = tensor(norm + "running_mean"),
                                     .variance = tensor(norm + "running_var")};
    for (int64_t layer = 0; layer < layerCount; ++layer) // how many batches training has seen
      result.unusedTensors.push_back(checkpoints::layerName(norm + "num_batches_tracked", layer));
  } else {
    mixer.depthwise.rowNorm = layerNorm(name + "depthwise_layer_norm");
  }
  mixer.activation = layers.activation;
  mixer.output = product("pointwise_conv2", layers.hidden);
  mixer.norm = layerNorm(name + "layer_norm");
  return mixer;
}

Adapter seamlessAdapter(JsonFields &config, const SeamlessLayers &layers) {
  Adapter adapter;
  adapter.factor = 0.5;
  adapter.feedForward =
      layers.feedForward(layers.module + "intermediate_ffn", Activation::Relu,
                         layerNorm(layers.module + "encoder.layer_norm", layers.epsilon));
  // Without one, the class all the same hides rows from the decoder as if there were fewer.
  if (!config.boolean("add_adapter", true))
    refuseValue(false, config.where("add_adapter"), "true");
  adapter.layerCount = config.integer("num_adapter_layers", 1, {1, 64});
  int64_t kernel = config.integer("adaptor_kernel_size", 8, {1, kernelRange.maximum});
  int64_t stride = config.integer("adaptor_stride", 8, {1, kernelRange.maximum});
  // The class counts what masks become by halves of the kernel, and pads by halves of the stride.
  if (stride == 1 || kernel / 2 < stride / 2)
    refuseValue(stride, config.where("adaptor_stride"),
                "2 or more, with an adaptor_kernel_size that is not less");
  auto convolution = [&](const std::string &name) {
    Linear both = linear(name, kernel * layers.hidden, 2 * layers.hidden);
    return Convolution{.kernelSize = kernel,
                       .stride = stride,
                       .padding = stride / 2,
                       .linear = outputsOf(both, 0, layers.hidden),
                       .gate = outputsOf(both, layers.hidden, layers.hidden),
                       .activation = Activation::Sigmoid};
  };
  std::string place = layers.module + "adapter.layers.{layer}.";
  adapter.layer =
      AdapterLayer{.residualNorm = layerNorm(place + "residual_layer_norm"),
                   .residual = convolution(place + "residual_conv"),
                   .input = convolution(place + "self_attn_conv"),
                   .attention = layers.attention(place),
                   .feedForward = layers.feedForward(place + "ffn", Activation::Relu,
                                                     layerNorm(place + "ffn_layer_norm"))};
  return adapter;
}

} // namespace transept::frontend
