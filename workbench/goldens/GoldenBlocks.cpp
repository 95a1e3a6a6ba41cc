// SPDX-License-Identifier: Apache-2.0
//
// Blocks through the function that generated headers offer.

#include "workbench/goldens/GoldenBlocks.h"
#include "base/Error.h"

#include "transept/padded.h"

#include <fmt/format.h>

#include <cstring>
#include <memory>

namespace transept::workbench {

namespace {

struct BlockInputs {
  PaddedShape shape;
  FloatTensor targets, sources;
  std::unique_ptr<bool[]> mask; // null: no padding
};

struct BlockOutputs {
  std::vector<float> states, weights;
};

BlockInputs readInputs(const Model &model, const Goldens &goldens, const GoldenCase &golden) {
  BlockInputs inputs;
  for (const auto &[name, tensor] : golden.inputs) {
    if (name == "decoder_states") {
      inputs.targets = goldens.floats(tensor);
    } else if (name == "encoder_output") {
      inputs.sources = goldens.floats(tensor);
    } else if (name == "encoder_padding_mask") {
      IntegerTable mask = goldens.integers(tensor);
      inputs.mask = std::make_unique<bool[]>(mask.values.size());
      std::copy(mask.values.begin(), mask.values.end(), inputs.mask.get());
    } else {
      throw InputError(fmt::format("input {} is not known", name));
    }
  }
  const std::vector<int64_t> &targets = inputs.targets.shape, &sources = inputs.sources.shape;
  if (targets.size() != 3 || sources.size() != 3 || targets[0] != sources[0] ||
      size_t(targets[2]) != model.targetFeatureWidth() ||
      size_t(sources[2]) != model.sourceFeatureWidth())
    throw InputError(fmt::format(
        "decoder_states {} and encoder_output {} are not batches of rows of {} and {} numbers",
        checkpoints::formatShape(targets), checkpoints::formatShape(sources),
        model.targetFeatureWidth(), model.sourceFeatureWidth()));
  inputs.shape = {size_t(targets[0]), size_t(targets[1]), size_t(sources[1])};
  return inputs;
}

/// Rows [first, first + count) of the batch.
BlockOutputs run(const Model &model, const BlockInputs &inputs, size_t first, size_t count) {
  PaddedShape shape = inputs.shape;
  shape.batch = count;
  const transept_model_table &table = model.table();
  if (table.returned_attention_count == 0)
    throw InputError("the model returns no attention weights");
  size_t heads =
      table.returned_attention[0].is_averaged ? 1 : detail::crossAttentionHeads(table, 0);
  size_t targetNumbers = shape.targetRows * model.targetFeatureWidth();
  BlockOutputs outputs;
  outputs.states.resize(count * shape.targetRows * table.target_state_width);
  outputs.weights.resize(count * heads * shape.targetRows * shape.sourceRows);
  transformPadded(model, shape, inputs.targets.values.data() + first * targetNumbers,
                  inputs.sources.values.data() +
                      first * shape.sourceRows * model.sourceFeatureWidth(),
                  inputs.mask ? inputs.mask.get() + first * shape.sourceRows : nullptr,
                  outputs.states.data(), outputs.weights.data());
  return outputs;
}

} // namespace

bool isBlockCase(const GoldenCase &golden) {
  return golden.inputs.contains("decoder_states");
}

void checkBlock(const Model &model, const Goldens &goldens, const GoldenCase &golden,
                const Tolerances &tolerances, CaseResult &result) {
  BlockInputs inputs = readInputs(model, goldens, golden);
  BlockOutputs batch = run(model, inputs, 0, inputs.shape.batch), alone;
  for (size_t row = 0; row < inputs.shape.batch; ++row) {
    BlockOutputs single = run(model, inputs, row, 1);
    alone.states.insert(alone.states.end(), single.states.begin(), single.states.end());
    alone.weights.insert(alone.weights.end(), single.weights.begin(), single.weights.end());
  }
  auto isSame = [](const std::vector<float> &left, const std::vector<float> &right) {
    return left.size() == right.size() &&
           std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) == 0;
  };
  result.sameBitsAlone = isSame(batch.states, alone.states) && isSame(batch.weights, alone.weights);
  for (const auto &[name, tensor] : golden.outputs) {
    if (name == "states")
      result.comparisons.push_back(compareTensors(name, goldens.floats(tensor).values, batch.states,
                                                  tolerances.targetOutputs));
    else if (name == "attention_weights")
      result.comparisons.push_back(
          compareTensors(name, goldens.floats(tensor).values, batch.weights, tolerances.attention));
    else
      result.notCompared.push_back(name);
  }
  if (result.comparisons.empty())
    throw InputError("none of its outputs can be compared");
}

} // namespace transept::workbench
