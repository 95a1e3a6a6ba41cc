// SPDX-License-Identifier: Apache-2.0
//
// Random options and ids, the same from a seed on every machine that has the same library.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_RANDOM_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_RANDOM_H

#include "transept/options.h"

#include <random>
#include <vector>

namespace transept::tests {

class Random {
public:
  explicit Random(unsigned seed) : engine(seed) {}
  int upTo(int last) { return std::uniform_int_distribution<int>(0, last)(engine); }
  bool oneIn(int count) { return upTo(count - 1) == 0; }
  /// Between 0 and 1, and neither.
  float fraction() { return std::uniform_real_distribution<float>(0.02f, 0.98f)(engine); }
  std::vector<Id> ids(int count, int vocabulary) {
    std::vector<Id> result;
    for (int index = 0; index < count; ++index)
      result.push_back(upTo(vocabulary - 1));
    return result;
  }

private:
  std::mt19937 engine;
};

} // namespace transept::tests

#endif
