// SPDX-License-Identifier: Apache-2.0
//
// Where the interpreter gets the values of `transept.parameter` from.

#include "dialects/Transept/interpreter/Parameters.h"

#include "llvm/Support/xxhash.h"

#include <functional>
#include <numeric>

using namespace transept;

namespace {

int64_t elementCount(llvm::ArrayRef<int64_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
}

llvm::Error wrongShape(const StoredTensor &stored, const ParameterRequest &request) {
  auto print = [](llvm::raw_ostream &stream, llvm::ArrayRef<int64_t> shape) {
    stream << "[";
    llvm::interleaveComma(shape, stream);
    stream << "]";
  };
  std::string message;
  llvm::raw_string_ostream stream(message);
  stream << "expects a stored tensor that holds ";
  print(stream, request.shape);
  stream << " from row " << request.rowBegin << ", but got ";
  print(stream, stored.shape);
  return llvm::createStringError(message);
}

// The finalizer of splitmix64 (Steele et al. 2014): every bit of the result depends on every bit of
// the state.
uint64_t mix(uint64_t state) {
  state += 0x9e3779b97f4a7c15;
  state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
  state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
  return state ^ (state >> 31);
}

/// Fills a request from `element(row, column)` of the stored tensor; a vector is a row.
template <typename Element>
std::vector<float> fill(const ParameterRequest &request, Element element) {
  bool isVector = request.shape.size() == 1;
  int64_t rowCount = isVector ? 1 : request.shape[0];
  int64_t width = request.shape.back();
  std::vector<float> result;
  result.reserve(rowCount * width);
  for (int64_t i = 0; i < rowCount; ++i)
    for (int64_t j = 0; j < width; ++j) {
      int64_t row = isVector ? 0 : request.rowBegin + i;
      int64_t column = isVector ? request.rowBegin + j : j;
      result.push_back(request.isTransposed ? element(column, row) : element(row, column));
    }
  return result;
}

} // namespace

llvm::Expected<std::vector<float>> transept::selectParameter(const StoredTensor &stored,
                                                             const ParameterRequest &request) {
  if (elementCount(stored.shape) != int64_t(stored.values.size()))
    return wrongShape(stored, request);
  if (request.isTransposed && (stored.shape.size() != 2 || request.shape.size() != 2))
    return wrongShape(stored, request);

  // A stored tensor of another rank is read row-major as rows of the wanted width.
  int64_t available = stored.values.size();
  int64_t width = request.shape.size() == 1 ? 1 : request.shape.back();
  int64_t end = request.rowBegin + request.shape.front();
  bool fits = request.rowBegin >= 0 && end * width <= available;
  if (stored.shape.size() == 2 && request.shape.size() == 2)
    fits = fits && stored.shape[request.isTransposed ? 0 : 1] == width;
  else
    fits = fits && (stored.shape.size() == request.shape.size() || available == end * width);
  if (!fits)
    return wrongShape(stored, request);

  const int64_t stride =
      request.isTransposed ? stored.shape.back() : (request.shape.size() == 1 ? 0 : width);
  return fill(request,
              [&](int64_t row, int64_t column) { return stored.values[row * stride + column]; });
}

ParameterSource transept::randomParameters(uint64_t seed) {
  return [seed](const ParameterRequest &request) -> llvm::Expected<std::vector<float>> {
    uint64_t tensor = mix(seed ^ llvm::xxh3_64bits(request.name));
    return fill(request, [&](int64_t row, int64_t column) {
      uint64_t bits = mix(mix(tensor + row) + column);
      return float(bits >> 40) / float(1 << 24) - 0.5f;
    });
  };
}
