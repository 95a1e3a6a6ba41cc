// SPDX-License-Identifier: Apache-2.0
//
// The kind of an input follows from the ending of its name.

#include "compiler/session/ReadInput.h"

#include "base/Error.h"
#include "compiler/frontend/DescribeCheckpoint.h"
#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/session/CheckAssets.h"
#include "compiler/session/ReadIR.h"
#include "compiler/transforms/Functions.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <filesystem>

namespace transept::session {

using namespace mlir;

static bool readsTargetFeatures(ModuleOp module) {
  for (llvm::StringRef name : {forwardName, decodeName})
    if (auto function = module.lookupSymbol<func::FuncOp>(name))
      return takesWholeTargets(function);
  return false;
}

Input readInput(Session &session, const std::string &path, bool needsWeights) {
  const CompileOptions &options = session.options;
  Input input;
  bool isIR = llvm::StringRef(path).ends_with(".mlir");
  if (isIR && options.checkpoint.empty() && needsWeights)
    throw InputError("a library from textual IR needs --checkpoint, the directory that holds its "
                     "weights");
  if (!options.checkpoint.empty() && std::filesystem::is_directory(path))
    throw InputError("--checkpoint is " + options.checkpoint + ", but " + path +
                     " is a checkpoint itself: weights come from one of them");
  if (isIR) {
    input.module = readIR(path, session.context);
    if (!input.module || failed(nameEntry(*input.module)))
      session.diagnostics.raise("cannot read " + path);
  }
  // What a model of whole targets is stands in its IR; tokens need a description.
  std::string described = isIR ? options.checkpoint : path;
  std::vector<std::string> warnings;
  if (isIR && readsTargetFeatures(*input.module))
    input.description.name = input.module->getSymName().value_or("model").str();
  else if (llvm::StringRef(described).ends_with(".json"))
    input.description =
        frontend::readDescription(described, warnings, isIR ? std::string() : options.checkpoint);
  else if (!described.empty())
    input.description = frontend::describeCheckpoint(described, warnings);
  if (!options.checkpoint.empty())
    input.description.checkpoint = std::filesystem::absolute(options.checkpoint).string();
  checkAssets(input.description, warnings);
  for (const std::string &warning : warnings)
    session.warn(warning);
  if (!options.name.empty())
    input.description.name = options.name;

  if (!isIR)
    input.module = frontend::buildModel(input.description, session.context);
  if (!input.module)
    session.diagnostics.raise("cannot read " + path);
  return input;
}

} // namespace transept::session
