// SPDX-License-Identifier: Apache-2.0
//
// Marian's transformer (marian-dev, src/models/transformer.h) from the options that it writes
// beside its weights. It differs from what Hugging Face makes of it in three numbers: sinusoids
// that end at exactly 1/10000, norms with epsilon 1e-6, and zeros in place of the target's first
// embedding.

#include "compiler/frontend/marian/MarianModel.h"

#include "base/Error.h"
#include "base/FlatYaml.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/Parts.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char *optionsTensor = "special:model.yml";
constexpr double epsilon = 1e-6;
constexpr int64_t longestSentence = 1000; // Marian's --max-length where it translates

/// Options that the transformer does not look at, that say how it was trained, or that others
/// decide about which are checked.
constexpr std::string_view harmless[] = {"bert-train-type-embeddings",
                                         "bert-type-vocab-size",
                                         "dec-cell-base-depth",
                                         "dec-cell-high-depth",
                                         "dec-cell",
                                         "dim-rnn",
                                         "enc-cell",
                                         "enc-cell-depth",
                                         "enc-type",
                                         "factors-combine",
                                         "layer-normalization",
                                         "lemma-dependency",
                                         "output-approx-knn",
                                         "relative-paths",
                                         "skip",
                                         "special-vocab",
                                         "transformer-aan-activation",
                                         "transformer-aan-depth",
                                         "transformer-aan-nogate",
                                         "transformer-depth-scaling",
                                         "transformer-dim-aan",
                                         "transformer-guided-alignment-layer",
                                         "ulr-dim-emb",
                                         "ulr-trainable-transformation",
                                         "unlikelihood-loss",
                                         "version",
                                         "vocabs"};

/// Options that must be as given here, if they are there.
constexpr std::pair<const char *, bool> required[] = {
    {"right-left", false},
    {"transformer-no-affine", false},
    {"transformer-no-bias", false},
    {"transformer-no-projection", false},
    {"transformer-pool", false},
    {"transformer-rnn-projection", false},
    {"transformer-train-position-embeddings", false},
    {"transformer-train-positions", false},
    {"ulr", false}};

Json readOptions(const checkpoints::Checkpoint &checkpoint, const std::string &file) {
  const checkpoints::TensorInfo *stored = checkpoint.find(optionsTensor);
  if (!stored)
    throw InputError(
        fmt::format("{}: there is no {}, in which Marian writes down what the model is; "
                    "is it another program's file?",
                    file, optionsTensor));
  std::string_view text(reinterpret_cast<const char *>(stored->data.data()), stored->data.size());
  return parseFlatYaml(text.substr(0, text.find('\0')), file + ": " + optionsTensor);
}

class MarianMapping {
public:
  MarianMapping(JsonFields &options, const checkpoints::Checkpoint &checkpoint)
      : options(options), checkpoint(checkpoint) {}

  FamilyResult describe() {
    refuseUnsupported();
    readSizes();
    refuseNormsInFront();
    result.description.family = isRecurrent() ? "marian-ssru" : "marian";
    result.description.source = stack("encoder", options.integer("enc-depth", 1, layerRange));
    result.description.target = stack("decoder", options.integer("dec-depth", 1, layerRange));
    embeddings();
    for (const auto &[name, info] : checkpoint.tensors())
      if (name == optionsTensor || name.ends_with("_QuantMultA"))
        result.unusedTensors.push_back(name); // for activations of bytes
    return std::move(result);
  }

private:
  void refuseUnsupported() {
    if (std::string type = options.text("type", "amun"); type != "transformer")
      refuseValue(type, options.where("type"), "transformer");
    for (auto [key, value] : required)
      if (options.boolean(key, value) != value)
        refuseValue(!value, options.where(key), value ? "true" : "false");
    for (const char *key : {"lemma-dim-emb", "factors-dim-emb"})
      if (int64_t found = options.integer(key, 0, {}))
        refuseValue(found, options.where(key), "0: factored vocabularies are not supported");
    // Depth 0 of the decoder: as the encoder's.
    for (const char *key : {"transformer-ffn-depth", "transformer-decoder-ffn-depth"})
      if (int64_t depth = options.integer(key, 2, {}); depth != 2 && depth != 0)
        refuseValue(depth, options.where(key), "2");
    refuseLists();
    for (std::string_view key : harmless)
      options.markRead(std::string(key));
  }

  void refuseLists() {
    if (const Json *tied = options.find("transformer-tied-layers"); tied && tied->is_array())
      for (size_t layer = 0; layer < tied->size(); ++layer)
        if ((*tied)[layer] != int64_t(layer) + 1)
          refuseValue(*tied, options.where("transformer-tied-layers"),
                      "[]: layers that share weights are not supported");
    if (const Json *types = options.find("input-types"); types && types->is_array())
      for (const Json &type : *types)
        if (type != "sequence")
          refuseValue(*types, options.where("input-types"), "sequences");
  }

  void readSizes() {
    const Json *vocabularies = options.find("dim-vocabs");
    if (!vocabularies || !vocabularies->is_array() || vocabularies->size() != 2)
      throw InputError(fmt::format("{}: two sizes are expected, of source and target",
                                   options.where("dim-vocabs")));
    std::string where = options.where("dim-vocabs");
    sourceSize = toInteger((*vocabularies)[0], where, sizeRange);
    targetSize = toInteger((*vocabularies)[1], where, sizeRange);
    hidden = options.integer("dim-emb", 512, sizeRange);
    heads = headCountField(options, "transformer-heads", 8, "", hidden, "dim-emb");
    if (hidden % 2 != 0 || hidden < 4)
      refuseValue(hidden, options.where("dim-emb"), "an even number of 4 or more");
  }

  /// The steps of an option, without dropout, which translation leaves out.
  std::string steps(const char *key, const char *fallback) {
    std::string steps = options.text(key, fallback);
    std::erase(steps, 'd');
    return steps;
  }

  /// With norms in front of sublayers, Marian's queries are normalized, and keys and values are
  /// not.
  void refuseNormsInFront() {
    if (std::string before = steps("transformer-preprocess", ""); !before.empty())
      refuseValue(before, options.where("transformer-preprocess"), "nothing (or d for dropout)");
    if (std::string after = steps("transformer-postprocess", "dan"); after != "an")
      refuseValue(after, options.where("transformer-postprocess"), "an (and d for dropout)");
  }

  static Norm norm(const std::string &name, const std::string &suffix = "") {
    Norm norm{.kind = NormKind::Layer,
              .epsilon = epsilon,
              .gain = tensor(name + "_ln_scale" + suffix),
              .bias = tensor(name + "_ln_bias" + suffix)};
    return norm;
  }

  static Linear linear(const std::string &name, const std::string &suffix, int64_t inputs,
                       int64_t outputs) {
    checkpoints::TensorReference weight = tensor(name + "_W" + suffix);
    weight.isTransposed = true;
    return {weight, tensor(name + "_b" + suffix), inputs, outputs};
  }

  Attention attention(const std::string &name) const {
    Attention result;
    result.headCount = heads;
    result.headDim = hidden / heads;
    result.scale = 1.0 / std::sqrt(double(result.headDim));
    result.query = linear(name, "q", hidden, hidden);
    result.key = linear(name, "k", hidden, hidden);
    result.value = linear(name, "v", hidden, hidden);
    result.output = linear(name, "o", hidden, hidden);
    result.norm = norm(name + "_Wo");
    return result;
  }

  Recurrence recurrence(const std::string &name) {
    if (std::string cell = options.text("dec-cell", "gru"); cell != "ssru")
      refuseValue(cell, options.where("dec-cell"), "ssru");
    if (options.boolean("layer-normalization", false))
      refuseValue(true, options.where("layer-normalization"), "false");
    Recurrence result{.gate = linear(name, "f", hidden, hidden),
                      .value = linear(name, "", hidden, hidden),
                      .activation = Activation::Relu,
                      .norm = norm(name + "_ffn")};
    result.value.bias.reset();
    return result;
  }

  bool isRecurrent() {
    std::string kind = options.text("transformer-decoder-autoreg", "self-attention");
    if (kind != "self-attention" && kind != "rnn")
      refuseValue(kind, options.where("transformer-decoder-autoreg"), "self-attention or rnn");
    return kind == "rnn";
  }

  FeedForward feedForward(const std::string &name, bool isTarget) {
    int64_t width = options.integer("transformer-dim-ffn", 2048, sizeRange);
    int64_t own = options.integer("transformer-decoder-dim-ffn", 0, countRange);
    if (isTarget && own != 0)
      width = own;
    std::string kind = options.text("transformer-ffn-activation", "swish");
    // Its gelu is neither of the usual ones: x * sigmoid(1.702 x).
    if (kind != "relu" && kind != "swish")
      refuseValue(kind, options.where("transformer-ffn-activation"), "relu or swish");
    return {.activation = kind == "relu" ? Activation::Relu : Activation::Silu,
            .input = linear(name, "1", hidden, width),
            .gate = {},
            .output = linear(name, "2", width, hidden),
            .norm = norm(name + "_ffn")};
  }

  Stack stack(const std::string &side, int64_t layers) {
    bool isTarget = side == "decoder";
    std::string layer = side + "_l{layer+1}";
    Stack stack;
    stack.layerCount = layers;
    stack.hiddenSize = hidden;
    if (isTarget && isRecurrent())
      stack.recurrence = recurrence(layer + "_rnn");
    else
      stack.selfAttention = attention(layer + "_self");
    if (isTarget)
      stack.crossAttention = attention(layer + "_context");
    stack.feedForward = feedForward(layer + "_ffn", isTarget);
    stack.embedding.scale = std::sqrt(double(hidden));
    stack.embedding.positions.kind = PositionKind::SinusoidalHalvesInclusive;
    stack.embedding.positions.length = longestSentence;
    stack.embedding.isFirstZero = isTarget;
    if (hasNorm("transformer-postprocess-emb", "d"))
      stack.embedding.norm = norm(side + "_emb", "_pre");
    if (hasNorm("transformer-postprocess-top", ""))
      stack.finalNorm = norm(side + "_top");
    return stack;
  }

  /// Whether the steps at one end of a stack are a norm; they may be nothing.
  bool hasNorm(const char *key, const char *fallback) {
    std::string found = steps(key, fallback);
    if (!found.empty() && found != "n")
      refuseValue(found, options.where(key), "n or nothing (and d for dropout)");
    return !found.empty();
  }

  void embeddings() {
    bool all = options.boolean("tied-embeddings-all", false);
    bool sides = options.boolean("tied-embeddings-src", false) || all;
    bool head = options.boolean("tied-embeddings", false) || all;
    if (sides && sourceSize != targetSize)
      throw InputError(fmt::format("{}: found {} and {}, but one embedding is for both sides",
                                   options.where("dim-vocabs"), sourceSize, targetSize));
    Description &description = result.description;
    Embedding &source = description.source.embedding, &target = description.target.embedding;
    source.weight = tensor(sides ? "Wemb" : "encoder_Wemb");
    target.weight = tensor(sides ? "Wemb" : "decoder_Wemb");
    source.vocabularySize = sourceSize;
    target.vocabularySize = targetSize;
    const std::string output = "decoder_ff_logit_out";
    if (head) {
      description.logits.weight = *target.weight;
    } else {
      // Older versions stored it as a layer's weight.
      bool isTransposed = checkpoint.find(output + "_W");
      description.logits.weight = tensor(output + (isTransposed ? "_W" : "_Wt"));
      description.logits.weight.isTransposed = isTransposed;
    }
    if (!options.boolean("output-omit-bias", false))
      description.logits.bias = tensor(output + "_b");
    result.shapeOrigins = {
        {"source.embedding", fmt::format("dim-vocabs = {} and dim-emb = {}", sourceSize, hidden)},
        {"target.embedding", fmt::format("dim-vocabs = {} and dim-emb = {}", targetSize, hidden)},
        {"logits", fmt::format("dim-vocabs = {} and dim-emb = {}", targetSize, hidden)},
        {"", fmt::format("dim-emb = {} and transformer-dim-ffn", hidden)}};
  }

  JsonFields &options;
  const checkpoints::Checkpoint &checkpoint;
  FamilyResult result;
  int64_t sourceSize = 0, targetSize = 0, hidden = 0, heads = 0;
};

} // namespace

FamilyResult describeMarian(const MarianFolder &folder, const checkpoints::Checkpoint &checkpoint,
                            std::vector<std::string> &warnings) {
  std::string file = folder.directory + "/" + folder.weights;
  Json json = readOptions(checkpoint, file);
  JsonFields options(json, file + ": " + optionsTensor);
  FamilyResult result = MarianMapping(options, checkpoint).describe();
  if (auto unread = options.unreadKeys(); !unread.empty())
    warnings.push_back(fmt::format("{}: options that are not known: {}", options.origin(),
                                   fmt::join(unread, ", ")));
  return result;
}

} // namespace transept::frontend
