// SPDX-License-Identifier: Apache-2.0
//
// A model of one decoder layer gives the same numbers as one function and divided by hand into
// encode and decode, whose self caches live through several calls.

#include "dialects/Transept/interpreter/RunModel.h"

#include "InterpreterTesting.h"

#include <algorithm>

using namespace transept;
using testing::HasSubstr;

namespace {

std::string forward = R"(
  !source = !transept.rows<source x 4 x f32>
  !target = !transept.rows<target x 4 x f32>
  func.func @forward(%source_ids: !transept.rows<source x 1 x i32>,
                     %target_ids: !transept.rows<target x 1 x i32>)
      -> (!transept.rows<target x 5 x f32>, !source) {
    %table = transept.parameter "table" : tensor<5x4xf32>
    %kw = transept.parameter "key" : tensor<4x4xf32>
    %source = transept.embedding %source_ids, %table
        : (!transept.rows<source x 1 x i32>, tensor<5x4xf32>) -> !source
    %source_keys = transept.linear %source, %kw : (!source, tensor<4x4xf32>) -> !source
    %target = transept.embedding %target_ids, %table
        : (!transept.rows<target x 1 x i32>, tensor<5x4xf32>) -> !target
    %position = transept.position_embedding %target_ids, %table
        : (!transept.rows<target x 1 x i32>, tensor<5x4xf32>) -> !target
    %x = transept.add %target, %position : !target
    %mask = transept.causal_mask : !transept.mask<target x target>
    %y = transept.attention %x, %x, %x mask %mask heads 2
        : (!target, !target, !target, !transept.mask<target x target>) -> !target
    %z = transept.cross_attention %y, %source_keys, %source heads 2
        : (!target, !source, !source) -> !target
    %logits = transept.logits %z, %table
        : (!target, tensor<5x4xf32>) -> !transept.rows<target x 5 x f32>
    return %logits, %source : !transept.rows<target x 5 x f32>, !source
  })";

std::string staged = R"(
  !source = !transept.rows<source x 4 x f32>
  !target = !transept.rows<target x 4 x f32>
  !history = !transept.rows<target.history x 4 x f32>
  !encoder_cache = !transept.encoder_cache<source x 4 x f32>
  !self_cache = !transept.self_cache<target x 4 x f32>
  func.func @encode(%ids: !transept.rows<source x 1 x i32>)
      -> (!source, !encoder_cache, !encoder_cache) {
    %table = transept.parameter "table" : tensor<5x4xf32>
    %kw = transept.parameter "key" : tensor<4x4xf32>
    %source = transept.embedding %ids, %table
        : (!transept.rows<source x 1 x i32>, tensor<5x4xf32>) -> !source
    %source_keys = transept.linear %source, %kw : (!source, tensor<4x4xf32>) -> !source
    %keys = transept.cache_store %source_keys : (!source) -> !encoder_cache
    %values = transept.cache_store %source : (!source) -> !encoder_cache
    return %source, %keys, %values : !source, !encoder_cache, !encoder_cache
  }
  func.func @decode(%ids: !transept.rows<target x 1 x i32>, %key_cache: !encoder_cache,
                    %value_cache: !encoder_cache, %self: !self_cache)
      -> !transept.candidates<target.requested x 5> {
    %table = transept.parameter "table" : tensor<5x4xf32>
    %keys = transept.cache_read %key_cache : (!encoder_cache) -> !source
    %values = transept.cache_read %value_cache : (!encoder_cache) -> !source
    %target = transept.embedding %ids, %table
        : (!transept.rows<target x 1 x i32>, tensor<5x4xf32>) -> !target
    %position = transept.position_embedding %ids, %table
        : (!transept.rows<target x 1 x i32>, tensor<5x4xf32>) -> !target
    %x = transept.add %target, %position : !target
    %history = transept.cache_append %self, %x : (!self_cache, !target) -> !history
    %mask = transept.causal_mask : !transept.mask<target x target.history>
    %y = transept.attention %x, %history, %history mask %mask heads 2
        : (!target, !history, !history, !transept.mask<target x target.history>) -> !target
    %z = transept.cross_attention %y, %keys, %values heads 2
        : (!target, !source, !source) -> !target
    %wanted = transept.requested_rows %z
        : (!target) -> !transept.rows<target.requested x 4 x f32>
    %r = transept.search_vocabulary %wanted, %table
        : (!transept.rows<target.requested x 4 x f32>, tensor<5x4xf32>)
        -> !transept.candidates<target.requested x 5>
    return %r : !transept.candidates<target.requested x 5>
  })";

const Sequences sources = {{1, 2, 3}, {4, 1}, {}, {0, 0}};
const Sequences targets = {{1}, {2, 3, 4, 0, 1}, {4, 3, 2}, {}};

using RunModel = InterpreterTesting;

TEST_F(RunModel, StagedFormGivesTheNumbersOfForward) {
  auto expected = runModel(*parse(forward), randomParameters(1), sources, targets);
  auto found = runModel(*parse(staged), randomParameters(1), sources, targets);
  ASSERT_TRUE(mlir::succeeded(expected) && mlir::succeeded(found)) << message;
  EXPECT_EQ(expected->logits.shape, (std::vector<int64_t>{9, 5}));
  EXPECT_EQ(found->logits, expected->logits);
  EXPECT_EQ(found->encoderStates, expected->encoderStates);
  ASSERT_TRUE(expected->encoderStates);
  EXPECT_EQ(expected->encoderStates->shape, (std::vector<int64_t>{7, 4}));
}

TEST_F(RunModel, NoticesAMaskThatForgetsTheHistory) {
  std::string broken = staged;
  std::string causal = "transept.causal_mask";
  broken.replace(broken.find(causal), causal.size(), "transept.window_mask before 0 after 0");
  auto expected = runModel(*parse(forward), randomParameters(1), sources, targets);
  auto found = runModel(*parse(broken), randomParameters(1), sources, targets);
  ASSERT_TRUE(mlir::succeeded(expected) && mlir::succeeded(found)) << message;
  EXPECT_NE(found->logits, expected->logits);
}

TEST_F(RunModel, RefusesOtherForms) {
  EXPECT_TRUE(mlir::failed(
      runModel(*parse("func.func @f() { return }"), randomParameters(1), sources, targets)));
  EXPECT_THAT(message, HasSubstr("expects a function `forward`, or `encode` and `decode`"));
  EXPECT_TRUE(mlir::failed(runModel(*parse(forward), randomParameters(1), sources, {})));
  EXPECT_THAT(message, HasSubstr("expects a target for each source, but got 4 sources and 0"));
}

/// Frames through a convolution and a class token, and whole targets that look at them: both ways
/// among themselves, and with the weights of the attention across as results.
const std::string features = R"(
  !frames = !transept.rows<source.features x 3 x f32>
  !windows = !transept.rows<source.windows x 9 x f32>
  !inner = !transept.rows<source.windows x 4 x f32>
  !source = !transept.rows<source x 4 x f32>
  !target = !transept.rows<target x 4 x f32>
  !weights = !transept.attention_weights<target x source x 2>
  !mean = !transept.attention_weights<target x source x 1>
)";
const std::string encoder = R"(
    %stem = transept.parameter "stem" : tensor<4x9xf32>
    %token = transept.parameter "token" : tensor<1x4xf32>
    %windows = transept.windows %frames kernel 3 stride 2 padding 1 : (!frames) -> !windows
    %inner = transept.linear %windows, %stem : (!windows, tensor<4x9xf32>) -> !inner
    %states = transept.prepend_rows %token, %inner : (tensor<1x4xf32>, !inner) -> !source
)";
const std::string decoder = R"(
    %both = transept.attention %x, %x, %x heads 2 : (!target, !target, !target) -> !target
    %y, %weights = transept.cross_attention %both, %keys, %values heads 2
        : (!target, !source, !source) -> (!target, !weights)
    %mean = transept.average_heads %weights : (!weights) -> !mean
    return %y, %mean, %weights : !target, !mean, !weights
  }
)";
const std::string forwardOfFeatures =
    features + "func.func @forward(%frames: !frames, %x: !target) -> (!target, !mean, !weights) {" +
    encoder + R"(
    %w = transept.parameter "key" : tensor<4x4xf32>
    %keys = transept.linear %states, %w : (!source, tensor<4x4xf32>) -> !source
    %values = transept.scale %states by 2.0 : !source
)" + decoder;
const std::string stagedFeatures = features + R"(
  !cache = !transept.encoder_cache<source x 4 x f32>
  func.func @encode(%frames: !frames) -> (!cache, !cache) {)" +
                                   encoder + R"(
    %w = transept.parameter "key" : tensor<4x4xf32>
    %keys = transept.linear %states, %w : (!source, tensor<4x4xf32>) -> !source
    %values = transept.scale %states by 2.0 : !source
    %a = transept.cache_store %keys : (!source) -> !cache
    %b = transept.cache_store %values : (!source) -> !cache
    return %a, %b : !cache, !cache
  }
  func.func @decode(%x: !target, %a: !cache, %b: !cache) -> (!target, !mean, !weights) {
    %keys = transept.cache_read %a : (!cache) -> !source
    %values = transept.cache_read %b : (!cache) -> !source
)" + decoder;

TEST_F(RunModel, RunsFeaturesAndWholeTargetsInBothForms) {
  auto expected = runModel(*parse(forwardOfFeatures), randomParameters(3), sources, targets);
  auto found = runModel(*parse(stagedFeatures), randomParameters(3), sources, targets);
  ASSERT_TRUE(mlir::succeeded(expected) && mlir::succeeded(found)) << message;
  EXPECT_EQ(expected->logits.shape, (std::vector<int64_t>{9, 4}));
  EXPECT_EQ(found->logits, expected->logits);
  EXPECT_FALSE(expected->encoderStates);
  // Sources of 3, 2, 0 and 2 frames become 3, 2, 1 and 2 rows; targets have 1, 5, 3 and 0.
  size_t pairs = 1 * 3 + 5 * 2 + 3 * 1;
  EXPECT_EQ(expected->attention.size(), pairs * (1 + 2));
  EXPECT_EQ(found->attention, expected->attention);
  double sum = 0;
  for (double weight : expected->attention)
    sum += weight;
  EXPECT_NEAR(sum, 9 * (1 + 2), 1e-12);
  // The mean comes first.
  EXPECT_NEAR(expected->attention[0],
              (expected->attention[pairs] + expected->attention[pairs + 3]) / 2, 1e-15);
}

TEST_F(RunModel, NoticesWeightsOfAnotherAttention) {
  std::string broken = stagedFeatures;
  std::string returned = "return %y, %mean, %weights";
  broken.replace(broken.rfind(returned), returned.size(),
                 "%z, %other = transept.cross_attention %x, %keys, %values heads 2\n"
                 ": (!target, !source, !source) -> (!target, !weights)\n"
                 "return %y, %mean, %other");
  auto expected = runModel(*parse(forwardOfFeatures), randomParameters(3), sources, targets);
  auto found = runModel(*parse(broken), randomParameters(3), sources, targets);
  ASSERT_TRUE(mlir::succeeded(expected) && mlir::succeeded(found)) << message;
  EXPECT_EQ(found->logits, expected->logits);
  EXPECT_NE(found->attention, expected->attention);
}

TEST_F(RunModel, GivesAllResultsBySequenceTheSourcesFirst) {
  auto outputs = runModel(*parse(features + R"(
    func.func @forward(%x: !target, %y: !target, %s: !source) -> (!target, !source, !target, !weights) {
      %sum = transept.add %x, %y : !target
      %z, %w = transept.cross_attention %sum, %s, %s heads 2
          : (!target, !source, !source) -> (!target, !weights)
      return %x, %s, %y, %w : !target, !source, !target, !weights
    })"),
                          randomParameters(1), sources, targets);
  ASSERT_TRUE(mlir::succeeded(outputs)) << message;
  const auto &results = outputs->results;
  ASSERT_EQ(results.size(), 4u);
  EXPECT_TRUE(results[0].isOfSource);
  EXPECT_FALSE(results[1].isOfSource || results[2].isOfSource || results[3].isOfSource);
  EXPECT_TRUE(results[3].isAttention);
  ASSERT_EQ(results[1].sequences.size(), targets.size());
  EXPECT_EQ(results[1].sequences[1].shape, (std::vector<int64_t>{5, 4}));
  EXPECT_EQ(results[3].sequences[1].shape, (std::vector<int64_t>{2, 5, 2}));
  // The arguments of one side are different rows.
  EXPECT_NE(results[1].sequences[1], results[2].sequences[1]);
}

TEST_F(RunModel, MakesFeaturesOfIdsThatFloatsHoldExactly) {
  std::vector<int32_t> ids = {4, 7, 4};
  Tensor rows = featureRows(ids, 5);
  EXPECT_EQ(rows.shape, (std::vector<int64_t>{3, 5}));
  EXPECT_TRUE(std::ranges::equal(rows.row(0), rows.row(2)));
  EXPECT_FALSE(std::ranges::equal(rows.row(0), rows.row(1)));
  for (double x : rows.values) {
    EXPECT_EQ(double(float(x)), x);
    EXPECT_TRUE(x >= -1 && x < 1) << x;
  }
}

} // namespace
