// SPDX-License-Identifier: Apache-2.0

#include "compiler/transforms/Functions.h"

#include <gtest/gtest.h>

namespace transept {
namespace {

using namespace mlir;

class LocationNames : public ::testing::Test {
protected:
  Location named(StringRef name) { return NameLoc::get(StringAttr::get(&context, name)); }

  std::string merged(std::vector<StringRef> names) {
    SmallVector<Location> locations;
    for (StringRef name : names)
      locations.push_back(named(name));
    return nameOf(mergedLocation(locations)).str();
  }

  MLIRContext context;
};

TEST_F(LocationNames, AreEmptyWithoutAName) {
  EXPECT_EQ(nameOf(UnknownLoc::get(&context)), "");
  EXPECT_EQ(withSuffix(UnknownLoc::get(&context), ".cache"), UnknownLoc::get(&context));
}

TEST_F(LocationNames, TakeSuffixes) {
  EXPECT_EQ(nameOf(withSuffix(named("a.key"), ".cache")), "a.key.cache");
}

TEST_F(LocationNames, OfOneParentAreJoined) {
  EXPECT_EQ(merged({"a.self.query", "a.self.key", "a.self.value"}), "a.self.query_key_value");
}

TEST_F(LocationNames, OfSeveralLayersLoseTheLayersNumber) {
  EXPECT_EQ(merged({"a.layers.0.cross.key", "a.layers.0.cross.value", "a.layers.1.cross.key",
                    "a.layers.1.cross.value"}),
            "a.layers.cross.key_value");
}

TEST_F(LocationNames, OfDifferentDepthsStayApart) {
  SmallVector<Location> locations = {named("a.b"), named("a.b.c")};
  EXPECT_TRUE(isa<FusedLoc>(mergedLocation(locations)));
}

} // namespace
} // namespace transept
