// SPDX-License-Identifier: Apache-2.0
//
// Compiled models of whole targets against the interpreter: attention in both directions, attention
// across with its weights as results, on ragged batches in which sources and targets may be empty.

#include "tests/numerics/CompiledModel.h"

#include "transept/padded.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace transept::testing {

namespace {

/// Everything at once, in sizes that no blocking divides: positions of features, self-attention in
/// a window, two attentions across (weights by heads of the second, averaged of the first), a gated
/// feed-forward behind them.
const std::string everything = R"(
!image = !transept.rows<target x 19 x f32>
!target = !transept.rows<target x 21 x f32>
!text = !transept.rows<source x 13 x f32>
!keys = !transept.rows<source x 10 x f32>
!values = !transept.rows<source x 14 x f32>
!wide = !transept.rows<source x 21 x f32>
!mask = !transept.mask<target x target>
!mean = !transept.attention_weights<target x source x 1>
!weights = !transept.attention_weights<target x source x 3>
func.func @everything(%image: !image, %text: !text) -> (!weights, !image, !mean) {
  %in = transept.parameter "in.weight" : tensor<21x19xf32>
  %in_bias = transept.parameter "in.bias" : tensor<21xf32>
  %x0 = transept.linear %image, %in bias %in_bias : (!image, tensor<21x19xf32>, tensor<21xf32>) -> !target
  %table = transept.parameter "positions" : tensor<80x21xf32>
  %positions = transept.position_embedding %image, %table {offset = 2} : (!image, tensor<80x21xf32>) -> !target
  %x1 = transept.add %x0, %positions : !target
  // Self-attention, both ways within a window.
  %gain = transept.parameter "norm.gain" : tensor<21xf32>
  %shift = transept.parameter "norm.shift" : tensor<21xf32>
  %n1 = transept.layer_norm %x1 gain %gain shift %shift epsilon 1.0e-5
      : (!target, tensor<21xf32>, tensor<21xf32>) -> !target
  %wq = transept.parameter "self.query" : tensor<21x21xf32>
  %q = transept.linear %n1, %wq : (!target, tensor<21x21xf32>) -> !target
  %wk = transept.parameter "self.key" : tensor<21x21xf32>
  %k = transept.linear %n1, %wk : (!target, tensor<21x21xf32>) -> !target
  %wv = transept.parameter "self.value" : tensor<21x21xf32>
  %v = transept.linear %n1, %wv : (!target, tensor<21x21xf32>) -> !target
  %mask = transept.window_mask before 3 after 2 : !mask
  %s = transept.attention %q, %k, %v mask %mask heads 3 {scale = 0.37} : (!target, !target, !target, !mask) -> !target
  %wo = transept.parameter "self.output" : tensor<21x21xf32>
  %so = transept.linear %s, %wo : (!target, tensor<21x21xf32>) -> !target
  %x2 = transept.add %x1, %so : !target
  // Across, with keys and values of different widths.
  %cq = transept.parameter "first.query" : tensor<10x21xf32>
  %q1 = transept.linear %x2, %cq : (!target, tensor<10x21xf32>) -> !transept.rows<target x 10 x f32>
  %ck = transept.parameter "first.key" : tensor<10x13xf32>
  %k1 = transept.linear %text, %ck : (!text, tensor<10x13xf32>) -> !keys
  %cv = transept.parameter "first.value" : tensor<14x13xf32>
  %v1 = transept.linear %text, %cv : (!text, tensor<14x13xf32>) -> !values
  %c1, %w1 = transept.cross_attention %q1, %k1, %v1 heads 2 {scale = 1.3}
      : (!transept.rows<target x 10 x f32>, !keys, !values)
      -> (!transept.rows<target x 14 x f32>, !transept.attention_weights<target x source x 2>)
  %mean = transept.average_heads %w1 : (!transept.attention_weights<target x source x 2>) -> !mean
  %co = transept.parameter "first.output" : tensor<21x14xf32>
  %o1 = transept.linear %c1, %co : (!transept.rows<target x 14 x f32>, tensor<21x14xf32>) -> !target
  %x3 = transept.add %x2, %o1 : !target
  %dk = transept.parameter "second.key" : tensor<21x13xf32>
  %k2 = transept.linear %text, %dk : (!text, tensor<21x13xf32>) -> !wide
  %dv = transept.parameter "second.value" : tensor<21x13xf32>
  %v2 = transept.linear %text, %dv : (!text, tensor<21x13xf32>) -> !wide
  %c2, %w2 = transept.cross_attention %x3, %k2, %v2 heads 3
      : (!target, !wide, !wide) -> (!target, !weights)
  %x4 = transept.add %x3, %c2 : !target
  // Feed-forward.
  %g = transept.parameter "gate" : tensor<35x21xf32>
  %gate = transept.linear %x4, %g : (!target, tensor<35x21xf32>) -> !transept.rows<target x 35 x f32>
  %u = transept.parameter "up" : tensor<35x21xf32>
  %up = transept.linear %x4, %u : (!target, tensor<35x21xf32>) -> !transept.rows<target x 35 x f32>
  %open = transept.activation sigmoid %gate : !transept.rows<target x 35 x f32>
  %gated = transept.gate %up, %open : !transept.rows<target x 35 x f32>
  %d = transept.parameter "down" : tensor<19x35xf32>
  %down = transept.linear %gated, %d : (!transept.rows<target x 35 x f32>, tensor<19x35xf32>) -> !image
  %states = transept.add %image, %down : !image
  return %w2, %states, %mean : !weights, !image, !mean
})";

/// One head, no projections: the source's features are the keys as they are; causal, because whole
/// targets may be that, too.
const std::string bare = R"(
!target = !transept.rows<target x 5 x f32>
!source = !transept.rows<source x 5 x f32>
!weights = !transept.attention_weights<target x source x 1>
func.func @bare(%x: !target, %y: !source) -> (!target, !weights) {
  %mask = transept.causal_mask : !transept.mask<target x target>
  %s = transept.attention %x, %x, %x mask %mask heads 5
      : (!target, !target, !target, !transept.mask<target x target>) -> !target
  %values = transept.scale %y by -0.5 : !source
  %c, %weights = transept.cross_attention %s, %y, %values heads 1 {scale = 3.0}
      : (!target, !source, !source) -> (!target, !weights)
  %r = transept.rms_norm %c epsilon 1.0e-3 : (!target) -> !target
  return %r, %weights : !target, !weights
})";

/// A source that is mixed in encode: positions, self-attention without a mask, a class token.
const std::string mixedSource = R"(
!patches = !transept.rows<source.patches x 7 x f32>
!source = !transept.rows<source x 7 x f32>
!target = !transept.rows<target x 7 x f32>
!weights = !transept.attention_weights<target x source x 7>
!mean = !transept.attention_weights<target x source x 1>
func.func @mixed_source(%patches: !patches, %x: !target) -> (!target, !mean, !weights) {
  %token = transept.parameter "token" : tensor<3x7xf32>
  %rows = transept.prepend_rows %token, %patches : (tensor<3x7xf32>, !patches) -> !source
  %table = transept.sinusoid interleaved : tensor<90x8xf32>
  %narrow = transept.parameter "narrow" : tensor<7x8xf32>
  %positions = transept.position_embedding %rows, %table
      : (!source, tensor<90x8xf32>) -> !transept.rows<source x 8 x f32>
  %places = transept.linear %positions, %narrow
      : (!transept.rows<source x 8 x f32>, tensor<7x8xf32>) -> !source
  %placed = transept.add %rows, %places : !source
  %mixed = transept.attention %placed, %placed, %placed heads 1 : (!source, !source, !source) -> !source
  %both = transept.attention %x, %x, %x heads 7 : (!target, !target, !target) -> !target
  %y, %weights = transept.cross_attention %both, %mixed, %placed heads 7
      : (!target, !source, !source) -> (!target, !weights)
  %mean = transept.average_heads %weights : (!weights) -> !mean
  return %y, %mean, %weights : !target, !mean, !weights
})";

/// A source whose rows add a row of a table, which a column counts beyond both ends of the table,
/// to their own; with learned rows around them.
const std::string countedSource = R"(
!patches = !transept.rows<source.patches x 9 x f32>
!values = !transept.rows<source.patches x 7 x f32>
!led = !transept.rows<source.led x 7 x f32>
!source = !transept.rows<source x 7 x f32>
!target = !transept.rows<target x 7 x f32>
!weights = !transept.attention_weights<target x source x 1>
func.func @counted_source(%patches: !patches, %x: !target) -> (!target, !weights) {
  %counts = transept.scale %patches by 32.0 : !patches
  %table = transept.parameter "table" : tensor<19x7xf32>
  %rows = transept.column_embedding %counts, %table column 1 : (!patches, tensor<19x7xf32>) -> !values
  %own = transept.slice_columns %patches from 2 : (!patches) -> !values
  %w = transept.parameter "w" : tensor<7x7xf32>
  %embedded = transept.linear %own, %w : (!values, tensor<7x7xf32>) -> !values
  %sum = transept.add %embedded, %rows : !values
  %first = transept.parameter "first" : tensor<1x7xf32>
  %led = transept.prepend_rows %first, %sum : (tensor<1x7xf32>, !values) -> !led
  %last = transept.parameter "last" : tensor<2x7xf32>
  %all = transept.append_rows %led, %last : (!led, tensor<2x7xf32>) -> !source
  %halves = transept.scale %all by -0.5 : !source
  %y, %weights = transept.cross_attention %x, %all, %halves heads 1
      : (!target, !source, !source) -> (!target, !weights)
  return %y, %weights : !target, !weights
})";

/// What one call returns: states of all targets, and for each result of attention weights those of
/// all targets, one after another, as the interpreter lists them.
struct Answers {
  std::vector<float> states, attention;
  bool operator==(const Answers &) const = default;
};

std::vector<float> numbersOf(const std::vector<int32_t> &ids, size_t width) {
  Tensor rows = featureRows(ids, int64_t(width));
  return {rows.values.begin(), rows.values.end()};
}

/// Through the C functions, which take a batch at once.
class Batch {
public:
  Batch(const Model &model, unsigned threads) : table(model.table()), runtime(*table.runtime) {
    transept_open_options options{};
    options.structure_size = sizeof(options);
    options.threads = threads;
    check(runtime.open(&table, &options, &handle, &message));
  }
  ~Batch() {
    for (transept_source *source : sources)
      runtime.release_source(source);
    runtime.close(handle);
  }

  Answers transform(const Sequences &sourceIds, const Sequences &targetIds) {
    encode(sourceIds);
    std::vector<float> features;
    std::vector<uint64_t> offsets{0};
    for (const std::vector<int32_t> &target : targetIds) {
      append(features, numbersOf(target, table.target_feature_width));
      offsets.push_back(offsets.back() + target.size());
    }
    Answers answers;
    answers.states.resize(offsets.back() * table.target_state_width, NAN);
    std::vector<std::vector<float>> weights;
    std::vector<float *> pointers;
    std::vector<size_t> heads;
    for (const transept_cache_slot &slot : std::span(table.encoder_slots, table.encoder_slot_count))
      if (slot.layout == TRANSEPT_CACHE_KEYS)
        heads.push_back(slot.head_count);
    for (size_t count : heads) {
      size_t numbers = 0;
      for (size_t index = 0; index < sources.size(); ++index)
        numbers += count * targetIds[index].size() * lengths[index];
      pointers.push_back(weights.emplace_back(numbers + 1, NAN).data());
    }
    check(runtime.transform(handle, sources.data(), sources.size(), features.data(), offsets.data(),
                            answers.states.data(), pointers.data(), &message));
    for (const transept_returned_attention &each :
         std::span(table.returned_attention, table.returned_attention_count)) {
      auto next = weights[each.cross_attention].begin();
      for (size_t index = 0; index < sources.size(); ++index) {
        AttentionWeights one{heads[each.cross_attention], targetIds[index].size(), lengths[index]};
        auto size = std::ptrdiff_t(one.heads * one.rows * one.keys);
        one.values.assign(next, next + size);
        next += size;
        append(answers.attention, each.is_averaged ? one.averaged().values : one.values);
      }
    }
    return answers;
  }

private:
  void check(transept_status status) {
    std::string text = status == TRANSEPT_OK || !message ? "" : message;
    if (status != TRANSEPT_OK)
      throw std::runtime_error("the runtime says: " + text);
  }

  void encode(const Sequences &sourceIds) {
    std::vector<std::vector<float>> features;
    std::vector<transept_source_input> inputs;
    for (const std::vector<int32_t> &source : sourceIds) {
      features.push_back(numbersOf(source, table.source_feature_width));
      transept_source_input &input = inputs.emplace_back();
      input.features = features.back().data();
      input.length = source.size();
    }
    for (transept_source *source : sources)
      runtime.release_source(source);
    sources.assign(sourceIds.size(), nullptr);
    check(runtime.encode(handle, inputs.data(), inputs.size(), sources.data(), &message));
    lengths.clear();
    for (transept_source *source : sources) {
      transept_source_view view;
      runtime.view_source(source, &view);
      lengths.push_back(view.length);
    }
  }

  const transept_model_table &table;
  const transept_runtime &runtime;
  transept_model *handle = nullptr;
  char *message = nullptr;
  std::vector<transept_source *> sources;
  std::vector<size_t> lengths;
};

Sequences sequences(const std::vector<int64_t> &lengths, uint64_t seed) {
  return randomSequences(lengths, 1000, seed);
}

/// Compiles, compares with the interpreter, then with itself in a smaller batch and over threads.
void check(const std::string &text, const std::string &cpu, Fusion fusion, uint64_t seed) {
  SCOPED_TRACE(cpu + ", seed " + std::to_string(seed));
  std::string library = compileWithRandomWeights(text, cpu, fusion, seed);
  Model model = Model::open(library, {.threads = 1});
  const std::vector<std::pair<Sequences, Sequences>> batches = {
      {sequences({13, 0, 1, 67, 16, 0}, seed), sequences({5, 18, 0, 33, 1, 0}, seed + 1)},
      {sequences({17}, seed + 2), sequences({64}, seed + 3)},
      {sequences({0, 0}, seed), sequences({3, 1}, seed)},
      {sequences({31, 2}, seed), sequences({0, 0}, seed)}};
  for (const auto &[sources, targets] : batches) {
    SCOPED_TRACE(std::to_string(sources.size()) + " sources");
    ModelOutputs expected = interpret(text, seed, sources, targets);
    Answers together = Batch(model, 1).transform(sources, targets);
    expectClose(expected.logits.values, together.states, "states");
    expectClose(expected.attention, together.attention, "attention weights");
    for (unsigned threads : {2u, 3u})
      EXPECT_TRUE(Batch(model, threads).transform(sources, targets) == together)
          << "bits depend on " << threads << " threads";
    // States alone: the weights' order in a batch is by results.
    std::vector<float> apart;
    Batch single(model, 1);
    for (size_t index = 0; index < sources.size(); ++index)
      append(apart, single.transform({sources[index]}, {targets[index]}).states);
    EXPECT_TRUE(apart == together.states) << "bits depend on the batch";
  }
  Answers nothing = Batch(model, 2).transform({}, {});
  EXPECT_TRUE(nothing.states.empty() && nothing.attention.empty());
  std::filesystem::remove(library);
}

class WholeTargets : public ::testing::TestWithParam<std::string> {};

TEST_P(WholeTargets, GiveWhatTheInterpreterGives) {
  check(everything, GetParam(), Fusion::All, 1);
  check(bare, GetParam(), Fusion::All, 2);
  check(mixedSource, GetParam(), Fusion::All, 3);
  check(countedSource, GetParam(), Fusion::All, 7);
}

TEST_P(WholeTargets, GiveTheSameUnfused) {
  check(everything, GetParam(), Fusion::Least, 4);
}

/// A longer row of positions would be read from behind the table.
TEST_P(WholeTargets, KnowHowManyPositionsTheirTablesHave) {
  std::string library = compileWithRandomWeights(everything, GetParam(), Fusion::All, 6);
  Model targets = Model::open(library, {.threads = 1});
  EXPECT_EQ(targets.maximumTargetLength(), 78u);
  EXPECT_EQ(targets.maximumSourceLength(), SIZE_MAX);
  std::vector<float> features(79 * 19);
  EXPECT_THROW(targets.transform(targets.encodeFeatures({}), features), Error);
  std::filesystem::remove(library);
  library = compileWithRandomWeights(mixedSource, GetParam(), Fusion::All, 6);
  Model sources = Model::open(library, {.threads = 1});
  EXPECT_EQ(sources.maximumSourceLength(), 90u);
  EXPECT_EQ(sources.encodeFeatures(std::vector<float>(87 * 7)).length(), 90u);
  EXPECT_THROW(sources.encodeFeatures(std::vector<float>(88 * 7)), Error);
  std::filesystem::remove(library);
}

/// Padding with holes: the kept source rows alone decide, and weights stand where their rows do.
TEST_P(WholeTargets, OfPaddedArraysAreThoseOfWhatIsNotPadding) {
  uint64_t seed = 5;
  std::string library = compileWithRandomWeights(bare, GetParam(), Fusion::All, seed);
  Model model = Model::open(library, {.threads = 2});
  const PaddedShape shape{.batch = 3, .targetRows = 7, .sourceRows = 18};
  Sequences sources = sequences({18, 18, 18}, seed), targets = sequences({7, 7, 7}, seed + 1);
  std::vector<float> targetNumbers, sourceNumbers;
  // Every third row; all; rows 5 and 17 are kept.
  auto mask = std::make_unique<bool[]>(3 * 18);
  Sequences kept(3);
  for (size_t pair = 0; pair < 3; ++pair) {
    append(targetNumbers, numbersOf(targets[pair], 5));
    append(sourceNumbers, numbersOf(sources[pair], 5));
    for (size_t row = 0; row < 18; ++row) {
      bool isKept = pair == 0 ? row % 3 == 0 : pair == 2 && row % 12 == 5;
      mask[pair * 18 + row] = !isKept;
      if (isKept)
        kept[pair].push_back(sources[pair][row]);
      else
        std::fill_n(sourceNumbers.begin() + std::ptrdiff_t(pair * 18 + row) * 5, 5, float(NAN));
    }
  }
  std::vector<float> states(3 * 7 * 5, NAN), weights(3 * 7 * 18, NAN);
  transformPadded(model, shape, targetNumbers.data(), sourceNumbers.data(), mask.get(),
                  states.data(), weights.data());

  ModelOutputs expected = interpret(bare, seed, kept, targets);
  expectClose(expected.logits.values, states, "states");
  std::vector<float> keptWeights;
  for (size_t index = 0; index < weights.size(); ++index) {
    if (mask[index / (7 * 18) * 18 + index % 18])
      EXPECT_EQ(weights[index], 0) << index;
    else
      keptWeights.push_back(weights[index]);
  }
  expectClose(expected.attention, keptWeights, "attention weights");
  std::filesystem::remove(library);
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, WholeTargets, ::testing::ValuesIn(runnableProcessors()),
                         [](const auto &info) { return withoutHyphens(info.param); });

} // namespace
} // namespace transept::testing
