// SPDX-License-Identifier: Apache-2.0
//
// What a story says of modules holds for the modules: lines, texts, lifetimes, bytes, kernels.

#include "compiler/story/RecordStory.h"

#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/pipeline/ReadableIR.h"
#include "compiler/story/RemarkLog.h"
#include "tests/support/TinyModels.h"
#include "workbench/story/StoryJson.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>

namespace transept::story {
namespace {

using namespace mlir;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using transept::Stage;

constexpr const char *kLevel = "x86-64-v3";

/// The story of a tiny model, recorded as the compiler does.
Story compiled(const frontend::Description &description, const std::string &cache = "auto") {
  MLIRContext context{MLIRContext::Threading::DISABLED};
  useShortTypeNames(context);
  Story story;
  auto remarks = keepRemarks(context);
  OwningOpRef<ModuleOp> module = frontend::buildModel(description, context);
  PipelineOptions options{.cpu = kLevel, .cache = cache};
  story.stages.push_back(recordStage(*module, Stage::Graph));
  auto run = [&](Stage from, Stage to) {
    PassManager manager(&context);
    addStages(manager, from, to, options);
    EXPECT_TRUE(succeeded(manager.run(*module)));
  };
  for (auto [from, to] : {std::pair(Stage::Graph, Stage::Staged), {Stage::Staged, Stage::Fused}}) {
    run(from, to);
    story.stages.push_back(recordStage(*module, to));
  }
  run(Stage::Fused, Stage::Plan);
  story.stages.push_back(recordStage(*module, Stage::Plan, kLevel));
  recordPrograms(*module, kLevel, story);
  run(Stage::Plan, Stage::LLVM);
  recordKernels(*module, kLevel, story);
  story.passes = recordPasses(context, options);
  story.remarks = *remarks;
  return story;
}

/// Compiled once: tests only look.
const Story &marian() {
  static const Story story = compiled(testing::tinyMarian());
  return story;
}

std::vector<std::string> linesOf(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

/// By its own name, or, where a cache slot's is printed, by that of what is stored.
bool names(const std::string &line, const Operation &operation) {
  std::vector<std::string> known = operation.origins;
  known.push_back(operation.name);
  return std::ranges::any_of(
      known, [&](const std::string &name) { return line.find(name) != std::string::npos; });
}

TEST(RecordStage, LinesAreThoseOfTheOperations) {
  ASSERT_THAT(marian().stages, SizeIs(4));
  for (const story::Stage &stage : marian().stages) {
    std::vector<std::string> lines = linesOf(stage.text);
    EXPECT_GT(stage.operations.size(), 50u) << stage.name;
    for (const Operation &operation : stage.operations) {
      ASSERT_GE(operation.line, 1u) << stage.name;
      ASSERT_LE(operation.line, lines.size()) << stage.name;
      const std::string &line = lines[operation.line - 1];
      EXPECT_THAT(line, HasSubstr(operation.kind)) << stage.name << " " << operation.line;
      // These print no name.
      if (operation.kind != "plan.barrier" && operation.kind != "plan.emit_states")
        EXPECT_TRUE(names(line, operation)) << operation.name << " in " << line;
    }
  }
}

TEST(RecordStage, SaysWhoseRowsAnOperationMakes) {
  for (const story::Stage &stage : {marian().stages.front(), marian().stages.back()}) {
    std::set<std::string> sides;
    for (const Operation &operation : stage.operations) {
      sides.insert(operation.side);
      if (operation.type.ends_with("x f32")) // rows, and no masks of two sides
        EXPECT_EQ(operation.side, sideOfType(operation.type)) << operation.name;
    }
    EXPECT_THAT(sides, AllOf(Contains("source"), Contains("target"))) << stage.name;
  }
}

TEST(RecordStage, TextsParseAgain) {
  for (const story::Stage &stage : marian().stages) {
    MLIRContext context{MLIRContext::Threading::DISABLED};
    useShortTypeNames(context);
    context.loadDialect<func::FuncDialect>();
    std::string message;
    ScopedDiagnosticHandler errors(
        &context, [&](Diagnostic &diagnostic) { message += diagnostic.str() + "\n"; });
    EXPECT_TRUE(parseSourceString<ModuleOp>(stage.text, &context)) << stage.name << ": " << message;
  }
}

const Operation *find(const story::Stage &stage, const std::string &name) {
  auto found = std::ranges::find(stage.operations, name, &Operation::name);
  return found == stage.operations.end() ? nullptr : &*found;
}

TEST(RecordStage, TellsWhatAnOperationStandsForAndReads) {
  const Operation *query = find(marian().stages[0], "decoder.layers.0.cross_attention.query");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->function, "forward");
  EXPECT_EQ(query->type, "target x 30 x f32");
  EXPECT_THAT(query->origins, ElementsAre(query->name));
  EXPECT_THAT(query->tensors,
              ElementsAre("decoder.layer.0.cross.q.weight", "decoder.layer.0.cross.q.bias"));
  EXPECT_THAT(query->passes, IsEmpty());
  ASSERT_THAT(query->operands, SizeIs(3));
  EXPECT_EQ(marian().stages[0].operations[query->operands[0]].name,
            "decoder.layers.0.self_attention.norm");

  const Operation *merged = find(marian().stages[2], "decoder.layers.cross_attention.key_value");
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->function, "encode");
  EXPECT_THAT(merged->passes, Contains("merge-projections"));
  for (const char *name : {"0.cross_attention.key", "0.cross_attention.value",
                           "1.cross_attention.key", "1.cross_attention.value"})
    EXPECT_THAT(merged->origins, Contains(std::string("decoder.layers.") + name));
}

struct LineageCase {
  std::string name;
  std::function<frontend::Description()> model;
};

void PrintTo(const LineageCase &model, std::ostream *stream) {
  *stream << model.name;
}

class RecordLineage : public ::testing::TestWithParam<LineageCase> {};

/// What an operation of a later stage stands for are operations of the graph, or its features, but
/// for what gives the encoder's states to the caller.
TEST_P(RecordLineage, LeadsFromEveryOperationToTheGraph) {
  Story story = compiled(GetParam().model());
  std::set<std::string> graph = {"source_features"};
  for (const Operation &operation : story.stages.front().operations)
    graph.insert(operation.name);
  auto leadsToGraph = [&](const std::vector<std::string> &origins) {
    return !origins.empty() && std::ranges::all_of(origins, [&](const std::string &origin) {
      return graph.contains(origin);
    });
  };
  for (const story::Stage &stage : story.stages)
    for (const Operation &operation : stage.operations)
      if (operation.kind != "plan.emit_states" && operation.kind != "plan.barrier")
        EXPECT_TRUE(leadsToGraph(operation.origins))
            << stage.name << ": " << operation.kind << " " << operation.name << " stands for "
            << ::testing::PrintToString(operation.origins);
}

INSTANTIATE_TEST_SUITE_P(
    TinyModels, RecordLineage,
    ::testing::Values(
        LineageCase{"Marian", testing::tinyMarian},
        LineageCase{"GatedT5", [] { return testing::tinyT5(/*isGated=*/true); }},
        LineageCase{"Bart", testing::tinyBart}, LineageCase{"Speech", testing::tinySpeech},
        LineageCase{"Vision", testing::tinyVision}, LineageCase{"Encoder", testing::tinyEncoder},
        LineageCase{"Decoder", testing::tinyDecoder}, LineageCase{"Grouped", testing::tinyGrouped}),
    [](const auto &info) { return info.param.name; });

TEST(RecordPasses, NamesEachWithItsStage) {
  EXPECT_THAT(marian().passes, Contains(AllOf(Field(&story::Pass::argument, "merge-projections"),
                                              Field(&story::Pass::stage, "fused"),
                                              Field(&story::Pass::summary, Not(IsEmpty())))));
  EXPECT_EQ(marian().passes.back().stage, "llvm");
}

TEST(KeepRemarks, TellsWhatPassesDidNotDoAndWhy) {
  EXPECT_THAT(marian().remarks, Contains(AllOf(Field(&story::Remark::pass, "fold-scales"),
                                               Field(&story::Remark::kind, "missed"),
                                               Field(&story::Remark::name, "encoder.embedding"),
                                               Field(&story::Remark::text, HasSubstr("shared")))));
  EXPECT_THAT(
      marian().remarks,
      Contains(AllOf(
          Field(&story::Remark::pass, "merge-projections"), Field(&story::Remark::kind, "passed"),
          Field(&story::Remark::origins, Contains("decoder.layers.1.cross_attention.value")))));
}

TEST(RecordPrograms, BuffersLiveWhereLaunchesTouchThem) {
  ASSERT_THAT(marian().programs, SizeIs(2));
  for (const Program &program : marian().programs) {
    EXPECT_EQ(program.level, kLevel);
    // Exactly from the first launch that touches it to the last.
    std::vector<std::pair<uint32_t, uint32_t>> touched(program.buffers.size(), {UINT32_MAX, 0});
    for (uint32_t index = 0; index < program.launches.size(); ++index)
      for (auto list : {&Launch::reads, &Launch::writes})
        for (uint32_t buffer : program.launches[index].*list) {
          touched[buffer].first = std::min(touched[buffer].first, index);
          touched[buffer].second = index;
        }
    for (size_t number = 0; number < program.buffers.size(); ++number) {
      const Buffer &buffer = program.buffers[number];
      EXPECT_EQ(std::pair(buffer.first, buffer.last), touched[number]) << buffer.name;
      EXPECT_LE(buffer.offset + buffer.bytes, program.arena_bytes_per_row) << buffer.name;
      // Two that live at the same time lie apart.
      for (const Buffer &other : program.buffers)
        if (&other != &buffer && other.space == buffer.space && other.first <= buffer.last &&
            buffer.first <= other.last)
          EXPECT_TRUE(other.offset + other.bytes <= buffer.offset ||
                      buffer.offset + buffer.bytes <= other.offset)
              << buffer.name << " and " << other.name;
    }
  }
}

TEST(RecordPrograms, OperationsOfThePlanLeadToTheirLaunches) {
  const story::Stage &plan = marian().stages.back();
  size_t count = 0;
  for (const Operation &operation : plan.operations) {
    if (!operation.launch)
      continue;
    ++count;
    const Launch &launch =
        marian().programs[operation.launch->first].launches[operation.launch->second];
    EXPECT_EQ(operation.kind, "plan." + launch.kind);
    EXPECT_EQ(operation.origins, launch.kind == "barrier" ? operation.origins : launch.origins);
  }
  EXPECT_EQ(count, marian().programs[0].launches.size() + marian().programs[1].launches.size());
}

struct CacheCase {
  std::string type;
  int64_t bytes; // of a number
};

class RecordCaches : public ::testing::TestWithParam<CacheCase> {};

TEST_P(RecordCaches, CountBytesOfATokenInAllSlots) {
  auto [type, bytes] = GetParam();
  Caches caches = compiled(testing::tinyMarian(), type).caches;
  // Two decoder layers with keys and values of 3 heads of 10.
  for (const Cache *cache : {&caches.encoder, &caches.self}) {
    ASSERT_THAT(cache->slots, SizeIs(4));
    EXPECT_EQ(cache->page_tokens, 16);
    EXPECT_EQ(cache->bytes_per_token, 4 * 3 * 10 * bytes);
    for (const CacheSlot &slot : cache->slots) {
      EXPECT_EQ(slot.heads, 3);
      EXPECT_EQ(slot.head_dim, 10);
      EXPECT_EQ(slot.bytes_per_token, 3 * 10 * bytes);
    }
  }
  EXPECT_EQ(caches.encoder.slots[0].name, "decoder.layers.0.cross_attention.keys");
}

INSTANTIATE_TEST_SUITE_P(Types, RecordCaches,
                         ::testing::Values(CacheCase{"f32", 4}, CacheCase{"bf16", 2}),
                         [](const auto &info) { return info.param.type; });

TEST(RecordKernels, EveryLaunchButBarriersHasSome) {
  EXPECT_THAT(marian().kernels, Not(IsEmpty()));
  for (const Program &program : marian().programs)
    for (const Launch &launch : program.launches) {
      EXPECT_EQ(launch.kernels.empty(), launch.kind == "barrier") << launch.name;
      EXPECT_EQ(launch.symbol.empty(), launch.kind == "barrier") << launch.name;
    }
  for (const Kernel &kernel : marian().kernels)
    EXPECT_EQ(kernel.level, kLevel) << kernel.symbol;
}

} // namespace
} // namespace transept::story
