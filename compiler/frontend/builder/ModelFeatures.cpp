// SPDX-License-Identifier: Apache-2.0
//
// From rows of features to the first states of a stack: convolutions, blocks, tables that columns
// count, learned rows around them.

#include "compiler/frontend/builder/DialectKinds.h"
#include "compiler/frontend/builder/ModelWriter.h"

#include <algorithm>

namespace transept::frontend {

using mlir::RankedTensorType;
using mlir::Value;

Value ModelWriter::gridConvolution(const GridConvolution &convolution, Value input, int64_t &places,
                                   const Space &space, const Node &node) {
  auto size = [&](int64_t count) { return builder.getI64IntegerAttr(count); };
  int64_t squares = convolution.kernelSize * convolution.kernelSize;
  if (const auto &depthwise = convolution.depthwise) {
    Node part = node.child("depthwise");
    int64_t channels = typeOf(input).getWidth();
    Value weight = parameter(depthwise->weight, {channels, squares}, part.child("weight"));
    Value bias = vector(depthwise->bias, channels, part.child("bias"));
    input = DepthwiseConvolutionOp::create(
        builder, location(part), rows(space, channels), input, weight, bias,
        size(convolution.kernelSize), size(convolution.stride), size(convolution.padding),
        /*padding_behind=*/mlir::IntegerAttr(), size(places), /*activation=*/ActivationKindAttr());
  } else {
    input = GridWindowsOp::create(
        builder, location(node.child("windows")), rows(space, convolution.linear.inputs), input,
        size(convolution.kernelSize), size(convolution.stride), size(convolution.padding),
        size(places), /*height=*/mlir::IntegerAttr());
  }
  places = convolution.resultOf(places);
  Value result = linear(convolution.linear, input, node.child("linear"));
  return convolution.activation
             ? activation(*convolution.activation, result, node.child("activation"))
             : result;
}

/// In the end, lines are rows of `space`.
Value ModelWriter::gridConvolutions(const Features &features, Value input, const Space &space,
                                    Value &firstRows, const Node &node) {
  int64_t places = features.width;
  Value states = input;
  for (const auto &[index, each] : llvm::enumerate(features.gridConvolutions)) {
    bool keepsPlaces =
        each.depthwise && each.stride == 1 && 2 * each.padding == each.kernelSize - 1;
    Space grid =
        keepsPlaces ? spaceOf(states) : Space::source().derived("grid" + std::to_string(index));
    states = gridConvolution(each, states, places, grid,
                             node.child("grid_convolutions." + std::to_string(index)));
  }
  firstRows = WindowsOp::create(
      builder, location(node.child("lines")), rows(space, places * typeOf(states).getWidth()),
      states, builder.getI64IntegerAttr(places), builder.getI64IntegerAttr(places),
      builder.getI64IntegerAttr(0), /*padding_behind=*/mlir::IntegerAttr());
  return firstRows;
}

/// `input` becomes the windows that the products read, where there are some.
Value ModelWriter::convolution(const Convolution &convolution, Value &input, const Space &space,
                               const Node &node) {
  if (space != spaceOf(input)) {
    RowsType type = rows(space, convolution.kernelSize * typeOf(input).getWidth());
    input = WindowsOp::create(builder, location(node.child("windows")), type, input,
                              builder.getI64IntegerAttr(convolution.kernelSize),
                              builder.getI64IntegerAttr(convolution.stride),
                              builder.getI64IntegerAttr(convolution.padding),
                              convolution.paddingBehind
                                  ? builder.getI64IntegerAttr(*convolution.paddingBehind)
                                  : mlir::IntegerAttr());
  }
  Value result = linear(convolution.linear, input, node.child("linear"));
  if (convolution.gate) {
    Node gateNode = node.child("gate");
    Value gate = activation(*convolution.activation, linear(*convolution.gate, input, gateNode),
                            gateNode.child("activation"));
    result =
        GateOp::create(builder, location(node.child("product")), result.getType(), gate, result);
  } else if (convolution.activation) {
    result = activation(*convolution.activation, result, node.child("activation"));
  }
  return convolution.norm ? norm(*convolution.norm, result, node.child("norm")) : result;
}

Value ModelWriter::standardization(const Standardization &standardization, Value input,
                                   const Node &node) {
  Value result =
      LayerNormOp::create(builder, location(node.child("norm")), input.getType(), input,
                          /*gain=*/Value(), /*bias=*/Value(), number(standardization.epsilon));
  if (standardization.scale != 1.0)
    result = ScaleOp::create(builder, location(node.child("scale")), result.getType(), result,
                             number(standardization.scale));
  return standardization.activation
             ? activation(*standardization.activation, result, node.child("activation"))
             : result;
}

Value ModelWriter::block(const ResidualBlock &block, Value input, const Node &node) {
  Node inner = node.child("input");
  Value hidden =
      activation(block.activation, linear(block.input, input, inner), inner.child("activation"));
  Value result = linear(block.output, hidden, node.child("output"));
  return AddOp::create(builder, location(node.child("sum")), result.getType(), result,
                       linear(block.skip, input, node.child("skip")));
}

Value ModelWriter::learnedRows(const std::vector<checkpoints::TensorReference> &rows, int64_t width,
                               const Node &node) {
  llvm::SmallVector<Value> tokens;
  for (const checkpoints::TensorReference &row : rows)
    tokens.push_back(parameter(row, {1, width}, node));
  if (tokens.size() == 1)
    return tokens.front();
  return WeightConcatenateOp::create(
      builder, location(node),
      RankedTensorType::get({int64_t(tokens.size()), width}, builder.getF32Type()), tokens);
}

Value ModelWriter::features(const Features &features, Value input, Value &firstRows,
                            const Node &node) {
  bool leads = !features.leadingRows.empty(), trails = !features.trailingRows.empty();
  // Convolutions that keep the number of rows need no windows; the last that does not, or the
  // learned rows, arrive at the space of the source.
  auto changesRows = [](const Convolution &convolution) {
    return convolution.kernelSize != 1 || convolution.stride != 1;
  };
  size_t changing = size_t(
      std::count_if(features.convolutions.begin(), features.convolutions.end(), changesRows));
  Value states = firstRows = input;
  auto counted = int64_t(features.countedTables.size());
  if (counted != 0)
    states = SliceColumnsOp::create(builder, location(node.child("values")),
                                    rows(spaceOf(input), features.width - counted), input,
                                    builder.getI64IntegerAttr(counted));
  if (features.standardization)
    states = standardization(*features.standardization, states, node.child("standardization"));
  if (features.norm)
    states = norm(*features.norm, states, node.child("norm"));
  if (!features.gridConvolutions.empty()) {
    bool isLast = changing == 0 && !leads && !trails;
    states = gridConvolutions(features, states,
                              isLast ? Space::source() : Space::source().derived("lines"),
                              firstRows, node);
  }
  for (const auto &[index, each] : llvm::enumerate(features.convolutions)) {
    Space space = spaceOf(states);
    if (changesRows(each))
      space = --changing == 0 && !leads && !trails
                  ? Space::source()
                  : Space::source().derived("convolved" + std::to_string(index));
    Value read = states;
    states = convolution(each, read, space, node.child("convolutions." + std::to_string(index)));
    if (spaceOf(firstRows) != space)
      firstRows = read;
  }
  if (features.block)
    states = block(*features.block, states, node.child("block"));
  int64_t width = typeOf(states).getWidth();
  for (const auto &[index, each] : llvm::enumerate(features.countedTables)) {
    Node table = node.child("counted_tables." + std::to_string(index));
    Value row = ColumnEmbeddingOp::create(
        builder, location(table), states.getType(), input,
        parameter(each.table, {each.rowCount, width}, table.child("table")),
        builder.getI64IntegerAttr(int64_t(index)));
    states = AddOp::create(builder, location(table.child("sum")), states.getType(), states, row);
  }
  if (leads) {
    Node leading = node.child("leading_rows");
    Space space = trails ? Space::source().derived("led") : Space::source();
    states = firstRows =
        PrependRowsOp::create(builder, location(leading), rows(space, width),
                              learnedRows(features.leadingRows, width, leading), states);
  }
  if (trails) {
    Node trailing = node.child("trailing_rows");
    states = firstRows =
        AppendRowsOp::create(builder, location(trailing), rows(Space::source(), width), states,
                             learnedRows(features.trailingRows, width, trailing));
  }
  return states;
}

} // namespace transept::frontend
