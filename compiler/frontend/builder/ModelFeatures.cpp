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
