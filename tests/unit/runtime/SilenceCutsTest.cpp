// SPDX-License-Identifier: Apache-2.0
//
// Where sounds are cut: with frames whose energy is given in decibels.

#include "transept/detail/SilenceCuts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

constexpr std::size_t kWindow = 100, kWidth = 2;
constexpr double kFramesPerSecond = 100; // so that a margin is 20 frames

struct Run {
  std::size_t count;
  double decibels;
};

std::vector<double> levelsOf(const std::vector<Run> &runs) {
  std::vector<double> levels;
  for (const Run &run : runs)
    levels.insert(levels.end(), run.count, run.decibels);
  return levels;
}

using Place = std::pair<std::size_t, std::size_t>; // first frame, and how many

std::vector<Place> cutsOf(const std::vector<double> &levels, double decibels = 40) {
  std::size_t read = 0;
  SoundFeatures sound{.frameCount = levels.size(),
                      .read = [&](std::size_t begin, std::size_t count) {
                        EXPECT_EQ(begin, read) << "frames are read once, in order";
                        EXPECT_LE(begin + count, levels.size());
                        read = begin + count;
                        std::vector<float> rows;
                        for (std::size_t frame = begin; frame < begin + count; ++frame)
                          rows.insert(rows.end(), kWidth, float((levels[frame] / 10 + 4) / 4));
                        return rows;
                      }};
  detail::SilenceCuts cuts(kWindow, kWidth, sound, decibels, kFramesPerSecond);
  std::vector<Place> places;
  while (auto window = cuts.next()) {
    EXPECT_EQ(window->features.size(), window->count * kWidth);
    EXPECT_LE(window->count, kWindow);
    for (std::size_t frame = 0; frame < window->count; ++frame)
      EXPECT_NEAR(window->features[frame * kWidth], (levels[window->first + frame] / 10 + 4) / 4,
                  1e-5);
    places.push_back({window->first, window->count});
  }
  return places;
}

using testing::ElementsAre;
using testing::Pair;

TEST(SilenceCuts, LeaveOutWhatIsSilentButForAMargin) {
  EXPECT_THAT(cutsOf(levelsOf({{50, -60}, {30, 0}, {300, -60}, {40, -10}, {90, -60}})),
              ElementsAre(Pair(30, 70), Pair(360, 80)));
}

TEST(SilenceCuts, AreInTheLongestSilenceOfTheSecondHalf) {
  // The first pause is longer, but in the first half.
  EXPECT_THAT(
      cutsOf(levelsOf({{20, 0}, {20, -60}, {20, 0}, {10, -60}, {10, 0}, {4, -60}, {76, 0}})),
      ElementsAre(Pair(0, 65), Pair(65, 95)));
}

TEST(SilenceCuts, AreAtTheQuietestPlaceWhereNothingIsSilent) {
  std::vector<double> levels = levelsOf({{70, 0}, {10, -20}, {80, 0}});
  EXPECT_THAT(cutsOf(levels), ElementsAre(Pair(0, 75), Pair(75, 85)));
  EXPECT_THAT(cutsOf(levels, 15), ElementsAre(Pair(0, 75), Pair(75, 85)));
  EXPECT_THAT(cutsOf(levelsOf({{150, 0}})), ElementsAre(Pair(0, 55), Pair(55, 95)));
}

TEST(SilenceCuts, MeasureBelowTheLoudestSoFar) {
  // What is quiet in the end is silent beside what was loud before; what is quiet first is not.
  EXPECT_THAT(cutsOf(levelsOf({{90, 0}, {200, -50}})), ElementsAre(Pair(0, 95)));
  EXPECT_EQ(cutsOf(levelsOf({{400, -50}, {90, 0}})).front().first, 0u);
  EXPECT_THAT(cutsOf(levelsOf({{90, 0}, {200, -50}}), 60).size(), 4u);
}

TEST(SilenceCuts, CoverAllThatIsNotSilent) {
  std::vector<double> levels;
  std::uint32_t state = 7;
  for (std::size_t frame = 0; frame < 5000; ++frame) {
    if (frame % 37 == 0)
      state = 1664525 * state + 1013904223;
    levels.push_back(-double(state >> 25)); // to -127
  }
  levels[0] = 0;
  std::vector<bool> isCovered(levels.size());
  std::size_t before = 0;
  for (const auto &[first, count] : cutsOf(levels)) {
    EXPECT_GE(first, before);
    before = first + count;
    for (std::size_t frame = first; frame < before; ++frame)
      isCovered[frame] = true;
  }
  for (std::size_t frame = 0; frame < levels.size(); ++frame)
    EXPECT_TRUE(isCovered[frame] || levels[frame] < -39.9) << frame;
}

TEST(SilenceCuts, RefuseFramesThatAreMissing) {
  SoundFeatures sound{.frameCount = 10,
                      .read = [](std::size_t, std::size_t) { return std::vector<float>(3); }};
  detail::SilenceCuts cuts(kWindow, kWidth, sound, 40, kFramesPerSecond);
  EXPECT_THROW(cuts.next(), Error);
}

} // namespace
} // namespace transept::tests
