// SPDX-License-Identifier: Apache-2.0
//
// A model of features on the source side, and of features or tokens on the target side, whose
// results say where they were computed from: rows of the wrong source, target or chunk show as
// other numbers.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_TOYTRANSFORMER_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_TOYTRANSFORMER_H

#include "transept/model.h"

#include <atomic>

namespace transept::tests {

/// Owns a model table; the model opened from it must not outlive it. Source features have 2
/// columns. Two cross-attentions, of 2 heads and of 1.
class ToyTransformer {
public:
  /// Either whole targets of 3 columns, which become states of 2, or 7 target tokens.
  enum class Target { Features, Tokens };

  explicit ToyTransformer(Target target = Target::Features);
  ToyTransformer(const ToyTransformer &) = delete;

  /// A convolution of `kernel` rows with `stride` and `padding`, then `leading` rows before its
  /// results, behind the steps that there are.
  void addStep(std::uint32_t kernel, std::uint32_t stride, std::uint32_t padding,
               std::uint32_t leading);
  /// The model's function returns the weights of a cross-attention, by heads or averaged.
  void returnAttention(std::uint32_t crossAttention, bool isAveraged);

  Model open(const OpenOptions &options = {.threads = 1});

  /// The weight of key `key` for a target row at `position`; not normalized, but different for
  /// different arguments.
  static float weight(std::size_t crossAttention, std::size_t head, std::size_t position,
                      std::size_t key) {
    return float(crossAttention * 100000 + head * 50000 + position * 100 + key);
  }

  transept_model_table table{};
  std::atomic<int> encodeCalls{0}, decodeCalls{0};

private:
  static void runEncode(const transept_invocation *invocation, std::uint32_t worker,
                        std::uint32_t workerCount);
  static void runDecode(const transept_invocation *invocation, std::uint32_t worker,
                        std::uint32_t workerCount);

  transept_program encode{}, decode{};
  transept_level level{};
  transept_generation_defaults defaults{};
  std::vector<transept_row_step> steps;
  std::vector<transept_returned_attention> returned;
};

} // namespace transept::tests

#endif
