// SPDX-License-Identifier: Apache-2.0
//
// Explanations of stories that no library has, or only damaged ones.

#include "workbench/explain/Explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::workbench {
namespace {

using ::testing::SizeIs;

/// One launch, whose kernel calls a second one, which calls the first again.
story::Story storyOfACircle() {
  story::Story story;
  story::Launch launch{.name = "query", .kind = "linear", .symbol = "encode.query", .kernels = {0}};
  story.programs = {{"encode", "haswell", 0, 0, {launch, {.kind = "barrier"}}, {}}};
  story.kernels = {{"linear", "haswell", 16, 32, {1}}, {"tile", "haswell", 0, 0, {0}}};
  return story;
}

TEST(Explanation, OfAKernelInACircleOfCallsEnds) {
  story::Story story = storyOfACircle();
  workbench::Explanation explanation = workbench::explain(story, "tile");
  EXPECT_THAT(explanation.launches, SizeIs(1));
  EXPECT_EQ(workbench::textOf(story, explanation), "tile\n"
                                                   "\n"
                                                   "kernel    tile: inlined where it is called\n"
                                                   "\n"
                                                   "launches  haswell 0 of encode: query\n");
}

TEST(Explanation, OfALaunchBySymbolIsAllOfIt) {
  story::Story story = storyOfACircle();
  EXPECT_EQ(workbench::textOf(story, workbench::explain(story, "encode.query.haswell")),
            "encode.query.haswell\n"
            "\n"
            "launch    query, 0 of 2 in encode for haswell\n"
            "function  encode.query: inlined where it is called\n"
            "kernel    linear: 0x10 to 0x30, 32 bytes; it calls 2 others, 32 bytes\n"
            "costs     next to nothing\n");
}

TEST(Explanation, SaysHowFarALaunchLooks) {
  story::Story story = storyOfACircle();
  story.programs[0].launches[0].keys_behind = 3;
  EXPECT_THAT(workbench::textOf(story, workbench::explain(story, "encode.query.haswell")),
              testing::EndsWith("costs     all keys before a row and at most 3 behind it\n"));
}

TEST(Explanation, BarriersHaveNoSymbol) {
  story::Story story = storyOfACircle();
  EXPECT_THROW(workbench::explain(story, ""), std::runtime_error);
  EXPECT_THROW(workbench::explain(story, ".haswell"), std::runtime_error);
}

} // namespace
} // namespace transept::workbench
