// SPDX-License-Identifier: Apache-2.0
//
// Compiles models in this process, with the interpreter's random parameters as weights.

#include "tests/numerics/CompiledModel.h"

#include "compiler/codegen/Passes.h"
#include "compiler/emit/EmitLibrary.h"
#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/pipeline/Stages.h"
#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Passes.h"
#include "dialects/Plan/Plan.h"
#include "tests/support/RandomReader.h"
#include "tests/support/TestCheckpoint.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <random>

namespace transept::testing {

namespace {

void addPasses(mlir::PassManager &passes, const CompileFor &how) {
  PipelineOptions options{.cpu = how.cpu, .weights = how.weights};
  Stage fused = Stage::Fused;
  if (how.fusion == Fusion::All) {
    addStages(passes, Stage::Graph, fused, options);
  } else {
    addStages(passes, Stage::Graph, Stage::Staged, options);
    passes.addPass(createFuseEmbeddingPass());
    passes.addPass(createFuseVocabularySearchPass());
  }
  addStages(passes, fused, Stage::LLVM, options);
}

std::string emitModule(mlir::ModuleOp module, const frontend::Description &description,
                       const CompileFor &how, uint64_t seed) {
  mlir::PassManager passes(module.getContext());
  passes.enableVerifier(true);
  addPasses(passes, how);
  if (failed(passes.run(module)))
    throw std::runtime_error("a pass failed");
  std::string error;
  static const frontend::TemporaryDirectory folder; // models of one name share their header's place
  static int number = 0;
  std::string own = folder.path() + "/" + std::to_string(number++);
  std::filesystem::create_directory(own);
  std::string library = own + "/model.so";
  emit::Level level{how.cpu, *targets::targetFor(how.cpu, error), module};
  emit::LibraryFiles files(library);
  files.addHeader(description.name);
  emit::emitLibrary(level, description, randomReader(seed), {}, files);
  files.finish();
  return library;
}

mlir::OwningOpRef<mlir::ModuleOp> parseText(const std::string &text, mlir::MLIRContext &context) {
  context.loadDialect<TranseptDialect, mlir::func::FuncDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module || failed(nameEntry(*module)))
    throw std::runtime_error("no model in the text");
  return module;
}

} // namespace

std::string withoutHyphens(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string nameOf(const ::testing::TestParamInfo<ProcessorAndType::ParamType> &info) {
  return withoutHyphens(std::get<0>(info.param) + "_" + std::get<1>(info.param));
}

std::vector<std::string> runnableProcessors() {
  std::vector<std::string> names = {"x86-64-v3", "x86-64-v4"};
  std::erase_if(names, [](const std::string &name) { return !canRun(name); });
  return names;
}

bool canRun(const std::string &cpu) {
  std::string error;
  auto native = targets::targetFor("native", error), wanted = targets::targetFor(cpu, error);
  return native && wanted && (wanted->requiredFeatures & ~native->requiredFeatures) == 0;
}

std::string compileWithRandomWeights(const frontend::Description &description,
                                     const CompileFor &how, uint64_t seed) {
  mlir::MLIRContext context;
  context.loadDialect<plan::PlanDialect>();
  auto module = frontend::buildModel(description, context);
  if (!module)
    throw std::runtime_error("no model");
  return emitModule(*module, description, how, seed);
}

std::string compileWithRandomWeights(const frontend::Description &description,
                                     const std::string &cpu, Fusion fusion, uint64_t seed) {
  return compileWithRandomWeights(description, {.cpu = cpu, .fusion = fusion}, seed);
}

std::string compileWithRandomWeights(const std::string &text, const CompileFor &how,
                                     uint64_t seed) {
  mlir::MLIRContext context;
  context.loadDialect<plan::PlanDialect>();
  auto module = parseText(text, context);
  frontend::Description description;
  description.name = module->getSymName()->str();
  return emitModule(*module, description, how, seed);
}

std::string compileWithRandomWeights(const std::string &text, const std::string &cpu, Fusion fusion,
                                     uint64_t seed) {
  return compileWithRandomWeights(text, {.cpu = cpu, .fusion = fusion}, seed);
}

ModelOutputs interpret(const frontend::Description &description, uint64_t seed,
                       const Sequences &sources, const Sequences &targets) {
  mlir::MLIRContext context;
  auto module = frontend::buildModel(description, context);
  auto outputs = runModel(*module, randomParameters(seed), sources, targets);
  if (failed(outputs))
    throw std::runtime_error("the interpreter failed");
  return *outputs;
}

ModelOutputs interpret(const std::string &text, uint64_t seed, const Sequences &sources,
                       const Sequences &targets) {
  mlir::MLIRContext context;
  auto outputs = runModel(*parseText(text, context), randomParameters(seed), sources, targets);
  if (failed(outputs))
    throw std::runtime_error("the interpreter failed");
  return *outputs;
}

double ProcessorAndType::tolerance() const {
  return weights == "f32" ? kTolerance : 0.05;
}

void append(std::vector<float> &to, std::span<const float> from) {
  to.insert(to.end(), from.begin(), from.end());
}

std::vector<float> statesOf(const Model &model, const Sequences &sources) {
  auto width = int64_t(model.sourceFeatureWidth());
  std::vector<std::vector<float>> features;
  std::vector<SourceInput> inputs;
  features.reserve(sources.size());
  for (const std::vector<int32_t> &source : sources) {
    SourceInput &input = inputs.emplace_back();
    if (width == 0) {
      input.ids = source;
      continue;
    }
    Tensor rows = featureRows(source, width);
    input.features = features.emplace_back(rows.values.begin(), rows.values.end());
  }
  std::vector<float> states;
  for (const Source &source : model.encodeBatch(inputs))
    append(states, source.states());
  return states;
}

void ProcessorAndType::expectStatesOfInterpreter(const std::string &text, const Sequences &sources,
                                                 uint64_t seed, Fusion fusion) const {
  std::string library =
      compileWithRandomWeights(text, {.cpu = cpu, .weights = weights, .fusion = fusion}, seed);
  ModelOutputs expected = interpret(text, seed, sources, Sequences(sources.size()));
  Model model = Model::open(library, {.threads = 1, .encoderCacheBytes = 0});
  std::vector<float> together = statesOf(model, sources), apart;
  expectClose(expected.encoderStates->values, together, "states", tolerance());
  for (const std::vector<int32_t> &source : sources)
    append(apart, statesOf(model, {source}));
  EXPECT_TRUE(apart == together) << "bits depend on the batch";
  for (unsigned threads : {2u, 3u}) {
    Model parallel = Model::open(library, {.threads = threads, .encoderCacheBytes = 0});
    EXPECT_TRUE(statesOf(parallel, sources) == together)
        << "bits depend on " << threads << " threads";
  }
  std::filesystem::remove(library);
}

void expectClose(std::span<const double> expected, std::span<const float> actual, const char *what,
                 double tolerance) {
  ASSERT_EQ(expected.size(), actual.size()) << what;
  double largest = 0, difference = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    double error = std::abs(expected[i] - double(actual[i]));
    difference = std::isnan(error) ? INFINITY : std::max(difference, error);
  }
  EXPECT_LE(difference, tolerance * largest) << what << ", largest magnitude " << largest;
}

Sequences randomSequences(const std::vector<int64_t> &lengths, int64_t vocabularySize,
                          uint64_t seed) {
  std::mt19937_64 random(seed);
  Sequences sequences;
  for (int64_t length : lengths) {
    std::vector<int32_t> ids(length);
    for (int32_t &id : ids)
      id = int32_t(random() % uint64_t(vocabularySize));
    sequences.push_back(std::move(ids));
  }
  return sequences;
}

} // namespace transept::testing
