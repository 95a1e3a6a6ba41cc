// SPDX-License-Identifier: Apache-2.0
//
// Whisper and Speech2Text: BART's layers, pre-norm with final norms, over frames of sound that
// convolutions shorten. Whisper's class never applies scale_embedding.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/BartStack.h"
#include "compiler/frontend/families/ConfigRules.h"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

struct SpeechTraits {
  const char *activation;
  int64_t vocabulary, hidden, sourceLength, targetLength;
  SideDefaults source, target;
  bool hasKeyBias;
  const char *head;
  SpecialIdDefaults ids;
};

constexpr std::array<int64_t, 2> whisperSilence = {220, 50256};
constexpr SpeechTraits whisper = {.activation = "gelu",
                                  .vocabulary = 51865,
                                  .hidden = 384,
                                  .sourceLength = 1500,
                                  .targetLength = 448,
                                  .source = {4, 1536, 6},
                                  .target = {4, 1536, 6},
                                  .hasKeyBias = false,
                                  .head = "proj_out.weight",
                                  .ids = {.decoderStartId = 50257,
                                          .beginningId = 50256,
                                          .paddingId = 50256,
                                          .endId = 50256,
                                          .beginningSuppressedIds = whisperSilence,
                                          .hasSpeechPrompt = true}};
constexpr SpeechTraits speechToText = {
    .activation = "relu",
    .vocabulary = 10000,
    .hidden = 256,
    .sourceLength = 6000,
    .targetLength = 1024,
    .source = {12, 2048, 4},
    .target = {6, 2048, 4},
    .hasKeyBias = true,
    .head = "lm_head.weight",
    .ids = {.decoderStartId = 2, .beginningId = 0, .paddingId = 1, .endId = 2}};

class SpeechMapping {
public:
  SpeechMapping(FamilyInput &input, const SpeechTraits &traits)
      : config(input.config), checkpoint(input.checkpoint), traits(traits) {
    refuseUnsupportedFields(config);
    hidden = sizeField(config, "d_model", traits.hidden, "hidden_size");
    sourceLength = sizeField(config, "max_source_positions", traits.sourceLength);
    targetLength = sizeField(config, "max_target_positions", traits.targetLength);
    if (sourceLength > countRange.maximum / 2)
      refuseValue(sourceLength, config.where("max_source_positions"), "half of that");
    prefix = modelPrefix(checkpoint);
    result.description.family = std::string(input.modelType);
    result.description.source = stack("encoder", traits.source);
    result.description.target = stack("decoder", traits.target);
    setTargetWords(config, checkpoint, result,
                   {.vocabulary = sizeField(config, "vocab_size", traits.vocabulary),
                    .embedding = prefix + "decoder.embed_tokens.weight",
                    .head = traits.head,
                    .isVersion5 = isWrittenByVersion5(config)});
    result.specialIds = traits.ids;
  }

  FamilyResult whisper() {
    Features features;
    features.width = sizeField(config, "num_mel_bins", 80);
    features.length = 2 * sourceLength;
    std::string sizes = fmt::format("num_mel_bins = {} and d_model = {}", features.width, hidden);
    int64_t channels = features.width;
    for (int64_t index : {1, 2}) {
      features.convolutions.push_back(
          {.kernelSize = 3,
           .stride = index,
           .padding = 1,
           .linear = linear(fmt::format("{}encoder.conv{}", prefix, index), 3 * channels, hidden),
           .gate = std::nullopt,
           .activation = Activation::Gelu});
      channels = hidden;
    }
    source().features = std::move(features);
    source().positions = learnedPositions(prefix + "encoder.embed_positions.weight", sourceLength);
    target().positions = learnedPositions(prefix + "decoder.embed_positions.weight", targetLength);
    config.markRead("scale_embedding");
    return finish(sizes);
  }

  FamilyResult speechToText() {
    Features features;
    int64_t bins = sizeField(config, "input_feat_per_channel", 80);
    int64_t inputs = sizeField(config, "input_channels", 1);
    if (bins > 65536 || inputs > 1024)
      refuseValue(bins, config.where("input_feat_per_channel"),
                  "at most 65536 with input_channels of at most 1024");
    int64_t inner = sizeField(config, "conv_channels", 1024);
    if (inner % 2 != 0)
      refuseValue(inner, config.where("conv_channels"), "an even number: values and gates");
    features.width = bins * inputs;
    int64_t channels = features.width;
    std::vector<int64_t> kernels = kernelSizes();
    for (size_t index = 0; index < kernels.size(); ++index) {
      int64_t outputs = index + 1 < kernels.size() ? inner / 2 : hidden;
      std::string name = fmt::format("{}encoder.conv.conv_layers.{}", prefix, index);
      Linear whole = linear(name, kernels[index] * channels, 2 * outputs);
      features.convolutions.push_back({.kernelSize = kernels[index],
                                       .stride = 2,
                                       .padding = kernels[index] / 2,
                                       .linear = outputsOf(whole, 0, outputs),
                                       .gate = outputsOf(whole, outputs, outputs),
                                       .activation = Activation::Sigmoid});
      channels = outputs;
    }
    source().features = std::move(features);
    source().positions = sinusoids("encoder", sourceLength);
    target().positions = sinusoids("decoder", targetLength);
    source().scale = target().scale = embeddingScale(config, hidden, true);
    return finish(
        fmt::format("input_feat_per_channel = {}, input_channels = {}, conv_channels = {} "
                    "and d_model = {}",
                    bins, inputs, inner, hidden));
  }

private:
  Embedding &source() { return result.description.source.embedding; }
  Embedding &target() { return result.description.target.embedding; }

  Stack stack(const std::string &side, const SideDefaults &defaults) {
    return bartStack(
        {.module = prefix + side,
         .side = side,
         .hidden = hidden,
         .memory = side == "encoder" ? 0 : hidden,
         .isGeneral = side == "encoder",
         .placement = NormPlacement::Pre,
         .hasFinalNorm = true,
         .hasKeyBias = traits.hasKeyBias,
         .activation = activationField(config, "activation_function", traits.activation),
         .defaults = defaults},
        config, result);
  }

  std::vector<int64_t> kernelSizes() {
    std::string key = "conv_kernel_sizes";
    std::vector<int64_t> sizes = {5, 5};
    if (const auto *value = config.find(key)) {
      if (!value->is_array() || value->empty())
        refuseValue(*value, config.where(key), "an array of kernel sizes");
      sizes.clear();
      for (const auto &each : *value)
        sizes.push_back(toInteger(each, config.where(key), {1, kernelRange.maximum}));
    }
    auto count = int64_t(sizes.size());
    if (config.integer("num_conv_layers", 2, sizeRange) != count)
      refuseValue(*config.find(key), config.where(key), "as many sizes as num_conv_layers");
    return sizes;
  }

  Positions sinusoids(const std::string &side, int64_t length) {
    Positions positions =
        sinusoidsAfterPadding(rowAfterPadding(config, traits.ids), length,
                              prefix + side + ".embed_positions", hidden, checkpoint, result);
    if (side == "encoder") // takes frames, not ids
      positions.uncountedId.reset();
    return positions;
  }

  FamilyResult finish(const std::string &featureSizes) {
    auto origin = [&](const std::string &role, const char *key, int64_t size) {
      result.shapeOrigins.push_back(
          {role, fmt::format("{} = {} and d_model = {}", key, size, hidden)});
    };
    result.shapeOrigins.push_back({"source.embedding.features", featureSizes});
    origin("source.embedding.positions", "max_source_positions", sourceLength);
    origin("target.embedding.positions", "max_target_positions", targetLength);
    result.shapeOrigins.push_back({"", fmt::format("d_model = {}", hidden)});
    return std::move(result);
  }

  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  const SpeechTraits &traits;
  FamilyResult result;
  std::string prefix;
  int64_t hidden = 0, sourceLength = 0, targetLength = 0;
};

} // namespace

FamilyResult describeWhisper(FamilyInput &input) {
  return SpeechMapping(input, whisper).whisper();
}

FamilyResult describeSpeechToText(FamilyInput &input) {
  return SpeechMapping(input, speechToText).speechToText();
}

} // namespace transept::frontend
