// SPDX-License-Identifier: Apache-2.0
//
// Look-up of a stage's functions, and the arithmetic of location names.

#include "compiler/transforms/Functions.h"

#include "dialects/Transept/Transept.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringExtras.h"

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
    return rows && rows.getSpace() == "target" && isa<FloatType>(rows.getElementType());
  });
}

void updateFunctionType(func::FuncOp function) {
  Block &body = function.getBody().front();
  function.setFunctionType(FunctionType::get(function.getContext(), body.getArgumentTypes(),
                                             body.getTerminator()->getOperandTypes()));
}

StringRef nameOf(Location location) {
  if (auto name = location->findInstanceOf<NameLoc>())
    return name.getName().getValue();
  return "";
}

Location withSuffix(Location location, StringRef suffix) {
  if (nameOf(location).empty())
    return location;
  return NameLoc::get(StringAttr::get(location.getContext(), nameOf(location) + suffix), location);
}

/// One component of a merged name from the same component of each name: what all say, or each
/// different word once; empty if they are different numbers.
static std::string mergeComponents(ArrayRef<StringRef> words) {
  llvm::SetVector<StringRef> unique(words.begin(), words.end());
  bool areNumbers =
      llvm::all_of(unique, [](StringRef word) { return llvm::all_of(word, llvm::isDigit); });
  if (unique.size() > 1 && areNumbers)
    return "";
  return llvm::join(unique, "_");
}

Location mergedLocation(ArrayRef<Location> locations) {
  Location all = FusedLoc::get(locations.front().getContext(), locations);
  SmallVector<SmallVector<StringRef>> names;
  for (Location location : locations) {
    nameOf(location).split(names.emplace_back(), '.', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
    if (names.back().empty() || names.back().size() != names.front().size())
      return all;
  }
  SmallVector<std::string> merged;
  for (size_t component = 0; component < names.front().size(); ++component) {
    auto words = llvm::map_to_vector(names, [&](const auto &name) { return name[component]; });
    if (std::string word = mergeComponents(words); !word.empty())
      merged.push_back(word);
  }
  return NameLoc::get(StringAttr::get(all.getContext(), llvm::join(merged, ".")), all);
}

} // namespace transept
