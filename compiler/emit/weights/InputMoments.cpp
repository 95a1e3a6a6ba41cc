// SPDX-License-Identifier: Apache-2.0
//
// Adds up products of inputs, in f32 for a few rows and in double from there on.

#include "compiler/emit/weights/InputMoments.h"

#include <algorithm>

namespace transept::emit {

namespace {

/// Rows that are added up together, so that they stay near while each sum is read once.
constexpr int64_t kRowsAtOnce = 64;
/// A block of sums, in registers meanwhile.
constexpr int64_t kLines = 4, kColumns = 8;

} // namespace

InputMoments::InputMoments(int64_t width)
    : inputs(width), stride((width + kColumns - 1) / kColumns * kColumns),
      sums(size_t(stride * stride)), waiting(size_t(kRowsAtOnce * stride)) {}

void InputMoments::add(const float *row) {
  std::copy_n(row, inputs, waiting.begin() + waitingRows * stride);
  ++rows;
  if (++waitingRows == kRowsAtOnce)
    finish();
}

void InputMoments::finish() {
  for (int64_t i = 0; i < stride; i += kLines)
    for (int64_t j = 0; j < i + kLines; j += kColumns) {
      float products[kLines][kColumns] = {};
      for (int64_t row = 0; row < waitingRows; ++row) {
        const float *numbers = &waiting[size_t(row * stride)];
        for (int64_t line = 0; line < kLines; ++line)
          for (int64_t column = 0; column < kColumns; ++column)
            products[line][column] += numbers[i + line] * numbers[j + column];
      }
      for (int64_t line = 0; line < kLines; ++line)
        for (int64_t column = 0; column < kColumns; ++column)
          sums[size_t((i + line) * stride + j + column)] += double(products[line][column]);
    }
  waitingRows = 0;
}

} // namespace transept::emit
