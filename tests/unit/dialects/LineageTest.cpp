// SPDX-License-Identifier: Apache-2.0

#include "dialects/Transept/Lineage.h"

#include "dialects/Transept/Transept.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept {
namespace {

using namespace mlir;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Lineage : public ::testing::Test {
protected:
  Location named(StringRef name) { return NameLoc::get(StringAttr::get(&context, name)); }

  std::string merged(std::vector<StringRef> names) {
    SmallVector<Location> locations;
    for (StringRef name : names)
      locations.push_back(named(name));
    return nameOf(mergedLocation("merge", locations)).str();
  }

  MLIRContext context;
};

TEST_F(Lineage, NamesAreEmptyWithoutAName) {
  EXPECT_EQ(nameOf(UnknownLoc::get(&context)), "");
  EXPECT_EQ(withSuffix(UnknownLoc::get(&context), ".cache"), UnknownLoc::get(&context));
}

TEST_F(Lineage, NamesTakeSuffixes) {
  EXPECT_EQ(nameOf(withSuffix(named("a.key"), ".cache")), "a.key.cache");
}

TEST_F(Lineage, NamesOfOneParentAreJoined) {
  EXPECT_EQ(merged({"a.self.query", "a.self.key", "a.self.value"}), "a.self.query_key_value");
}

TEST_F(Lineage, NamesOfSeveralLayersLoseTheLayersNumber) {
  EXPECT_EQ(merged({"a.layers.0.cross.key", "a.layers.0.cross.value", "a.layers.1.cross.key",
                    "a.layers.1.cross.value"}),
            "a.layers.cross.key_value");
}

TEST_F(Lineage, NamesOfDifferentDepthsStayApart) {
  SmallVector<Location> locations = {named("a.b"), named("a.b.c")};
  EXPECT_TRUE(isa<FusedLoc>(mergedLocation("merge", locations)));
}

TEST_F(Lineage, OfANameIsTheNameItself) {
  EXPECT_THAT(originsOf(named("a")), ElementsAre("a"));
  EXPECT_THAT(passesOf(named("a")), IsEmpty());
  EXPECT_THAT(originsOf(withSuffix(named("a"), ".cache")), ElementsAre("a"));
}

TEST_F(Lineage, KeepsEveryOriginAndPassInOrder) {
  Location query = changedBy("scale", named("a.query"));
  Location merged = mergedLocation("merge", {query, named("a.key")});
  Location last = withPrologue("norm", named("b.norm"),
                               withEpilogue("sum", merged, {named("a.relu"), named("a.add")}));
  EXPECT_EQ(nameOf(last), "a.query_key");
  EXPECT_THAT(originsOf(last), ElementsAre("b.norm", "a.query", "a.key", "a.relu", "a.add"));
  EXPECT_THAT(passesOf(last), ElementsAre("scale", "merge", "sum", "norm"));
}

TEST_F(Lineage, WorksWithoutNames) {
  Location unknown = UnknownLoc::get(&context);
  Location location = withEpilogue("sum", changedBy("scale", unknown), {unknown, named("a.add")});
  EXPECT_EQ(nameOf(location), "a.add");
  EXPECT_THAT(originsOf(location), ElementsAre("a.add"));
}

class ValueNames : public Lineage {
protected:
  ValueNames() {
    context.loadDialect<TranseptDialect, func::FuncDialect>();
    module = parseSourceString<ModuleOp>(R"(
      func.func @f(%x: !transept.rows<source x 4 x f32>) {
        %w = transept.parameter "w" : tensor<4x4xf32>
        %g = transept.parameter "g" : tensor<4xf32>
        %y, %n = transept.linear %x, %w norm <layer, epsilon = 1.0e-05> gain %g
          : (!transept.rows<source x 4 x f32>, tensor<4x4xf32>, tensor<4xf32>)
          -> (!transept.rows<source x 4 x f32>, !transept.rows<source x 4 x f32>)
        return
      })",
                                         &context);
    module->walk([&](LinearOp op) { linear = op; });
  }

  OwningOpRef<ModuleOp> module;
  LinearOp linear;
};

TEST_F(ValueNames, AreThoseOfWhatAnOpDoesLast) {
  linear->setLoc(named("output"));
  EXPECT_EQ(valueNameOf(linear.getResult()), "output");
  linear->setLoc(withEpilogue("sum", changedBy("scale", named("output")), named("residual")));
  EXPECT_EQ(valueNameOf(linear.getResult()), "residual");
  linear->setLoc(withPrologue("norm", named("norm"), linear.getLoc()));
  EXPECT_EQ(valueNameOf(linear.getResult()), "residual");
  EXPECT_EQ(valueNameOf(linear.getNormalized()), "norm");
  EXPECT_EQ(nameOf(valueLocation(linear.getNormalized())), "norm");
  EXPECT_THAT(originsOf(valueLocation(linear.getResult())),
              ElementsAre("norm", "output", "residual"));
}

TEST_F(ValueNames, OfSeveralSideBySideAreTheirCommonName) {
  linear->setLoc(mergedLocation("merge", {named("a.query"), named("a.key")}));
  EXPECT_EQ(valueNameOf(linear.getResult()), "a.query_key");
}

} // namespace
} // namespace transept
