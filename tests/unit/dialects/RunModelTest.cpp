// SPDX-License-Identifier: Apache-2.0
//
// A model of one decoder layer gives the same numbers as one function and divided by hand into
// encode and decode, whose self caches live through several calls.

#include "dialects/Transept/interpreter/RunModel.h"

#include "InterpreterTesting.h"

using namespace transept;
using testing::HasSubstr;

namespace {

const std::string forward = R"(
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

const std::string staged = R"(
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
  const std::string causal = "transept.causal_mask";
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

} // namespace
