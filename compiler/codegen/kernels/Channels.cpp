// SPDX-License-Identifier: Apache-2.0
//
// Emits sums over all rows of a sequence. They run over pieces of rows in order, each of which is
// summed by itself, so that many rows lose little. A unit of attention is a group of channels of
// one sequence: its scores stay with the worker that needs them.

#include "compiler/codegen/kernels/Channels.h"

#include "compiler/codegen/kernels/RowMath.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

namespace {

/// Rows of a piece.
constexpr int64_t kPiece = 256;
/// Channels of keys, or rows of values, that share what is loaded.
constexpr int64_t kTogether = 8;

class ChannelAttentionWriter {
public:
  ChannelAttentionWriter(KernelBuilder &kernel, const ChannelAttentionShape &shape,
                         const ChannelAttentionOperands &operands)
      : kernel(kernel), shape(shape), operands(operands), zero(kernel.integer(0)),
        padded(int64_t(llvm::alignTo(shape.size, kernel.lanes()))) {}

  void emit() {
    if (shape.isOne) {
      begin = zero;
      end = operands.rowCount;
      return kernel.loop(operands.worker, kernel.integer(shape.groupCount), operands.workerCount,
                         [&](Expression group) { emitGroup(group); });
    }
    kernel.loop(operands.worker, operands.sequenceCount * shape.groupCount, operands.workerCount,
                [&](Expression unit) {
                  Expression sequence = unit / shape.groupCount;
                  begin = kernel.loadInt64(operands.sequenceOffsets, sequence);
                  end = kernel.loadInt64(operands.sequenceOffsets, sequence + 1);
                  emitGroup(unit % shape.groupCount);
                });
  }

private:
  void emitGroup(Expression group) {
    column = group * shape.size;
    each(zero, kernel.integer(shape.size), [&](Expression key) {
      forEachVector(kernel, shape.size, [&](Expression query, int64_t) {
        kernel.store(kernel.vectorNumber(0), scoresAt(key, query));
      });
    });
    kernel.loop(begin, end, kPiece, [&](Expression first) {
      Expression last = kernel.minimum(first + kPiece, end);
      forEachVector(kernel, shape.size, [&](Expression query, int64_t lanes) {
        inBlocks(kernel.integer(0), kernel.integer(shape.size), kTogether,
                 [&](Expression key, int64_t count) {
                   addScores({first, last}, query, lanes, key, count);
                 });
      });
    });
    forEachVector(kernel, shape.size, [&](Expression query, int64_t) { normalize(query); });
    inBlocks(begin, end, kTogether, [&](Expression row, int64_t count) { mix(row, count); });
  }

  /// scores[key][query], so that the softmax of many queries takes no sums across lanes.
  Expression scoresAt(Expression key, Expression query) {
    return kernel.floatsAt(operands.scratch, key * padded + query);
  }
  Expression at(Expression base, Expression row, int64_t stride, Expression channel) {
    return kernel.floatsAt(base, row * stride + column + channel);
  }

  void each(Expression from, Expression to, llvm::function_ref<void(Expression)> body) {
    kernel.loop(from, to, 1, body);
  }

  /// Calls body(index, count) for blocks of `together`, then one by one.
  void inBlocks(Expression from, Expression to, int64_t together,
                llvm::function_ref<void(Expression, int64_t)> body) {
    Expression whole = from + (to - from) / together * together;
    kernel.loop(from, whole, together, [&](Expression index) { body(index, together); });
    kernel.loop(whole, to, 1, [&](Expression index) { body(index, 1); });
  }

  /// What rows [first, last) add to the scores of a vector of queries and `count` keys.
  void addScores(std::pair<Expression, Expression> rows, Expression query, int64_t lanes,
                 Expression key, int64_t count) {
    Expressions sums = kernel.loop(
        rows.first, rows.second, 1, Expressions(count, kernel.vectorNumber(0)),
        [&](Expression row, ArrayRef<Expression> carried) {
          Expression queries =
              kernel.loadFirst(at(operands.query, row, shape.queryStride, query), lanes);
          Expressions next;
          for (Expression sum : carried) {
            Expression channel = key + int64_t(next.size());
            Expression number = kernel.loadFloat(at(operands.key, row, shape.keyStride, channel));
            next.push_back(kernel.multiplyAdd(kernel.broadcast(number), queries, sum));
          }
          return next;
        });
    for (int64_t index = 0; index < count; ++index) {
      Expression place = scoresAt(key + index, query);
      kernel.store(kernel.loadVector(place) + sums[index], place);
    }
  }

  /// The softmax over keys of a vector of queries, in place.
  void normalize(Expression query) {
    Expression keys = kernel.integer(shape.size);
    Expression scale = kernel.broadcast(reciprocalSquareRoot(kernel, kernel.toFloat(end - begin)));
    Expression largest = kernel.loop(
        kernel.integer(1), keys, 1, {kernel.loadVector(scoresAt(zero, query))},
        [&](Expression key, ArrayRef<Expression> carried) {
          return Expressions{kernel.maximum(carried[0], kernel.loadVector(scoresAt(key, query)))};
        })[0];
    Expression total = kernel.loop(
        zero, keys, 1, {kernel.vectorNumber(0)}, [&](Expression key, ArrayRef<Expression> carried) {
          Expression place = scoresAt(key, query);
          Expression weight = kernel.exponential((kernel.loadVector(place) - largest) * scale);
          kernel.store(weight, place);
          return Expressions{carried[0] + weight};
        })[0];
    each(zero, keys, [&](Expression key) {
      Expression place = scoresAt(key, query);
      kernel.store(kernel.loadVector(place) / total, place);
    });
  }

  /// Results of `count` rows.
  void mix(Expression row, int64_t count) {
    forEachVector(kernel, shape.size, [&](Expression query, int64_t lanes) {
      Expressions sums = kernel.loop(
          zero, kernel.integer(shape.size), 1, Expressions(count, kernel.vectorNumber(0)),
          [&](Expression key, ArrayRef<Expression> carried) {
            Expression weights = kernel.loadVector(scoresAt(key, query));
            Expressions next;
            for (Expression sum : carried) {
              Expression own = row + int64_t(next.size());
              Expression number = kernel.loadFloat(at(operands.value, own, shape.valueStride, key));
              next.push_back(kernel.multiplyAdd(kernel.broadcast(number), weights, sum));
            }
            return next;
          });
      for (int64_t index = 0; index < count; ++index)
        kernel.storeFirst(sums[index], at(operands.output, row + index, shape.outputStride, query),
                          lanes);
    });
  }

  KernelBuilder &kernel;
  const ChannelAttentionShape &shape;
  const ChannelAttentionOperands &operands;
  Expression zero;
  int64_t padded; // queries of a row of scores
  /// Of the unit: its rows and its first column.
  Expression begin, end, column;
};

} // namespace

Kernel<PrependMeanOperands> prependMeanKernel(KernelBuilder &kernel,
                                              const PrependMeanShape &shape) {
  std::string name = llvm::formatv("prepend_mean_{0}_from{1}_to{2}", shape.width, shape.inputStride,
                                   shape.outputStride);
  return kernelOf<PrependMeanOperands>(kernel, shape, name, [&](const auto &operands) {
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
        Expression from = kernel.floatsAt(operands.input, row * shape.inputStride + column);
        Expression to = kernel.floatsAt(operands.output, (row + 1) * shape.outputStride + column);
        kernel.storeFirst(kernel.loadFirst(from, count), to, count);
      });
    });
    // The mean is little work beside them: one worker does it.
    kernel.when(operands.worker == 0, [&] {
      Expression count = kernel.toFloat(kernel.maximum(operands.rowCount, kernel.integer(1)));
      Expression share = kernel.broadcast(kernel.number(1) / count);
      forEachVector(kernel, shape.width, [&](Expression column, int64_t lanes) {
        Expression sum =
            kernel.loop(kernel.integer(0), operands.rowCount, kPiece, {kernel.vectorNumber(0)},
                        [&](Expression first, ArrayRef<Expression> total) {
                          Expression last = kernel.minimum(first + kPiece, operands.rowCount);
                          Expression piece = kernel.loop(
                              first, last, 1, {kernel.vectorNumber(0)},
                              [&](Expression row, ArrayRef<Expression> carried) {
                                Expression from = kernel.floatsAt(operands.input,
                                                                  row * shape.inputStride + column);
                                return Expressions{carried[0] + kernel.loadFirst(from, lanes)};
                              })[0];
                          return Expressions{total[0] + piece};
                        })[0];
        kernel.storeFirst(sum * share, kernel.floatsAt(operands.output, column), lanes);
      });
    });
  });
}

std::string ChannelAttentionShape::name() const {
  return llvm::formatv("attend_channels_{0}x{1}_from{2}_{3}_{4}_to{5}{6}", groupCount, size,
                       queryStride, keyStride, valueStride, outputStride, isOne ? "_one" : "");
}

int64_t ChannelAttentionShape::scratchBytes(const Target &target) const {
  return size * int64_t(llvm::alignTo(size, target.lanes())) * int64_t(sizeof(float));
}

Kernel<ChannelAttentionOperands> channelAttentionKernel(KernelBuilder &kernel,
                                                        const ChannelAttentionShape &shape) {
  return kernelOf<ChannelAttentionOperands>(kernel, shape, shape.name(), [&](const auto &operands) {
    ChannelAttentionWriter(kernel, shape, operands).emit();
  });
}

} // namespace transept::codegen
