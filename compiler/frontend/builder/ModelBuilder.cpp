// SPDX-License-Identifier: Apache-2.0
//
// From a description to IR. The code reads in the order in which a sequence passes through the
// model: embedding, layers of attention and feed-forward, final norm, logits.

#include "compiler/frontend/builder/ModelBuilder.h"

#include "compiler/frontend/builder/DialectKinds.h"
#include "compiler/frontend/builder/ModelWriter.h"
#include "dialects/Transept/Transept.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Verifier.h"

#include <algorithm>

namespace transept::frontend {

using mlir::Location;
using mlir::RankedTensorType;
using mlir::Type;
using mlir::Value;

Value ModelWriter::parameter(const checkpoints::TensorReference &tensor,
                             llvm::ArrayRef<int64_t> shape, const Node &node) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return ParameterOp::create(builder, location(node), type,
                             checkpoints::layerName(tensor.name, node.layer), tensor.isTransposed,
                             tensor.rowBegin);
}

Value ModelWriter::vector(const std::optional<checkpoints::TensorReference> &tensor, int64_t size,
                          const Node &node) {
  return tensor ? parameter(*tensor, {size}, node) : Value();
}

Value ModelWriter::linear(const Linear &linear, Value input, const Node &node) {
  Value weight = parameter(linear.weight, {linear.outputs, linear.inputs}, node.child("weight"));
  Value bias = vector(linear.bias, linear.outputs, node.child("bias"));
  return this->linear(weight, bias, input, node);
}

Value ModelWriter::linear(Value weight, Value bias, Value input, const Node &node) {
  int64_t outputs = llvm::cast<RankedTensorType>(weight.getType()).getDimSize(0);
  return LinearOp::create(builder, location(node), rows(spaceOf(input), outputs),
                          /*normalized=*/Type(), input, weight, bias, /*norm_gain=*/Value(),
                          /*norm_bias=*/Value(), /*residual=*/Value(), /*norm=*/NormAttr(),
                          /*activation=*/ActivationKindAttr(),
                          /*gated=*/mlir::UnitAttr())
      .getResult();
}

Value ModelWriter::gain(const Norm &norm, int64_t width, const Node &node) {
  Node gain = node.child("gain");
  Value stored = parameter(norm.gain, {width}, norm.gainOffset ? gain.child("stored") : gain);
  if (!norm.gainOffset)
    return stored;
  return WeightShiftOp::create(builder, location(gain), stored.getType(), stored,
                               number(*norm.gainOffset));
}

Value ModelWriter::norm(const Norm &norm, Value input, const Node &node) {
  int64_t width = typeOf(input).getWidth();
  Value gain = this->gain(norm, width, node);
  if (norm.kind == NormKind::RootMeanSquare)
    return RmsNormOp::create(builder, location(node), input.getType(), input, gain,
                             number(norm.epsilon), /*head_count=*/mlir::IntegerAttr());
  Value bias = vector(norm.bias, width, node.child("bias"));
  if (norm.kind == NormKind::Sequence)
    return SequenceNormOp::create(builder, location(node), input.getType(), input, gain, bias,
                                  number(norm.epsilon));
  return LayerNormOp::create(builder, location(node), input.getType(), input, gain, bias,
                             number(norm.epsilon));
}

Value ModelWriter::activation(Activation activation, Value input, const Node &node) {
  auto kind = ActivationKindAttr::get(builder.getContext(), kindOf(activation));
  return ActivationOp::create(builder, location(node), input.getType(), input, kind);
}

/// The space of the rows that a stack reads: its own when no feature op changes their number.
static Space inputSpace(const Stack &stack) {
  const Embedding &embedding = stack.embedding;
  if (!embedding.features)
    return Space::source();
  bool hasAdapter = stack.adapter && stack.adapter->layerCount > 0;
  if (!stack.stages.empty() || stack.tower || hasAdapter ||
      !embedding.features->gridConvolutions.empty())
    return Space::source().derived("features");
  for (const Convolution &convolution : embedding.features->convolutions)
    if (convolution.kernelSize != 1 || convolution.stride != 1)
      return Space::source().derived("features");
  bool hasLearnedRows =
      !embedding.features->leadingRows.empty() || !embedding.features->trailingRows.empty();
  return hasLearnedRows ? Space::source().derived("features") : Space::source();
}

Value ModelWriter::positionTable(const Positions &positions, int64_t width, const Node &node) {
  auto type =
      RankedTensorType::get({positions.length + positions.offset, width}, builder.getF32Type());
  if (positions.kind == PositionKind::Learned)
    return parameter(*positions.table, type.getShape(), node.child("table"));
  Node tableNode = node.child("table");
  Value table =
      SinusoidOp::create(builder, location(positions.scale ? tableNode.child("waves") : tableNode),
                         type, sinusoidOf(positions.kind), /*descending_from=*/mlir::IntegerAttr());
  return positions.scale ? WeightScaleOp::create(builder, location(tableNode), type, table,
                                                 number(*positions.scale))
                         : table;
}

Value ModelWriter::memoryOf(Value states) {
  Value memory = states;
  if (const Positions &positions = description.memoryPositions;
      positions.kind != PositionKind::None) {
    Node node{"memory"}, positionNode = node.child("positions");
    Value table = positionTable(positions, typeOf(states).getWidth(), positionNode);
    Value rows = PositionEmbeddingOp::create(builder, location(positionNode), states.getType(),
                                             states, table, positions.offset);
    memory = AddOp::create(builder, location(node.child("sum")), states.getType(), states, rows);
  }
  return description.projection ? linear(*description.projection, memory, {"projection"}) : memory;
}

Value ModelWriter::embedding(const Embedding &embedding, Value input, int64_t hiddenSize,
                             const Node &node) {
  Value states, positioned = input;
  if (embedding.features) {
    states = features(*embedding.features, input, positioned, node.child("features"));
    if (embedding.scale != 1.0)
      states = ScaleOp::create(builder, location(node.child("scale")), states.getType(), states,
                               number(embedding.scale));
  } else {
    Value table =
        parameter(*embedding.weight, {embedding.vocabularySize, hiddenSize}, node.child("table"));
    states = EmbeddingOp::create(builder, location(node), rows(spaceOf(input), hiddenSize), input,
                                 table, /*positions=*/Value(), number(embedding.scale),
                                 builder.getI64IntegerAttr(0),
                                 embedding.isFirstZero ? builder.getUnitAttr() : mlir::UnitAttr());
  }
  auto normalize = [&](bool isBeforePositions) {
    if (embedding.norm && embedding.isNormBeforePositions == isBeforePositions)
      states = norm(*embedding.norm, states, node.child("norm"));
  };
  normalize(/*isBeforePositions=*/true);
  if (embedding.positions.kind != PositionKind::None) {
    Node positionNode = node.child("positions");
    Value table = positionTable(embedding.positions, hiddenSize, positionNode);
    if (embedding.segment) {
      Value segment = parameter(*embedding.segment, {1, hiddenSize}, positionNode.child("segment"));
      table =
          WeightAddRowOp::create(builder, location(positionNode), table.getType(), table, segment);
    }
    Value positions = PositionEmbeddingOp::create(builder, location(positionNode), states.getType(),
                                                  positioned, table, embedding.positions.offset);
    states =
        AddOp::create(builder, location(node.child("sum")), states.getType(), states, positions);
  }
  normalize(/*isBeforePositions=*/false);
  return states;
}

Value ModelWriter::recurrence(const Recurrence &recurrence, Value states, const Node &node) {
  Node gateNode = node.child("gate");
  Value gate = activation(Activation::Sigmoid, linear(recurrence.gate, states, gateNode),
                          gateNode.child("activation"));
  Value value = linear(recurrence.value, states, node.child("value"));
  Value result = GatedRecurrenceOp::create(builder, location(node), value.getType(), gate, value,
                                           /*past=*/Value());
  return recurrence.activation
             ? activation(*recurrence.activation, result, node.child("activation"))
             : result;
}

Value ModelWriter::feedForward(const FeedForward &feedForward, Value states, const Node &node) {
  Value hidden =
      activation(feedForward.activation, linear(feedForward.input, states, node.child("input")),
                 node.child("activation"));
  if (feedForward.gate)
    hidden = GateOp::create(builder, location(node.child("product")), hidden.getType(), hidden,
                            linear(*feedForward.gate, states, node.child("gate")));
  return linear(feedForward.output, hidden, node.child("output"));
}

Value ModelWriter::residual(const SublayerNorms &norms, Value states, const Node &node,
                            llvm::function_ref<Value(Value)> body) {
  auto add = [&](Value change) -> Value {
    return AddOp::create(builder, location(node.child("residual")), states.getType(), states,
                         change);
  };
  if (norms.placement == NormPlacement::Post)
    return norm(norms.norm, add(body(states)), node.child("norm"));
  Value change = body(norm(norms.norm, states, node.child("norm")));
  return add(norms.postNorm ? norm(*norms.postNorm, change, node.child("post_norm")) : change);
}

Value ModelWriter::stage(const Stage &stage, NormPlacement placement, const Space &next,
                         Value states, const Node &node) {
  const Attention &selfAttention = stage.selfAttention;
  for (int64_t index = 0; index < stage.layerCount; ++index) {
    Node layer{node.name + ".layers." + std::to_string(index), index};
    Node self = layer.child("self_attention"), feed = layer.child("feed_forward");
    const AttentionVariant &variant =
        selfAttention.variants[size_t(index) % selfAttention.variants.size()];
    states = residual({placement, selfAttention.norm, selfAttention.postNorm}, states, self,
                      [&](Value input) {
                        return tileAttention(selfAttention, variant, stage.grid, input, self);
                      });
    states = residual({placement, stage.feedForward.norm, stage.feedForward.postNorm}, states, feed,
                      [&](Value input) { return feedForward(stage.feedForward, input, feed); });
  }
  Node reduction = node.child("reduction");
  auto halves = TilingAttr::get(builder.getContext(), stage.grid.height, stage.grid.width,
                                /*side=*/2, /*shift=*/0);
  Value merged = MergeTilesOp::create(builder, location(reduction.child("merged")),
                                      rows(next, 4 * stage.hiddenSize), states, halves);
  return linear(stage.reduction, norm(stage.reductionNorm, merged, reduction.child("norm")),
                reduction);
}

Value ModelWriter::predictStream(const Stack &stack, Value input, const Node &node) {
  const PredictStream &stream = *stack.predictStream;
  const Positions &positions = stack.embedding.positions;
  Value row = parameter(stream.embedding, {1, stack.hiddenSize}, node.child("row"));
  Value table = parameter(stream.positions, {positions.length + positions.offset, stack.hiddenSize},
                          node.child("positions"));
  table =
      WeightAddRowOp::create(builder, location(node.child("table")), table.getType(), table, row);
  Value states =
      PositionEmbeddingOp::create(builder, location(node), rows(spaceOf(input), stack.hiddenSize),
                                  input, table, positions.offset);
  return stack.embedding.norm ? norm(*stack.embedding.norm, states, node.child("norm")) : states;
}

Value ModelWriter::stack(const Stack &stack, Value input, bool isTarget, Value sourceStates,
                         const Node &node) {
  const Space space = isTarget ? Space::target() : Space::source();
  Node selfNode = node.child("self_attention"), crossNode = node.child("cross_attention");
  int64_t firstWidth = stack.stages.empty() ? stack.hiddenSize : stack.stages.front().hiddenSize;
  if (stack.tower)
    input = imageTower(*stack.tower, input, node.child("tower"));
  Value states = embedding(stack.embedding, input, firstWidth, node.child("embedding"));
  for (const auto &[index, each] : llvm::enumerate(stack.stages)) {
    Space next = index + 1 == stack.stages.size()
                     ? space
                     : space.derived("stage" + std::to_string(index + 1));
    states = stage(each, stack.normPlacement, next, states,
                   node.child("stages." + std::to_string(index)));
  }
  Value predicted;
  if (stack.predictStream)
    predicted = predictStream(stack, input, node.child("predict.embedding"));
  llvm::SmallVector<Value> selfMasks;
  Value selfBias, blockBias, crossMask, crossBias;
  if (!stack.recurrence && stack.sublayers.empty()) {
    selfMasks =
        masksOfVariants(stack.selfAttention, space, /*isCausal=*/isTarget, selfNode.child("mask"));
    selfBias = sharedBias(stack.selfAttention, space, space, selfNode);
    blockBias = sharedBlockBias(stack.selfAttention, space, selfNode);
  }
  if (stack.crossAttention) {
    crossMask = maskOfKeys(space, Space::source(), /*isCausal=*/false, /*window=*/{},
                           crossNode.child("mask"));
    crossBias = sharedBias(*stack.crossAttention, space, Space::source(), crossNode);
  }

  auto crossAndFeedForward = [&](Value states, const Node &layer) {
    if (stack.crossAttention) {
      Node cross = layer.child("cross_attention");
      const Attention &crossAttention = *stack.crossAttention;
      states = residual(
          {stack.normPlacement, crossAttention.norm, crossAttention.postNorm}, states, cross,
          [&](Value input) {
            return attention(
                crossAttention, {}, input,
                {.keyStates = sourceStates, .mask = crossMask, .sharedBias = crossBias}, cross);
          });
    }
    Node feed = layer.child("feed_forward");
    return residual({stack.normPlacement, stack.feedForward.norm, stack.feedForward.postNorm},
                    states, feed,
                    [&](Value input) { return feedForward(stack.feedForward, input, feed); });
  };
  if (!stack.sublayers.empty())
    states = layersOfSublayers(stack, states, node);
  int64_t plainLayers = stack.sublayers.empty() ? stack.layerCount : 0;
  for (int64_t index = 0; index < plainLayers; ++index) {
    Node layer{node.name + ".layers." + std::to_string(index), index};
    const Attention &selfAttention = stack.selfAttention;
    if (stack.recurrence) {
      Node self = layer.child("recurrence");
      states = residual({stack.normPlacement, stack.recurrence->norm, {}}, states, self,
                        [&](Value input) { return recurrence(*stack.recurrence, input, self); });
    } else {
      Node self = layer.child("self_attention"), predict = layer.child("predict.self_attention");
      const size_t kind = size_t(index) % selfMasks.size();
      const AttentionVariant variant =
          selfAttention.variants.empty() ? AttentionVariant{} : selfAttention.variants[kind];
      if (predicted)
        predicted = residual({stack.normPlacement, selfAttention.norm, selfAttention.postNorm},
                             predicted, predict, [&](Value input) {
                               return attention(selfAttention, variant, input,
                                                {.keyStates = states,
                                                 .mask = selfMasks[kind],
                                                 .sharedBias = Value(),
                                                 .predicts = true},
                                                predict);
                             });
      states = residual({stack.normPlacement, selfAttention.norm, selfAttention.postNorm}, states,
                        self, [&](Value input) {
                          if (variant.tiles)
                            return tileAttention(selfAttention, variant, *stack.grid, input, self);
                          return attention(
                              selfAttention, variant, input,
                              {.keyStates = input,
                               .mask = selfMasks[kind],
                               .sharedBias = selfBias,
                               .memory = selfAttention.mergesSource ? sourceStates : Value(),
                               .sharedBlockBias = blockBias},
                              self);
                        });
    }
    if (predicted)
      predicted = crossAndFeedForward(predicted, layer.child("predict"));
    states = crossAndFeedForward(states, layer);
  }
  if (predicted)
    states = predicted;
  if (stack.adapter)
    states = adapter(*stack.adapter, states, node.child("adapter"));
  return stack.finalNorm ? norm(*stack.finalNorm, states, node.child("final_norm")) : states;
}

Value ModelWriter::logits(const Logits &logits, Value states, const Node &node) {
  if (const auto &transform = logits.transform) {
    Node part = node.child("transform");
    states = activation(transform->activation, linear(transform->linear, states, part),
                        part.child("activation"));
    if (transform->norm)
      states = norm(*transform->norm, states, part.child("norm"));
  }
  if (logits.scale != 1.0)
    states = ScaleOp::create(builder, location(node.child("scale")), states.getType(), states,
                             number(logits.scale));
  int64_t width = description.logitsWidth();
  Value weight = parameter(logits.weight, {width, typeOf(states).getWidth()}, node.child("weight"));
  Value bias = vector(logits.bias, width, node.child("bias"));
  return LogitsOp::create(builder, location(node), rows(spaceOf(states), width), states, weight,
                          bias, logits.softCap ? number(*logits.softCap) : mlir::FloatAttr());
}

mlir::OwningOpRef<mlir::ModuleOp> ModelWriter::write() {
  Location modelLocation = mlir::NameLoc::get(
      builder.getStringAttr(description.name.empty() ? "model" : description.name));
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(modelLocation);
  if (!description.name.empty())
    module->setSymName(description.name);
  builder.setInsertionPointToEnd(module->getBody());

  auto forward = mlir::func::FuncOp::create(builder, modelLocation, "forward",
                                            builder.getFunctionType({}, {}));
  mlir::Block *body = forward.addEntryBlock();
  auto argument = [&](Type type, const char *name) -> Value {
    return body->addArgument(type, location({name}));
  };
  auto ids = [&](const Space &space) {
    return RowsType::get(builder.getContext(), space, 1, builder.getI32Type());
  };
  Value source, targetIds;
  const Embedding &sourceEmbedding = description.source.embedding;
  if (sourceEmbedding.features)
    source = argument(rows(inputSpace(description.source), sourceEmbedding.features->width),
                      "source_features");
  else if (description.hasSource())
    source = argument(ids(Space::source()), "source_ids");
  if (description.hasTarget())
    targetIds = argument(ids(Space::target()), "target_ids");

  builder.setInsertionPointToEnd(body);
  llvm::SmallVector<Value> results;
  Value memory;
  if (source) {
    Value states = stack(description.source, source, /*isTarget=*/false, Value(), {"encoder"});
    memory = memoryOf(states);
    results.push_back(states);
  }
  if (targetIds) {
    Value states = stack(description.target, targetIds, /*isTarget=*/true, memory, {"decoder"});
    results.insert(results.begin(), description.forecaster
                                        ? block(description.forecaster->head, states, {"forecast"})
                                        : logits(description.logits, states, {"logits"}));
  }
  mlir::func::ReturnOp::create(builder, modelLocation, results);
  forward.setFunctionType(
      builder.getFunctionType(body->getArgumentTypes(), mlir::ValueRange(results).getTypes()));
  if (mlir::failed(mlir::verify(*module)))
    return nullptr;
  return module;
}

/// What the verifiers of the ops cannot see, because building the ops relies on it.
static mlir::LogicalResult verifyStacks(const Description &description,
                                        mlir::MLIRContext &context) {
  auto error = [&](llvm::StringRef node) {
    return mlir::emitError(mlir::NameLoc::get(mlir::StringAttr::get(&context, node)));
  };
  auto checkStack = [&](const Stack &stack, llvm::StringRef node) -> mlir::LogicalResult {
    const Positions &positions = stack.embedding.positions;
    if (positions.kind != PositionKind::None && positions.length <= 0)
      return error(node) << "expects a positive number of positions, but got " << positions.length;
    if (positions.kind == PositionKind::Learned && !positions.table)
      return error(node) << "expects a table of learned positions";
    bool readsFeatures = stack.embedding.features.has_value();
    if (!readsFeatures && !stack.embedding.weight)
      return error(node) << "expects token embeddings or features";
    if (stack.hiddenSize <= 0 || stack.layerCount < 0 ||
        (!readsFeatures && stack.embedding.vocabularySize <= 0))
      return error(node) << "expects a positive hidden size and vocabulary size, and no negative "
                            "number of layers, but got "
                         << stack.hiddenSize << ", " << stack.embedding.vocabularySize << " and "
                         << stack.layerCount;
    return mlir::success();
  };
  if (description.hasSource() && failed(checkStack(description.source, "encoder")))
    return mlir::failure();
  if (description.hasTarget() && failed(checkStack(description.target, "decoder")))
    return mlir::failure();
  if (!description.hasSource() && !description.hasTarget())
    return error("model") << "expects a source side, a target side or both";
  bool readsSource =
      description.target.crossAttention || description.target.selfAttention.mergesSource;
  if (readsSource && !description.hasSource())
    return error("decoder") << "expects a source side for its cross-attention";
  if (description.target.embedding.features)
    return error("decoder") << "expects token ids on the target side";
  if (description.source.crossAttention)
    return error("encoder") << "expects cross-attention in the target stack only";
  return mlir::success();
}

mlir::OwningOpRef<mlir::ModuleOp> buildModel(const Description &description,
                                             mlir::MLIRContext &context) {
  context.loadDialect<TranseptDialect, mlir::func::FuncDialect>();
  if (failed(verifyStacks(description, context)))
    return nullptr;
  return ModelWriter(description, context).write();
}

} // namespace transept::frontend
