// SPDX-License-Identifier: Apache-2.0
//
// Calls a hand-written cross-attention block on a padded batch: states and attention weights come
// back in the caller's own arrays.

#include "cross_attention_block.h"

#include <cmath>
#include <cstdio>
#include <vector>

namespace {

constexpr std::size_t width = 64;

std::vector<float> waves(std::size_t count, double speed) {
  std::vector<float> numbers(count);
  for (std::size_t index = 0; index < count; ++index)
    numbers[index] = float(std::sin(speed * double(index)));
  return numbers;
}

} // namespace

int main() try {
  transept::Model model = cross_attention_block::open();

  // Two pairs: 3 rows look at 5. The second source has a hole and padding at its end.
  const transept::PaddedShape shape{.batch = 2, .targetRows = 3, .sourceRows = 5};
  const bool mask[] = {false, false, false, false, false, false, true, false, false, true};
  std::vector<float> targets = waves(shape.batch * shape.targetRows * width, 0.3);
  std::vector<float> sources = waves(shape.batch * shape.sourceRows * width, 0.7);
  std::vector<float> states(targets.size());
  std::vector<float> weights(shape.batch * shape.targetRows * shape.sourceRows);
  cross_attention_block::run(model, shape, targets.data(), sources.data(), mask, states.data(),
                             weights.data());
  for (std::size_t line = 0; line < shape.batch * shape.targetRows; ++line) {
    std::printf("state %zu: %6.2f %6.2f %6.2f ...  looks at", line, states[line * width],
                states[line * width + 1], states[line * width + 2]);
    for (std::size_t key = 0; key < shape.sourceRows; ++key)
      std::printf(" %.2f", weights[line * shape.sourceRows + key]);
    std::printf("\n");
  }

  // A source that is nothing but padding: attention yields 0, and nothing is NaN.
  const bool nothing[] = {true, true, true, true, true};
  cross_attention_block::run(model, {.batch = 1, .targetRows = 3, .sourceRows = 5}, targets.data(),
                             sources.data(), nothing, states.data(), weights.data());
  std::printf("nothing to look at: %.2f, weight %.2f\n", states[0], weights[0]);

  // An empty batch is no work.
  cross_attention_block::run(model, {}, nullptr, nullptr, nullptr, nullptr, nullptr);
} catch (const transept::Error &error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
