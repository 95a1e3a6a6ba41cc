// SPDX-License-Identifier: Apache-2.0
//
// Parses with the record of where values are defined that editors use.

#include "compiler/session/ReadIR.h"

#include "compiler/session/IRBounds.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/AsmParser/AsmParserState.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/SourceMgr.h"

namespace transept::session {

using namespace mlir;

namespace {

/// The text of `%name`, without the sign; numbers name nothing.
llvm::StringRef nameIn(llvm::SMRange range) {
  llvm::StringRef text(range.Start.getPointer(), range.End.getPointer() - range.Start.getPointer());
  text.consume_front("%");
  return text.empty() || llvm::isDigit(text.front()) ? llvm::StringRef() : text;
}

Location named(Location location, llvm::StringRef name) {
  if (name.empty() || location->findInstanceOf<NameLoc>())
    return location;
  return NameLoc::get(StringAttr::get(location.getContext(), name), location);
}

void nameValues(const AsmParserState &state) {
  for (AsmParserState::OperationDefinition &definition : state.getOpDefs())
    if (!definition.resultGroups.empty())
      definition.op->setLoc(
          named(definition.op->getLoc(), nameIn(definition.resultGroups.front().definition.loc)));
  for (AsmParserState::BlockDefinition &definition : state.getBlockDefs())
    for (auto [argument, source] :
         llvm::zip(definition.block->getArguments(), definition.arguments))
      argument.setLoc(named(argument.getLoc(), nameIn(source.loc)));
}

} // namespace

OwningOpRef<ModuleOp> readIR(const std::string &path, MLIRContext &context) {
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> file = openInputFile(path, &error);
  if (!file) {
    emitError(UnknownLoc::get(&context)) << error;
    return nullptr;
  }
  if (failed(checkNesting(file->getBuffer(), path, context)))
    return nullptr;
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  Block block;
  AsmParserState state;
  if (failed(parseAsmSourceFile(sources, &block, ParserConfig(&context), &state)))
    return nullptr;
  nameValues(state);
  OwningOpRef<ModuleOp> module = mlir::detail::constructContainerOpForParserIfNecessary<ModuleOp>(
      &block, &context, FileLineColLoc::get(&context, path, 0, 0));
  if (module && failed(checkExpressions(*module)))
    return nullptr;
  return module;
}

} // namespace transept::session
