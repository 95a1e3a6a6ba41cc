// SPDX-License-Identifier: Apache-2.0
//
// The front end's two doors: a Hugging Face checkpoint directory, or a description file.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIBECHECKPOINT_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIBECHECKPOINT_H

#include "compiler/frontend/description/Description.h"
#include "compiler/frontend/description/DescriptionTensors.h"

#include <string>
#include <vector>

namespace transept::frontend {

/// Reads config.json, generation_config.json, the tokenizer's files and the names, types and shapes
/// of all tensors. Throws InputError when the checkpoint cannot be compiled to what Hugging Face
/// computes. `warnings` gets one sentence for each thing that has no effect.
Description describeCheckpoint(const std::string &directory, std::vector<std::string> &warnings);

/// Reads a description file and checks it against itself and its checkpoint's tensors. A relative
/// `checkpoint` is relative to the file; without one the file's own directory is meant. Another
/// directory, `checkpoint`, takes its place where it is not empty.
Description readDescription(const std::string &path, std::vector<std::string> &warnings,
                            const std::string &checkpoint = "");

/// Warns about tensors that the checkpoint's index names and no shard holds.
void warnAbsentTensors(const checkpoints::Checkpoint &checkpoint,
                       std::vector<std::string> &warnings);

/// A C identifier for a model, from a path: "models/opus-mt-en-de/" -> "opus_mt_en_de". A snapshot
/// in Hugging Face's cache is named like its repository.
std::string modelName(const std::string &path);

} // namespace transept::frontend

#endif
