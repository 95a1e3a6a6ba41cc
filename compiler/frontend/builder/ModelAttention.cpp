// SPDX-License-Identifier: Apache-2.0
//
// The attention of a description as ops: its projections, what happens to queries and keys before
// their scores, masks and biases.

#include "compiler/frontend/builder/ModelWriter.h"
#include "compiler/frontend/description/DescriptionFields.h"

namespace transept::frontend {

using mlir::Type;
using mlir::Value;

Value ModelWriter::headNorm(const std::optional<Norm> &norm, Value input, int64_t headCount,
                            const Node &node) {
  if (!norm)
    return input;
  Value gain = this->gain(*norm, typeOf(input).getWidth() / headCount, node);
  return RmsNormOp::create(builder, location(node), input.getType(), input, gain,
                           number(norm->epsilon), builder.getI64IntegerAttr(headCount));
}

Value ModelWriter::rotary(const std::optional<Rotary> &rotary, Value input, int64_t headCount,
                          const Node &node) {
  if (!rotary)
    return input;
  return RotaryOp::create(
      builder, location(node), input.getType(), input, builder.getI64IntegerAttr(headCount),
      builder.getI64IntegerAttr(rotary->dims), number(rotary->theta),
      rotary->isInterleaved ? builder.getUnitAttr() : mlir::UnitAttr(), number(rotary->factor));
}

Value ModelWriter::maskOfKeys(const Space &query, const Space &key, bool isCausal,
                              const std::optional<Window> &window, const Node &node) {
  auto type = MaskType::get(builder.getContext(), query, key);
  Value padding = PaddingMaskOp::create(builder, location(node.child("padding")), type);
  if (window) {
    Value near = WindowMaskOp::create(builder, location(node.child("window")), type,
                                      window->before.value_or(sizeRange.maximum),
                                      window->after.value_or(sizeRange.maximum));
    padding = CombineMasksOp::create(builder, location(node.child("near")), type, near, padding);
  }
  if (!isCausal)
    return padding;
  Value causal = CausalMaskOp::create(builder, location(node.child("causal")), type);
  return CombineMasksOp::create(builder, location(node), type, causal, padding);
}

llvm::SmallVector<Value> ModelWriter::masksOfVariants(const Attention &attention,
                                                      const Space &space, bool isCausal,
                                                      const Node &node) {
  std::optional<Window> near;
  if (attention.reach)
    near = Window{attention.reach, attention.reach};
  llvm::SmallVector<Value> masks;
  if (attention.variants.empty())
    masks.push_back(maskOfKeys(space, space, isCausal, near, node));
  for (const AttentionVariant &variant : attention.variants)
    masks.push_back(
        maskOfKeys(space, space, isCausal, variant.window ? variant.window : near, node));
  for (Value &mask : masks) {
    if (attention.chunks)
      mask = withinChunks(*attention.chunks, mask, node);
    if (attention.globalTokens)
      mask = withoutGlobalTokens(mask, node);
  }
  return masks;
}

Value ModelWriter::withinChunks(const Chunks &chunks, Value mask, const Node &node) {
  Type type = mask.getType();
  auto size = [&](int64_t count) { return builder.getI64IntegerAttr(count); };
  Value near = ChunkMaskOp::create(builder, location(node.child("chunks")), type, size(chunks.size),
                                   chunks.before ? size(*chunks.before) : mlir::IntegerAttr());
  return CombineMasksOp::create(builder, location(node.child("chunked")), type, near, mask);
}

/// They are seen beside the window.
Value ModelWriter::withoutGlobalTokens(Value mask, const Node &node) {
  Type type = mask.getType();
  Value others = UnrequestedMaskOp::create(builder, location(node.child("unrequested")), type);
  return CombineMasksOp::create(builder, location(node.child("local")), type, mask, others);
}

Value ModelWriter::relativeBias(const BiasOfScores &scores, const Node &node) {
  const RelativeBias &bias = scores.bias;
  Value table = parameter(bias.table, {bias.bucketCount, scores.headCount}, node.child("table"));
  auto type = BiasType::get(builder.getContext(), scores.query, scores.key, scores.headCount);
  return RelativePositionBiasOp::create(
      builder, location(node), type, table, bias.bucketCount, bias.maximumDistance,
      bias.isBidirectional,
      scores.blockSize ? builder.getI64IntegerAttr(scores.blockSize) : mlir::IntegerAttr());
}

Value ModelWriter::scaled(Value weight, double factor, const Node &node) {
  return WeightScaleOp::create(builder, location(node), weight.getType(), weight, number(factor));
}

/// Rows [head * headDim, ...) of what is stored by heads, or of a layer's weight.
static checkpoints::TensorReference partOf(checkpoints::TensorReference tensor, int64_t begin,
                                           int64_t count) {
  tensor.rowBegin += begin;
  tensor.rowCount = count;
  return tensor;
}

Value ModelWriter::headVector(const checkpoints::TensorReference &tensor, int64_t firstHead,
                              int64_t headCount, int64_t headDim, const Node &node) {
  Value stored =
      parameter(partOf(tensor, firstHead, headCount), {headCount, headDim}, node.child("stored"));
  auto type = mlir::RankedTensorType::get({headCount * headDim}, builder.getF32Type());
  return WeightFlattenOp::create(builder, location(node), type, stored);
}

Value ModelWriter::queries(const Attention &attention, Value states, const Node &node) {
  const auto &scores = attention.relativeScores;
  const Linear &query = attention.query;
  if (!scores || !scores->contentBias)
    return linear(query, states, node);
  Node biasNode = node.child("bias");
  Value bias = headVector(*scores->contentBias, 0, attention.headCount, attention.headDim,
                          query.bias ? biasNode.child("content") : biasNode);
  if (query.bias)
    bias = WeightAddOp::create(builder, location(biasNode), bias.getType(),
                               vector(query.bias, query.outputs, biasNode.child("own")), bias);
  Value weight = parameter(query.weight, {query.outputs, query.inputs}, node.child("weight"));
  return linear(weight, bias, states, node);
}

/// The row of each distance, scaled: of one head, or of all where there is a table.
Value ModelWriter::distanceRows(const Attention &attention, int64_t head, const Node &node) {
  const RelativeScores &scores = *attention.relativeScores;
  auto matrix = [&](int64_t rows, int64_t columns) {
    return mlir::RankedTensorType::get({rows, columns}, builder.getF32Type());
  };
  auto type = matrix(scores.distances(), attention.headDim);
  Value rows;
  if (scores.table) {
    rows = parameter(*scores.table, type.getShape(), node.child("table"));
    if (scores.isDescending)
      rows = WeightReverseRowsOp::create(builder, location(node.child("reversed")), type, rows);
  } else {
    const Linear &projection = *scores.projection;
    Value distances = SinusoidOp::create(
        builder, location(node.child("distances")), matrix(scores.distances(), projection.inputs),
        SinusoidKind::Interleaved, builder.getI64IntegerAttr(scores.before));
    Value weight = parameter(partOf(projection.weight, head * attention.headDim, attention.headDim),
                             {attention.headDim, projection.inputs}, node.child("weight"));
    rows = WeightProductOp::create(builder, location(node.child("rows")), type, distances, weight);
  }
  return scaled(rows, attention.scale, node);
}

/// positionBias less what queries have of contentBias already: [headDim]; none where both are.
Value ModelWriter::positionBias(const Attention &attention, int64_t head, const Node &node) {
  const RelativeScores &scores = *attention.relativeScores;
  auto ofHead = [&](const checkpoints::TensorReference &tensor, const Node &part) {
    return headVector(tensor, head, 1, attention.headDim, part);
  };
  Value position, content;
  if (scores.positionBias)
    position = ofHead(*scores.positionBias, node.child("position"));
  if (scores.contentBias)
    content = scaled(ofHead(*scores.contentBias, node.child("content")), -1, node.child("less"));
  if (!position || !content)
    return position ? position : content;
  return WeightAddOp::create(builder, location(node), position.getType(), position, content);
}

Value ModelWriter::relativeScores(const Attention &attention, Value query, const Space &keys,
                                  const Node &node) {
  const RelativeScores &scores = *attention.relativeScores;
  llvm::SmallVector<Value> weights, biases;
  bool isOfEach = scores.projection || scores.positionBias || scores.contentBias;
  for (int64_t head = 0; head < (isOfEach ? attention.headCount : 1); ++head) {
    Node part = node.child("head" + std::to_string(head));
    Value rows = weights.empty() || scores.projection
                     ? distanceRows(attention, head, part.child("weight"))
                     : weights.front();
    if (weights.empty() || scores.projection)
      weights.push_back(rows);
    if (Value bias = positionBias(attention, head, part.child("position_bias")))
      biases.push_back(WeightProductOp::create(
          builder, location(part.child("bias")),
          mlir::RankedTensorType::get({scores.distances()}, builder.getF32Type()), rows, bias));
  }
  const Space &space = spaceOf(query);
  Value numbers =
      HeadLinearOp::create(builder, location(node.child("numbers")),
                           rows(space, attention.headCount * scores.distances()), query, weights,
                           biases, builder.getI64IntegerAttr(attention.headCount));
  auto size = [&](int64_t value) { return builder.getI64IntegerAttr(value); };
  return RelativeScoresOp::create(
      builder, location(node),
      BiasType::get(builder.getContext(), space, keys, attention.headCount), numbers,
      size(scores.before), size(scores.after), /*bucket_count=*/mlir::IntegerAttr(),
      /*maximum_distance=*/mlir::IntegerAttr(), /*bidirectional=*/mlir::UnitAttr(),
      /*ahead=*/mlir::IntegerAttr());
}

Value ModelWriter::bucketBias(const Attention &attention, Value numbers, const Space &keys,
                              int64_t ahead, const Node &node) {
  const BucketScores &scores = *attention.bucketScores;
  auto size = [&](int64_t value) { return builder.getI64IntegerAttr(value); };
  return RelativeScoresOp::create(
      builder, location(node),
      BiasType::get(builder.getContext(), spaceOf(numbers), keys, attention.headCount), numbers,
      /*before=*/mlir::IntegerAttr(), /*after=*/mlir::IntegerAttr(), size(scores.bucketCount),
      size(scores.maximumDistance),
      scores.isBidirectional ? builder.getUnitAttr() : mlir::UnitAttr(),
      ahead != 0 ? size(ahead) : mlir::IntegerAttr());
}

/// Each row's own key and value, beside those of others that it looks at.
ModelWriter::Memory ModelWriter::ownMemory(const Attention &attention, Value states, Value buckets,
                                           const Node &node) {
  Value bias;
  if (buckets)
    bias =
        bucketBias(attention, buckets, spaceOf(states), /*ahead=*/0, node.child("bucket_scores"));
  return {keys(attention, states, /*rotary=*/{}, node),
          linear(attention.value, states, node.child("value")), bias};
}

static bool isOfAllLayers(const RelativeBias &bias) {
  return bias.table.name.find("{layer") == std::string::npos;
}

Value ModelWriter::sharedBias(const Attention &attention, const Space &query, const Space &key,
                              const Node &node) {
  const auto &bias = attention.relativeBias;
  return bias && isOfAllLayers(*bias)
             ? relativeBias({*bias, query, key, attention.headCount}, node.child("relative_bias"))
             : Value();
}

ModelWriter::BiasOfScores ModelWriter::biasOfBlocks(const Attention &attention,
                                                    const Space &space) {
  return {attention.blockSums->bias, space, space.derived("blocks"), attention.headCount,
          attention.blockSums->size};
}

Value ModelWriter::sharedBlockBias(const Attention &attention, const Space &space,
                                   const Node &node) {
  const auto &sums = attention.blockSums;
  return sums && isOfAllLayers(sums->bias)
             ? relativeBias(biasOfBlocks(attention, space), node.child("blocks.relative_bias"))
             : Value();
}

Value ModelWriter::blockSums(const Attention &attention, Value states, const Node &node) {
  RowsType type = rows(spaceOf(states).derived("blocks"), typeOf(states).getWidth());
  Value sums = SumBlocksOp::create(builder, location(node.child("blocks")), type, states,
                                   builder.getI64IntegerAttr(attention.blockSums->size));
  return norm(attention.blockSums->norm, sums, node.child("blocks.norm"));
}

Value ModelWriter::keys(const Attention &attention, Value states,
                        const std::optional<Rotary> &rotary, const Node &node) {
  int64_t heads = attention.keyHeads();
  Value key = linear(attention.key, states, node.child("key"));
  key = headNorm(attention.keyNorm, key, heads, node.child("key_norm"));
  return this->rotary(rotary, key, heads, node.child("key_rotary"));
}

Value ModelWriter::tileBias(const Attention &attention, TilingAttr tiling, const Space &space,
                            const Node &node) {
  if (!attention.tileBias)
    return {};
  Value table = parameter(*attention.tileBias, {attention.tilePlaces(), attention.headCount},
                          node.child("table"));
  auto type = BiasType::get(builder.getContext(), space, space, attention.headCount);
  return TilePositionBiasOp::create(builder, location(node), type, table, tiling);
}

Value ModelWriter::tileAttention(const Attention &attention, const AttentionVariant &variant,
                                 const Grid &grid, Value states, const Node &node) {
  const auto [side, shift] = *variant.tiles;
  auto tiling = TilingAttr::get(builder.getContext(), grid.height, grid.width, side, shift);
  const Space space =
      spaceOf(states).derived(shift == 0 ? "tiles" : "shifted" + std::to_string(shift));
  Value tiles = TileRowsOp::create(builder, location(node.child("tiles")),
                                   rows(space, typeOf(states).getWidth()), states, tiling);
  Value query = linear(attention.query, tiles, node.child("query"));
  Value key = linear(attention.key, tiles, node.child("key"));
  Value value = linear(attention.value, tiles, node.child("value"));
  int64_t width = attention.headCount * attention.headDim;
  auto keyHeadCount = attention.keyHeadCount ? builder.getI64IntegerAttr(attention.keyHeads())
                                             : mlir::IntegerAttr();
  Value mixed = SelfAttentionOp::create(
      builder, location(node), rows(space, width), query, key, value, /*mask=*/Value(),
      tileBias(attention, tiling, space, node.child("tile_bias")),
      builder.getI64IntegerAttr(attention.headCount), number(attention.scale), keyHeadCount,
      attention.softCap ? number(*attention.softCap) : mlir::FloatAttr());
  Value result = UntileRowsOp::create(builder, location(node.child("grid")),
                                      rows(spaceOf(states), width), mixed, tiling);
  return linear(attention.output, result, node.child("output"));
}

Value ModelWriter::attention(const Attention &attention, const AttentionVariant &variant,
                             Value states, const AttentionInputs &inputs, const Node &node) {
  int64_t heads = attention.headCount;
  Value query = queries(attention, states, node.child("query"));
  query = headNorm(attention.queryNorm, query, heads, node.child("query_norm"));
  query = rotary(variant.rotary, query, heads, node.child("query_rotary"));
  Value key = keys(attention, inputs.keyStates, variant.rotary, node);
  Value value = linear(attention.value, inputs.keyStates, node.child("value"));
  Value bias = inputs.sharedBias;
  if (attention.relativeBias && !bias)
    bias =
        relativeBias({*attention.relativeBias, spaceOf(states), spaceOf(inputs.keyStates), heads},
                     node.child("relative_bias"));
  const Space &keySpace = spaceOf(inputs.keyStates);
  if (attention.relativeScores)
    bias = relativeScores(attention, query, keySpace, node.child("relative_scores"));
  Value buckets;
  if (attention.bucketScores) {
    Node part = node.child("bucket_scores");
    buckets = linear(attention.bucketScores->linear, states, part.child("numbers"));
    bias = bucketBias(attention, buckets, keySpace, /*ahead=*/inputs.predicts ? 1 : 0, part);
  }
  RowsType type = rows(spaceOf(states), heads * attention.headDim);
  auto headCount = builder.getI64IntegerAttr(heads);
  auto keyHeadCount = attention.keyHeadCount ? builder.getI64IntegerAttr(attention.keyHeads())
                                             : mlir::IntegerAttr();
  mlir::FloatAttr scale = number(attention.scale);
  mlir::FloatAttr softCap = attention.softCap ? number(*attention.softCap) : mlir::FloatAttr();
  Value result;
  auto memory = inputs.predicts ? ownMemory(attention, states, buckets, node.child("own"))
                                : this->memory(attention, states, {key, value}, inputs, node);
  if (memory) {
    result = MergedAttentionOp::create(builder, location(node), type, /*weights=*/Type(), query,
                                       key, value, memory->key, memory->value, inputs.mask, bias,
                                       memory->bias, headCount, scale, keyHeadCount, softCap)
                 .getResult();
  } else if (spaceOf(states) == spaceOf(inputs.keyStates)) {
    result = SelfAttentionOp::create(builder, location(node), type, query, key, value, inputs.mask,
                                     bias, headCount, scale, keyHeadCount, softCap);
  } else {
    result =
        CrossAttentionOp::create(builder, location(node), type, /*weights=*/Type(), query, key,
                                 value, inputs.mask, bias, headCount, scale, keyHeadCount, softCap)
            .getResult();
  }
  if (attention.globalTokens)
    result = globalAttention(attention, states, result, node.child("global"));
  return linear(attention.output, result, node.child("output"));
}

std::optional<ModelWriter::Memory> ModelWriter::memory(const Attention &attention, Value states,
                                                       const KeysAndValues &own,
                                                       const AttentionInputs &inputs,
                                                       const Node &node) {
  if (attention.globalTokens) {
    Node global = node.child("global");
    return Memory{requested(own.keys, global.child("seen_keys")),
                  requested(own.values, global.child("seen_values"))};
  }
  if (!inputs.memory && !attention.blockSums)
    return std::nullopt;
  Node part = node.child(inputs.memory ? "memory" : "blocks");
  Value rows = inputs.memory ? inputs.memory : blockSums(attention, states, node);
  Value bias = inputs.sharedBlockBias;
  if (attention.blockSums && !bias)
    bias = relativeBias(biasOfBlocks(attention, spaceOf(states)), part.child("relative_bias"));
  return Memory{keys(attention, rows, /*rotary=*/{}, part),
                linear(attention.value, rows, part.child("value")), bias};
}

Value ModelWriter::requested(Value input, const Node &node) {
  RowsType type = rows(spaceOf(input).requested(), typeOf(input).getWidth());
  return RequestedRowsOp::create(builder, location(node), type, input);
}

/// What global tokens see takes the place of what others see in their rows.
Value ModelWriter::globalAttention(const Attention &attention, Value states, Value others,
                                   const Node &node) {
  const GlobalTokens &global = *attention.globalTokens;
  Value query = linear(global.query, requested(states, node.child("tokens")), node.child("query"));
  Value key = linear(global.key, states, node.child("key"));
  Value value = linear(global.value, states, node.child("value"));
  Value seen = CrossAttentionOp::create(
                   builder, location(node), rows(spaceOf(query), typeOf(others).getWidth()),
                   /*weights=*/Type(), query, key, value, /*mask=*/Value(), /*bias=*/Value(),
                   builder.getI64IntegerAttr(attention.headCount), number(attention.scale),
                   attention.keyHeadCount ? builder.getI64IntegerAttr(attention.keyHeads())
                                          : mlir::IntegerAttr(),
                   attention.softCap ? number(*attention.softCap) : mlir::FloatAttr())
                   .getResult();
  return ReplaceRequestedOp::create(builder, location(node.child("rows")), others.getType(), others,
                                    seen);
}

} // namespace transept::frontend
