// SPDX-License-Identifier: Apache-2.0
//
// The walk over a description's tensors, and the check of a checkpoint against it.

#include "compiler/frontend/description/DescriptionTensors.h"

#include "base/Error.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::frontend {

namespace {

class Walk {
public:
  std::vector<TensorUse> uses;

  void stack(const Stack &stack, const std::string &role) {
    hidden = stack.stages.empty() ? stack.hiddenSize : stack.stages.front().hiddenSize;
    layer = 0;
    embedding(stack.embedding, role + ".embedding");
    if (stack.tower)
      tower(*stack.tower, role + ".tower");
    for (const Stage &each : stack.stages)
      stage(each, role + ".stages");
    hidden = stack.hiddenSize;
    for (layer = 0; layer < stack.layerCount; ++layer) {
      for (const Sublayer &each : stack.sublayers)
        sublayer(each, role + ".sublayers");
      if (stack.layerNorm)
        norm(*stack.layerNorm, role + ".layerNorm");
      if (!stack.sublayers.empty())
        continue;
      if (const auto &recurrence = stack.recurrence) {
        linear(recurrence->gate, role + ".recurrence.gate");
        linear(recurrence->value, role + ".recurrence.value");
        norm(recurrence->norm, role + ".recurrence.norm");
      } else {
        attention(stack.selfAttention, role + ".selfAttention");
      }
      if (stack.crossAttention)
        attention(*stack.crossAttention, role + ".crossAttention");
      feedForward(stack.feedForward, role + ".feedForward");
    }
    layer = 0;
    if (stack.adapter)
      adapter(*stack.adapter, role + ".adapter");
    if (stack.finalNorm)
      norm(*stack.finalNorm, role + ".finalNorm");
    if (const auto &stream = stack.predictStream) {
      add(stream->embedding, role + ".predictStream.embedding", {1, hidden});
      const Positions &positions = stack.embedding.positions;
      add(stream->positions, role + ".predictStream.positions",
          {positions.length + positions.offset, hidden});
    }
  }

  void logits(const Logits &logits, int64_t hiddenSize, int64_t width) {
    hidden = hiddenSize;
    if (const auto &transform = logits.transform) {
      linear(transform->linear, "logits.transform.linear");
      if (transform->norm)
        norm(*transform->norm, "logits.transform.norm");
    }
    add(logits.weight, "logits.weight", {width, hidden});
    if (logits.bias)
      addWithOnes(*logits.bias, "logits.bias", {width});
  }

  void block(const ResidualBlock &block, const std::string &role) {
    linear(block.input, role + ".input");
    linear(block.output, role + ".output");
    linear(block.skip, role + ".skip");
  }

  void linear(const Linear &linear, const std::string &role, int64_t kernelSize = 0) {
    add(linear.weight, role + ".weight", {linear.outputs, linear.inputs});
    uses.back().kernelSize = kernelSize;
    if (linear.bias)
      add(*linear.bias, role + ".bias", {linear.outputs});
  }

  void positionTable(const Positions &positions, const std::string &role, int64_t width) {
    if (positions.table)
      addWithOnes(*positions.table, role + ".table", {positions.length + positions.offset, width});
  }

private:
  int64_t hidden = 0, layer = 0;

  void stage(const Stage &stage, const std::string &role) {
    hidden = stage.hiddenSize;
    for (layer = 0; layer < stage.layerCount; ++layer) {
      attention(stage.selfAttention, role + ".selfAttention");
      feedForward(stage.feedForward, role + ".feedForward");
    }
    layer = 0;
    norm(stage.reductionNorm, role + ".reductionNorm", 4 * hidden);
    linear(stage.reduction, role + ".reduction");
  }

  void adapter(const Adapter &adapter, const std::string &role) {
    feedForward(adapter.feedForward, role + ".feedForward");
    for (layer = 0; layer < adapter.layerCount; ++layer) {
      const AdapterLayer &each = *adapter.layer;
      norm(each.residualNorm, role + ".layer.residualNorm");
      convolution(each.residual, role + ".layer.residual");
      convolution(each.input, role + ".layer.input");
      attention(each.attention, role + ".layer.attention");
      feedForward(each.feedForward, role + ".layer.feedForward");
    }
    layer = 0;
  }

  void convolution(const Convolution &convolution, const std::string &role) {
    linear(convolution.linear, role + ".linear", convolution.kernelSize);
    if (convolution.gate)
      linear(*convolution.gate, role + ".gate", convolution.kernelSize);
    if (convolution.norm)
      norm(*convolution.norm, role + ".norm", convolution.linear.outputs);
  }

  void sublayer(const Sublayer &sublayer, const std::string &role) {
    if (sublayer.attention)
      attention(*sublayer.attention, role + ".attention");
    if (sublayer.feedForward)
      feedForward(*sublayer.feedForward, role + ".feedForward");
    if (sublayer.mixer)
      mixer(*sublayer.mixer, role + ".mixer");
  }

  void mixer(const RowMixer &mixer, const std::string &role) {
    linear(mixer.input, role + ".input", /*kernelSize=*/1);
    linear(mixer.gate, role + ".gate", /*kernelSize=*/1);
    depthwise(mixer.depthwise, role + ".depthwise", mixer.input.outputs);
    linear(mixer.output, role + ".output", /*kernelSize=*/1);
    norm(mixer.norm, role + ".norm");
  }

  void depthwise(const DepthwiseConvolution &convolution, const std::string &role, int64_t width) {
    add(convolution.weight, role + ".weight", {width, convolution.kernelSize});
    uses.back().kernelSize = convolution.kernelSize;
    if (convolution.bias)
      add(*convolution.bias, role + ".bias", {width});
    if (const auto &norm = convolution.norm) {
      add(norm->gain, role + ".norm.gain", {width});
      add(norm->bias, role + ".norm.bias", {width});
      add(norm->mean, role + ".norm.mean", {width});
      add(norm->variance, role + ".norm.variance", {width});
    }
    if (convolution.rowNorm)
      norm(*convolution.rowNorm, role + ".rowNorm", width);
  }

  /// `hidden` is the stack's.
  void tower(const ImageTower &tower, const std::string &role) {
    const int64_t stackWidth = hidden;
    for (const ImageStage &each : tower.stages) {
      linear(each.linear, role + ".stages.linear", /*kernelSize=*/1);
      hidden = each.linear.outputs;
      norm(each.norm, role + ".stages.norm",
           each.isNormBefore ? each.linear.inputs / (each.kernelSize * each.kernelSize) : hidden);
      for (layer = 0; layer < each.layerCount; ++layer) {
        imageBlock(each.tiles, role + ".stages.tiles");
        imageBlock(each.channels, role + ".stages.channels");
      }
      layer = 0;
    }
    add(tower.columnPositions, role + ".columnPositions",
        {tower.positionCount, hidden - hidden / 2});
    add(tower.linePositions, role + ".linePositions", {tower.positionCount, hidden / 2});
    hidden = stackWidth;
    linear(tower.projection, role + ".projection");
    norm(tower.norm, role + ".norm");
    add(tower.promptTable, role + ".promptTable", {tower.promptVocabularySize, hidden});
  }

  void imageBlock(const ImageBlock &block, const std::string &role) {
    channelConvolution(block.first, role + ".first");
    attention(block.attention, role + ".attention");
    channelConvolution(block.second, role + ".second");
    feedForward(block.feedForward, role + ".feedForward");
  }

  void channelConvolution(const ChannelConvolution &convolution, const std::string &role) {
    add(convolution.weight, role + ".weight", {hidden, 9});
    uses.back().kernelSize = 1; // [channels, 1, 3, 3]
    add(convolution.bias, role + ".bias", {hidden});
  }

  void feedForward(const FeedForward &feedForward, const std::string &role) {
    linear(feedForward.input, role + ".input");
    if (feedForward.gate)
      linear(*feedForward.gate, role + ".gate");
    linear(feedForward.output, role + ".output");
    norm(feedForward.norm, role + ".norm");
    if (feedForward.postNorm)
      norm(*feedForward.postNorm, role + ".postNorm");
  }

  void add(const checkpoints::TensorReference &reference, const std::string &role,
           std::vector<int64_t> shape) {
    uses.push_back({role, reference, layer, std::move(shape)});
    // Marian stores vectors as matrices of one row.
    uses.back().mayHaveLeadingOnes = uses.back().shape.size() == 1;
  }

  void addWithOnes(const checkpoints::TensorReference &reference, const std::string &role,
                   std::vector<int64_t> shape) {
    add(reference, role, std::move(shape));
    uses.back().mayHaveLeadingOnes = true;
  }

  /// A vector, or a row of a table.
  void addRow(const checkpoints::TensorReference &row, const std::string &role) {
    if (row.rowCount == 1)
      return add(row, role, {1, hidden});
    addWithOnes(row, role, {hidden});
  }

  void norm(const Norm &norm, const std::string &role) { this->norm(norm, role, hidden); }

  void norm(const Norm &norm, const std::string &role, int64_t width) {
    add(norm.gain, role + ".gain", {width});
    if (norm.bias)
      add(*norm.bias, role + ".bias", {width});
  }

  void gridLinear(const GridConvolution &convolution, const std::string &role) {
    size_t first = uses.size();
    linear(convolution.linear, role, convolution.depthwise ? 1 : convolution.kernelSize);
    uses[first].isOfGrid = true;
  }

  void features(const Features &features, const std::string &role) {
    int64_t channels = 1;
    for (const GridConvolution &each : features.gridConvolutions) {
      int64_t side = each.kernelSize;
      if (const auto &depthwise = each.depthwise) {
        add(depthwise->weight, role + ".gridConvolutions.depthwise.weight",
            {channels, side * side});
        uses.back().kernelSize = side;
        uses.back().isOfGrid = true;
        if (depthwise->bias)
          add(*depthwise->bias, role + ".gridConvolutions.depthwise.bias", {channels});
      }
      gridLinear(each, role + ".gridConvolutions.linear");
      channels = each.linear.outputs;
    }
    if (features.norm)
      norm(*features.norm, role + ".norm", features.width);
    for (const Convolution &each : features.convolutions)
      convolution(each, role + ".convolutions");
    for (const CountedTable &each : features.countedTables)
      add(each.table, role + ".countedTables", {each.rowCount, hidden});
    if (features.block)
      block(*features.block, role + ".block");
    for (const checkpoints::TensorReference &row : features.leadingRows)
      addRow(row, role + ".leadingRows");
    for (const checkpoints::TensorReference &row : features.trailingRows)
      addRow(row, role + ".trailingRows");
  }

  void embedding(const Embedding &embedding, const std::string &role) {
    if (embedding.weight)
      add(*embedding.weight, role + ".weight", {embedding.vocabularySize, hidden});
    if (embedding.features)
      features(*embedding.features, role + ".features");
    if (embedding.segment)
      add(*embedding.segment, role + ".segment", {1, hidden});
    positionTable(embedding.positions, role + ".positions", hidden);
    if (embedding.norm)
      norm(*embedding.norm, role + ".norm");
  }

  void relativeScores(const RelativeScores &scores, const Attention &attention,
                      const std::string &role) {
    if (scores.table)
      add(*scores.table, role + ".table", {scores.distances(), attention.headDim});
    if (scores.projection)
      linear(*scores.projection, role + ".projection");
    for (auto [bias, name] : {std::pair(&scores.contentBias, ".contentBias"),
                              std::pair(&scores.positionBias, ".positionBias")})
      if (*bias)
        add(**bias, role + name, {attention.headCount, attention.headDim});
  }

  void attention(const Attention &attention, const std::string &role) {
    linear(attention.query, role + ".query");
    linear(attention.key, role + ".key");
    linear(attention.value, role + ".value");
    linear(attention.output, role + ".output");
    if (const auto &bias = attention.relativeBias)
      add(bias->table, role + ".relativeBias.table", {bias->bucketCount, attention.headCount});
    if (const auto &scores = attention.relativeScores)
      relativeScores(*scores, attention, role + ".relativeScores");
    if (const auto &scores = attention.bucketScores)
      linear(scores->linear, role + ".bucketScores.linear");
    if (const auto &sums = attention.blockSums) {
      norm(sums->norm, role + ".blockSums.norm");
      add(sums->bias.table, role + ".blockSums.bias.table",
          {sums->bias.bucketCount, attention.headCount});
    }
    if (const auto &globals = attention.globalTokens) {
      linear(globals->query, role + ".globalTokens.query");
      linear(globals->key, role + ".globalTokens.key");
      linear(globals->value, role + ".globalTokens.value");
    }
    if (attention.tileBias)
      add(*attention.tileBias, role + ".tileBias", {attention.tilePlaces(), attention.headCount});
    norm(attention.norm, role + ".norm");
    if (attention.postNorm)
      norm(*attention.postNorm, role + ".postNorm");
    if (attention.queryNorm)
      norm(*attention.queryNorm, role + ".queryNorm", attention.headDim);
    if (attention.keyNorm)
      norm(*attention.keyNorm, role + ".keyNorm", attention.headDim);
  }
};

/// Whether a matrix of this shape may be `use`'s weight: ranks above 2 are convolutions'.
bool hasRankOf(const TensorUse &use, const std::vector<int64_t> &shape) {
  if (use.kernelSize > 1)
    return shape.size() == (use.isOfGrid ? 4 : 3) && shape.back() == use.kernelSize &&
           shape[2] == use.kernelSize;
  if (shape.size() == 2 || use.kernelSize == 0)
    return shape.size() == 2;
  return shape.size() == 3 ? shape[2] == 1 : shape.size() == 4 && shape[2] == shape[3];
}

bool fits(const TensorUse &use, const checkpoints::TensorInfo &info) {
  std::vector<int64_t> shape = info.shape;
  while (use.mayHaveLeadingOnes && shape.size() > use.shape.size() && shape.front() == 1)
    shape.erase(shape.begin());
  if (use.shape.size() == 2)
    return hasRankOf(use, shape) && checkpoints::referenceShape(use.reference, info) ==
                                        checkpoints::MatrixShape{use.shape[0], use.shape[1]};
  if (shape.size() != 1 || use.reference.rowCount == 0)
    return shape == use.shape;
  // A part of a vector counts elements.
  return use.shape[0] == use.reference.rowCount &&
         use.reference.rowBegin <= shape[0] - use.reference.rowCount;
}

/// The shape that `use` needs, as it is stored.
std::string neededShape(const TensorUse &use) {
  std::vector<int64_t> shape = use.shape;
  int64_t side = use.kernelSize;
  if (side > 1 && shape.size() == 2 && use.isOfGrid)
    shape = {shape[0], shape[1] / (side * side), side, side};
  else if (side > 1 && shape.size() == 2)
    shape = {shape[0], shape[1] / side, side};
  if (use.reference.isTransposed)
    std::reverse(shape.begin(), shape.end());
  return checkpoints::formatShape(shape);
}

std::string originOf(const TensorUse &use, const ShapeOrigins &origins) {
  for (const auto &[prefix, fields] : origins)
    if (use.role.starts_with(prefix))
      return fmt::format(" (from {})", fields);
  return "";
}

} // namespace

std::vector<TensorUse> listTensors(const Description &description) {
  Walk walk;
  if (description.hasSource())
    walk.stack(description.source, "source");
  walk.positionTable(description.memoryPositions, "memoryPositions", description.source.hiddenSize);
  if (description.projection)
    walk.linear(*description.projection, "projection");
  if (description.hasTarget()) {
    walk.stack(description.target, "target");
    if (description.forecaster)
      walk.block(description.forecaster->head, "forecaster.head");
    else
      walk.logits(description.logits, description.target.hiddenSize, description.logitsWidth());
  }
  return std::move(walk.uses);
}

void checkTensors(const Description &description, const checkpoints::Checkpoint &checkpoint,
                  const ShapeOrigins &origins) {
  for (const TensorUse &use : listTensors(description)) {
    std::string name = checkpoints::layerName(use.reference.name, use.layer);
    const checkpoints::TensorInfo *info = checkpoint.find(name);
    if (!info)
      throw InputError(fmt::format("{}: there is no tensor '{}', which {} needs as {}{}",
                                   checkpoint.directory(), name, use.role, neededShape(use),
                                   originOf(use, origins)));
    if (!info->isWeight())
      throw InputError(fmt::format("{}: tensor '{}' is {}, weights may be {}", info->file, name,
                                   checkpoints::elementTypeName(info->type),
                                   checkpoints::weightTypeNames()));
    if (!fits(use, *info))
      throw InputError(fmt::format("{}: tensor '{}' has shape {}, but {} needs {}{}", info->file,
                                   name, checkpoints::formatShape(info->shape), use.role,
                                   neededShape(use), originOf(use, origins)));
  }
}

} // namespace transept::frontend
