// SPDX-License-Identifier: Apache-2.0
//
// The description of a model: what stands between a checkpoint and the IR. A family is a mapping
// from its config fields and tensor names to this structure; nothing behind it knows families.
// Its JSON form is what `transept describe` prints and `transept compile x.json` reads.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTION_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTION_H

#include "checkpoints/TensorReference.h"
#include "compiler/frontend/description/DescriptionRows.h"
#include "compiler/frontend/description/GenerationDefaults.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace transept::frontend {

/// From what a stack reads to its first states: token embeddings or features, times scale, plus
/// positions and the row of the only segment, normalized.
struct Embedding {
  std::optional<checkpoints::TensorReference>
      weight;                 // [vocabulary size, hidden size]; absent with features
  int64_t vocabularySize = 0; // 0 with features
  std::optional<Features> features;
  double scale = 1.0; // multiplies token embeddings or features, not positions
  Positions positions;
  /// [1, hidden size], added to every position: BERT's embedding of segment 0.
  std::optional<checkpoints::TensorReference> segment;
  std::optional<Norm> norm;
  /// norm(tokens) + positions in place of norm(tokens + positions).
  bool isNormBeforePositions = false;
  /// A sequence begins with zeros in place of its first token's embedding, whatever that is.
  bool isFirstZero = false;
};

/// T5's relative position buckets (Raffel et al. 2020, section 2.1).
struct RelativeBias {
  checkpoints::TensorReference
      table; // [bucketCount, headCount]; `{layer}` in its name: one table per layer
  int64_t bucketCount = 32;
  int64_t maximumDistance = 128;
  bool isBidirectional = true;
};

/// What a row's query says of each distance to a key (the key's position minus its own), times
/// `scale` of the attention and added to its scores: the query times a row for the distance, which
/// is of one of `table` (Shaw et al. 2018) and `projection` (Dai et al. 2019).
struct RelativeScores {
  /// Keys farther before or after count as this far.
  int64_t before = 0, after = 0;
  /// Of all heads: [before + 1 + after, headDim], from the key farthest before on, or from that
  /// farthest after if descending; `{layer}` in its name: one table per layer.
  std::optional<checkpoints::TensorReference> table;
  bool isDescending = false;
  /// Without bias; its inputs are interleaved sinusoids of the row's position minus the key's.
  std::optional<Linear> projection;
  /// Are added to the queries where they meet keys, and where they meet distances:
  /// [headCount, headDim].
  std::optional<checkpoints::TensorReference> contentBias, positionBias;

  int64_t distances() const { return before + 1 + after; }
};

/// What a row says of each of T5's buckets, for each head, added to its scores (Qi et al. 2020).
struct BucketScores {
  Linear linear; // of what the queries read; outputs: bucketCount * headCount, heads inside
  int64_t bucketCount = 32;
  int64_t maximumDistance = 128;
  bool isBidirectional = true;
};

/// Positions that turn pairs of columns of queries and keys (Su et al. 2021): of the first `dims`
/// columns of each head, by position * theta^(-2i / dims) / factor. A pair is columns i and
/// i + dims / 2, or neighbours if interleaved.
struct Rotary {
  int64_t dims = 0;
  double theta = 10000.0;
  double factor = 1.0;
  bool isInterleaved = false;
};

/// How many positions before and after its own a row sees; absent: all that there are.
struct Window {
  std::optional<int64_t> before, after;
};

/// A row sees those of its chunk of `size` positions, and of so many chunks before it; absent: all
/// before.
struct Chunks {
  int64_t size = 1;
  std::optional<int64_t> before;
};

/// Square tiles of the rows' grid: a row sees those of its own tile. `shift` lines and columns are
/// in the first ones of each direction; 0: `side`, as in all others.
struct Tiles {
  int64_t side = 1, shift = 0;
};

/// What attention of one layer may have and that of another not.
struct AttentionVariant {
  std::optional<Rotary> rotary = {};
  std::optional<Window> window = {};
  std::optional<Tiles> tiles = {}; // needs a grid; all variants have some, of one side, or none has
};

/// Sums of the rows of each block of `size` rows; what follows the last whole block belongs to it.
/// All rows look at them beside what is near, in one softmax, through the same layers of keys and
/// values.
struct BlockSums {
  int64_t size = 0;
  Norm norm;         // of the sums
  RelativeBias bias; // by the distance of blocks
};

/// Tokens that the caller chooses among those of a source: all rows look at them beside what is
/// near, in one softmax, and they look at all rows, through layers of their own.
struct GlobalTokens {
  Linear query, key, value;
};

struct Attention {
  int64_t headCount = 0;
  int64_t headDim = 0;
  double scale = 1.0; // multiplies queries times keys
  Linear query, key, value, output;
  std::optional<RelativeBias> relativeBias;
  std::optional<RelativeScores> relativeScores = {}; // of self-attention
  std::optional<BucketScores> bucketScores = {};     // likewise
  /// With tiles, by places in a tile: [(2 * side - 1)^2, headCount], the line's distance (query
  /// minus key) first; `{layer}` in its name: one table per layer.
  std::optional<checkpoints::TensorReference> tileBias;
  /// A row looks at no keys that are farther from it, before or behind; source only.
  std::optional<int64_t> reach;
  std::optional<Chunks> chunks = {};             // source only
  std::optional<BlockSums> blockSums = {};       // source only
  std::optional<GlobalTokens> globalTokens = {}; // source only
  Norm norm;
  /// Of the sublayer's result, with NormPlacement::Sandwich.
  std::optional<Norm> postNorm = {};
  /// Heads of keys and values, each read by as many heads of queries in turn; absent: headCount.
  std::optional<int64_t> keyHeadCount = {};
  /// Of each head of queries and of keys, before rotary positions.
  std::optional<Norm> queryNorm = {}, keyNorm = {};
  /// c: scores become c tanh(score / c).
  std::optional<double> softCap = {};
  /// Self-attention of the target only: the rows of the source are keys as well, in one softmax
  /// with the target's, through the same layers and the norm of keys, but without rotary positions
  /// and windows. There is no crossAttention then.
  bool mergesSource = false;
  /// Layer i has variant i mod their number; none: neither rotary positions nor a window. Only
  /// self-attention has some.
  std::vector<AttentionVariant> variants = {};

  int64_t keyHeads() const { return keyHeadCount.value_or(headCount); }
  /// Rows of tileBias.
  int64_t tilePlaces() const {
    int64_t side = variants.empty() || !variants[0].tiles ? 1 : variants[0].tiles->side;
    return (2 * side - 1) * (2 * side - 1);
  }
};

/// A layer's memory of the rows before, in place of self-attention: of a state that each row mixes
/// anew, sigmoid(gate x) stays and the rest is value x (SSRU, Kim et al. 2019).
struct Recurrence {
  Linear gate, value;
  std::optional<Activation> activation; // of the states
  Norm norm;
};

struct FeedForward {
  Activation activation = Activation::Relu;
  Linear input;
  /// Gated: activation(input x) * (gate x), both before `output`.
  std::optional<Linear> gate;
  Linear output;
  Norm norm;
  std::optional<Norm> postNorm = {}; // likewise
};

/// What a norm over batches remembers of training: (x - mean) / sqrt(variance + epsilon) * gain +
/// bias, by column. It becomes a part of the weight and the bias before it.
struct BatchNorm {
  double epsilon = 1e-5;
  checkpoints::TensorReference gain, bias, mean, variance;
};

/// Each column by itself over the rows around each, as many before as behind, or over those before
/// it alone; zeros are outside of a sequence. The weight has shape [columns, 1, kernelSize].
struct DepthwiseConvolution {
  int64_t kernelSize = 1; // odd
  checkpoints::TensorReference weight;
  std::optional<checkpoints::TensorReference> bias;
  std::optional<BatchNorm> norm = {};
  std::optional<Norm> rowNorm = {}; // of each row of the result
  bool isCausal = false;
};

/// Mixes rows with those near them: output(activation(depthwise((input x) * sigmoid(gate x))))
/// (Gulati et al. 2020, section 2.2).
struct RowMixer {
  Linear input, gate;
  DepthwiseConvolution depthwise;
  Activation activation = Activation::Silu;
  Linear output;
  Norm norm;
};

/// A part of a layer, which adds `factor` times its result to the states. Exactly one is there.
struct Sublayer {
  double factor = 1.0;
  std::optional<Attention> attention = {};
  std::optional<FeedForward> feedForward = {};
  std::optional<RowMixer> mixer = {};
};

/// A layer that makes fewer rows: r + attention(a), where r and a are convolutions of norms of the
/// states; then feed-forward as in layers with the normPlacement pre. attention.norm stands before
/// the convolution that makes a.
struct AdapterLayer {
  Norm residualNorm;
  Convolution residual, input;
  Attention attention;
  FeedForward feedForward;
};

/// What stands behind the layers of a source: n + factor * feedForward(n), where n is
/// feedForward.norm of their states; then layers that make fewer rows.
struct Adapter {
  double factor = 1.0;
  FeedForward feedForward;
  int64_t layerCount = 0;
  std::optional<AdapterLayer> layer = {};
};

/// Rows of a source that lie in lines, as patches of an image do.
struct Grid {
  int64_t height = 0, width = 0;
};

/// Layers before those of a stack, on a finer grid. At their end the rows of each two by two become
/// one, column by column: reduction(norm(both columns)). They have the stack's normPlacement.
struct Stage {
  int64_t layerCount = 0, hiddenSize = 0;
  Grid grid;
  Attention selfAttention;
  FeedForward feedForward;
  Norm reductionNorm; // of 4 * hiddenSize numbers
  Linear reduction;
};

/// What is added to rows of a grid: each channel convolved by itself, with kernels of 3 by 3.
struct ChannelConvolution {
  checkpoints::TensorReference weight; // [channels, 9]
  checkpoints::TensorReference bias;
};

/// Adds first, attention, second and feed-forward to rows of a grid, one after another; the second
/// and the fourth read norms of these.
struct ImageBlock {
  ChannelConvolution first, second;
  Attention attention; // of rows of a tile, or of channels: groups are its heads
  FeedForward feedForward;
};

/// A convolution that makes a coarser grid, with a norm before or behind it, then layers: a block
/// that looks at rows of the same tile, and one that mixes channels.
struct ImageStage {
  int64_t kernelSize = 1, stride = 1, padding = 0;
  Linear linear; // inputs = channels * kernelSize^2
  Norm norm;
  bool isNormBefore = false;
  Grid grid; // behind it
  int64_t layerCount = 0, tileSide = 1;
  ImageBlock tiles, channels;
};

/// What a task's name in a prompt stands for. The rest of the prompt takes the place of "{input}"
/// in the question; where that has none, the name must be all of the prompt.
struct PromptTask {
  std::string name, question;
};

/// What an image becomes before the layers of a stack: the rows of its last stage with positions,
/// and their mean before them, through a linear layer and a norm. Rows of features are the lines of
/// the image, pixel by pixel, and behind them the ids of a prompt, each in column 0 of a row, which
/// are embedded and put behind the image.
struct ImageTower {
  Grid pixels;
  int64_t channels = 3;
  std::vector<ImageStage> stages;
  /// A place has its column's row, then its line's, and the first row of interleaved sinusoids.
  checkpoints::TensorReference columnPositions, linePositions;
  int64_t positionCount = 0;
  Linear projection;
  Norm norm;
  checkpoints::TensorReference promptTable; // [promptVocabularySize, hidden size]
  int64_t promptVocabularySize = 0;
  std::vector<PromptTask> promptTasks = {}; // in the order in which they are looked for
};

/// Pre: x + f(norm(x)). Post: norm(x + f(x)). Sandwich: x + postNorm(f(norm(x))).
enum class NormPlacement { Pre, Post, Sandwich };

/// A second row beside each of a target's (Qi et al. 2020), whose states give the logits. It begins
/// with `embedding` in place of its token's, and with the next position, passes through the same
/// layers, and looks at the tokens up to its own and at itself, in one softmax.
struct PredictStream {
  checkpoints::TensorReference embedding; // [1, hidden size]
  checkpoints::TensorReference positions; // as the embedding's table, but from the next one on
};

/// One side of the model; all its layers are alike, `{layer}` counts them from 0. A side with
/// hidden size 0 is not there.
struct Stack {
  int64_t layerCount = 0;
  int64_t hiddenSize = 0;
  NormPlacement normPlacement = NormPlacement::Post;
  Embedding embedding;                  // of the first stage, where there are some
  std::optional<ImageTower> tower = {}; // between features and positions
  std::vector<Stage> stages;
  std::optional<Grid> grid;
  Attention selfAttention; // without meaning where there is a recurrence, or sublayers
  std::optional<Recurrence> recurrence;
  std::optional<Attention> crossAttention; // target only; keys and values read the source stack
  FeedForward feedForward;                 // without meaning where there are sublayers
  /// What the layers consist of, in this order, in place of selfAttention and feedForward; source
  /// only.
  std::vector<Sublayer> sublayers = {};
  /// Of what each layer gives; with sublayers only.
  std::optional<Norm> layerNorm = {};
  std::optional<Adapter> adapter = {}; // with sublayers only; before finalNorm
  std::optional<Norm> finalNorm;
  std::optional<PredictStream> predictStream = {}; // target only
};

/// BERT's head: norm(activation(linear x)) before the vocabulary projection. Heads of classifiers
/// have no norm.
struct LogitsTransform {
  Linear linear;
  Activation activation = Activation::Gelu;
  std::optional<Norm> norm;
};

/// A model that says how series of numbers go on. Rows of the source are patches of a series that
/// is moved and scaled to mean 0 and deviation 1: `patchLength` values, 0 where one is missing, and
/// behind them 1 for each that is there. Of the target's one id `head` makes
/// [quantiles, horizon] numbers.
struct Forecaster {
  int64_t patchLength = 0, contextLength = 0; // of a series its last contextLength values count
  int64_t horizon = 0;
  std::vector<double> quantiles; // rising
  int64_t startId = 0;
  ResidualBlock head;
};

struct Logits {
  std::optional<LogitsTransform> transform;
  checkpoints::TensorReference weight;              // [vocabulary size or labels, hidden size]
  std::optional<checkpoints::TensorReference> bias; // vocabulary size or labels numbers
  double scale = 1.0;                               // multiplies the states before the product
  /// c: logits become c tanh(logit / c).
  std::optional<double> softCap = {};
};

struct Description {
  std::string name;   // a C identifier, from the directory's name unless given
  std::string family; // for people; nothing behind the front end reads it
  /// One of the sides may be missing: an encoder alone gives states, a decoder alone continues
  /// prompts.
  Stack source;
  /// Are added to the source states, of their width, where the target reads them, not where a
  /// caller does. No source is longer.
  Positions memoryPositions;
  /// Between the source states and the target's cross-attention, e.g. where their widths differ.
  std::optional<Linear> projection;
  Stack target;
  Logits logits; // of the target side
  std::optional<Classifier> classifier;
  /// In place of logits.
  std::optional<Forecaster> forecaster;

  bool hasSource() const { return source.hiddenSize != 0; }
  bool hasTarget() const { return target.hiddenSize != 0; }
  /// Numbers in a row of logits.
  int64_t logitsWidth() const {
    return classifier ? int64_t(classifier->labels.size()) : target.embedding.vocabularySize;
  }
  GenerationDefaults generation;
  Tokenizer tokenizer;
  std::optional<ShortlistFile> shortlist;
  /// Directory that holds the checkpoint's files, absolute; not part of the JSON of `describe`
  /// unless given there.
  std::string checkpoint;
  /// The file of that directory that holds the weights, where it is not one that Hugging Face
  /// names.
  std::string weights;
};

} // namespace transept::frontend

#endif
