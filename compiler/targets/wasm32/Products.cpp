// SPDX-License-Identifier: Apache-2.0
//
// The instructions of SIMD128 that multiply.

#include "compiler/targets/wasm32/Wasm32.h"

#include "compiler/targets/Intrinsics.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace transept::targets::wasm32 {

using namespace mlir;

namespace {

class VectorProducts : public ProductInstructions {
public:
  Value multiplyAdd(ImplicitLocOpBuilder &builder, const Target &, WordForm form, Value sums,
                    Value columns, Value row) const override {
    if (form != WordForm::HalfWords)
      llvm_unreachable("targets here store rows as half words");
    Value products = call(builder, "llvm.wasm.dot", sums.getType(), {columns, row});
    return arith::AddIOp::create(builder, sums, products);
  }
};

} // namespace

const ProductInstructions &vectorProducts() {
  static const VectorProducts result;
  return result;
}

} // namespace transept::targets::wasm32
