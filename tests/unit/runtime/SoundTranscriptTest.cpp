// SPDX-License-Identifier: Apache-2.0
//
// How the text of a window is cut, and what of it is compressed. Whole transcripts are compared
// with recorded ones by tests/golden, and followed by tests/end-to-end.

#include "transept/long_speech.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

constexpr Id firstTimestamp = 100;
constexpr double windowSeconds = 30;

detail::WindowCut cut(const std::vector<Id> &text) {
  return detail::cutWindow(text, firstTimestamp, windowSeconds);
}

void expectPiece(const detail::WindowCut &cut, std::size_t number, std::size_t begin,
                 std::size_t end, double beginTime, double endTime) {
  ASSERT_LT(number, cut.pieces.size());
  const detail::WindowCut::Piece &piece = cut.pieces[number];
  EXPECT_EQ(piece.begin, begin);
  EXPECT_EQ(piece.end, end);
  EXPECT_NEAR(piece.beginTime, beginTime, 1e-12);
  EXPECT_NEAR(piece.endTime, endTime, 1e-12);
}

TEST(WindowCut, ContinuesAtTheLastTimestampOfAPair) {
  auto result = cut({100, 5, 6, 150, 152, 7, 200, 200, 8, 9});
  ASSERT_EQ(result.pieces.size(), 2u);
  expectPiece(result, 0, 0, 4, 0, 1);
  expectPiece(result, 1, 4, 7, 1.04, 2);
  EXPECT_EQ(result.next, 100u);
}

TEST(WindowCut, LeavesAWindowBehindThatEndsWithASingleTimestamp) {
  auto result = cut({100, 5, 150, 150, 7, 200});
  ASSERT_EQ(result.pieces.size(), 2u);
  expectPiece(result, 1, 3, 6, 1, 2);
  EXPECT_EQ(result.next, std::nullopt);
}

TEST(WindowCut, IsOnePieceWithoutPairs) {
  for (const std::vector<Id> &text : {std::vector<Id>{103, 5, 6, 150}, {103, 5, 150, 6}}) {
    auto result = cut(text);
    ASSERT_EQ(result.pieces.size(), 1u);
    expectPiece(result, 0, 0, 4, 0, 1);
    EXPECT_EQ(result.next, std::nullopt);
  }
  // Where Hugging Face counts frames as timestamps, and gives twice the window's length.
  expectPiece(cut({100, 5, 6}), 0, 0, 3, 0, windowSeconds);
  expectPiece(cut({5}), 0, 0, 1, 0, windowSeconds);
  EXPECT_TRUE(cut({}).pieces.empty());
}

TEST(WindowCut, NeverContinuesWhereItBegan) {
  EXPECT_EQ(cut({100, 100, 5, 6}).next, std::nullopt);
}

TEST(WindowCut, KeepsWhatIsBehindTheLastPairWhereNothingComesAgain) {
  auto result = detail::cutWindow(std::vector<Id>{100, 5, 150, 150, 7, 8}, firstTimestamp,
                                  windowSeconds, detail::WindowRest::IsKept);
  ASSERT_EQ(result.pieces.size(), 2u);
  expectPiece(result, 1, 3, 6, 1, windowSeconds);
  EXPECT_EQ(result.next, std::nullopt);
}

TEST(RepetitionBytes, AreAsManyForEachIdAsTheVocabularyNeeds) {
  std::vector<Id> ids = {1, 258};
  EXPECT_EQ(detail::bytesOf(ids, 200), std::string("\1\2", 2));
  EXPECT_EQ(detail::bytesOf(ids, 420), std::string("\1\0\2\1", 4));
  EXPECT_EQ(detail::bytesOf(ids, 51865), std::string("\1\0\2\1", 4));
  EXPECT_EQ(detail::bytesOf(ids, 70000), std::string("\1\0\0\2\1\0", 6));
}

} // namespace
} // namespace transept::tests
