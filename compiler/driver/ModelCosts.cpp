// SPDX-License-Identifier: Apache-2.0
//
// Counts matrix products and attention; norms, activations and embeddings are small beside them.

#include "compiler/driver/ModelCosts.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace transept::driver {

using Json = nlohmann::ordered_json;

namespace {

double weightCount(const Json &linear) {
  return linear.at("inputs").get<double>() * linear.at("outputs").get<double>();
}

double weightCount(const Json &block, std::initializer_list<const char *> names) {
  double count = 0;
  for (const char *name : names)
    if (block.contains(name))
      count += weightCount(block.at(name));
  return count;
}

/// Scores and weighted sum: two products of the heads' width for each key.
double attentionPerKey(const Json &attention) {
  return 4 * attention.at("headCount").get<double>() * attention.at("headDim").get<double>();
}

std::vector<ModelCosts::Convolution> convolutionsOf(const Json &embedding) {
  std::vector<ModelCosts::Convolution> convolutions;
  if (!embedding.contains("features"))
    return convolutions;
  for (const Json &each : embedding.at("features").at("convolutions"))
    convolutions.push_back({.kernelSize = each.at("kernelSize").get<double>(),
                            .stride = each.at("stride").get<double>(),
                            .padding = each.at("padding").get<double>(),
                            .perRow = 2 * weightCount(each, {"linear", "gate"})});
  return convolutions;
}

} // namespace

double ModelCosts::convolve(double sources, double rows) const {
  double operations = 0;
  for (const Convolution &each : convolutions) {
    rows = std::floor((rows + 2 * each.padding - each.kernelSize) / each.stride) + 1;
    operations += rows * each.perRow;
  }
  return sources * operations;
}

ModelCosts costsOf(const Json &description) {
  const Json &source = description.at("source"), &target = description.at("target");
  const Json &cross = target.at("crossAttention");
  double sourceLayers = source.at("layerCount").get<double>();
  double targetLayers = target.at("layerCount").get<double>();
  std::initializer_list<const char *> projections = {"query", "key", "value", "output"};
  std::initializer_list<const char *> feedForward = {"input", "gate", "output"};

  ModelCosts costs;
  double encodeWeights = sourceLayers * (weightCount(source.at("selfAttention"), projections) +
                                         weightCount(source.at("feedForward"), feedForward)) +
                         targetLayers * weightCount(cross, {"key", "value"});
  costs.encodePerToken = 2 * encodeWeights;
  costs.encodePerTokenAndKey = sourceLayers * attentionPerKey(source.at("selfAttention"));
  costs.convolutions = convolutionsOf(source.at("embedding"));

  double logits = target.at("embedding").at("vocabularySize").get<double>() *
                  target.at("hiddenSize").get<double>();
  double decodeWeights = targetLayers * (weightCount(target.at("selfAttention"), projections) +
                                         weightCount(cross, {"query", "output"}) +
                                         weightCount(target.at("feedForward"), feedForward)) +
                         logits;
  costs.decodePerToken = 2 * decodeWeights;
  costs.decodePerTokenAndKey = targetLayers * attentionPerKey(target.at("selfAttention"));
  costs.decodeBytes = decodeWeights * sizeof(float);
  return costs;
}

} // namespace transept::driver
