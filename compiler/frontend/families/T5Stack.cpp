// SPDX-License-Identifier: Apache-2.0
//
// Layers of T5: pre-norm with root-mean-square norms, no biases, no attention scale, and tables of
// positions in the first layer, or in all.

#include "compiler/frontend/families/Parts.h"
#include "compiler/frontend/families/T5Fields.h"

namespace transept::frontend {

namespace {

class T5Layers {
public:
  T5Layers(const T5Fields &fields, const std::string &prefix) : fields(fields), prefix(prefix) {}

  Stack stack(const std::string &side, int64_t layers) const {
    Stack stack;
    stack.layerCount = layers;
    stack.hiddenSize = fields.hidden;
    stack.normPlacement = NormPlacement::Pre;
    std::string layer = prefix + side + ".block.{layer}.layer.";
    stack.selfAttention = attention(layer + "0", selfAttention(side));
    stack.selfAttention.relativeBias = relativeBias(side, "relative_attention_bias");
    if (side == "encoder")
      stack.selfAttention.reach = fields.reach;
    if (side == "encoder" && fields.blockSize)
      stack.selfAttention.blockSums = blockSums(layer);
    if (side == "decoder")
      stack.crossAttention = attention(layer + "1", "EncDecAttention");
    layer += side == "decoder" ? "2" : "1";
    std::string dense = layer + ".DenseReluDense.";
    FeedForward &feedForward = stack.feedForward;
    feedForward.activation = fields.activation;
    feedForward.input =
        linear(dense + (fields.isGated ? "wi_0" : "wi"), fields.hidden, fields.width);
    if (fields.isGated)
      feedForward.gate = linear(dense + "wi_1", fields.hidden, fields.width);
    feedForward.output = linear(dense + "wo", fields.width, fields.hidden);
    feedForward.norm = norm(layer + ".layer_norm");
    stack.finalNorm = norm(prefix + side + ".final_layer_norm");
    return stack;
  }

private:
  Norm norm(const std::string &name) const {
    return {.kind = NormKind::RootMeanSquare,
            .epsilon = fields.epsilon,
            .gain = tensor(name + ".weight"),
            .bias = std::nullopt};
  }

  static Linear linear(const std::string &name, int64_t inputs, int64_t outputs) {
    return {tensor(name + ".weight"), std::nullopt, inputs, outputs};
  }

  Attention attention(const std::string &sublayer, const std::string &module) const {
    std::string name = sublayer + "." + module;
    Attention attention;
    attention.headCount = fields.heads;
    attention.headDim = fields.headDim;
    attention.scale = 1.0;
    attention.query = linear(name + ".q", fields.hidden, fields.heads * fields.headDim);
    attention.key = linear(name + ".k", fields.hidden, fields.heads * fields.headDim);
    attention.value = linear(name + ".v", fields.hidden, fields.heads * fields.headDim);
    attention.output = linear(name + ".o", fields.heads * fields.headDim, fields.hidden);
    attention.norm = norm(sublayer + ".layer_norm");
    return attention;
  }

  std::string selfAttention(const std::string &side) const {
    if (!fields.reach || side != "encoder")
      return "SelfAttention";
    return fields.blockSize ? "TransientGlobalSelfAttention" : "LocalSelfAttention";
  }

  RelativeBias relativeBias(const std::string &side, const std::string &name) const {
    const char *layer = fields.hasBiasInAllLayers ? "{layer}" : "0";
    return {.table = tensor(prefix + side + ".block." + layer + ".layer.0." + selfAttention(side) +
                            "." + name + ".weight"),
            .bucketCount = fields.buckets,
            .maximumDistance = fields.distance,
            .isBidirectional = side == "encoder"};
  }

  BlockSums blockSums(const std::string &layer) const {
    return {.size = *fields.blockSize,
            .norm = norm(layer + "0." + selfAttention("encoder") + ".global_input_layer_norm"),
            .bias = relativeBias("encoder", "global_relative_attention_bias")};
  }

  const T5Fields &fields;
  const std::string &prefix;
};

} // namespace

Stack t5Stack(const T5Fields &fields, const std::string &prefix, const std::string &side) {
  return T5Layers(fields, prefix)
      .stack(side, side == "encoder" ? fields.layers : fields.targetLayers);
}

} // namespace transept::frontend
