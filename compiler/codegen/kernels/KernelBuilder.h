// SPDX-License-Identifier: Apache-2.0
//
// A builder in which a kernel reads like the loop nest that it emits: expressions with operators,
// loops and conditions with lambdas, loads and stores through plain pointers.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_KERNELBUILDER_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_KERNELBUILDER_H

#include "compiler/targets/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"

#include <any>
#include <functional>
#include <utility>
#include <vector>

namespace transept::codegen {

using targets::Target;

class KernelBuilder;

/// A value with operators; integers are i64 unless said otherwise, floats f32 or vectors of it.
class Expression {
public:
  Expression() = default;
  Expression(KernelBuilder *builder, mlir::Value value) : builder(builder), value(value) {}

  operator mlir::Value() const { return value; }
  explicit operator bool() const { return bool(value); }
  mlir::Type type() const { return value.getType(); }
  KernelBuilder &kernel() const { return *builder; }

  Expression operator+(Expression other) const;
  Expression operator-(Expression other) const;
  Expression operator*(Expression other) const;
  Expression operator/(Expression other) const;
  Expression operator%(Expression other) const;
  Expression operator<(Expression other) const;
  Expression operator>(Expression other) const;
  Expression operator<=(Expression other) const;
  Expression operator>=(Expression other) const;
  Expression operator==(Expression other) const;
  Expression operator!=(Expression other) const;
  Expression operator&(Expression other) const;
  Expression operator^(Expression other) const;
  Expression operator+(int64_t other) const;
  Expression operator-(int64_t other) const;
  Expression operator*(int64_t other) const;
  Expression operator/(int64_t other) const;
  Expression operator%(int64_t other) const;
  Expression operator<(int64_t other) const;
  Expression operator>(int64_t other) const;
  Expression operator<=(int64_t other) const;
  Expression operator>=(int64_t other) const;
  Expression operator==(int64_t other) const;
  Expression operator!=(int64_t other) const;

private:
  KernelBuilder *builder = nullptr;
  mlir::Value value;
};

using Expressions = llvm::SmallVector<Expression>;

class KernelBuilder : public mlir::ImplicitLocOpBuilder {
public:
  KernelBuilder(mlir::ModuleOp module, const Target &target);

  const Target &target() const { return cpu; }
  int64_t lanes() const { return cpu.lanes(); }

  /// Reports what makes code wrong that would otherwise be emitted; no library may come of it.
  void fail(const llvm::Twine &message);
  bool hasFailed() const { return hasErrors; }

  // Types.
  mlir::Type pointerType();
  mlir::VectorType vectorType() { return vectorOf(lanes()); }
  mlir::VectorType vectorOf(int64_t count) { return mlir::VectorType::get({count}, getF32Type()); }

  using FunctionBody = llvm::function_ref<void(llvm::ArrayRef<Expression>)>;
  /// Builds a private function that keeps a symbol of its own, for profilers. Where `name` is taken
  /// already, a number follows it.
  mlir::func::FuncOp define(llvm::StringRef name, mlir::TypeRange arguments, FunctionBody body);
  /// Returns the kernel of `shape`, after building it where the module lacks it. The shape, a type
  /// of its own for each kind of kernel, is all that `body` depends on beside the target; `name` is
  /// for people.
  template <typename Shape>
  mlir::func::FuncOp kernelOf(const Shape &shape, llvm::StringRef name, mlir::TypeRange arguments,
                              FunctionBody body) {
    for (const auto &[identity, kernel] : kernels)
      if (const Shape *other = std::any_cast<Shape>(&identity); other && *other == shape)
        return kernel;
    mlir::func::FuncOp kernel = define(name, arguments, body);
    kernels.emplace_back(shape, kernel);
    return kernel;
  }
  void call(mlir::func::FuncOp callee, llvm::ArrayRef<Expression> arguments);

  // Constants.
  Expression integer(int64_t value);
  Expression integer32(int32_t value);
  Expression boolean(bool value);
  Expression number(double value);
  Expression vectorNumber(double value);
  Expression null();
  /// The address of these numbers, which lie beside the code.
  Expression table(llvm::ArrayRef<float> numbers);
  Expression wrap(mlir::Value value) { return {this, value}; }

  // Arithmetic beyond the operators.
  Expression multiplyAdd(Expression a, Expression b, Expression c);
  /// Of floats, one instruction: b where one of the two is NaN. What may be NaN and must stay so
  /// comes second.
  Expression minimum(Expression a, Expression b);
  Expression maximum(Expression a, Expression b);
  Expression select(Expression condition, Expression yes, Expression no);
  Expression ceilDivide(Expression a, int64_t b);
  Expression broadcast(Expression scalar) { return broadcast(scalar, lanes()); }
  Expression broadcast(Expression scalar, int64_t count);
  Expression sumOf(Expression vector);
  /// Of floats, as maximum(): one that is NaN makes the result NaN or is left out.
  Expression maximumOf(Expression vector);
  Expression anyOf(Expression mask);
  Expression toInt64(Expression integer32);
  /// The numbers 0, 1, ... of a vector, as i32.
  Expression laneNumbers(int64_t count);
  Expression truncateToInt32(Expression integer64);
  Expression isNotNull(Expression pointer);
  /// 0 <= index < count.
  Expression isWithin(Expression index, Expression count);
  Expression exponential(Expression x);
  Expression absolute(Expression x);
  /// To the nearest integer, ties to even, as i32.
  Expression roundToInt32(Expression x);
  /// Without its fraction, as i32.
  Expression wholeInt32(Expression x);
  Expression toFloat(Expression integer);
  /// The bits of f32 numbers rounded to bf16 (to the nearest, ties to even), as i16.
  Expression roundToBFloat(Expression floats);
  /// The way back, exactly.
  Expression widenBFloats(Expression halves);
  /// Both bf16 numbers of each word (i32), the one in the lower bits first, as f32.
  std::pair<Expression, Expression> widenPairs(Expression words);
  /// Integers made wider with zeros in front, or cut to their low bits.
  Expression widen(Expression integers, mlir::Type element);
  Expression cut(Expression integers, mlir::Type element);
  Expression shiftLeft(Expression integers, int64_t bits);
  Expression shiftRight(Expression integers, int64_t bits);
  /// The same bits as another type.
  Expression asType(Expression x, mlir::Type type);
  /// Lanes of `x` in the given order.
  Expression shuffle(Expression x, llvm::ArrayRef<int64_t> order);
  /// A call of an intrinsic function of LLVM, such as llvm.readcyclecounter.
  Expression intrinsic(llvm::StringRef name, mlir::Type result,
                       llvm::ArrayRef<Expression> arguments);

  // Memory; offsets count elements of the named type.
  mlir::VectorType integersOf(int64_t count) {
    return mlir::VectorType::get({count}, getI32Type());
  }
  mlir::VectorType bytesOf(int64_t count) { return mlir::VectorType::get({count}, getI8Type()); }
  Expression floatsAt(Expression pointer, Expression offset);
  Expression floatsAt(Expression pointer, int64_t offset);
  /// `offset` counts numbers of f32 or of bf16.
  Expression numbersAt(Expression pointer, Expression offset, bool areBFloats);
  Expression bytesAt(Expression pointer, Expression offset);
  Expression bytesAt(Expression pointer, int64_t offset);
  Expression load(Expression pointer, mlir::Type type);
  Expression loadFloat(Expression pointer) { return load(pointer, getF32Type()); }
  Expression loadVector(Expression pointer) { return load(pointer, vectorType()); }
  Expression loadFirst(Expression pointer, int64_t count);
  /// Lanes without the mask are 0 and not read.
  Expression loadMasked(Expression pointer, mlir::VectorType type, Expression mask);
  Expression loadInt32(Expression array, Expression index);
  Expression loadInt64(Expression array, Expression index);
  Expression loadPointer(Expression array, Expression index);
  void store(Expression value, Expression pointer);
  void storeFirst(Expression vector, Expression pointer, int64_t count);
  Expression gather(Expression base, Expression indices);
  Expression gatherInt32(Expression base, Expression indices);
  Expression maskOfFirst(Expression count);
  Expression maskOfFirst(int64_t count);
  void storeMasked(Expression vector, Expression pointer, Expression mask);
  /// Asks for a cache line, into the cache of this level (1 or 2).
  void prefetch(Expression pointer, int level);

  // Control.
  using LoopBody = llvm::function_ref<void(Expression)>;
  using CarriedBody = llvm::function_ref<Expressions(Expression, llvm::ArrayRef<Expression>)>;
  void loop(Expression begin, Expression end, int64_t step, LoopBody body);
  void loop(Expression begin, Expression end, Expression step, LoopBody body);
  Expressions loop(Expression begin, Expression end, int64_t step,
                   llvm::ArrayRef<Expression> initial, CarriedBody body);
  void when(Expression condition, llvm::function_ref<void()> body);
  void when(Expression condition, llvm::function_ref<void()> yes, llvm::function_ref<void()> no);
  Expressions choose(Expression condition, mlir::TypeRange types,
                     llvm::function_ref<Expressions()> yes, llvm::function_ref<Expressions()> no);
  /// Runs `body(i)` for the one i in [first, last] that equals `value`.
  void dispatch(Expression value, int64_t first, int64_t last,
                llvm::function_ref<void(int64_t)> body);
  /// Carries values while `body` (condition, next values) says so.
  Expressions repeatWhile(llvm::ArrayRef<Expression> initial,
                          llvm::function_ref<Expression(llvm::ArrayRef<Expression>)> condition,
                          llvm::function_ref<Expressions(llvm::ArrayRef<Expression>)> body);

private:
  Expressions wrap(mlir::ValueRange values);
  Expression gatherOf(mlir::Type element, Expression base, Expression indices);

  mlir::SymbolTable symbols; // of the module
  Target cpu;
  /// Of each kernel so far its shape, whose type says which kind of kernel it is.
  std::vector<std::pair<std::any, mlir::func::FuncOp>> kernels;
  bool hasErrors = false;
};

} // namespace transept::codegen

#endif
