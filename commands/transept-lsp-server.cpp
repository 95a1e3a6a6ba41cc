// SPDX-License-Identifier: Apache-2.0
//
// A language server for `.mlir` files of our dialects: completion and errors in editors.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Transept.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry
      .insert<transept::TranseptDialect, transept::plan::PlanDialect, mlir::func::FuncDialect>();
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
