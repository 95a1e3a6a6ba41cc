// SPDX-License-Identifier: Apache-2.0
//
// T5, T5 v1.1, mT5 and umT5 as Hugging Face computes them: pre-norm with root-mean-square norms, no
// biases, no attention scale, relative position buckets; umT5 has a bias table in every layer, and
// LongT5's encoder looks at what is near, and at sums of blocks.

#include "compiler/frontend/families/Classification.h"
#include "compiler/frontend/families/Forecasting.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"
#include "compiler/frontend/families/T5Fields.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

class T5Mapping {
public:
  explicit T5Mapping(FamilyInput &input)
      : input(input), config(input.config), checkpoint(input.checkpoint),
        defaults(t5Defaults(input.modelType)),
        prefix(isClassifier(input.config) ? "transformer." : "") {}

  FamilyResult describe() {
    hasTarget = !isOfClass(config, "EncoderModel");
    refuseUnsupportedFields(config, hasTarget ? ConfigRole::Model : ConfigRole::EncoderOfModel);
    fields = readT5Fields(input);
    Description &description = result.description;
    description.family = std::string(input.modelType);
    description.source = t5Stack(fields, prefix, "encoder");
    if (hasTarget)
      description.target = t5Stack(fields, prefix, "decoder");
    embeddings();
    shapeOrigins();
    result.specialIds = {.decoderStartId = defaults.decoderStartId,
                         .paddingId = 0,
                         .endId = 1,
                         .forcedEndId = std::nullopt};
    if (isForecaster(config))
      describeForecaster(config, result);
    if (isClassifier(config))
      describeClassifier(config, {.labelCount = 2, .endId = 1, .startId = startId()}, result);
    return std::move(result);
  }

private:
  int64_t startId() {
    return config.integer("decoder_start_token_id", defaults.decoderStartId.value_or(0), idRange);
  }

  /// Whether the states are scaled before the head: where the embedding is tied, until
  /// transformers 5, which always ties it and keeps the scaling in a field of its own.
  bool readScaling(bool isTied) {
    isVersion5 = isWrittenByVersion5(config);
    if (!defaults.isScaledInVersion5)
      return isTied && !isVersion5;
    isVersion5 = isVersion5 || config.find("scale_decoder_outputs");
    return config.boolean("scale_decoder_outputs", isTied);
  }

  void embeddings() {
    Description &description = result.description;
    bool isTied = config.boolean("tie_word_embeddings", defaults.isTied);
    bool isScaled = readScaling(isTied);
    std::vector<std::string> names = {prefix + "shared.weight",
                                      prefix + "encoder.embed_tokens.weight",
                                      prefix + "decoder.embed_tokens.weight"};
    std::string head = "lm_head.weight";
    if (isVersion5 && differsFromWords(checkpoint, names, head))
      isTied = false;
    bool hasHead = hasTarget && !isClassifier(config) && !isForecaster(config);
    if (isTied && hasHead)
      names.push_back(head);
    checkpoints::TensorReference shared = tensor(resolveTied(
        checkpoint, names, isTied ? "tie_word_embeddings is true" : "the embedding is shared",
        result.unusedTensors));
    // In the original t5 files, left over from training; Hugging Face drops it as well.
    result.unusedTensors.push_back(
        prefix + "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight");
    for (Stack *stack : {&description.source, &description.target}) {
      stack->embedding.weight = shared;
      stack->embedding.vocabularySize = fields.vocabulary;
    }
    if (!hasHead)
      return;
    description.logits.weight = shared;
    if (isScaled)
      description.logits.scale = 1.0 / std::sqrt(double(fields.hidden));
    if (!isTied)
      description.logits.weight = tensor(
          resolveTied(checkpoint, {head}, "tie_word_embeddings is false", result.unusedTensors));
  }

  void shapeOrigins() {
    std::string attention = fmt::format("d_model = {}, num_heads = {} and d_kv = {}", fields.hidden,
                                        fields.heads, fields.headDim);
    std::string dense = fmt::format("d_model = {} and d_ff = {}", fields.hidden, fields.width);
    std::string words =
        fmt::format("vocab_size = {} and d_model = {}", fields.vocabulary, fields.hidden);
    std::string bias = fmt::format("relative_attention_num_buckets = {} and num_heads = {}",
                                   fields.buckets, fields.heads);
    for (std::string side : {"source.", "target."}) {
      result.shapeOrigins.push_back({side + "selfAttention.relativeBias", bias});
      result.shapeOrigins.push_back({side + "selfAttention.blockSums.bias", bias});
      result.shapeOrigins.push_back({side + "selfAttention", attention});
      result.shapeOrigins.push_back({side + "crossAttention", attention});
      result.shapeOrigins.push_back({side + "feedForward", dense});
      result.shapeOrigins.push_back({side + "embedding", words});
    }
    result.shapeOrigins.push_back({"logits", words});
    result.shapeOrigins.push_back({"", fmt::format("d_model = {}", fields.hidden)});
  }

  FamilyInput &input;
  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  const T5Defaults &defaults;
  const std::string prefix; // of all names but the head's
  FamilyResult result;
  T5Fields fields;
  bool isVersion5 = false, hasTarget = true;
};

} // namespace

FamilyResult describeT5(FamilyInput &input) {
  return T5Mapping(input).describe();
}

} // namespace transept::frontend
