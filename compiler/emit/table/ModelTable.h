// SPDX-License-Identifier: Apache-2.0
//
// Builds the model table (abi.h) as data of an LLVM module, and the one exported function.

#ifndef TRANSEPT_COMPILER_EMIT_TABLE_MODELTABLE_H
#define TRANSEPT_COMPILER_EMIT_TABLE_MODELTABLE_H

#include "compiler/emit/table/MediaKind.h"
#include "compiler/frontend/description/Description.h"
#include "compiler/targets/Architecture.h"
#include "dialects/Plan/Plan.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"

#include <string>
#include <vector>

namespace transept::emit {

struct Asset {
  std::string name, content;
};

struct LevelFacts {
  std::string name;
  std::string cpu; // that it is compiled for
  uint64_t requiredFeatures = 0;
  /// Whose code it runs, its own or that of a level before it which is the same: a suffix of the
  /// names of functions.
  std::string code;
  mlir::ModuleOp module;
};

struct ModelFacts {
  std::string name;
  std::string manifest;
  const targets::Architecture *architecture = nullptr;
  std::vector<LevelFacts> levels;
  int64_t weightsSize = 0;
  int64_t sourceVocabularySize = 0, targetVocabularySize = 0, encoderHiddenSize = 0;
  int64_t vocabularyBlockCount = 0;
  /// 0: unbounded.
  int64_t maximumSourceLength = 0, maximumTargetLength = 0;
  std::optional<int64_t> uncountedSourceId, uncountedTargetId;
  /// Numbers in a row of features, 0 where the source is token ids; rows a source has, 0: any.
  int64_t sourceFeatureWidth = 0, sourceFeatureCount = 0;
  int64_t targetFeatureWidth = 0, targetStateWidth = 0;
  frontend::GenerationDefaults generation;
  std::optional<frontend::Classifier> classifier;
  std::optional<frontend::Forecaster> forecaster;
  std::vector<Asset> assets;
  std::string shortlist; // the file's content, or nothing
  bool hasSharedVocabulary = false;
  /// Its code and the functions over texts are linked into the library; empty: it has none.
  std::string tokenizerKind;
  /// The functions over these are linked into the library.
  MediaKind media = MediaKind::None;
};

/// The name of the data that marks where weights are added after linking (WeightSegment.h).
constexpr const char *kWeightsMark = "transept_weights_mark";

/// Adds the note that linking keeps apart, with the size of the weights as its content.
llvm::GlobalVariable *addWeightsMark(llvm::Module &code, int64_t weightsSize);

/// The symbol of the function that returns the table: a module's code knows it under one name.
std::string modelSymbol(const ModelFacts &facts);

/// The symbol of a level's program `encode` or `decode`.
std::string programSymbol(llvm::StringRef program, const std::string &code);

/// Adds the table and transept_model_<name> to `table`, which refers to the programs in the objects
/// of the levels. Scratch and arena sizes come from the plan's programs.
void addModelTable(llvm::Module &table, const ModelFacts &facts);

} // namespace transept::emit

#endif
