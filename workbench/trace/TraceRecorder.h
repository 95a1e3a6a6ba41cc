// SPDX-License-Identifier: Apache-2.0
//
// Runs a model and keeps every value that its programs name in their plan.

#ifndef TRANSEPT_WORKBENCH_TRACE_TRACERECORDER_H
#define TRANSEPT_WORKBENCH_TRACE_TRACERECORDER_H

#include "workbench/story/Story.h"
#include "workbench/trace/TraceFile.h"

#include "transept/model.h"

#include <optional>
#include <vector>

namespace transept::workbench {

/// One source and what its target is; without a target, what greedy search makes of the source.
struct TraceInput {
  std::vector<Id> ids = {};
  std::vector<uint8_t> mask = {};
  std::vector<float> features = {};
  std::optional<std::vector<Id>> target = {}; // begins with the decoder start
  /// The target of a model that transforms whole targets.
  std::vector<float> targetFeatures = {};
  /// Tokens that the search takes out.
  std::vector<Id> suppressed = {};
};

/// Encodes each input, and decodes its target by teacher forcing; the values of the inputs follow
/// one another as rows. Beside the values that the plan names, these are what leaves the programs:
/// encoder_states, target_states (of whole targets), logits; cross_attentions.N of the first input
/// and cross_attentions.N#2 of the second, [heads * rows, keys]; and what searches give behind up
/// to 16 beginnings of a target, log_sum_exp, best_logits and best_ids. `story` is that of the
/// model's library. Throws InputError where the library's story does not fit it, and
/// transept::Error where the model refuses an input.
Trace recordTrace(const Model &model, const story::Story &story,
                  const std::vector<TraceInput> &inputs);

/// The name of the weights of a cross-attention, both counted from 0.
std::string crossAttentionName(size_t number, size_t input);

/// The names of values that Hugging Face's outputs encoder_hidden_states.N,
/// decoder_hidden_states.N and encoder_last_hidden_state are: the last value before the layers, the
/// last of each layer, and the last of the stack, which the decoder's last state is too. Of a stack
/// with stages only the last.
std::map<std::string, std::string> hiddenStateNames(const story::Story &story);

} // namespace transept::workbench

#endif
