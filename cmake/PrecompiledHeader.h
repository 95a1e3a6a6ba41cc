// SPDX-License-Identifier: Apache-2.0
//
// The MLIR headers that nearly every compiler file needs, parsed once for the whole build.
#ifndef TRANSEPT_CMAKE_PRECOMPILEDHEADER_H
#define TRANSEPT_CMAKE_PRECOMPILEDHEADER_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <memory>
#include <string>
#include <vector>

#endif
