// SPDX-License-Identifier: Apache-2.0
//
// What descriptions say of rows before the layers of a stack: products, norms, positions,
// convolutions, and rows of numbers that are read in place of token ids.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONROWS_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONROWS_H

#include "checkpoints/TensorReference.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace transept::frontend {

/// y = x W^T + b; W has shape [outputs, inputs].
struct Linear {
  checkpoints::TensorReference weight;
  std::optional<checkpoints::TensorReference> bias;
  int64_t inputs = 0;
  int64_t outputs = 0;
};

/// Sequence: over all rows of a sequence together, with gain and bias by column.
enum class NormKind { Layer, RootMeanSquare, Sequence };

struct Norm {
  NormKind kind = NormKind::Layer;
  double epsilon = 1e-5;
  checkpoints::TensorReference gain;
  std::optional<checkpoints::TensorReference> bias;
  /// What the gain is more than its tensor.
  std::optional<double> gainOffset = {};
};

/// GeluTanh is the tanh approximation ("gelu_new"), Gelu the exact erf form, Silu also "swish".
enum class Activation { Relu, Gelu, GeluTanh, Silu, Sigmoid, Tanh, Asinh };

/// Halves: sines in the first half of a row, cosines in the second, angle p / 10000^(2i/width).
/// HalvesInclusive: the same with angle p / 10000^(i/(width/2-1)), so that the slowest wave is
/// exactly 1/10000 (tensor2tensor). Interleaved: sines in even columns, cosines in odd ones.
enum class PositionKind {
  None,
  SinusoidalHalves,
  SinusoidalHalvesInclusive,
  SinusoidalInterleaved,
  Learned
};

struct Positions {
  PositionKind kind = PositionKind::None;
  /// Positions that exist (sequences may not be longer); 0 = unbounded.
  int64_t length = 0;
  /// Row of the table that position 0 uses.
  int64_t offset = 0;
  /// Learned only: [length + offset, hidden size].
  std::optional<checkpoints::TensorReference> table;
  /// Padding, which has no position; the tokens around it are counted without it. Targets may not
  /// have it.
  std::optional<int64_t> uncountedId = {};
  /// Sinusoids only: multiplies their rows.
  std::optional<double> scale = {};
};

/// A linear layer over windows of `kernelSize` rows, `stride` apart; `padding` rows of zeros stand
/// before each sequence, and as many behind it unless `paddingBehind` is another number. Gated:
/// (linear x) * activation(gate x). A norm is of the result, and only it may be of whole sequences.
struct Convolution {
  int64_t kernelSize = 1, stride = 1, padding = 0;
  Linear linear; // inputs = channels * kernelSize, as in a stored [outputs, channels, kernelSize]
  std::optional<Linear> gate;
  std::optional<Activation> activation;
  std::optional<int64_t> paddingBehind = {};
  std::optional<Norm> norm = {};
};

/// A weight of each column by itself, and what is added.
struct ColumnWeights {
  checkpoints::TensorReference weight;
  std::optional<checkpoints::TensorReference> bias;
};

/// A convolution over squares of `kernelSize` lines and places, `stride` apart, with `padding`
/// zeros around the lines: activation(linear x). With `depthwise`, whose weight has shape
/// [channels, 1, kernelSize, kernelSize], each channel passes through that first, and `linear`
/// reads one place.
struct GridConvolution {
  int64_t kernelSize = 1, stride = 1, padding = 0;
  std::optional<ColumnWeights> depthwise = {};
  Linear linear; // inputs = channels * kernelSize * kernelSize without `depthwise`
  std::optional<Activation> activation;

  /// Lines or places of a result.
  int64_t resultOf(int64_t count) const { return (count + 2 * padding - kernelSize) / stride + 1; }
};

/// activation(scale * (x - mean) / sqrt(variance + epsilon)), of the numbers of one row.
struct Standardization {
  double epsilon = 1e-6, scale = 1.0;
  std::optional<Activation> activation = {};
};

/// output(activation(input x)) + skip x.
struct ResidualBlock {
  Linear input, output, skip;
  Activation activation = Activation::Relu;
};

/// A table whose row is added to what becomes of a row of features: the one that a column counts.
struct CountedTable {
  checkpoints::TensorReference table; // [rowCount, hidden size]
  int64_t rowCount = 0;
};

/// What a stack reads in place of token ids: rows of numbers (frames of sound, patches of images,
/// pieces of series, states of another model), through convolutions or a block.
struct Features {
  int64_t width = 0; // numbers in a row
  /// Rows that exist in each source; 0 = any number (bounded by the positions).
  int64_t length = 0;
  std::vector<Convolution> convolutions;
  /// Learned rows before those of each sequence (class tokens), hidden size numbers each.
  std::vector<checkpoints::TensorReference> leadingRows;
  /// Behind the convolutions.
  std::optional<ResidualBlock> block = {};
  /// Learned rows behind those of each sequence, likewise.
  std::vector<checkpoints::TensorReference> trailingRows = {};
  /// The first columns of a row count rows of these, column i of table i; convolutions and block
  /// read the other columns.
  std::vector<CountedTable> countedTables = {};
  /// Before the convolutions.
  std::optional<Standardization> standardization = {};
  /// Before the convolutions, too: a row is a line of places with a number each. In the end a line
  /// is one row, its places beside one another within each channel.
  std::vector<GridConvolution> gridConvolutions = {};
  /// Of each row, before the convolutions, too.
  std::optional<Norm> norm = {};
};

} // namespace transept::frontend

#endif
