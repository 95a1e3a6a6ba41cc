// SPDX-License-Identifier: Apache-2.0
//
// Every launch of the plan becomes a function that calls a kernel: no op of the dialect is left out
// of the table, and none has an empty function.

#include "compiler/codegen/Passes.h"
#include "dialects/Plan/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gmock/gmock.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace transept::codegen {
namespace {

/// One launch of each kind; labels are the names of the ops.
constexpr const char *kPlan = R"(
!frames = !plan.buffer<source.features x 8, stride 16>
!windows = !plan.buffer<source.windows x 24, stride 32>
!rows = !plan.buffer<source x 24, stride 32>
!measures = !plan.buffer<source x 2, stride 2>
!requested = !plan.buffer<source.requested x 24, stride 32>
!grid = !plan.buffer<source.grid x 6, stride 16>
!tiles = !plan.buffer<source.tiles x 6, stride 16>
!blocks = !plan.buffer<source.blocks x 24, stride 32>
!pixels = !plan.buffer<source.pixels x 5, stride 5>
!places = !plan.buffer<source.places x 9, stride 16>
!first = !plan.buffer<source.first x 8, stride 16>
!pooled = !plan.buffer<source.pooled x 8, stride 16>
#keys = #plan.slot<"keys", keys = true, heads = 2, head_dim = 12, offset = 0, f32>

plan.weight @table <rows, 1, f32> at 0 size 960 {
  %0 = transept.weight_zero : tensor<10x24xf32>
  plan.yield %0 : tensor<10x24xf32>
}
plan.weight @panels <panels, 16, f32> at 4096 size 3072 {
  %0 = transept.weight_zero : tensor<24x24xf32>
  plan.yield %0 : tensor<24x24xf32>
}
plan.program @all {
  %frames = plan.buffer at 0 : !frames
  %windows = plan.buffer at 0 : !windows
  %a = plan.buffer at 0 : !rows
  %b = plan.buffer at 0 : !rows
  %measures = plan.buffer at 0 : !measures
  %requested = plan.buffer at 0 : !requested
  plan.take_features "take_features" into %frames : !frames
  plan.windows "windows" %frames into %windows kernel 3 stride 2 padding 1 : !frames, !windows
  plan.prepend "prepend" %windows into %a leading @table count 1 : !windows, !rows
  plan.append "append" %windows into %a trailing @table count 1 : !windows, !rows
  plan.embed_column "embed_column" %b into %a table @table rows 10 column 2 : !rows, !rows
  plan.embed "embed" into %a table @table {scale = 1.0 : f64, position_offset = 0 : i64} : !rows
  plan.embed_positions "embed_positions" into %b table @table {offset = 0 : i64} : !rows
  plan.linear "linear" %a into %b weight @panels
    <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !rows
  plan.attend "attend" rows %a, %a, %a into %b
    {head_count = 2 : i64, key_dim = 12 : i64, value_dim = 12 : i64, scale = 1.0 : f64}
    : !rows, !rows, !rows, !rows
  plan.store "store" %a into #keys : !rows
  plan.recur "recur" %a, %a into %b : !rows, !rows, !rows
  plan.normalize "normalize" %a into %b <rms, epsilon = 1.0e-6> : !rows, !rows
  plan.measure_rows "measure_rows" %a into %measures : !rows, !measures
  plan.normalize_sequence "normalize_sequence" %a measures %measures into %b epsilon 1.0e-6
    : !rows, !measures, !rows
  plan.rotate "rotate" %a into %b heads 2 dims 12 theta 10000.0 factor 1.0 : !rows, !rows
  %grid = plan.buffer at 0 : !grid
  %tiles = plan.buffer at 0 : !tiles
  plan.tile_rows "tile_rows" %grid into %tiles <4 by 5, side = 2, shift = 1> : !grid, !tiles
  plan.untile_rows "untile_rows" %tiles into %grid <4 by 5, side = 2, shift = 1> : !tiles, !grid
  plan.merge_tiles "merge_tiles" %grid into %a <4 by 5, side = 2> : !grid, !rows
  %pixels = plan.buffer at 0 : !pixels
  %places = plan.buffer at 0 : !places
  %pooled = plan.buffer at 0 : !pooled
  %first = plan.buffer at 0 : !first
  plan.depthwise "depthwise" %a into %b weight @panels kernel 3 stride 1 padding 1 : !rows, !rows
  plan.grid_windows "grid_windows" %pixels into %places kernel 3 stride 2 padding 1 width 5
    : !pixels, !places
  plan.move_rows "move_rows" %frames from 0 into %first count 2 : !frames, !first
  plan.prepend_mean "prepend_mean" %first into %pooled : !first, !pooled
  plan.concatenate "concatenate" %first, %frames into %pooled first 2 : !first, !frames, !pooled
  plan.attend_channels "attend_channels" %a, %a, %a into %b groups 4 : !rows, !rows, !rows, !rows
  %blocks = plan.buffer at 0 : !blocks
  plan.sum_blocks "sum_blocks" %a into %blocks of 4 : !rows, !blocks
  plan.replace_requested "replace_requested" %a, %requested into %b : !rows, !requested, !rows
  plan.elementwise "elementwise" add %a, %b into %b : !rows, !rows, !rows
  plan.take_requested "take_requested" %a into %requested : !rows, !requested
  plan.emit_states "emit_states" %a : !rows
  plan.search "search" %requested weight @panels {vocabulary_size = 24 : i64} : !requested
  plan.merge_search "merge_search" {vocabulary_size = 24 : i64}
}
)";

class Launches : public ::testing::Test {
protected:
  Launches() {
    context.loadDialect<plan::PlanDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(kPlan, &context);
  }

  /// All ops that are launches.
  std::set<std::string> ofTheDialect() {
    std::set<std::string> names;
    for (mlir::RegisteredOperationName name : context.getRegisteredOperations())
      if (name.hasInterface<plan::LaunchOpInterface>())
        names.insert(name.stripDialect().str());
    return names;
  }

  std::set<std::string> ofThePlan() {
    std::set<std::string> names;
    module->walk([&](plan::LaunchOpInterface launch) {
      names.insert(launch->getName().stripDialect().str());
    });
    return names;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(Launches, OfTheDialectAreAllInThisTest) {
  ASSERT_TRUE(module);
  EXPECT_EQ(ofThePlan(), ofTheDialect()) << "add the new launch to the plan above";
}

TEST_F(Launches, EachBecomeAFunctionThatCallsAKernel) {
  ASSERT_TRUE(module);
  mlir::PassManager passes(&context);
  passes.addPass(createEmitKernelsPass({.cpu = "x86-64-v3"}));
  ASSERT_TRUE(succeeded(passes.run(*module)));
  for (const std::string &name : ofTheDialect()) {
    auto function = module->lookupSymbol<mlir::func::FuncOp>("all." + name);
    ASSERT_TRUE(function) << name;
    EXPECT_FALSE(function.getBody().getOps<mlir::func::CallOp>().empty()) << name;
  }
}

/// LLVM takes time quadratic in the calls of one function.
TEST_F(Launches, OfALongProgramAreDividedAmongFunctionsInOrder) {
  std::string text = "!rows = !plan.buffer<source x 8, stride 8>\nplan.program @long {\n"
                     "  %a = plan.buffer at 0 : !rows\n";
  constexpr int count = 1200;
  for (int i = 0; i < count; ++i)
    text += "  plan.elementwise \"e" + std::to_string(i) +
            "\" add %a, %a into %a : !rows, !rows, !rows\n";
  module = mlir::parseSourceString<mlir::ModuleOp>(text + "}\n", &context);
  ASSERT_TRUE(module);
  mlir::PassManager passes(&context);
  passes.addPass(createEmitKernelsPass({.cpu = "x86-64-v3"}));
  ASSERT_TRUE(succeeded(passes.run(*module)));
  std::vector<std::string> done;
  std::function<void(mlir::StringRef)> run = [&](mlir::StringRef name) {
    int calls = 0;
    auto function = module->lookupSymbol<mlir::func::FuncOp>(name);
    for (auto call : function.getBody().getOps<mlir::func::CallOp>()) {
      ++calls;
      if (call.getCallee().starts_with("transept_program_"))
        run(call.getCallee());
      else if (call.getCallee().starts_with("long."))
        done.push_back(call.getCallee().str());
    }
    EXPECT_LE(calls, 1100) << name.str(); // 512 launches, each with a time stamp behind it
  };
  run("transept_program_long");
  ASSERT_EQ(done.size(), size_t(count));
  for (int i = 0; i < count; ++i)
    EXPECT_EQ(done[size_t(i)], "long.e" + std::to_string(i));
}

} // namespace
} // namespace transept::codegen
