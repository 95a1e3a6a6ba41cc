// SPDX-License-Identifier: Apache-2.0
//
// Writes the ops of a description, part by part. What the parts share is declared here;
// ModelBuilder has the order in which a sequence passes through them, ModelAttention the attention.

#ifndef TRANSEPT_COMPILER_FRONTEND_BUILDER_MODELWRITER_H
#define TRANSEPT_COMPILER_FRONTEND_BUILDER_MODELWRITER_H

#include "compiler/frontend/description/Description.h"
#include "dialects/Transept/Transept.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace transept::frontend {

/// A node of the description: what its ops' locations are called, and the layer it is in.
struct Node {
  std::string name;
  int64_t layer = 0;

  Node child(llvm::StringRef part) const { return {name + "." + part.str(), layer}; }
};

class ModelWriter {
public:
  ModelWriter(const Description &description, mlir::MLIRContext &context)
      : description(description), builder(&context) {}

  mlir::OwningOpRef<mlir::ModuleOp> write();

private:
  // Weights.
  mlir::Value parameter(const checkpoints::TensorReference &tensor, llvm::ArrayRef<int64_t> shape,
                        const Node &node);
  mlir::Value vector(const std::optional<checkpoints::TensorReference> &tensor, int64_t size,
                     const Node &node);

  // Parts of a model, in the order of the description's fields.
  mlir::Value linear(const Linear &linear, mlir::Value input, const Node &node);
  mlir::Value linear(mlir::Value weight, mlir::Value bias, mlir::Value input, const Node &node);
  mlir::Value norm(const Norm &norm, mlir::Value input, const Node &node);
  mlir::Value gain(const Norm &norm, int64_t width, const Node &node);
  /// Of each head by itself; the input where there is no norm.
  mlir::Value headNorm(const std::optional<Norm> &norm, mlir::Value input, int64_t headCount,
                       const Node &node);
  mlir::Value rotary(const std::optional<Rotary> &rotary, mlir::Value input, int64_t headCount,
                     const Node &node);
  mlir::Value activation(Activation activation, mlir::Value input, const Node &node);
  mlir::Value block(const ResidualBlock &block, mlir::Value input, const Node &node);
  /// Learned rows as one matrix.
  mlir::Value learnedRows(const std::vector<checkpoints::TensorReference> &rows, int64_t width,
                          const Node &node);
  /// From lines of `places` places to those of the result, whose number `places` becomes.
  mlir::Value gridConvolution(const GridConvolution &convolution, mlir::Value input,
                              int64_t &places, const Space &space, const Node &node);
  mlir::Value gridConvolutions(const Features &features, mlir::Value input, const Space &space,
                               mlir::Value &firstRows, const Node &node);
  mlir::Value convolution(const Convolution &convolution, mlir::Value &input, const Space &space,
                          const Node &node);
  /// `firstRows` becomes the first value that is rows of the result's space: what says which
  /// positions there are, without being a further reader of the result.
  mlir::Value features(const Features &features, mlir::Value input, mlir::Value &firstRows,
                       const Node &node);
  mlir::Value embedding(const Embedding &embedding, mlir::Value input, int64_t hiddenSize,
                        const Node &node);
  mlir::Value positionTable(const Positions &positions, int64_t width, const Node &node);
  /// What the target reads of the source's states.
  mlir::Value memoryOf(mlir::Value states);
  mlir::Value standardization(const Standardization &standardization, mlir::Value input,
                              const Node &node);
  /// Over which scores a bias is; keys may be blocks of so many queries.
  struct BiasOfScores {
    const RelativeBias &bias;
    Space query, key;
    int64_t headCount;
    int64_t blockSize = 0;
  };
  mlir::Value relativeBias(const BiasOfScores &scores, const Node &node);
  // What rows say of distances, and what that takes.
  mlir::Value relativeScores(const Attention &attention, mlir::Value query, const Space &keys,
                             const Node &node);
  /// Queries stand `ahead` positions further on than their rows.
  mlir::Value bucketBias(const Attention &attention, mlir::Value numbers, const Space &keys,
                         int64_t ahead, const Node &node);
  mlir::Value distanceRows(const Attention &attention, int64_t head, const Node &node);
  mlir::Value positionBias(const Attention &attention, int64_t head, const Node &node);
  mlir::Value queries(const Attention &attention, mlir::Value states, const Node &node);
  /// Of `headCount` heads of what is stored by heads.
  mlir::Value headVector(const checkpoints::TensorReference &tensor, int64_t firstHead,
                         int64_t headCount, int64_t headDim, const Node &node);
  mlir::Value scaled(mlir::Value weight, double factor, const Node &node);
  static BiasOfScores biasOfBlocks(const Attention &attention, const Space &space);
  mlir::Value sharedBias(const Attention &attention, const Space &query, const Space &key,
                         const Node &node);
  mlir::Value sharedBlockBias(const Attention &attention, const Space &space, const Node &node);
  /// What keys and values read, which keys are seen, and biases that all layers share, or null.
  struct AttentionInputs {
    mlir::Value keyStates, mask, sharedBias;
    mlir::Value memory = {}; // of merged attention
    mlir::Value sharedBlockBias = {};
    /// Rows stand one position further on than their tokens, and look at themselves as well.
    bool predicts = false;
  };
  mlir::Value attention(const Attention &attention, const AttentionVariant &variant,
                        mlir::Value states, const AttentionInputs &inputs, const Node &node);
  struct KeysAndValues {
    mlir::Value keys, values;
  };
  /// What rows look at beside keys of their own space; none where that is all.
  struct Memory {
    mlir::Value key, value, bias = {};
  };
  std::optional<Memory> memory(const Attention &attention, mlir::Value states,
                               const KeysAndValues &own, const AttentionInputs &inputs,
                               const Node &node);
  Memory ownMemory(const Attention &attention, mlir::Value states, mlir::Value buckets,
                   const Node &node);
  mlir::Value blockSums(const Attention &attention, mlir::Value states, const Node &node);
  mlir::Value requested(mlir::Value input, const Node &node);
  mlir::Value globalAttention(const Attention &attention, mlir::Value states, mlir::Value others,
                              const Node &node);
  mlir::Value keys(const Attention &attention, mlir::Value states,
                   const std::optional<Rotary> &rotary, const Node &node);
  /// Of a layer in tiles; no value where the tiles have none.
  mlir::Value tileBias(const Attention &attention, TilingAttr tiling, const Space &space,
                       const Node &node);
  /// Self-attention of a layer that looks at rows of its tile of `grid`.
  mlir::Value tileAttention(const Attention &attention, const AttentionVariant &variant,
                            const Grid &grid, mlir::Value states, const Node &node);
  // ModelImageTower.cpp
  mlir::Value imageTower(const ImageTower &tower, mlir::Value input, const Node &node);
  mlir::Value imageStage(const ImageStage &stage, const Grid &before, const Space &space,
                         mlir::Value states, const Node &node);
  mlir::Value imageBlock(const ImageBlock &block, const Grid &grid, mlir::Value states,
                         const Node &node, llvm::function_ref<mlir::Value(mlir::Value)> attention);
  mlir::Value channelAttention(const Attention &attention, mlir::Value states, const Node &node);
  mlir::Value withPlaces(const ImageTower &tower, mlir::Value states, const Node &node);
  mlir::Value recurrence(const Recurrence &recurrence, mlir::Value states, const Node &node);
  mlir::Value feedForward(const FeedForward &feedForward, mlir::Value states, const Node &node);
  /// A convolution's weight and bias, with what its norm remembers; the bias may be null.
  struct FoldedDepthwise {
    mlir::Value weight, bias;
  };
  FoldedDepthwise folded(const DepthwiseConvolution &convolution, int64_t width, const Node &node);
  mlir::Value mixer(const RowMixer &mixer, mlir::Value states, const Node &node);
  /// What all layers share of a sublayer: a mask for each variant of its attention, and a bias.
  struct SublayerInputs {
    llvm::SmallVector<mlir::Value> masks;
    mlir::Value bias;
  };
  mlir::Value sublayer(const Sublayer &sublayer, const SublayerInputs &inputs, mlir::Value states,
                       const Node &node);
  mlir::Value layersOfSublayers(const Stack &stack, mlir::Value states, const Node &node);
  /// What stands behind the layers; the last of its layers arrives at the rows of the source.
  mlir::Value adapter(const Adapter &adapter, mlir::Value states, const Node &node);
  mlir::Value adapterLayer(const AdapterLayer &layer, const Space &space, mlir::Value states,
                           const Node &node);
  mlir::Value stage(const Stage &stage, NormPlacement placement, const Space &next,
                    mlir::Value states, const Node &node);
  /// What stands beside the rows of `input` at first.
  mlir::Value predictStream(const Stack &stack, mlir::Value input, const Node &node);
  mlir::Value stack(const Stack &stack, mlir::Value input, bool isTarget, mlir::Value sourceStates,
                    const Node &node);
  mlir::Value logits(const Logits &logits, mlir::Value states, const Node &node);

  /// A sublayer's norms, as NormPlacement says.
  struct SublayerNorms {
    NormPlacement placement;
    const Norm &norm;
    const std::optional<Norm> &postNorm;
  };
  mlir::Value residual(const SublayerNorms &norms, mlir::Value states, const Node &node,
                       llvm::function_ref<mlir::Value(mlir::Value)> body);

  mlir::Value maskOfKeys(const Space &query, const Space &key, bool isCausal,
                         const std::optional<Window> &window, const Node &node);
  mlir::Value withinChunks(const Chunks &chunks, mlir::Value mask, const Node &node);
  mlir::Value withoutGlobalTokens(mlir::Value mask, const Node &node);
  /// The mask of each variant of self-attention.
  llvm::SmallVector<mlir::Value> masksOfVariants(const Attention &attention, const Space &space,
                                                 bool isCausal, const Node &node);

  mlir::Location location(const Node &node) {
    return mlir::NameLoc::get(builder.getStringAttr(node.name));
  }
  RowsType rows(const Space &space, int64_t width) {
    return RowsType::get(builder.getContext(), space, width, builder.getF32Type());
  }
  static RowsType typeOf(mlir::Value value) { return llvm::cast<RowsType>(value.getType()); }
  static const Space &spaceOf(mlir::Value value) { return typeOf(value).getSpace(); }
  mlir::FloatAttr number(double value) { return builder.getF64FloatAttr(value); }

  const Description &description;
  mlir::OpBuilder builder;
};

} // namespace transept::frontend

#endif
