// SPDX-License-Identifier: Apache-2.0
//
// The sense of what stands between rows of numbers and the layers of a model, and of heads that
// give numbers; and the checks of tensors that every part needs.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionChecks.h"
#include "compiler/frontend/description/DescriptionFields.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::frontend {

void expect(bool holds, const std::string &role, const std::string &sentence) {
  if (!holds)
    throw InputError(fmt::format("description: {}: {}", role, sentence));
}

void checkReference(const checkpoints::TensorReference &reference, const std::string &role) {
  expect(!reference.name.empty(), role, "a tensor's name may not be empty");
  expect(reference.rowBegin >= 0 && reference.rowCount >= 0, role,
         "rowBegin and rowCount may not be negative");
  expect(reference.rowCount > 0 || reference.rowBegin == 0, role,
         "rowBegin needs a rowCount, 0 rows mean all");
}

void checkLinear(const Linear &linear, const std::string &role, int64_t inputs, int64_t outputs) {
  checkReference(linear.weight, role + ".weight");
  if (linear.bias)
    checkReference(*linear.bias, role + ".bias");
  expect(linear.inputs == inputs && linear.outputs == outputs, role,
         fmt::format("found {} inputs and {} outputs, here they must be {} and {}", linear.inputs,
                     linear.outputs, inputs, outputs));
}

void checkAnyNorm(const Norm &norm, const std::string &role) {
  checkReference(norm.gain, role + ".gain");
  if (norm.bias)
    checkReference(*norm.bias, role + ".bias");
  expect(norm.epsilon >= 0.0, role, "epsilon may not be negative");
}

void checkNorm(const Norm &norm, const std::string &role) {
  checkAnyNorm(norm, role);
  expect(norm.kind != NormKind::Sequence, role,
         "a norm of kind sequence stands behind convolutions only");
}

void checkConvolution(const Convolution &convolution, const std::string &role, int64_t channels) {
  expect(convolution.kernelSize >= 1 && convolution.stride >= 1, role,
         "kernelSize and stride must be 1 or more");
  for (int64_t padding :
       {convolution.padding, convolution.paddingBehind.value_or(convolution.padding)})
    expect(padding >= 0 && padding < convolution.kernelSize, role,
           fmt::format("found kernelSize {} and padding {}, allowed is a padding from 0 to "
                       "kernelSize - 1",
                       convolution.kernelSize, padding));
  int64_t inputs = convolution.kernelSize * channels, outputs = convolution.linear.outputs;
  checkLinear(convolution.linear, role + ".linear", inputs, outputs);
  if (convolution.gate) {
    checkLinear(*convolution.gate, role + ".gate", inputs, outputs);
    expect(convolution.activation.has_value(), role, "a gate needs an activation");
  }
  if (convolution.norm)
    checkAnyNorm(*convolution.norm, role + ".norm");
}

/// Makes `channels` those of the result, and `places` those of its lines.
static void checkGridConvolution(const GridConvolution &convolution, const std::string &role,
                                 int64_t &channels, int64_t &places) {
  int64_t side = convolution.kernelSize;
  expect(side >= 1 && convolution.stride >= 1 && convolution.padding >= 0 &&
             convolution.padding < side,
         role,
         fmt::format("found kernelSize {}, stride {} and padding {}, allowed are 1 or more, and a "
                     "padding from 0 to kernelSize - 1",
                     side, convolution.stride, convolution.padding));
  if (const auto &depthwise = convolution.depthwise) {
    checkReference(depthwise->weight, role + ".depthwise");
    if (depthwise->bias)
      checkReference(*depthwise->bias, role + ".depthwise");
  }
  checkLinear(convolution.linear, role + ".linear",
              convolution.depthwise ? channels : channels * side * side,
              convolution.linear.outputs);
  channels = convolution.linear.outputs;
  places = places + 2 * convolution.padding < side ? 0 : convolution.resultOf(places);
  expect(places >= 1, role, "its lines must be as long as the kernel");
}

static void checkBlock(const ResidualBlock &block, const std::string &role, int64_t inputs,
                       int64_t outputs) {
  int64_t width = block.input.outputs;
  expect(width >= 1, role, "its width must be 1 or more");
  checkLinear(block.input, role + ".input", inputs, width);
  checkLinear(block.output, role + ".output", width, outputs);
  checkLinear(block.skip, role + ".skip", inputs, outputs);
}

void checkFeatures(const Features &features, const std::string &role, int64_t hidden) {
  auto counted = int64_t(features.countedTables.size());
  expect(features.width > counted, role,
         fmt::format("width must be {} or more: a column for each of countedTables, and others",
                     counted + 1));
  expect(counted == 0 || !features.standardization, role,
         "a row with columns of countedTables has no standardization");
  if (features.norm) {
    checkNorm(*features.norm, role + ".norm");
    expect(counted == 0 && !features.standardization && features.gridConvolutions.empty(), role,
           "norm excludes countedTables, standardization and gridConvolutions");
  }
  int64_t channels = features.width - counted;
  if (!features.gridConvolutions.empty()) {
    expect(counted == 0 && !features.standardization, role,
           "gridConvolutions exclude countedTables and standardization");
    expect(!features.gridConvolutions.front().depthwise, role,
           "the first one of gridConvolutions reads lines, and has no depthwise");
    int64_t places = features.width;
    channels = 1;
    for (const GridConvolution &each : features.gridConvolutions)
      checkGridConvolution(each, role + ".gridConvolutions", channels, places);
    channels *= places;
  }
  for (const Convolution &convolution : features.convolutions) {
    checkConvolution(convolution, role + ".convolutions", channels);
    channels = convolution.linear.outputs;
  }
  if (features.block) {
    checkBlock(*features.block, role + ".block", channels, features.block->output.outputs);
    channels = features.block->output.outputs;
  }
  expect(channels == hidden, role,
         fmt::format("ends with rows of {} numbers, but the hidden size is {}", channels, hidden));
  for (const CountedTable &each : features.countedTables) {
    checkReference(each.table, role + ".countedTables");
    expect(each.rowCount >= countedRange.minimum && each.rowCount <= countedRange.maximum,
           role + ".countedTables",
           fmt::format("found {} rows, allowed are {} to {}", each.rowCount, countedRange.minimum,
                       countedRange.maximum));
  }
  expect(counted == 0 || std::ranges::all_of(features.convolutions,
                                             [](const Convolution &each) {
                                               return each.kernelSize == 1 && each.stride == 1;
                                             }),
         role, "countedTables need convolutions that keep the number of rows");
  for (const checkpoints::TensorReference &row : features.leadingRows)
    checkReference(row, role + ".leadingRows");
  for (const checkpoints::TensorReference &row : features.trailingRows)
    checkReference(row, role + ".trailingRows");
}

void checkForecaster(const Forecaster &forecaster, const Description &description) {
  expect(description.hasSource() && description.hasTarget() && !description.classifier,
         "forecaster", "it needs a source and a target side, and no classifier");
  const auto &features = description.source.embedding.features;
  expect(features && features->length == 0 && features->width == 2 * forecaster.patchLength,
         "forecaster",
         fmt::format("its source must be any number of rows of {} numbers: patchLength values, and "
                     "whether they are there",
                     2 * forecaster.patchLength));
  expect(forecaster.contextLength >= 1 && forecaster.horizon >= 1, "forecaster",
         "contextLength and horizon must be 1 or more");
  expect(!forecaster.quantiles.empty() &&
             std::ranges::adjacent_find(forecaster.quantiles, std::greater_equal<>()) ==
                 forecaster.quantiles.end(),
         "forecaster.quantiles", "there must be one or more, rising");
  int64_t vocabulary = description.target.embedding.vocabularySize;
  expect(
      forecaster.startId >= 0 && forecaster.startId < vocabulary, "forecaster.startId",
      fmt::format("found token {}, the target vocabulary has {}", forecaster.startId, vocabulary));
  checkBlock(forecaster.head, "forecaster.head", description.target.hiddenSize,
             int64_t(forecaster.quantiles.size()) * forecaster.horizon);
}

} // namespace transept::frontend
