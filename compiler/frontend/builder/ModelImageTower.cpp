// SPDX-License-Identifier: Apache-2.0
//
// From the lines of an image, and the ids of a prompt behind them, to the first rows of a stack.

#include "compiler/frontend/builder/ModelWriter.h"

namespace transept::frontend {

using mlir::RankedTensorType;
using mlir::Value;

Value ModelWriter::channelAttention(const Attention &attention, Value states, const Node &node) {
  Value query = linear(attention.query, states, node.child("query"));
  Value key = linear(attention.key, states, node.child("key"));
  Value value = linear(attention.value, states, node.child("value"));
  Value mixed = ChannelAttentionOp::create(builder, location(node), query.getType(), query, key,
                                           value, builder.getI64IntegerAttr(attention.headCount));
  return linear(attention.output, mixed, node.child("output"));
}

Value ModelWriter::imageBlock(const ImageBlock &block, const Grid &grid, Value states,
                              const Node &node, llvm::function_ref<Value(Value)> attention) {
  auto integer = [&](int64_t value) { return builder.getI64IntegerAttr(value); };
  auto addConvolved = [&](const ChannelConvolution &convolution, const Node &part) {
    int64_t width = typeOf(states).getWidth();
    Value change = DepthwiseConvolutionOp::create(
        builder, location(part), states.getType(), states,
        parameter(convolution.weight, {width, 9}, part.child("weight")),
        vector(convolution.bias, width, part.child("bias")), integer(3), integer(1), integer(1),
        /*padding_behind=*/mlir::IntegerAttr(), integer(grid.width),
        /*activation=*/ActivationKindAttr());
    states = AddOp::create(builder, location(part.child("sum")), states.getType(), states, change);
  };
  addConvolved(block.first, node.child("first"));
  states = residual({NormPlacement::Pre, block.attention.norm, block.attention.postNorm}, states,
                    node.child("attention"), attention);
  addConvolved(block.second, node.child("second"));
  Node feed = node.child("feed_forward");
  return residual({NormPlacement::Pre, block.feedForward.norm, block.feedForward.postNorm}, states,
                  feed, [&](Value input) { return feedForward(block.feedForward, input, feed); });
}

Value ModelWriter::imageStage(const ImageStage &stage, const Grid &before, const Space &space,
                              Value states, const Node &node) {
  auto integer = [&](int64_t value) { return builder.getI64IntegerAttr(value); };
  if (stage.isNormBefore)
    states = norm(stage.norm, states, node.child("norm"));
  Value windows = GridWindowsOp::create(
      builder, location(node.child("windows")), rows(space, stage.linear.inputs), states,
      integer(stage.kernelSize), integer(stage.stride), integer(stage.padding),
      integer(before.width), integer(before.height));
  states = linear(stage.linear, windows, node.child("linear"));
  if (!stage.isNormBefore)
    states = norm(stage.norm, states, node.child("norm"));
  for (int64_t index = 0; index < stage.layerCount; ++index) {
    Node layer{node.name + ".layers." + std::to_string(index), index};
    Node tiles = layer.child("tiles"), channels = layer.child("channels");
    const AttentionVariant inTiles{.tiles = Tiles{stage.tileSide, 0}};
    states = imageBlock(stage.tiles, stage.grid, states, tiles, [&](Value input) {
      return tileAttention(stage.tiles.attention, inTiles, stage.grid, input,
                           tiles.child("attention"));
    });
    states = imageBlock(stage.channels, stage.grid, states, channels, [&](Value input) {
      return channelAttention(stage.channels.attention, input, channels.child("attention"));
    });
  }
  return states;
}

/// A place's row of a table of columns, then its line's, and the row of the only image in time.
Value ModelWriter::withPlaces(const ImageTower &tower, Value states, const Node &node) {
  const Grid &grid = tower.stages.back().grid;
  int64_t width = typeOf(states).getWidth(), lines = width / 2;
  auto matrix = [&](int64_t rowCount, int64_t columns) {
    return RankedTensorType::get({rowCount, columns}, builder.getF32Type());
  };
  Value columnTable =
      parameter(tower.columnPositions, {tower.positionCount, width - lines}, node.child("columns"));
  Value lineTable =
      parameter(tower.linePositions, {tower.positionCount, lines}, node.child("lines"));
  Value table = WeightGridOp::create(builder, location(node.child("grid")),
                                     matrix(grid.height * grid.width, width), columnTable,
                                     lineTable, builder.getI64IntegerAttr(grid.width));
  Value first = SinusoidOp::create(builder, location(node.child("time")), matrix(1, width),
                                   SinusoidKind::Interleaved);
  table =
      WeightAddRowOp::create(builder, location(node.child("table")), table.getType(), table, first);
  Value places = PositionEmbeddingOp::create(builder, location(node), states.getType(), states,
                                             table, /*offset=*/0);
  return AddOp::create(builder, location(node.child("sum")), states.getType(), states, places);
}

Value ModelWriter::imageTower(const ImageTower &tower, Value input, const Node &node) {
  const Space source = Space::source();
  Node prompt = node.child("prompt");
  int64_t lineWidth = typeOf(input).getWidth();
  auto lines = builder.getI64IntegerAttr(tower.pixels.height);
  Value states = FirstRowsOp::create(builder, location(node.child("lines")),
                                     rows(source.derived("lines"), lineWidth), input, lines);
  Grid grid = tower.pixels;
  for (const auto &[index, each] : llvm::enumerate(tower.stages)) {
    std::string number = std::to_string(index);
    states = imageStage(each, grid, source.derived("stage" + number), states,
                        node.child("stages." + number));
    grid = each.grid;
  }
  states = withPlaces(tower, states, node.child("positions"));
  Value whole =
      PrependMeanOp::create(builder, location(node.child("mean")),
                            rows(source.derived("image"), typeOf(states).getWidth()), states);
  Value image = linear(tower.projection, whole, node.child("projection"));
  image = norm(tower.norm, image, node.child("norm"));
  int64_t width = typeOf(image).getWidth();
  Value given = RowsBehindOp::create(builder, location(prompt.child("rows")),
                                     rows(source.derived("prompt"), lineWidth), input, lines);
  Value table =
      parameter(tower.promptTable, {tower.promptVocabularySize, width}, prompt.child("table"));
  Value words =
      ColumnEmbeddingOp::create(builder, location(prompt), rows(source.derived("prompt"), width),
                                given, table, builder.getI64IntegerAttr(0));
  return ConcatenateRowsOp::create(builder, location(node), rows(source, width), image, words,
                                   builder.getI64IntegerAttr(grid.height * grid.width + 1));
}

} // namespace transept::frontend
