// SPDX-License-Identifier: Apache-2.0
//
// From the LLVM dialect to optimized LLVM IR, assembly and object code, all in this process.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_OBJECTFILE_H
#define TRANSEPT_COMPILER_EMIT_LINK_OBJECTFILE_H

#include "compiler/targets/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"

#include <memory>
#include <string>

namespace transept::emit {

/// Translates the functions of a module in the LLVM dialect, without its plan ops. Returns null
/// after diagnostics when the module is not in that form.
std::unique_ptr<llvm::Module> translateToLLVM(mlir::ModuleOp module, llvm::LLVMContext &context,
                                              const targets::Target &target);

/// A module of the target without anything in it.
std::unique_ptr<llvm::Module> emptyModule(llvm::LLVMContext &context,
                                          const targets::Target &target);

/// Runs LLVM's optimizations for the target.
void optimize(llvm::Module &code, const targets::Target &target);

enum class MachineCode { Object, Assembly };
/// The module as object code or assembly text.
std::string emitMachineCode(llvm::Module &code, const targets::Target &target, MachineCode kind);

} // namespace transept::emit

#endif
