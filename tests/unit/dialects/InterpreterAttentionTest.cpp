// SPDX-License-Identifier: Apache-2.0
//
// The interpreter on masks, biases, attention and caches; all numbers by hand.

#include "InterpreterTesting.h"

#include <cmath>

using namespace transept;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

double ln3 = std::log(3.0);

/// Two target sequences, of two rows and of one, all of width 1.
class InterpreterAttention : public InterpreterTesting {
protected:
  /// Self-attention with `attributes` between the keys and the colon, `setup` before.
  std::vector<double> attend(std::vector<double> q, std::vector<double> k, std::vector<double> v,
                             const std::string &setup, const std::string &attributes,
                             const std::string &extraTypes) {
    return runRows(R"(func.func @f(%q: !transept.rows<target x 1 x f32>,
                                   %k: !transept.rows<target x 1 x f32>,
                                   %v: !transept.rows<target x 1 x f32>)
                          -> !transept.rows<target x 1 x f32> {
      )" + setup + "\n %r = transept.attention %q, %k, %v " +
                       attributes +
                       R"( : (!transept.rows<target x 1 x f32>, !transept.rows<target x 1 x f32>,
                              !transept.rows<target x 1 x f32>)" +
                       extraTypes + R"() -> !transept.rows<target x 1 x f32>
      return %r : !transept.rows<target x 1 x f32>
    })",
                   {rows(1, std::move(q)), rows(1, std::move(k)), rows(1, std::move(v))});
  }

  /// What each query sees with a mask, as the mean of values 1, 3 and 7.
  std::vector<double> attendMasked(const std::string &setup) {
    return attend({0, 0, 0}, {0, 0, 0}, {1, 3, 7}, setup, "mask %mask heads 1",
                  ", !transept.mask<target x target>");
  }
};

TEST_F(InterpreterAttention, SoftmaxOfScaledScoresWithinASequence) {
  // exp(0.5 * 1 * 2 ln 3) = 3: weights 1/4 and 3/4.
  EXPECT_THAT(attend({1, 0, 1}, {0, 2 * ln3, 5}, {0, 4, 7}, "", "heads 1 {scale = 0.5}", ""),
              near({3, 2, 7}));
}

TEST_F(InterpreterAttention, Masks) {
  std::string of = " : !transept.mask<target x target>\n";
  EXPECT_THAT(attendMasked("%mask = transept.padding_mask" + of), near({2, 2, 7}));
  EXPECT_THAT(attendMasked("%mask = transept.causal_mask" + of), near({1, 2, 7}));
  EXPECT_THAT(attendMasked("%mask = transept.window_mask before 0 after 1" + of), near({2, 3, 7}));
  // Two sequences: positions 0 and 1, and 0.
  EXPECT_THAT(attendMasked("%mask = transept.chunk_mask size 1" + of), near({1, 2, 7}));
  EXPECT_THAT(attendMasked("%mask = transept.chunk_mask size 1 before 0" + of), near({1, 3, 7}));
  EXPECT_THAT(attendMasked("%mask = transept.chunk_mask size 2 before 0" + of), near({2, 2, 7}));
  EXPECT_THAT(attendMasked("%a = transept.chunk_mask size 2" + of +
                           "%b = transept.chunk_mask size 1 before 0" + of +
                           "%mask = transept.combine_masks %a, %b" + of),
              near({1, 3, 7}));
  EXPECT_THAT(attendMasked("%a = transept.causal_mask" + of +
                           "%b = transept.window_mask before 0 after 1" + of +
                           "%mask = transept.combine_masks %a, %b" + of),
              near({1, 3, 7}));
}

TEST_F(InterpreterAttention, RelativePositionBias) {
  addParameter("table", {2, 1}, {0, float(ln3)}); // distance 0, distances from 1
  const auto result =
      attend({0, 0, 0}, {0, 0, 0}, {4, 0, 7}, R"(
      %table = transept.parameter "table" : tensor<2x1xf32>
      %mask = transept.causal_mask : !transept.mask<target x target>
      %bias = transept.relative_position_bias %table buckets 2 maximum_distance 4
          : tensor<2x1xf32> -> !transept.bias<target x target x 1>)",
             "mask %mask bias %bias heads 1",
             ", !transept.mask<target x target>, !transept.bias<target x target x 1>");
  ASSERT_EQ(result.size(), 3u);
  EXPECT_DOUBLE_EQ(result[0], 4);
  EXPECT_NEAR(result[1], 3, 1e-6); // ln 3 is rounded to f32 in the table
  EXPECT_DOUBLE_EQ(result[2], 7);
}

/// Rows of scores are theirs who ask; what they say of a distance goes to the key at that distance.
TEST_F(InterpreterAttention, RelativeScores) {
  auto attendWith = [&](int64_t width, std::vector<double> scores, const std::string &form) {
    std::string of = "!transept.rows<target x " + std::to_string(width) + " x f32>";
    return runRows("func.func @f(%q: !transept.rows<target x 1 x f32>, %v: "
                   "!transept.rows<target x 1 x f32>, %s: " +
                       of + R"() -> !transept.rows<target x 1 x f32> {
      %bias = transept.relative_scores %s )" +
                       form + " : " + of + R"( -> !transept.bias<target x target x 1>
      %r = transept.attention %q, %q, %v bias %bias heads 1
          : (!transept.rows<target x 1 x f32>, !transept.rows<target x 1 x f32>,
             !transept.rows<target x 1 x f32>, !transept.bias<target x target x 1>)
          -> !transept.rows<target x 1 x f32>
      return %r : !transept.rows<target x 1 x f32>
    })",
                   {rows(1, {0, 0, 0}), rows(1, {0, 4, 7}), rows(width, std::move(scores))});
  };
  // Distances -1, 0 and 1.
  EXPECT_THAT(attendWith(3, {9, 0, ln3, ln3, 0, 9, 9, 9, 9}, "before 1 after 1"), near({3, 1, 7}));
  // Keys farther before count as the query's own.
  EXPECT_THAT(attendWith(2, {0, ln3, ln3, 0, 0, 0}, "before 0 after 1"), near({3, 2, 7}));
  // Buckets: of the own position and behind it, and before it.
  EXPECT_THAT(attendWith(2, {0, ln3, 0, ln3, 0, 0}, "buckets 2 maximum_distance 4"),
              near({2, 1, 7}));
  EXPECT_THAT(attendWith(2, {0, ln3, 0, ln3, 0, 0}, "buckets 2 maximum_distance 4 ahead 1"),
              near({1, 2, 7}));
}

TEST_F(InterpreterAttention, RowsThatSeeThemselvesInOneSoftmax) {
  EXPECT_THAT(runRows(R"(
    !rows = !transept.rows<target x 1 x f32>
    func.func @f(%q: !rows, %v: !rows, %own: !rows) -> !rows {
      %mask = transept.causal_mask : !transept.mask<target x target>
      %r = transept.merged_attention %q, %q, %v memory %q, %own mask %mask heads 1
          : (!rows, !rows, !rows, !rows, !rows, !transept.mask<target x target>) -> !rows
      return %r : !rows
    })",
                      {rows(1, {0, 0, 0}), rows(1, {1, 2, 5}), rows(1, {3, 6, 7})}),
              near({2, 3, 6}));
}

TEST_F(InterpreterAttention, HeadsAreIndependent) {
  batch = Batch();
  batch.addSpace(Space::target(), {2});
  EXPECT_THAT(runRows(R"(
    func.func @f(%q: !transept.rows<target x 2 x f32>, %v: !transept.rows<target x 4 x f32>)
        -> !transept.rows<target x 4 x f32> {
      %r = transept.attention %q, %q, %v heads 2
          : (!transept.rows<target x 2 x f32>, !transept.rows<target x 2 x f32>,
             !transept.rows<target x 4 x f32>) -> !transept.rows<target x 4 x f32>
      return %r : !transept.rows<target x 4 x f32>
    })",
                      // Row 1 of head 0 scores 0 and ln 3; all other scores are 0.
                      {rows(2, {0, 0, std::sqrt(ln3), 0}), rows(4, {0, 8, 2, 2, 4, 0, 4, 6})}),
              near({2, 4, 3, 4, 3, 2, 3, 4}));
}

TEST_F(InterpreterAttention, QueriesThatSeeNoKeyYieldZero) {
  batch.addSpace(Space::source(), {0, 2});
  EXPECT_THAT(runRows(R"(
    func.func @f(%q: !transept.rows<target x 1 x f32>, %k: !transept.rows<source x 1 x f32>)
        -> !transept.rows<target x 1 x f32> {
      %r = transept.cross_attention %q, %k, %k heads 1
          : (!transept.rows<target x 1 x f32>, !transept.rows<source x 1 x f32>,
             !transept.rows<source x 1 x f32>) -> !transept.rows<target x 1 x f32>
      return %r : !transept.rows<target x 1 x f32>
    })",
                      {rows(1, {5, 5, 0}), rows(1, {2, 4})}),
              near({0, 0, 3}));
}

class InterpreterCaches : public InterpreterTesting {
protected:
  static constexpr const char *append = R"(
    func.func @f(%cache: !transept.self_cache<target x 1 x f32>,
                 %rows: !transept.rows<target x 1 x f32>)
        -> !transept.rows<target.history x 1 x f32> {
      %r = transept.cache_append %cache, %rows
          : (!transept.self_cache<target x 1 x f32>, !transept.rows<target x 1 x f32>)
          -> !transept.rows<target.history x 1 x f32>
      return %r : !transept.rows<target.history x 1 x f32>
    })";
};

TEST_F(InterpreterCaches, EncoderCacheHoldsWhatWasStored) {
  EXPECT_THAT(runRows(R"(
    func.func @f(%x: !transept.rows<source x 1 x f32>) -> !transept.rows<source x 1 x f32> {
      %cache = transept.cache_store %x
          : (!transept.rows<source x 1 x f32>) -> !transept.encoder_cache<source x 1 x f32>
      %r = transept.cache_read %cache
          : (!transept.encoder_cache<source x 1 x f32>) -> !transept.rows<source x 1 x f32>
      return %r : !transept.rows<source x 1 x f32>
    })",
                      {rows(1, {1, 2, 3})}),
              ElementsAre(1, 2, 3));
}

TEST_F(InterpreterCaches, SelfCacheGrowsFromCallToCall) {
  auto cache = std::make_shared<SelfCache>();
  EXPECT_THAT(runRows(append, {cache, rows(1, {1, 2, 10})}), ElementsAre(1, 2, 10));
  batch.addSpace(Space::target(), {1, 2}, {2, 1});
  EXPECT_THAT(runRows(append, {cache, rows(1, {3, 11, 12})}), ElementsAre(1, 2, 3, 10, 11, 12));
  // Going back to an earlier past forgets what came behind it.
  batch.addSpace(Space::target(), {1, 0}, {1, 3});
  EXPECT_THAT(runRows(append, {cache, rows(1, {5})}), ElementsAre(1, 5, 10, 11, 12));
}

TEST_F(InterpreterCaches, PastThatTheCacheDoesNotHoldIsAnErrorAtTheOp) {
  batch.addSpace(Space::target(), {1, 1}, {0, 4});
  EXPECT_THAT(run(append, {std::make_shared<SelfCache>(), rows(1, {1, 2})}), testing::IsEmpty());
  EXPECT_THAT(message, HasSubstr("expects 4 positions of sequence 1 in the cache, but got 0"));
}

} // namespace
