// SPDX-License-Identifier: Apache-2.0
//
// The instructions of AVX2, AVX-512 VNNI, AVX-VNNI, AVX-512 BF16 and AMX that multiply.

#include "compiler/targets/x86_64/X86_64.h"

#include "compiler/targets/Intrinsics.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <algorithm>
#include <array>

namespace transept::targets::x86_64 {

using namespace mlir;

namespace {

class VectorProducts : public ProductInstructions {
public:
  Value multiplyAdd(ImplicitLocOpBuilder &builder, const Target &, WordForm form, Value sums,
                    Value columns, Value row) const override {
    Type type = sums.getType();
    bool isWide = cast<VectorType>(type).getNumElements() == 16;
    switch (form) {
    case WordForm::BFloats:
      return call(builder, "llvm.x86.avx512bf16.dpbf16ps.512", type, {sums, row, columns});
    case WordForm::Bytes:
      return call(builder, isWide ? "llvm.x86.avx512.vpdpbusd.512" : "llvm.x86.avx512.vpdpbusd.256",
                  type, {sums, columns, row});
    case WordForm::SignedBytes:
      break;
    case WordForm::HalfWords:
      Value products =
          call(builder, isWide ? "llvm.x86.avx512.pmaddw.d.512" : "llvm.x86.avx2.pmadd.wd", type,
               {columns, row});
      return arith::AddIOp::create(builder, sums, products);
    }
    llvm_unreachable("columns of bytes are unsigned here");
  }
};

/// The intrinsics that name registers: with those that LLVM allocates, each function would
/// configure its tiles, which takes as long as a product of 32 rows with a panel of 256 inputs.
class TileProducts : public TileInstructions {
public:
  void configure(ImplicitLocOpBuilder &builder) const override {
    // Palette 1; from byte 16 on the bytes of each register's rows (16 bits), from byte 48 on how
    // many rows it has (8 bits).
    static_assert(kTileRegisters == 8 && kTileRegisterRows == 16 && kTileRegisterRowBytes == 64);
    std::array<int32_t, 16> words = {1};
    std::fill_n(words.begin() + 4, 4, 0x00400040);
    std::fill_n(words.begin() + 12, 2, 0x10101010);
    auto type = VectorType::get(16, builder.getI32Type());
    Value configuration = arith::ConstantOp::create(
        builder, DenseElementsAttr::get(type, llvm::ArrayRef<int32_t>(words)));
    auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
    Value one = arith::ConstantOp::create(builder, builder.getI64IntegerAttr(1));
    Value place = LLVM::AllocaOp::create(builder, pointer, type, one, /*alignment=*/64);
    LLVM::StoreOp::create(builder, configuration, place);
    emit(builder, "ldtilecfg", place);
  }

  void release(ImplicitLocOpBuilder &builder) const override { emit(builder, "tilerelease", {}); }

  void zero(ImplicitLocOpBuilder &builder, int64_t tile) const override {
    emit(builder, "tilezero", number(builder, tile));
  }

  void load(ImplicitLocOpBuilder &builder, int64_t tile, Value pointer, int64_t stride,
            bool isStreamed) const override {
    emit(builder, isStreamed ? "tileloaddt164" : "tileloadd64",
         {number(builder, tile), pointer, bytes(builder, stride)});
  }

  void store(ImplicitLocOpBuilder &builder, int64_t tile, Value pointer,
             int64_t stride) const override {
    emit(builder, "tilestored64", {number(builder, tile), pointer, bytes(builder, stride)});
  }

  void multiplyAdd(ImplicitLocOpBuilder &builder, WordForm form, int64_t sums, int64_t rows,
                   int64_t columns) const override {
    emit(builder, form == WordForm::Bytes ? "tdpbsud" : "tdpbf16ps",
         {number(builder, sums), number(builder, rows), number(builder, columns)});
  }

private:
  static void emit(ImplicitLocOpBuilder &builder, StringRef instruction, ValueRange operands) {
    LLVM::CallIntrinsicOp::create(builder, builder.getStringAttr("llvm.x86." + instruction),
                                  operands);
  }
  static Value number(ImplicitLocOpBuilder &builder, int64_t tile) {
    return arith::ConstantOp::create(builder, builder.getI8IntegerAttr(int8_t(tile)));
  }
  static Value bytes(ImplicitLocOpBuilder &builder, int64_t value) {
    return arith::ConstantOp::create(builder, builder.getI64IntegerAttr(value));
  }
};

} // namespace

const ProductInstructions &vectorProducts() {
  static const VectorProducts result;
  return result;
}

const TileInstructions &tileProducts() {
  static const TileProducts result;
  return result;
}

} // namespace transept::targets::x86_64
