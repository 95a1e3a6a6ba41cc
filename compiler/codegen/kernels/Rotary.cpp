// SPDX-License-Identifier: Apache-2.0
//
// Emits rotary positions. Sines and cosines of a row are computed once, for all its heads.

#include "compiler/codegen/kernels/Rotary.h"

#include "compiler/codegen/kernels/RowMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

std::string RotaryShape::name() const {
  return llvm::formatv("rotary_{0}x{1}_dims{2}{3}_theta{4:E}_factor{5:E}_from{6}_to{7}", headCount,
                       headDim, waves.dims, isInterleaved ? "_interleaved" : "", waves.theta,
                       waves.factor, inputStride, outputStride);
}

namespace {

struct SineAndCosine {
  Expression sine, cosine;
};

/// An angle's place in its quarter of a turn, within +-pi/4, and which quarter that is.
struct Quarter {
  Expression angle, number; // f32; i32 from 0 to 3
};

/// In f64, where the whole turns of any position's angle leave enough digits.
Quarter quarterOf(KernelBuilder &kernel, Expression angle) {
  auto doubles = VectorType::get({kernel.lanes()}, kernel.getF64Type());
  auto constant = [&](double value) {
    return kernel.broadcast(
        kernel.wrap(arith::ConstantOp::create(kernel, kernel.getF64FloatAttr(value))));
  };
  Expression wide = kernel.wrap(LLVM::FPExtOp::create(kernel, doubles, angle));
  Expression quarters =
      kernel.wrap(LLVM::RoundEvenOp::create(kernel, wide * constant(0.63661977236758134)));
  wide = kernel.multiplyAdd(quarters, constant(-1.5707963267948966), wide);
  wide = kernel.multiplyAdd(quarters, constant(-6.123233995736766e-17), wide);
  Expression turns = kernel.wrap(LLVM::FFloorOp::create(kernel, quarters * constant(0.25)));
  Expression number = quarters - turns * constant(4);
  return {kernel.wrap(arith::TruncFOp::create(kernel, kernel.vectorType(), wide)),
          kernel.wrap(arith::FPToSIOp::create(kernel, kernel.integersOf(kernel.lanes()), number))};
}

/// By Cephes' polynomials of sinf and cosf.
SineAndCosine emitSineAndCosine(KernelBuilder &kernel, Expression angle) {
  Quarter quarter = quarterOf(kernel, angle);
  Expression x = quarter.angle, square = x * x;
  auto constant = [&](double value) { return kernel.vectorNumber(value); };
  auto polynomial = [&](double first, double second, double third) {
    Expression sum = kernel.multiplyAdd(constant(first), square, constant(second));
    return kernel.multiplyAdd(sum, square, constant(third));
  };
  Expression sine = kernel.multiplyAdd(
      polynomial(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1), square * x, x);
  Expression cosine = kernel.multiplyAdd(
      polynomial(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2),
      square * square, kernel.multiplyAdd(constant(-0.5), square, constant(1)));
  auto hasBit = [&](Expression number, int32_t bit) {
    Expression mask = kernel.broadcast(kernel.integer32(bit));
    return (number & mask) == mask;
  };
  auto negatedIf = [&](Expression condition, Expression value) {
    return kernel.select(condition, constant(0) - value, value);
  };
  Expression isOdd = hasBit(quarter.number, 1);
  Expression next = quarter.number + kernel.broadcast(kernel.integer32(1));
  return {negatedIf(hasBit(quarter.number, 2), kernel.select(isOdd, cosine, sine)),
          negatedIf(hasBit(next, 2), kernel.select(isOdd, sine, cosine))};
}

class RotaryEmitter {
public:
  RotaryEmitter(KernelBuilder &kernel, const RotaryShape &shape, const RotaryOperands &operands)
      : kernel(kernel), shape(shape), operands(operands) {}

  void emit() {
    Expression table = kernel.table(frequencies());
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression position =
          kernel.broadcast(kernel.toFloat(kernel.loadInt32(operands.positions, row)));
      int64_t width = shape.isInterleaved ? shape.waves.dims : shape.waves.dims / 2;
      forEachVector(kernel, width, [&](Expression column, int64_t count) {
        Expression frequency = kernel.loadFirst(kernel.floatsAt(table, column), count);
        SineAndCosine turn = emitSineAndCosine(kernel, position * frequency);
        forEachHead(row, [&](Expression from, Expression to) {
          if (shape.isInterleaved)
            turnNeighbours(turn, kernel.floatsAt(from, column), kernel.floatsAt(to, column), count);
          else
            turnHalves(turn, kernel.floatsAt(from, column), kernel.floatsAt(to, column), count);
        });
      });
      forEachHead(row, [&](Expression from, Expression to) { copyRest(from, to); });
    });
  }

private:
  /// Of each pair; of each column where pairs are neighbours.
  std::vector<float> frequencies() const {
    std::vector<float> ofPairs = rotaryFrequencies(shape.waves), result;
    for (float frequency : ofPairs)
      result.insert(result.end(), shape.isInterleaved ? 2 : 1, frequency);
    return result;
  }

  void forEachHead(Expression row, function_ref<void(Expression from, Expression to)> body) {
    kernel.loop(kernel.integer(0), kernel.integer(shape.headCount), 1, [&](Expression head) {
      body(kernel.floatsAt(operands.input, row * shape.inputStride + head * shape.headDim),
           kernel.floatsAt(operands.output, row * shape.outputStride + head * shape.headDim));
    });
  }

  void turnHalves(const SineAndCosine &turn, Expression from, Expression to, int64_t count) {
    int64_t half = shape.waves.dims / 2;
    Expression a = kernel.loadFirst(from, count);
    Expression b = kernel.loadFirst(kernel.floatsAt(from, half), count);
    kernel.storeFirst(a * turn.cosine - b * turn.sine, to, count);
    kernel.storeFirst(b * turn.cosine + a * turn.sine, kernel.floatsAt(to, half), count);
  }

  /// x cos + (its neighbours, the first of each pair negated) sin
  void turnNeighbours(const SineAndCosine &turn, Expression from, Expression to, int64_t count) {
    SmallVector<int64_t> order;
    for (int64_t lane = 0; lane < kernel.lanes(); ++lane)
      order.push_back(lane ^ 1);
    Expression x = kernel.loadFirst(from, count), others = kernel.shuffle(x, order);
    Expression one = kernel.broadcast(kernel.integer32(1));
    Expression isSecond = (kernel.laneNumbers(kernel.lanes()) & one) == one;
    Expression change = others * turn.sine;
    kernel.storeFirst(kernel.select(isSecond, x * turn.cosine + change, x * turn.cosine - change),
                      to, count);
  }

  void copyRest(Expression from, Expression to) {
    int64_t dims = shape.waves.dims;
    forEachVector(kernel, shape.headDim - dims, [&](Expression column, int64_t count) {
      kernel.storeFirst(kernel.loadFirst(kernel.floatsAt(from, column + dims), count),
                        kernel.floatsAt(to, column + dims), count);
    });
  }

  KernelBuilder &kernel;
  const RotaryShape &shape;
  const RotaryOperands &operands;
};

} // namespace

Kernel<RotaryOperands> rotaryKernel(KernelBuilder &kernel, const RotaryShape &shape) {
  return kernelOf<RotaryOperands>(kernel, shape, shape.name(), [&](const RotaryOperands &operands) {
    RotaryEmitter(kernel, shape, operands).emit();
  });
}

} // namespace transept::codegen
