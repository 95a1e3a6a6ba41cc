// SPDX-License-Identifier: Apache-2.0
//
// Rounds the weights of a linear layer one input after another, so that later weights make up for
// the errors of earlier ones on the inputs that the layer sees.

#ifndef TRANSEPT_COMPILER_EMIT_WEIGHTS_ERRORFEEDBACK_H
#define TRANSEPT_COMPILER_EMIT_WEIGHTS_ERRORFEEDBACK_H

#include "compiler/emit/weights/InputMoments.h"

#include <functional>
#include <span>

namespace transept::emit {

/// GPTQ (Frantar et al. 2022) in the form of LDLQ (Chee et al. 2023, theorem 6): with moments
/// H = U D U^T, U unit upper triangular in the order of rounding, weight k is rounded after
/// w_k + sum_{i<k} (w_i - rounded_i) U_ik. Inputs with large moments come first, while there are
/// many left that can make up for them.
class ErrorFeedback {
public:
  /// `moments` is finished and has at least one row.
  explicit ErrorFeedback(const InputMoments &moments);

  /// Replaces the weights of one input, one for each output, by what they are rounded to.
  using Round = std::function<void(int64_t input, std::span<float> weights)>;

  /// numbers: [outputs][inputs]. Calls `round` for each input.
  void round(const double *numbers, int64_t outputs, const Round &round) const;

private:
  int64_t inputs;
  std::vector<int64_t> order; // of rounding
  std::vector<float> factors; // [k][i], i < k: U_ik, both counted by the order
};

} // namespace transept::emit

#endif
