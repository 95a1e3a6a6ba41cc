// SPDX-License-Identifier: Apache-2.0
//
// The operands of kernels as structures with named members, made from one list for each kernel
// (kernel_operands.inc), so that callers and kernels cannot differ in an order.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_KERNELOPERANDS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_KERNELOPERANDS_H

#include "compiler/codegen/kernels/KernelBuilder.h"

#include <type_traits>

namespace transept::codegen {

enum class OperandKind { Pointer, Integer };

#define KERNEL(Name) struct Name##Operands {
#define OPERAND(kind, name) Expression name;
#define GROUP(Name, name) Name##Operands name;
// clang-format off
#define END };
// clang-format on
#include "compiler/codegen/kernels/kernel_operands.inc"
#undef KERNEL
#undef OPERAND
#undef GROUP
#undef END

/// Calls visit(kind, operand) for each operand in order.
#define KERNEL(Name)                                                                               \
  template <typename Visitor> void visitOperands(Name##Operands &operands, const Visitor &visit) {
#define OPERAND(kind, name) visit(OperandKind::kind, operands.name);
#define GROUP(Name, name) visitOperands(operands.name, visit);
#define END }
#include "compiler/codegen/kernels/kernel_operands.inc"
#undef KERNEL
#undef OPERAND
#undef GROUP
#undef END

/// A kernel that takes these operands.
template <typename Operands> struct Kernel {
  mlir::func::FuncOp function;
};

/// The kernel of `shape` (KernelBuilder::kernelOf), built by body(operands).
template <typename Operands, typename Shape, typename Body>
Kernel<Operands> kernelOf(KernelBuilder &kernel, const Shape &shape, llvm::StringRef name,
                          const Body &body) {
  Operands operands;
  llvm::SmallVector<mlir::Type> types;
  visitOperands(operands, [&](OperandKind kind, Expression &) {
    types.push_back(kind == OperandKind::Pointer ? kernel.pointerType() : kernel.getI64Type());
  });
  return {kernel.kernelOf(shape, name, types, [&](llvm::ArrayRef<Expression> arguments) {
    const Expression *next = arguments.begin();
    visitOperands(operands, [&](OperandKind, Expression &operand) { operand = *next++; });
    body(operands);
  })};
}

template <typename Operands>
void callKernel(KernelBuilder &kernel, Kernel<Operands> callee,
                std::type_identity_t<Operands> operands) {
  Expressions arguments;
  visitOperands(operands, [&](OperandKind, Expression &operand) { arguments.push_back(operand); });
  kernel.call(callee.function, arguments);
}

} // namespace transept::codegen

#endif
