// SPDX-License-Identifier: Apache-2.0
//
// The recurrence and what it goes on from, in numbers computed by hand.

#include "tests/unit/dialects/InterpreterTesting.h"

using testing::ElementsAre;
using testing::HasSubstr;

namespace transept {
namespace {

class InterpreterRecurrence : public InterpreterTesting {
protected:
  const std::string fresh = R"(
    !rows = !transept.rows<target x 1 x f32>
    func.func @f(%gate: !rows, %value: !rows) -> !rows {
      %r = transept.gated_recurrence %gate, %value : (!rows, !rows) -> !rows
      return %r : !rows
    })";
  const std::string continued = R"(
    !rows = !transept.rows<target x 1 x f32>
    !cache = !transept.self_cache<target x 1 x f32>
    func.func @f(%gate: !rows, %value: !rows, %past: !cache) -> !rows {
      %r = transept.gated_recurrence %gate, %value after %past : (!rows, !rows, !cache) -> !rows
      return %r : !rows
    })";
};

TEST_F(InterpreterRecurrence, EachSequenceBeginsWithNothing) {
  // 0.5 * 0 + 0.5 * 8, 0.25 * 4 + 0.75 * 12, and 0.5 * 0 + 0.5 * 2 in the next sequence.
  EXPECT_THAT(runRows(fresh, {rows(1, {0.5, 0.25, 0.5}), rows(1, {8, 12, 2})}),
              ElementsAre(4, 10, 1));
}

TEST_F(InterpreterRecurrence, GoesOnFromTheLastRowOfItsCacheFromCallToCall) {
  auto cache = std::make_shared<SelfCache>();
  EXPECT_THAT(runRows(continued, {rows(1, {0.5, 0.25, 0.5}), rows(1, {8, 12, 2}), cache}),
              ElementsAre(4, 10, 1));
  batch.addSpace(Space::target(), {1, 1}, {2, 1});
  EXPECT_THAT(runRows(continued, {rows(1, {0.5, 0.5}), rows(1, {0, 3}), cache}), ElementsAre(5, 2));
  // Going back to an earlier past forgets what came behind it.
  batch.addSpace(Space::target(), {1, 0}, {1, 2});
  EXPECT_THAT(runRows(continued, {rows(1, {0.5}), rows(1, {0}), cache}), ElementsAre(2));
}

TEST_F(InterpreterRecurrence, PastThatTheCacheDoesNotHoldIsAnErrorAtTheOp) {
  batch.addSpace(Space::target(), {1, 1}, {0, 4});
  EXPECT_THAT(run(continued, {rows(1, {1, 2}), rows(1, {1, 2}), std::make_shared<SelfCache>()}),
              testing::IsEmpty());
  EXPECT_THAT(message, HasSubstr("expects 4 states of a sequence in the cache, but got 0"));
}

TEST_F(InterpreterRecurrence, ZerosStandInPlaceOfAFirstEmbedding) {
  addParameter("words", {2, 1}, {3, 5});
  IdRows ids{{1, 1, 0}};
  EXPECT_THAT(runRows(R"(
    func.func @f(%ids: !transept.rows<target x 1 x i32>) -> !transept.rows<target x 1 x f32> {
      %table = transept.parameter "words" : tensor<2x1xf32>
      %r = transept.embedding %ids, %table first_zero
          : (!transept.rows<target x 1 x i32>, tensor<2x1xf32>) -> !transept.rows<target x 1 x f32>
      return %r : !transept.rows<target x 1 x f32>
    })",
                      {ids}),
              ElementsAre(0, 5, 0));
}

} // namespace
} // namespace transept
