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
  if (attention.variants.empty())
    return {maskOfKeys(space, space, isCausal, near, node)};
  llvm::SmallVector<Value> masks;
  for (const AttentionVariant &variant : attention.variants)
    masks.push_back(
        maskOfKeys(space, space, isCausal, variant.window ? variant.window : near, node));
  return masks;
}

Value ModelWriter::relativeBias(const Attention &attention, const Space &query, const Space &key,
                                const Node &node) {
  const RelativeBias &bias = *attention.relativeBias;
  Value table = parameter(bias.table, {bias.bucketCount, attention.headCount}, node.child("table"));
  auto type = BiasType::get(builder.getContext(), query, key, attention.headCount);
  return RelativePositionBiasOp::create(builder, location(node), type, table, bias.bucketCount,
                                        bias.maximumDistance, bias.isBidirectional);
}

Value ModelWriter::sharedBias(const Attention &attention, const Space &query, const Space &key,
                              const Node &node) {
  bool isShared = attention.relativeBias &&
                  attention.relativeBias->table.name.find("{layer") == std::string::npos;
  return isShared ? relativeBias(attention, query, key, node.child("relative_bias")) : Value();
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
    bias = relativeBias(attention, spaceOf(states), spaceOf(inputs.keyStates),
                        node.child("relative_bias"));
  RowsType type = rows(spaceOf(states), heads * attention.headDim);
  auto headCount = builder.getI64IntegerAttr(heads);
  auto keyHeadCount = attention.keyHeadCount ? builder.getI64IntegerAttr(attention.keyHeads())
                                             : mlir::IntegerAttr();
  mlir::FloatAttr scale = number(attention.scale);
  mlir::FloatAttr softCap = attention.softCap ? number(*attention.softCap) : mlir::FloatAttr();
  Value result;
  if (inputs.memory) {
    Node memory = node.child("memory");
    Value memoryKey = keys(attention, inputs.memory, /*rotary=*/{}, memory);
    Value memoryValue = linear(attention.value, inputs.memory, memory.child("value"));
    result = MergedAttentionOp::create(builder, location(node), type, /*weights=*/Type(), query,
                                       key, value, memoryKey, memoryValue, inputs.mask, bias,
                                       headCount, scale, keyHeadCount, softCap)
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
  return linear(attention.output, result, node.child("output"));
}

} // namespace transept::frontend
