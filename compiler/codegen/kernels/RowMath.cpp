// SPDX-License-Identifier: Apache-2.0
//
// Emits normalization of a row, activations of a vector, and the split of work among workers.

#include "compiler/codegen/kernels/RowMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

namespace transept::codegen {

using namespace mlir;

std::string NormShape::name() const {
  return llvm::formatv("{0}_norm_{1}{2}{3}_{4:E}", stringifyNormKind(kind), width,
                       hasGain ? "_gain" : "", hasShift ? "_shift" : "", epsilon);
}

void forEachVector(KernelBuilder &kernel, int64_t width,
                   function_ref<void(Expression, int64_t)> body) {
  int64_t lanes = kernel.lanes(), whole = width / lanes * lanes;
  if (whole > 0)
    kernel.loop(kernel.integer(0), kernel.integer(whole), lanes,
                [&](Expression column) { body(column, lanes); });
  if (whole < width)
    body(kernel.integer(whole), width - whole);
}

Expression sumOverRow(KernelBuilder &kernel, int64_t width, Expression row,
                      function_ref<Expression(Expression)> term) {
  constexpr int64_t kPartialSums = 4;
  int64_t lanes = kernel.lanes(), step = kPartialSums * lanes;
  int64_t whole = width / step * step;
  Expression zero = kernel.vectorNumber(0);
  Expressions sums(kPartialSums, zero);
  if (whole > 0)
    sums = kernel.loop(kernel.integer(0), kernel.integer(whole), step, sums,
                       [&](Expression column, ArrayRef<Expression> carried) {
                         Expressions next;
                         for (int64_t i = 0; i < kPartialSums; ++i) {
                           Expression at = kernel.floatsAt(row, column + i * lanes);
                           next.push_back(carried[i] + term(kernel.loadVector(at)));
                         }
                         return next;
                       });
  for (int64_t column = whole; column < width; column += lanes) {
    int64_t count = std::min(lanes, width - column);
    Expression values = term(kernel.loadFirst(kernel.floatsAt(row, column), count));
    if (count < lanes)
      values = kernel.select(kernel.maskOfFirst(count), values, zero);
    Expression &sum = sums[(column - whole) / lanes];
    sum = sum + values;
  }
  return kernel.sumOf((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

Expression reciprocalSquareRoot(KernelBuilder &kernel, Expression x) {
  return kernel.number(1) / kernel.wrap(math::SqrtOp::create(kernel, x));
}

void emitNormalizeRow(KernelBuilder &kernel, const NormShape &shape, Expression input,
                      Expression gain, Expression shift, Expression output) {
  Type pointer = kernel.pointerType();
  auto function = kernel.kernelOf(
      shape, shape.name(), {pointer, pointer, pointer, pointer},
      [&](ArrayRef<Expression> arguments) {
        Expression row = arguments[0], gains = arguments[1], shifts = arguments[2],
                   result = arguments[3];
        Expression perElement = kernel.number(1.0 / double(shape.width));
        Expression mean = kernel.vectorNumber(0);
        if (shape.kind == NormKind::Layer)
          mean = kernel.broadcast(
              sumOverRow(kernel, shape.width, row, [](Expression x) { return x; }) * perElement);
        Expression variance = sumOverRow(kernel, shape.width, row,
                                         [&](Expression x) {
                                           Expression centred = x - mean;
                                           return centred * centred;
                                         }) *
                              perElement;
        Expression factor =
            kernel.broadcast(reciprocalSquareRoot(kernel, variance + kernel.number(shape.epsilon)));
        forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
          Expression x = kernel.loadFirst(kernel.floatsAt(row, column), count);
          Expression y = (x - mean) * factor;
          if (shape.hasGain)
            y = y * kernel.loadFirst(kernel.floatsAt(gains, column), count);
          if (shape.hasShift)
            y = y + kernel.loadFirst(kernel.floatsAt(shifts, column), count);
          kernel.storeFirst(y, kernel.floatsAt(result, column), count);
        });
      });
  kernel.call(function, {input, gain, shift, output});
}

namespace {
struct RoundRowShape {
  int64_t width = 0, paddedWidth = 0;

  bool operator==(const RoundRowShape &) const = default;
};
} // namespace

func::FuncOp roundRow(KernelBuilder &kernel, int64_t width, int64_t paddedWidth) {
  Type pointer = kernel.pointerType();
  std::string name = llvm::formatv("round_row_{0}_to_{1}", width, paddedWidth);
  RoundRowShape shape{width, paddedWidth};
  return kernel.kernelOf(shape, name, {pointer, pointer}, [&](ArrayRef<Expression> arguments) {
    auto store = [&](Expression column, int64_t count) {
      Expression values = count > 0 ? kernel.loadFirst(kernel.floatsAt(arguments[0], column), count)
                                    : kernel.vectorNumber(0);
      kernel.store(kernel.roundToBFloat(values), kernel.bytesAt(arguments[1], column * 2));
    };
    forEachVector(kernel, width, store);
    for (int64_t column = llvm::alignTo(width, kernel.lanes()); column < paddedWidth;
         column += kernel.lanes())
      store(kernel.integer(column), 0);
  });
}

namespace {

/// Of the magnitude, with the sign put back: (1 - e) / (1 + e) with e = exp(-2 |x|), and near 0,
/// where that cancels, the odd polynomial of Cephes' tanhf.
Expression emitTanh(KernelBuilder &kernel, Expression x) {
  auto constant = [&](double value) { return kernel.vectorNumber(value); };
  Expression magnitude = kernel.absolute(x);
  Expression power = kernel.exponential(constant(-2) * magnitude);
  Expression large = (constant(1) - power) / (constant(1) + power);
  large = kernel.select(x < constant(0), constant(0) - large, large);
  Expression square = x * x, sum = constant(-5.70498872745e-3);
  for (double coefficient :
       {2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1})
    sum = kernel.multiplyAdd(sum, square, constant(coefficient));
  Expression small = kernel.multiplyAdd(sum, square * x, x);
  return kernel.select(magnitude < constant(0.625), small, large);
}

/// log(x) of x = 2^n m with m from sqrt(1/2) to sqrt(2), by Cephes' polynomial of logf; x is 1 or
/// more.
Expression emitLogarithm(KernelBuilder &kernel, Expression x) {
  constexpr int32_t kRootOfHalf = 0x3f3504f3;
  auto constant = [&](double value) { return kernel.vectorNumber(value); };
  Expression bits = kernel.asType(x, kernel.integersOf(kernel.lanes()));
  Expression power = kernel.shiftRight(bits - kernel.broadcast(kernel.integer32(kRootOfHalf)), 23);
  Expression fraction = kernel.asType(bits - kernel.shiftLeft(power, 23), x.type()) - constant(1);
  Expression n = kernel.toFloat(power), square = fraction * fraction;
  Expression sum = constant(7.0376836292e-2);
  for (double coefficient : {-1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                             -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1})
    sum = kernel.multiplyAdd(sum, fraction, constant(coefficient));
  Expression rest = kernel.multiplyAdd(n, constant(-2.12194440e-4), sum * fraction * square);
  rest = kernel.multiplyAdd(square, constant(-0.5), rest);
  return kernel.multiplyAdd(n, constant(0.693359375), fraction + rest);
}

/// Of the magnitude, with the sign put back: log(|x| + sqrt(x^2 + 1)), of large ones log(2 |x|),
/// and near 0, where that loses digits, the odd polynomial of Cephes' asinhf.
Expression emitAsinh(KernelBuilder &kernel, Expression x) {
  auto constant = [&](double value) { return kernel.vectorNumber(value); };
  Expression magnitude = kernel.absolute(x), square = x * x;
  Expression root = kernel.wrap(math::SqrtOp::create(kernel, square + constant(1)));
  Expression isLarge = constant(1500) < magnitude;
  Expression large = emitLogarithm(kernel, kernel.select(isLarge, magnitude, magnitude + root)) +
                     kernel.select(isLarge, constant(0.6931471805599453), constant(0));
  large = kernel.select(x < constant(0), constant(0) - large, large);
  Expression sum = constant(2.0122003309e-2);
  for (double coefficient : {-4.2699340972e-2, 7.4847586088e-2, -1.6666288134e-1})
    sum = kernel.multiplyAdd(sum, square, constant(coefficient));
  Expression small = kernel.multiplyAdd(sum, square * x, x);
  // Neither infinity nor NaN has a logarithm of these bits.
  Expression isFinite = magnitude < constant(std::numeric_limits<double>::infinity());
  return kernel.select(magnitude < constant(0.5), small, kernel.select(isFinite, large, x));
}

} // namespace

Expression emitActivation(KernelBuilder &kernel, ActivationKind kind, Expression x) {
  auto constant = [&](double value) { return kernel.vectorNumber(value); };
  auto sigmoid = [&](Expression y) {
    return constant(1) / (constant(1) + kernel.exponential(constant(0) - y));
  };
  switch (kind) {
  case ActivationKind::Relu:
    return kernel.maximum(constant(0), x);
  case ActivationKind::Silu:
    return x * sigmoid(x);
  case ActivationKind::Sigmoid:
    return sigmoid(x);
  case ActivationKind::GeluTanh: {
    // (1 + tanh(u)) / 2 = sigmoid(2u).
    Expression cubic = x * x * x * constant(0.044715);
    return x * sigmoid((x + cubic) * constant(2 * 0.7978845608028654));
  }
  case ActivationKind::Gelu: {
    Expression erf = kernel.wrap(math::ErfOp::create(kernel, x * constant(0.7071067811865476)));
    return x * constant(0.5) * (constant(1) + erf);
  }
  case ActivationKind::Tanh:
    return emitTanh(kernel, x);
  case ActivationKind::Asinh:
    return emitAsinh(kernel, x);
  }
  llvm_unreachable("every activation has its case");
}

Expression emitSoftCap(KernelBuilder &kernel, double cap, Expression x) {
  return kernel.vectorNumber(cap) * emitTanh(kernel, x * kernel.vectorNumber(1 / cap));
}

Share shareOf(KernelBuilder &kernel, Expression count, Expression worker, Expression workerCount,
              int64_t grain) {
  Expression pieces = kernel.ceilDivide(count, grain);
  Share share;
  share.begin = kernel.minimum(pieces * worker / workerCount * grain, count);
  share.end = kernel.minimum(pieces * (worker + 1) / workerCount * grain, count);
  return share;
}

} // namespace transept::codegen
