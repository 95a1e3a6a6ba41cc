// SPDX-License-Identifier: Apache-2.0
//
// What the reference interpreter computes with: row-major doubles and their shape.

#include "dialects/Transept/interpreter/Tensor.h"

#include <cassert>
#include <functional>
#include <numeric>

using namespace transept;

static int64_t elementCount(const std::vector<int64_t> &shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
}

Tensor::Tensor(std::vector<int64_t> shape) : shape(std::move(shape)) {
  values.resize(elementCount(this->shape));
}

Tensor::Tensor(std::vector<int64_t> shape, std::vector<double> values)
    : shape(std::move(shape)), values(std::move(values)) {
  assert(int64_t(this->values.size()) == elementCount(this->shape) && "one value per element");
}
