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
  if (attention.globalTokens)
    for (Value &mask : masks)
      mask = withoutGlobalTokens(mask, node);
  return masks;
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
  Value query = linear(attention.query, states, node.child("query"));
  query = headNorm(attention.queryNorm, query, heads, node.child("query_norm"));
  query = rotary(variant.rotary, query, heads, node.child("query_rotary"));
  Value key = keys(attention, inputs.keyStates, variant.rotary, node);
  Value value = linear(attention.value, inputs.keyStates, node.child("value"));
  Value bias = inputs.sharedBias;
  if (attention.relativeBias && !bias)
    bias =
        relativeBias({*attention.relativeBias, spaceOf(states), spaceOf(inputs.keyStates), heads},
                     node.child("relative_bias"));
  RowsType type = rows(spaceOf(states), heads * attention.headDim);
  auto headCount = builder.getI64IntegerAttr(heads);
  auto keyHeadCount = attention.keyHeadCount ? builder.getI64IntegerAttr(attention.keyHeads())
                                             : mlir::IntegerAttr();
  mlir::FloatAttr scale = number(attention.scale);
  mlir::FloatAttr softCap = attention.softCap ? number(*attention.softCap) : mlir::FloatAttr();
  Value result;
  if (auto memory = this->memory(attention, states, {key, value}, inputs, node)) {
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
