// SPDX-License-Identifier: Apache-2.0
//
// Sequence spaces as values: how they are spelled, ordered and derived.

#include "dialects/Transept/Transept.h"

#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

#include <algorithm>
#include <vector>

using namespace transept;

namespace {

TEST(Space, IsReadAsItIsSpelled) {
  for (const char *text :
       {"source", "target", "source.features", "source.convolved0", "target.requested",
        "target.history.requested", "source.1", "target.a_b", "source.target"}) {
    std::optional<Space> space = Space::parse(text);
    ASSERT_TRUE(space) << text;
    EXPECT_EQ(space->str(), text);
  }
}

TEST(Space, RefusesWhatHasNoSideOrAnEmptyName) {
  for (const char *text :
       {"", "sources", "Source", "features", "source.", ".source", "source..features", " source",
        "source.features.", "source.a-b", "source x", "target_history", "requested.target"})
    EXPECT_FALSE(Space::parse(text)) << text;
}

TEST(Space, KnowsItsSideAndWhetherItIsTheWholeOfIt) {
  const Space features = Space::source().derived("features");
  EXPECT_TRUE(Space::source().isSource() && Space::source().isWhole());
  EXPECT_TRUE(features.isSource() && !features.isTarget() && !features.isWhole());
  EXPECT_EQ(features.getDerivation(), "features");
  EXPECT_EQ(Space::of(features.getSide()), Space::source());
  EXPECT_EQ(Space::of(Space::Side::Target), Space::target());
  EXPECT_TRUE(Space::target().isTarget() && !Space::target().isSource());
}

TEST(Space, DerivesAnyNumberOfTimes) {
  EXPECT_EQ(Space::target().history(), Space::parse("target.history"));
  EXPECT_EQ(Space::target().history().requested().str(), "target.history.requested");
  EXPECT_NE(Space::source().requested(), Space::target().requested());
}

TEST(Space, IsRequestedIfItWasDerivedSoAtLast) {
  EXPECT_TRUE(Space::target().requested().isRequested());
  EXPECT_TRUE(Space::source().derived("features").requested().isRequested());
  EXPECT_FALSE(Space::target().isRequested());
  EXPECT_FALSE(Space::target().requested().history().isRequested());
  EXPECT_FALSE(Space::target().derived("all_requested").isRequested());
}

TEST(Space, IsOrderedBySideThenWholeBeforeDerived) {
  std::vector<Space> spaces = {Space::target().history(), Space::target(),
                               Space::source().derived("features"), Space::source()};
  std::sort(spaces.begin(), spaces.end());
  EXPECT_EQ(spaces, (std::vector<Space>{Space::source(), Space::source().derived("features"),
                                        Space::target(), Space::target().history()}));
}

TEST(Space, HasOneHashForEqualSpaces) {
  EXPECT_EQ(hash_value(Space::target().requested()), hash_value(*Space::parse("target.requested")));
  EXPECT_NE(hash_value(Space::source()), hash_value(Space::target()));
  EXPECT_NE(hash_value(Space::source()), hash_value(Space::source().history()));
}

TEST(Space, TellsTypesApart) {
  mlir::MLIRContext context;
  context.loadDialect<TranseptDialect>();
  auto rows = [&](const Space &space) {
    return RowsType::get(&context, space, 8, mlir::Float32Type::get(&context));
  };
  EXPECT_EQ(rows(Space::target().history()), rows(*Space::parse("target.history")));
  EXPECT_NE(rows(Space::target()), rows(Space::source()));
  EXPECT_EQ(rows(Space::target().history()).getSpace(), Space::target().history());
}

} // namespace
