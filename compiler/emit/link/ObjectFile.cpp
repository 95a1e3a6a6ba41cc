// SPDX-License-Identifier: Apache-2.0
//
// Drives LLVM: translation, optimization, machine code.

#include "compiler/emit/link/ObjectFile.h"

#include "compiler/targets/Architecture.h"
#include "dialects/Plan/Plan.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

namespace transept::emit {

namespace {

std::unique_ptr<llvm::TargetMachine> machineFor(const targets::Target &target) {
  target.architecture->initializeLLVM();
  llvm::Triple triple(target.architecture->triple);
  std::string error;
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  return std::unique_ptr<llvm::TargetMachine>(
      found->createTargetMachine(triple, target.cpu, target.features, llvm::TargetOptions(),
                                 triple.isWasm() ? llvm::Reloc::Static : llvm::Reloc::PIC_,
                                 llvm::CodeModel::Small, llvm::CodeGenOptLevel::Default));
}

void describeTarget(llvm::Module &code, const targets::Target &target) {
  std::unique_ptr<llvm::TargetMachine> machine = machineFor(target);
  code.setDataLayout(machine->createDataLayout());
  code.setTargetTriple(machine->getTargetTriple());
}

} // namespace

std::unique_ptr<llvm::Module> translateToLLVM(mlir::ModuleOp module, llvm::LLVMContext &context,
                                              const targets::Target &target) {
  mlir::registerBuiltinDialectTranslation(*module.getContext());
  mlir::registerLLVMDialectTranslation(*module.getContext());
  mlir::OwningOpRef<mlir::ModuleOp> functions = module.clone();
  for (mlir::Operation &op : llvm::make_early_inc_range(*functions->getBody()))
    if (mlir::isa<plan::WeightOp, plan::ProgramOp>(op))
      op.erase();
  std::unique_ptr<llvm::Module> code = mlir::translateModuleToLLVMIR(*functions, context);
  if (!code)
    return nullptr;
  describeTarget(*code, target);
  return code;
}

std::unique_ptr<llvm::Module> emptyModule(llvm::LLVMContext &context,
                                          const targets::Target &target) {
  auto code = std::make_unique<llvm::Module>("transept", context);
  describeTarget(*code, target);
  return code;
}

void optimize(llvm::Module &code, const targets::Target &target) {
  std::unique_ptr<llvm::TargetMachine> machine = machineFor(target);
  llvm::PassBuilder passes(machine.get());
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(callGraph);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, callGraph, modules);
  passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(code, modules);
}

std::string emitMachineCode(llvm::Module &code, const targets::Target &target, MachineCode kind) {
  std::unique_ptr<llvm::TargetMachine> machine = machineFor(target);
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  machine->addPassesToEmitFile(passes, stream, nullptr,
                               kind == MachineCode::Object ? llvm::CodeGenFileType::ObjectFile
                                                           : llvm::CodeGenFileType::AssemblyFile);
  passes.run(code);
  return std::string(bytes);
}

} // namespace transept::emit
