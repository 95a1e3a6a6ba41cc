// SPDX-License-Identifier: Apache-2.0

#include "compiler/pipeline/Stages.h"

#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

namespace transept {
namespace {

TEST(Stages, AreListedInOrderUnderUniqueNames) {
  for (auto [index, info] : llvm::enumerate(stages())) {
    EXPECT_EQ(size_t(info.stage), index);
    EXPECT_EQ(findStage(info.name), info.stage);
    EXPECT_EQ(&infoOf(info.stage), &info);
    EXPECT_FALSE(info.sentence.empty());
  }
}

TEST(Stages, AreNotFoundUnderOtherNames) {
  EXPECT_EQ(findStage(""), std::nullopt);
  EXPECT_EQ(findStage("Fused"), std::nullopt);
}

TEST(Stages, AddThePassesBetweenTwoStagesOnly) {
  mlir::MLIRContext context;
  mlir::PassManager none(&context), staged(&context), fused(&context), both(&context);
  addStages(none, Stage::Fused, Stage::Fused, {});
  addStages(staged, Stage::Graph, Stage::Staged, {});
  addStages(fused, Stage::Staged, Stage::Fused, {});
  addStages(both, Stage::Graph, Stage::Fused, {});
  EXPECT_EQ(none.size(), 0u);
  EXPECT_GT(staged.size(), 0u);
  EXPECT_GT(fused.size(), 0u);
  EXPECT_EQ(staged.size() + fused.size(), both.size());
}

} // namespace
} // namespace transept
