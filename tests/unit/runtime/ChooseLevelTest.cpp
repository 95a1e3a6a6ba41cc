// SPDX-License-Identifier: Apache-2.0
//
// The choice among levels on processors that this machine need not be.

#include "runtime/engine/ChooseLevel.h"

#include "transept/error.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::runtime {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t avx2 = TRANSEPT_CPU_AVX2_FMA, avx2Vnni = avx2 | TRANSEPT_CPU_AVX_VNNI,
                        avx512 = avx2 | TRANSEPT_CPU_AVX512,
                        avx512Vnni = avx512 | TRANSEPT_CPU_AVX512_VNNI,
                        tiles = avx512Vnni | TRANSEPT_CPU_AMX;

class ChooseLevel : public testing::Test {
protected:
  std::string choose(const std::string &wanted = "") {
    transept_model_table table{};
    table.name = "toy";
    table.levels = levels.data();
    table.level_count = levels.size();
    Processor processor{features, [this] {
                          ++questions;
                          return grantsTiles;
                        }};
    try {
      return chooseLevel(table, wanted, processor).name;
    } catch (const Error &error) {
      return error.what();
    }
  }

  std::vector<transept_level> levels{{"v3", avx2, nullptr, nullptr},
                                     {"alderlake", avx2Vnni, nullptr, nullptr},
                                     {"v4", avx512, nullptr, nullptr},
                                     {"cascadelake", avx512Vnni, nullptr, nullptr},
                                     {"sapphirerapids", tiles, nullptr, nullptr}};
  std::uint64_t features = 0;
  bool grantsTiles = true;
  int questions = 0;
};

TEST_F(ChooseLevel, TakesTheBestOfArm) {
  constexpr std::uint64_t neon = TRANSEPT_CPU_NEON, dotProducts = neon | TRANSEPT_CPU_DOTPROD,
                          i8mm = neon | TRANSEPT_CPU_I8MM | TRANSEPT_CPU_ARM_BF16;
  levels = {{"armv8", neon, nullptr, nullptr},
            {"armv8.2", dotProducts, nullptr, nullptr},
            {"armv8.6", i8mm, nullptr, nullptr}};
  features = neon;
  EXPECT_EQ(choose(), "armv8");
  features = dotProducts;
  EXPECT_EQ(choose(), "armv8.2");
  features = dotProducts | i8mm;
  EXPECT_EQ(choose(), "armv8.6");
  features = avx2;
  EXPECT_THAT(choose(), AllOf(HasSubstr("Armv8-A with NEON"), HasSubstr("I8MM, BF16"),
                              HasSubstr("dot products of bytes")));
}

TEST_F(ChooseLevel, TakesTheMostDemandingThatRunsInWhateverOrder) {
  for (int order = 0; order < 2; ++order) {
    features = avx2;
    EXPECT_EQ(choose(), "v3");
    features = avx2Vnni;
    EXPECT_EQ(choose(), "alderlake");
    features = avx512;
    EXPECT_EQ(choose(), "v4");
    // It has AVX-VNNI as well, but not VNNI of AVX-512: wide vectors win.
    features = avx512 | TRANSEPT_CPU_AVX_VNNI;
    EXPECT_EQ(choose(), "v4");
    features = avx512Vnni;
    EXPECT_EQ(choose(), "cascadelake");
    features = tiles | TRANSEPT_CPU_AVX_VNNI;
    EXPECT_EQ(choose(), "sapphirerapids");
    std::reverse(levels.begin(), levels.end());
  }
}

TEST_F(ChooseLevel, PrefersEverySupersetToItsSubsets) {
  features = tiles | TRANSEPT_CPU_AVX_VNNI | TRANSEPT_CPU_AVX512_BF16;
  for (std::uint64_t set = 0; set < 64; ++set)
    for (std::uint64_t bit = 1; bit != 64; bit <<= 1) {
      if (set & bit)
        continue;
      levels = {{"subset", set, nullptr, nullptr}, {"superset", set | bit, nullptr, nullptr}};
      EXPECT_EQ(choose(), "superset") << set << " and " << bit;
    }
}

TEST_F(ChooseLevel, TakesTheFirstOfEqualOnes) {
  levels = {{"v4", avx512, nullptr, nullptr}, {"sapphirerapids", avx512, nullptr, nullptr}};
  features = tiles;
  EXPECT_EQ(choose(), "v4");
}

TEST_F(ChooseLevel, AsksForTilesOnlyIfTheyWouldBeUsed) {
  features = avx512Vnni;
  choose();
  features = tiles;
  choose("v4");
  EXPECT_EQ(questions, 0);
  EXPECT_EQ(choose(), "sapphirerapids");
  EXPECT_EQ(questions, 1);
}

TEST_F(ChooseLevel, FallsBackWhereTheKernelRefusesTiles) {
  features = tiles;
  grantsTiles = false;
  EXPECT_EQ(choose(), "cascadelake");
  EXPECT_EQ(questions, 1);
  LevelChoice choice = bestLevel(levels, {tiles, [] { return false; }});
  EXPECT_STREQ(choice.level->name, "cascadelake");
  EXPECT_TRUE(choice.tilesWereRefused);
  EXPECT_FALSE(bestLevel(levels, {tiles, [] { return true; }}).tilesWereRefused);
}

TEST_F(ChooseLevel, SaysThatTheKernelRefusedWhereNothingElseIsLeft) {
  features = tiles;
  grantsTiles = false;
  EXPECT_THAT(choose("sapphirerapids"),
              AllOf(HasSubstr("the kernel refuses this process the tile registers of AMX"),
                    Not(HasSubstr("lacks"))));
  levels = {levels.back()};
  EXPECT_THAT(choose(), HasSubstr("the kernel refuses this process the tile registers of AMX"));
}

TEST_F(ChooseLevel, NamesWhatIsMissingAndWhatTheLibraryHas) {
  levels.erase(levels.begin(), levels.begin() + 2);
  features = avx2;
  EXPECT_THAT(choose(),
              AllOf(HasSubstr("levels v4, cascadelake, sapphirerapids"),
                    HasSubstr("v4 needs AVX2 with FMA and F16C, AVX-512 (F, BW, CD, DQ, VL), but "
                              "this one lacks AVX-512 (F, BW, CD, DQ, VL);"),
                    HasSubstr("sapphirerapids needs"), HasSubstr("AMX (int8, bf16)")));
  EXPECT_THAT(choose("cascadelake"), AllOf(HasSubstr("model toy was compiled for a processor with"),
                                           HasSubstr("(cascadelake), but this one lacks AVX-512"),
                                           Not(HasSubstr("sapphirerapids"))));
  EXPECT_EQ(choose("haswell"), "level is haswell, but must be one that the library has: "
                               "v4, cascadelake, sapphirerapids");
}

} // namespace
} // namespace transept::runtime
