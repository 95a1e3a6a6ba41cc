// SPDX-License-Identifier: Apache-2.0
//
// Compiles code, links it with the runtime, and adds the weights.

#include "compiler/emit/EmitLibrary.h"

#include "compiler/codegen/kernels/Vocabulary.h"
#include "compiler/emit/GeneratedHeader.h"
#include "compiler/emit/LinkLibrary.h"
#include "compiler/emit/ModelTable.h"
#include "compiler/emit/ObjectFile.h"
#include "compiler/emit/PackWeights.h"
#include "compiler/emit/WeightSegment.h"

#include "llvm/IR/LLVMContext.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace transept::emit {

namespace {

std::string readFile(const std::filesystem::path &path) {
  std::ifstream stream(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(stream)), {});
  if (!stream)
    throw std::runtime_error("cannot read " + path.string());
  return content;
}

int64_t positionCount(const frontend::Stack &stack) { return stack.embedding.positions.length; }

ModelFacts factsOf(mlir::ModuleOp module, const frontend::Description &description,
                   const codegen::Target &target) {
  ModelFacts facts;
  facts.name = description.name;
  facts.weightsSize = packedWeightsSize(module);
  facts.manifest = manifestFor(module, description, target, facts.weightsSize);
  facts.requiredFeatures = target.requiredFeatures;
  facts.sourceVocabularySize = description.source.embedding.vocabularySize;
  facts.targetVocabularySize = description.target.embedding.vocabularySize;
  facts.encoderHiddenSize = description.source.hiddenSize;
  codegen::VocabularyShape vocabulary;
  vocabulary.vocabularySize = facts.targetVocabularySize;
  facts.vocabularyBlockCount = vocabulary.blockCount();
  facts.maximumSourceLength = positionCount(description.source);
  facts.maximumTargetLength = positionCount(description.target);
  if (const auto &features = description.source.embedding.features) {
    facts.sourceFeatureWidth = features->width;
    facts.sourceFeatureCount = features->length;
  }
  facts.generation = description.generation;
  for (const std::string &file : description.tokenizer.files)
    facts.assets.push_back(
        {file, readFile(std::filesystem::path(description.checkpoint) / file)});
  return facts;
}

std::unique_ptr<llvm::Module> compiledCode(mlir::ModuleOp module, llvm::LLVMContext &context,
                                           const codegen::Target &target) {
  std::unique_ptr<llvm::Module> code = translateToLLVM(module, context, target);
  if (!code)
    throw std::runtime_error("the module is not in the LLVM stage");
  return code;
}

} // namespace

ParameterReader readerOf(const frontend::Checkpoint &checkpoint) {
  return [&](const ParameterRows &rows, float *out) {
    frontend::TensorReference reference{rows.name, rows.isTransposed, 0, 0};
    frontend::MatrixShape shape =
        frontend::referenceShape(reference, checkpoint.at(rows.name));
    // A vector stored as one row, for example [1, V]: its elements are the rows asked for.
    if (rows.isVector && shape.columns != 1) {
      std::vector<float> all = checkpoint.readAll(reference);
      std::copy_n(all.begin() + rows.begin, rows.count, out);
      return;
    }
    checkpoint.readFloat(reference, /*layer=*/0, out, rows.begin, rows.count);
  };
}

std::string emitAssembly(mlir::ModuleOp module, const codegen::Target &target) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code = compiledCode(module, context, target);
  optimize(*code, target);
  return emitMachineCode(*code, target, MachineCode::Assembly);
}

void emitLibrary(mlir::ModuleOp module, const frontend::Description &description,
                 const ParameterReader &parameters, const EmitOptions &options) {
  ModelFacts facts = factsOf(module, description, options.target);
  std::string object;
  {
    options.progress("generating code", 0);
    llvm::LLVMContext context;
    std::unique_ptr<llvm::Module> code = compiledCode(module, context, options.target);
    addModelTable(*code, module, facts);
    optimize(*code, options.target);
    object = emitMachineCode(*code, options.target, MachineCode::Object);
  }

  // Written under another name first: a failed compilation leaves no half library behind.
  std::string unfinished = options.output + ".unfinished";
  try {
    options.progress("linking", 0);
    linkLibrary(object, "transept_model_" + facts.name,
                std::filesystem::path(options.output).filename().string(), unfinished);
    addWeightSegment(unfinished, facts.weightsSize, [&](const SegmentWriter &write) {
      packWeights(module, parameters, [&](int64_t offset, const float *floats, int64_t count) {
        write(offset, floats, count * int64_t(sizeof(float)));
        options.progress("packing weights", double(offset) / double(facts.weightsSize));
      });
    });
    std::filesystem::rename(unfinished, options.output);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    throw;
  }

  std::filesystem::path header =
      std::filesystem::path(options.output).replace_filename(facts.name + ".h");
  std::ofstream stream(header);
  stream << generatedHeader(facts.name,
                            fmt::format("A model of family {}, hidden size {}, vocabulary {}.",
                                        description.family, facts.encoderHiddenSize,
                                        facts.targetVocabularySize));
  if (!stream.flush())
    throw std::runtime_error("cannot write " + header.string());
}

} // namespace transept::emit
