// SPDX-License-Identifier: Apache-2.0
//
// The fused form appends to self caches in place; beam search copies the filled part of those that
// change hypotheses. The plain form's step reads caches and writes longer ones, in its own order.

#include "benchmarks/models/OnnxStep.h"

#include <algorithm>
#include <cstring>

namespace transept::benchmarks {

Cache makeCache(const Sizes &sizes, size_t batch, size_t length) {
  Cache cache(2 * sizes.layers);
  for (Tensor<float> &tensor : cache)
    tensor = Tensor<float>({int64_t(batch), sizes.heads, int64_t(length), sizes.headSize});
  return cache;
}

std::string cacheName(const std::string &prefix, size_t index) {
  return prefix + (index % 2 ? "value_" : "key_") + std::to_string(index / 2);
}

OnnxStep::OnnxStep(const std::string &path, unsigned threads, bool isBeam)
    : session(path, threads), isBeam(isBeam), isInPlace(session.hasInput("last_keys")) {
  while (session.hasInput(cacheName("self_", 2 * sizes.layers)))
    ++sizes.layers;
  std::vector<int64_t> shape = session.inputShape("self_key_0");
  sizes.heads = shape.at(1);
  sizes.headSize = shape.at(3);
}

void OnnxStep::prepare(size_t rows, size_t capacity) {
  if (rows == rowCount && capacity == length)
    return;
  rowCount = rows;
  length = capacity;
  ids = Tensor<int64_t>({int64_t(rows)});
  parentRows = Tensor<int64_t>({int64_t(rows)});
  lastKeys = Tensor<int32_t>({int64_t(rows)});
  nextIds = Tensor<int64_t>({int64_t(rows)});
  bestIds = Tensor<int64_t>({int64_t(rows), kCandidates});
  bestLogits = Tensor<float>({int64_t(rows), kCandidates});
  logSums = Tensor<float>({int64_t(rows)});
  // What is reordered or grows goes from one set into the other.
  for (Cache &cache : caches)
    cache =
        isBeam || !isInPlace || &cache == &caches[0] ? makeCache(sizes, rows, capacity) : Cache();
}

void OnnxStep::bind(const Cache &cross) {
  session.clearBindings();
  session.bindInput("ids", ids.value);
  session.bindInput("position", position.value);
  for (size_t index = 0; index < cross.size(); ++index)
    session.bindInput(cacheName("cross_", index), cross[index].value);
  if (isBeam) {
    session.bindOutput("best_ids", bestIds.value);
    session.bindOutput("best_logits", bestLogits.value);
    session.bindOutput("log_sum", logSums.value);
  } else {
    session.bindOutput("next_ids", nextIds.value);
  }
  if (isInPlace) {
    session.bindInput("last_keys", lastKeys.value);
    session.bindInput("key_count", keyCount.value);
    bindInPlace();
    return;
  }
  for (size_t row = 0; row < rowCount; ++row)
    parentRows.data[row] = int64_t(row);
  if (isBeam)
    session.bindInput("parents", parentRows.value);
}

void OnnxStep::run(size_t at) {
  position.data[0] = int64_t(at);
  std::ranges::fill(lastKeys.data, int32_t(at));
  keyCount.data[0] = int32_t(at + 1);
  if (!isInPlace)
    bindGrowing(at);
  session.run();
}

void OnnxStep::reorder(const std::vector<uint32_t> &parents, size_t filled) {
  std::ranges::copy(parents, parentRows.data.begin());
  bool isSame = true;
  for (size_t row = 0; row < parents.size(); ++row)
    isSame &= parents[row] == row;
  if (isSame || !isInPlace)
    return;
  size_t heads = size_t(sizes.heads), head = length * size_t(sizes.headSize);
  for (size_t index = 0; index < caches[0].size(); ++index)
    for (size_t row = 0; row < parents.size(); ++row)
      for (size_t number = 0; number < heads; ++number)
        std::memcpy(&caches[1 - current][index].data[(row * heads + number) * head],
                    &caches[current][index].data[(parents[row] * heads + number) * head],
                    filled * size_t(sizes.headSize) * sizeof(float));
  current = 1 - current;
  bindInPlace();
}

/// The same memory as input and output: the op appends to it.
void OnnxStep::bindInPlace() {
  for (size_t index = 0; index < caches[current].size(); ++index) {
    session.bindInput(cacheName("self_", index), caches[current][index].value);
    session.bindOutput(cacheName("new_self_", index), caches[current][index].value);
  }
}

void OnnxStep::bindGrowing(size_t filled) {
  for (size_t side : {0, 1}) {
    Cache &cache = caches[side == 0 ? current : 1 - current];
    std::vector<int64_t> shape{int64_t(rowCount), sizes.heads, int64_t(filled + side),
                               sizes.headSize};
    views[side].clear();
    for (size_t index = 0; index < cache.size(); ++index) {
      std::vector<float> &data = cache[index].data;
      views[side].push_back(
          viewTensor(data.data(), data.size() * sizeof(float), shape, elementType<float>()));
      if (side == 0)
        session.bindInput(cacheName("self_", index), views[side].back());
      else
        session.bindOutput(cacheName("new_self_", index), views[side].back());
    }
  }
  current = 1 - current;
}

} // namespace transept::benchmarks
