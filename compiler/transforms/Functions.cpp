// SPDX-License-Identifier: Apache-2.0
//
// Look-up of a stage's functions.

#include "compiler/transforms/Functions.h"

#include "dialects/Transept/Transept.h"

namespace transept {

using namespace mlir;

func::FuncOp findFunction(ModuleOp module, StringRef name) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function || function.isExternal()) {
    module.emitError() << "expects a function '" << name << "' with a body";
    return nullptr;
  }
  if (!llvm::hasSingleElement(function.getBody())) {
    function.emitOpError("expects one block, but got ") << function.getBody().getBlocks().size();
    return nullptr;
  }
  return function;
}

LogicalResult nameEntry(ModuleOp module) {
  if (module.lookupSymbol(forwardName) || module.lookupSymbol(encodeName))
    return success();
  SmallVector<func::FuncOp> functions;
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPublic())
      functions.push_back(function);
  if (functions.size() != 1)
    return module.emitError("expects one public function, the model, but got ") << functions.size();
  func::FuncOp entry = functions.front();
  if (!module.getSymName())
    module.setSymName(entry.getSymName());
  entry.setSymName(forwardName);
  return success();
}

bool takesWholeTargets(func::FuncOp decode) {
  return llvm::any_of(decode.getArgumentTypes(), [](Type type) {
    auto rows = dyn_cast<RowsType>(type);
    return rows && rows.getSpace() == Space::target() && isa<FloatType>(rows.getElementType());
  });
}

void updateFunctionType(func::FuncOp function) {
  Block &body = function.getBody().front();
  function.setFunctionType(FunctionType::get(function.getContext(), body.getArgumentTypes(),
                                             body.getTerminator()->getOperandTypes()));
}

} // namespace transept
