// SPDX-License-Identifier: Apache-2.0
//
// Parts of a description that many families write alike, and the checks of the config fields behind
// them.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_PARTS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_PARTS_H

#include "compiler/frontend/families/Families.h"

#include <string>
#include <vector>

namespace transept::frontend {

checkpoints::TensorReference tensor(const std::string &name);

/// `name`.weight and `name`.bias.
Norm layerNorm(const std::string &name, double epsilon = 1e-5);
/// `name`.weight alone.
Norm gainNorm(const std::string &name, double epsilon = 1e-5);
Linear linear(const std::string &name, int64_t inputs, int64_t outputs);

/// Outputs [begin, begin + count) of a stored layer that computes several things at once.
Linear outputsOf(Linear whole, int64_t begin, int64_t count);

/// The modules of an attention, and the norm of its sublayer.
struct AttentionNames {
  std::string query, key, value, output, norm;
};

struct AttentionShape {
  int64_t hidden, memory, heads; // memory: width of what keys and values read
  double epsilon = 1e-5;         // of the norm
  int64_t headDim = 0;           // 0: hidden / heads
};

/// Attention scaled by the root of the head's size, with biases.
Attention attention(const AttentionNames &names, const AttentionShape &shape);

/// Number of layers; how many there may be is bounded.
int64_t layerCountField(JsonFields &config, const std::string &key, int64_t fallback,
                        const std::string &alias = "");

/// Number of heads, which must divide the hidden size; `hiddenKey` is that size's field.
int64_t headCountField(JsonFields &config, const std::string &key, int64_t fallback,
                       const std::string &alias, int64_t hidden, const std::string &hiddenKey);

Positions learnedPositions(const std::string &table, int64_t length, int64_t offset = 0);

/// Sinusoids of a module that may store its table all the same, as `module`.weight or .weights:
/// those take the place of the computed ones in Hugging Face too. The usual ones are what would be
/// computed, and go to `result.unusedTensors`; others are used as they are. The rows before the
/// offset may be left out of it.
Positions sinusoidalPositions(const Positions &computed, const std::string &module, int64_t hidden,
                              const checkpoints::Checkpoint &checkpoint, FamilyResult &result);

/// fairseq's: the first position has row `first`, behind the padding's, whose id is not counted.
Positions sinusoidsAfterPadding(int64_t first, int64_t length, const std::string &module,
                                int64_t hidden, const checkpoints::Checkpoint &checkpoint,
                                FamilyResult &result);

/// `name`, which the class with a head gives the model, unless the file was written by that
/// without.
std::string modelPrefix(const checkpoints::Checkpoint &checkpoint,
                        const std::string &name = "model.");

struct TargetWords {
  int64_t vocabulary;
  std::string embedding, head; // tensors
  bool isVersion5;             // isWrittenByVersion5, of the file as a whole
  bool isTied = true;          // where the file does not say
};

/// The target's embedding and its head: the same numbers where tie_word_embeddings is true.
void setTargetWords(JsonFields &config, const checkpoints::Checkpoint &checkpoint,
                    FamilyResult &result, const TargetWords &words);

/// fairseq counts positions from pad_token_id + 1, and gives padding none. Returns that row.
/// Refuses a decoder that starts with padding, which would shift all its positions.
int64_t rowAfterPadding(JsonFields &config, const SpecialIdDefaults &defaults);

} // namespace transept::frontend

#endif
