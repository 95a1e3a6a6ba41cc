// SPDX-License-Identifier: Apache-2.0
//
// What is taken out of a stored tensor, and that random parameters agree where requests overlap.

#include "dialects/Transept/interpreter/Parameters.h"

#include "gmock/gmock.h"

using namespace transept;
using testing::ElementsAre;

namespace {

std::vector<float> oneToSix = {1, 2, 3, 4, 5, 6};

std::vector<float> select(std::vector<int64_t> shape, const ParameterRequest &request) {
  auto result = selectParameter({shape, oneToSix}, request);
  if (result)
    return *result;
  ADD_FAILURE() << llvm::toString(result.takeError());
  return {};
}

std::string refusal(std::vector<int64_t> shape, const ParameterRequest &request) {
  auto result = selectParameter({shape, oneToSix}, request);
  return result ? "none" : llvm::toString(result.takeError());
}

TEST(SelectParameter, TakesRowsOfAMatrix) {
  EXPECT_THAT(select({3, 2}, {.name = "w", .rowBegin = 1, .shape = {2, 2}}),
              ElementsAre(3, 4, 5, 6));
}

TEST(SelectParameter, CountsRowsAfterTransposition) {
  EXPECT_THAT(select({3, 2}, {.name = "w", .isTransposed = true, .rowBegin = 1, .shape = {1, 3}}),
              ElementsAre(2, 4, 6));
}

TEST(SelectParameter, TakesElementsOfAVector) {
  EXPECT_THAT(select({6}, {.name = "b", .rowBegin = 4, .shape = {2}}), ElementsAre(5, 6));
}

TEST(SelectParameter, ReadsAnotherRankRowMajor) {
  EXPECT_THAT(select({1, 6}, {.name = "b", .shape = {6}}), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(select({1, 3, 2}, {.name = "b", .rowBegin = 1, .shape = {2, 2}}),
              ElementsAre(3, 4, 5, 6));
}

TEST(SelectParameter, RefusesWhatTheStoredTensorDoesNotHold) {
  EXPECT_EQ(refusal({3, 2}, {.name = "w", .rowBegin = 2, .shape = {2, 2}}),
            "expects a stored tensor that holds [2, 2] from row 2, but got [3, 2]");
  EXPECT_NE(refusal({3, 2}, {.name = "w", .shape = {2, 3}}), "none");
  EXPECT_NE(refusal({3, 2}, {.name = "w", .isTransposed = true, .shape = {3, 2}}), "none");
  EXPECT_NE(refusal({6}, {.name = "w", .isTransposed = true, .shape = {3, 2}}), "none");
  EXPECT_NE(refusal({1, 6}, {.name = "b", .shape = {5}}), "none");
  EXPECT_NE(refusal({7}, {.name = "b", .shape = {6}}), "none");
}

TEST(RandomParameters, AgreeWhereRequestsOverlap) {
  ParameterSource source = randomParameters(/*seed=*/7);
  auto whole = llvm::cantFail(source({.name = "w", .shape = {4, 3}}));
  auto tail = llvm::cantFail(source({.name = "w", .rowBegin = 2, .shape = {2, 3}}));
  auto turned = llvm::cantFail(source({.name = "w", .isTransposed = true, .shape = {3, 4}}));
  EXPECT_EQ(tail, std::vector<float>(whole.begin() + 6, whole.end()));
  EXPECT_EQ(turned[0 * 4 + 3], whole[3 * 3 + 0]);
  EXPECT_NE(whole, llvm::cantFail(source({.name = "v", .shape = {4, 3}})));
  EXPECT_NE(whole, llvm::cantFail(randomParameters(/*seed=*/8)({.name = "w", .shape = {4, 3}})));
  for (float x : whole) {
    EXPECT_GE(x, -0.5f);
    EXPECT_LT(x, 0.5f);
  }
}

} // namespace
