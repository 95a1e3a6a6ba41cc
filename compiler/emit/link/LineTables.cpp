// SPDX-License-Identifier: Apache-2.0
//
// MLIR has both halves: it prints a module with the places of its operations, and makes scopes of
// debug information for functions that have such places.

#include "compiler/emit/link/LineTables.h"
#include "base/Error.h"

#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/LocationSnapshot.h"
#include "llvm/Support/raw_ostream.h"

#include <filesystem>

namespace transept::emit {

using namespace mlir;

void locateInFile(ModuleOp plan, OutputFile &file) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  // Absolute, because profilers look for the file from any directory.
  std::string absolute = std::filesystem::absolute(file.path()).lexically_normal().string();
  generateLocationsFromIR(stream, absolute, plan, OpPrintingFlags().printNameLocAsPrefix());
  file.write(text);
}

void addLineTables(ModuleOp module) {
  PassManager passes(module.getContext());
  passes.addPass(LLVM::createDIScopeForLLVMFuncOpPass());
  if (failed(passes.run(module)))
    throw Error(ErrorCode::Internal, "the module is not in the LLVM stage");
}

} // namespace transept::emit
