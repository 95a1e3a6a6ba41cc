// SPDX-License-Identifier: Apache-2.0
//
// Wrong plans, kernels and weights, and whether verifying a library names the launch at fault.

#include "compiler/emit/EmitLibrary.h"
#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/pipeline/Stages.h"
#include "compiler/session/InterpretedRun.h"
#include "compiler/story/RecordStory.h"
#include "compiler/transforms/Functions.h"
#include "dialects/Plan/Plan.h"
#include "tests/support/RandomReader.h"
#include "tests/support/TinyModels.h"
#include "workbench/story/StorySection.h"
#include "workbench/trace/LibraryVerification.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace transept::session {
namespace {

using namespace mlir;
using ::testing::HasSubstr;

/// The launch of a program at `label`.
template <typename Op> Op launch(ModuleOp plan, StringRef program, StringRef label) {
  Op found;
  plan.lookupSymbol<plan::ProgramOp>(program)->walk([&](Op op) {
    if (op.getLabel() == label)
      found = op;
  });
  if (!found)
    throw std::runtime_error(("no launch " + label + " in " + program).str());
  return found;
}

/// The slot at another place of its cache.
plan::CacheSlotAttr movedTo(plan::CacheSlotAttr slot, int64_t offset) {
  return plan::CacheSlotAttr::get(slot.getContext(), slot.getName(), slot.getIsKeys(),
                                  slot.getHeadCount(), slot.getHeadDim(), offset,
                                  slot.getNumberType());
}

/// Something that goes wrong behind the passes of the graph.
struct Fault {
  std::string name;
  std::function<frontend::Description()> model;
  std::function<void(ModuleOp)> inPlan; // or
  std::function<void(ModuleOp)> inCode; // the LLVM dialect
  /// The value that is wrong first, and the function that writes it.
  std::string value, symbol;
};

void PrintTo(const Fault &fault, std::ostream *stream) {
  *stream << fault.name;
}

/// Multiplies one kind of constant of a function whose name begins so.
void scaleConstants(ModuleOp code, StringRef function, double from, double factor) {
  int count = 0;
  for (auto each : code.getOps<LLVM::LLVMFuncOp>()) {
    if (!each.getName().starts_with(function))
      continue;
    each.walk([&](LLVM::ConstantOp constant) {
      auto scaled = [&](const APFloat &number) -> std::optional<APFloat> {
        if (std::abs(number.convertToDouble() - from) > 1e-6 * std::abs(from))
          return std::nullopt;
        ++count;
        return APFloat(float(number.convertToDouble() * factor));
      };
      if (auto number = dyn_cast<FloatAttr>(constant.getValue())) {
        if (auto result = scaled(number.getValue()))
          constant.setValueAttr(FloatAttr::get(number.getType(), *result));
      } else if (auto vector = dyn_cast<SplatElementsAttr>(constant.getValue())) {
        if (isa<FloatType>(vector.getElementType()))
          if (auto result = scaled(vector.getSplatValue<APFloat>()))
            constant.setValueAttr(DenseElementsAttr::get(vector.getType(), *result));
      }
    });
  }
  EXPECT_GT(count, 0) << "no constant " << from << " in " << function.str();
}

/// A coefficient of the exponential's polynomial (KernelBuilder::exponential).
const double kSixth = 1.0 / 6;

/// Calls `change` for each op of a kind in the functions that score blocks of the vocabulary.
template <typename Op> void changeInSearch(ModuleOp code, llvm::function_ref<bool(Op)> change) {
  int count = 0;
  for (auto each : code.getOps<LLVM::LLVMFuncOp>())
    if (each.getName().starts_with("vocabulary_") &&
        !each.getName().starts_with("vocabulary_merge"))
      each.walk([&](Op op) { count += change(op); });
  EXPECT_GT(count, 0) << "nothing to change";
}

/// Loops over vectors that begin with a sum of zero begin behind the first vector.
bool skipFirstVector(LLVM::BrOp jump) {
  if (jump.getDestOperands().size() != 2)
    return false;
  auto begin = jump.getDestOperands()[0].getDefiningOp<LLVM::ConstantOp>(),
       sum = jump.getDestOperands()[1].getDefiningOp<LLVM::ConstantOp>();
  auto first = begin ? dyn_cast<IntegerAttr>(begin.getValue()) : IntegerAttr();
  auto zeros = sum ? dyn_cast<SplatElementsAttr>(sum.getValue()) : SplatElementsAttr();
  if (!first || first.getInt() != 0 || !zeros || !isa<FloatType>(zeros.getElementType()) ||
      !zeros.getSplatValue<APFloat>().isZero())
    return false;
  OpBuilder builder(jump);
  jump->setOperand(0, LLVM::ConstantOp::create(builder, jump.getLoc(), first.getType(),
                                               zeros.getType().getNumElements()));
  return true;
}

/// The ids of tokens are those of the tokens behind them.
bool addOne(LLVM::TruncOp id) {
  bool isStored =
      llvm::any_of(id->getUsers(), [](Operation *user) { return isa<LLVM::StoreOp>(user); });
  if (!id.getType().isInteger(32) || !isStored)
    return false;
  OpBuilder builder(id->getContext());
  builder.setInsertionPointAfter(id);
  Value one = LLVM::ConstantOp::create(builder, id.getLoc(), id.getType(), 1);
  Value next = LLVM::AddOp::create(builder, id.getLoc(), id, one);
  id.getResult().replaceAllUsesExcept(next, next.getDefiningOp());
  return true;
}

/// Another value than the encoder's last leaves the program.
void emitOtherStates(ModuleOp plan) {
  auto emit = launch<plan::EmitStatesOp>(plan, "encode", "states");
  plan::BufferOp right = plan::wholeBuffer(emit.getInput());
  for (auto buffer : emit->getBlock()->getOps<plan::BufferOp>())
    if (buffer.getType() == right.getType() && buffer.getOffset() != right.getOffset())
      return emit.getInputMutable().assign(buffer);
  throw std::runtime_error("no other buffer");
}

std::vector<Fault> faults() {
  using transept::testing::tinyMarian;
  auto tinyT5 = [] { return transept::testing::tinyT5(/*isGated=*/false); };
  auto attend = [](StringRef program, StringRef label, auto change) {
    return [=](ModuleOp plan) { change(launch<plan::AttendOp>(plan, program, label)); };
  };
  auto linear = [](StringRef program, StringRef label, auto change) {
    return [=](ModuleOp plan) { change(launch<plan::LinearOp>(plan, program, label)); };
  };
  return {
      {"attention_scale",
       tinyT5,
       attend(
           "decode", "decoder.layers.0.cross_attention",
           [](plan::AttendOp op) { op.setScale(APFloat(op.getScale().convertToDouble() * 1.02)); }),
       {},
       "decoder.layers.0.cross_attention",
       "decode.decoder.layers.0.cross_attention"},
      {"missing_mask",
       tinyMarian,
       attend("decode", "decoder.layers.0.self_attention",
              [](plan::AttendOp op) { op.setCausal(false); }),
       {},
       "decoder.layers.0.self_attention",
       "decode.decoder.layers.0.self_attention"},
      {"exchanged_slots",
       tinyMarian,
       attend("decode", "decoder.layers.0.cross_attention",
              [](plan::AttendOp op) {
                plan::CacheSlotAttr keys = op.getKeySlotAttr(), values = op.getValueSlotAttr();
                op.setKeySlotAttr(movedTo(keys, values.getOffset()));
                op.setValueSlotAttr(movedTo(values, keys.getOffset()));
              }),
       {},
       "decoder.layers.0.cross_attention",
       "decode.decoder.layers.0.cross_attention"},
      {"missing_residual",
       tinyMarian,
       linear("encode", "encoder.layers.0.self_attention.output",
              [](plan::LinearOp op) { op.getResidualMutable().clear(); }),
       {},
       "encoder.layers.0.self_attention.residual",
       "encode.encoder.layers.0.self_attention.output"},
      {"missing_bias",
       tinyMarian,
       linear("decode", "decoder.layers.1.feed_forward.output",
              [](plan::LinearOp op) { op.removeBiasAttr(); }),
       {},
       "decoder.layers.1.feed_forward.residual",
       "decode.decoder.layers.1.feed_forward.output"},
      {"weight_of_another_layer",
       tinyMarian,
       linear(
           "decode", "decoder.layers.1.feed_forward.input",
           [](plan::LinearOp op) { op.setWeight("decoder.layers.0.feed_forward.input.weight"); }),
       {},
       "decoder.layers.1.feed_forward.activation",
       "decode.decoder.layers.1.feed_forward.input"},
      {"epsilon",
       tinyT5,
       linear("encode", "encoder.layers.0.self_attention.query_key_value",
              [](plan::LinearOp op) {
                NormAttr norm = op.getNormAttr();
                double wrong = norm.getEpsilon().getValueAsDouble() * 1000;
                op.setNormAttr(NormAttr::get(op.getContext(), norm.getKind(),
                                             FloatAttr::get(norm.getEpsilon().getType(), wrong)));
              }),
       {},
       "encoder.layers.0.self_attention.query_key_value",
       "encode.encoder.layers.0.self_attention.query_key_value"},
      {"embedding_scale",
       tinyMarian,
       [](ModuleOp plan) {
         auto op = launch<plan::EmbedOp>(plan, "decode", "decoder.embedding");
         op.setScale(APFloat(op.getScale().convertToDouble() * 1.01));
       },
       {},
       "decoder.embedding.sum",
       "decode.decoder.embedding"},
      {"position_offset",
       tinyMarian,
       [](ModuleOp plan) {
         launch<plan::EmbedOp>(plan, "encode", "encoder.embedding").setPositionOffset(1);
       },
       {},
       "encoder.embedding.sum",
       "encode.encoder.embedding"},
      {"exponential",
       tinyMarian,
       {},
       [](ModuleOp code) { scaleConstants(code, "attention_rows", kSixth, 1.2); },
       "encoder.layers.0.self_attention",
       "encode.encoder.layers.0.self_attention"},
      {"cached_attention_only",
       tinyMarian,
       {},
       [](ModuleOp code) { scaleConstants(code, "attention_encoder_cache", kSixth, 1.2); },
       "decoder.layers.0.cross_attention",
       "decode.decoder.layers.0.cross_attention"},
      {"other_states", tinyMarian, emitOtherStates, {}, "encoder_states", "encode.states"},
      {"exponential_of_the_vocabulary",
       tinyMarian,
       {},
       [](ModuleOp code) { scaleConstants(code, "vocabulary_", kSixth, 1.2); },
       "log_sum_exp",
       "decode.logits"},
      {"sum_without_the_first_vector",
       tinyMarian,
       {},
       [](ModuleOp code) { changeInSearch<LLVM::BrOp>(code, skipFirstVector); },
       "log_sum_exp",
       "decode.logits"},
      {"other_best_tokens",
       tinyMarian,
       {},
       [](ModuleOp code) { changeInSearch<LLVM::TruncOp>(code, addOne); },
       "best_ids",
       "decode.logits"},
  };
}

class FaultyCode : public ::testing::TestWithParam<Fault> {
protected:
  FaultyCode() {
    context.loadDialect<TranseptDialect, plan::PlanDialect, func::FuncDialect>();
    library = (std::filesystem::temp_directory_path() /
               ("faulty-" + GetParam().name + "-" + std::to_string(getpid()) + ".so"))
                  .string();
  }
  ~FaultyCode() override { std::filesystem::remove(library); }

  void run(ModuleOp module, Stage from, Stage to) {
    PassManager passes(&context);
    addStages(passes, from, to, {.cpu = "x86-64-v3"});
    ASSERT_TRUE(succeeded(passes.run(module)));
  }

  /// Compiles the fault's model, with the fault if so.
  void compile(bool isFaulty) {
    frontend::Description description = GetParam().model();
    fused = frontend::buildModel(description, context);
    run(*fused, Stage::Graph, Stage::Fused);
    OwningOpRef<ModuleOp> code = fused->clone();
    story::Story story;
    run(*code, Stage::Fused, Stage::Plan);
    if (isFaulty && GetParam().inPlan)
      GetParam().inPlan(*code);
    story.stages.push_back(story::recordStage(*code, Stage::Plan, "x86-64-v3"));
    story::recordPrograms(*code, "x86-64-v3", story);
    run(*code, Stage::Plan, Stage::LLVM);
    story::recordKernels(*code, "x86-64-v3", story);
    if (isFaulty && GetParam().inCode)
      GetParam().inCode(*code);
    std::string error;
    emit::Level level{"x86-64-v3", *targets::targetFor("x86-64-v3", error), *code};
    emit::EmitOptions options;
    options.sections = {{story::kStorySection, packed(story)}};
    emit::LibraryFiles files(library);
    files.addHeader(description.name);
    emit::emitLibrary(level, description, testing::randomReader(1), options, files);
    files.finish();
  }

  void verify() {
    workbench::verifyLibrary(library, {"x86-64-v3"},
                             session::interpretedRun(*fused, testing::randomReader(1), 0));
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> fused;
  std::string library;
};

TEST_P(FaultyCode, IsFoundAtItsLaunch) {
  compile(/*isFaulty=*/true);
  try {
    verify();
    FAIL() << "nothing was found";
  } catch (const std::runtime_error &error) {
    EXPECT_THAT(error.what(), HasSubstr(" is wrong: " + GetParam().value + " is "));
    EXPECT_THAT(error.what(), HasSubstr("written by " + GetParam().symbol + " ("));
  }
}

/// What stands for the models without a fault.
Fault nothing(const std::string &name, std::function<frontend::Description()> model) {
  return {name, std::move(model), {}, {}, "", ""};
}

class RightCode : public FaultyCode {};

TEST_P(RightCode, IsFine) {
  compile(/*isFaulty=*/false);
  EXPECT_NO_THROW(verify());
}

INSTANTIATE_TEST_SUITE_P(Planted, FaultyCode, ::testing::ValuesIn(faults()),
                         [](const auto &info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Models, RightCode,
                         ::testing::Values(nothing("marian", transept::testing::tinyMarian),
                                           nothing("bart", transept::testing::tinyBart),
                                           nothing("speech", transept::testing::tinySpeech)),
                         [](const auto &info) { return info.param.name; });

} // namespace
} // namespace transept::session
