// SPDX-License-Identifier: Apache-2.0
//
// Takes the table through LLVM.

#include "compiler/emit/TableObject.h"

#include "compiler/emit/link/ObjectFile.h"

#include "llvm/IR/LLVMContext.h"

namespace transept::emit {

std::string compileTable(const ModelFacts &facts, llvm::ArrayRef<UnloadedSection> sections) {
  targets::Target any;
  any.architecture = facts.architecture;
  any.cpu = facts.architecture->leastProcessor;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> table = emptyModule(context, any);
  addModelTable(*table, facts);
  for (const UnloadedSection &section : sections)
    addSection(*table, section);
  optimize(*table, any);
  return emitMachineCode(*table, any, MachineCode::Object);
}

} // namespace transept::emit
