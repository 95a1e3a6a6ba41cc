// SPDX-License-Identifier: Apache-2.0
//
// Scores that sum to 1.
#ifndef TRANSEPT_DETAIL_SOFTMAX_H
#define TRANSEPT_DETAIL_SOFTMAX_H

#include <algorithm>
#include <cmath>
#include <span>

namespace transept::detail {

/// One or more logits; `scores` receives as many numbers.
inline void softmax(std::span<const float> logits, float *scores) {
  double best = *std::max_element(logits.begin(), logits.end()), sum = 0;
  for (float logit : logits)
    sum += std::exp(double(logit) - best);
  for (std::size_t index = 0; index < logits.size(); ++index)
    scores[index] = float(std::exp(double(logits[index]) - best) / sum);
}

} // namespace transept::detail

#endif
