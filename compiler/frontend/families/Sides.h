// SPDX-License-Identifier: Apache-2.0
//
// Models that are one side of an encoder-decoder pair. Each has a configuration of its own inside
// config.json, and its tensors under `encoder.` or `decoder.`.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_SIDES_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_SIDES_H

#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"

#include <functional>

namespace transept::frontend {

struct Side {
  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  FamilyResult &result;
  bool isVersion5 = false; // isWrittenByVersion5
};

/// Describes a side by the object `key` of config.json; fields that are missing, or all of them,
/// have the defaults of their class. Refuses unsupported fields but for those that `describe`
/// honours.
void describePart(FamilyInput &input, FamilyResult &result, const std::string &key, ConfigRole role,
                  const std::function<void(Side &)> &describe,
                  std::span<const std::string_view> honoured = {});

/// Each fills in result.description.source.
void describeBertSource(Side &side);
/// ViT and DeiT.
void describeVitSource(Side &side);
/// Swin as Donut and Nougat have it.
void describeDonutSwinSource(Side &side);

/// The layer that reads patches of images, and the rows before theirs.
struct PatchNames {
  std::string projection;
  std::vector<std::string> tokens;
  int64_t patchSize = 16; // of the configuration class
};

/// A row of features is a patch: its channels one after another, each row by row. `imageSize` is
/// that of the configuration class. `grid`, unless null, receives how the patches lie.
Features imagePatches(Side &side, const PatchNames &names, int64_t hidden, int64_t imageSize,
                      Grid *grid = nullptr);

/// Each fills in result.description's projection, target and logits; the source is there already.
void describeBertTarget(Side &side);
void describeGpt2Target(Side &side);
void describeTrocrTarget(Side &side);
void describeMbartTarget(Side &side);

/// What tells BERT as a target of one class from that of another.
struct BertTarget {
  std::string prefix;        // of all its names
  int64_t memory;            // width of what its keys and values read
  int64_t vocabulary, heads; // where its configuration does not say
  bool hasSegments = true;
  /// tie_word_embeddings counts; otherwise the head is never the embedding.
  bool mayBeTied = true;
};

/// BERT's target and logits, of a configuration that is one already.
void bertTarget(Side &side, const BertTarget &target);

enum class CrossWidth { Hidden, Configured };

/// The width of what the target's keys and values read. Hugging Face puts enc_to_dec_proj before
/// them where the widths differ and cross_attention_hidden_size is not set. Only some targets
/// (CrossWidth::Configured) can read rows of another width than their own.
int64_t memoryWidth(Side &side, int64_t hidden, CrossWidth width);

/// Sets the words of a target of BART's kind, whose stack is `module`, and says where its width and
/// the number of its positions come from.
void setBartTargetWords(Side &side, const std::string &module, const std::string &head,
                        int64_t hidden, int64_t positions);

/// Refuses a target whose flag `key` is not true, as it would compute something else.
void requireFlag(JsonFields &config, const std::string &key, const std::string &reason);

} // namespace transept::frontend

#endif
