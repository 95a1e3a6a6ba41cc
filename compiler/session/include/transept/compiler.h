// SPDX-License-Identifier: Apache-2.0
//
// The compiler as a library: what `transept compile` does, called from a program. Programs that
// only run models need none of this; they include transept/model.h.
#ifndef TRANSEPT_COMPILER_H
#define TRANSEPT_COMPILER_H

#include "transept/error.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace transept {

/// What a pass did, or declined to do, and why; or where a tensor of the checkpoint was read from.
struct CompileRemark {
  std::string kind;     ///< passed, missed or analysis
  std::string pass;     ///< e.g. "merge-projections"; of tensors "read-checkpoint"
  std::string category; ///< staging, weights, fusion or plan
  std::string name;     ///< of the operation or the tensor
  std::string text;
};

/// What a type of weights loses, measured by running it: nats a token, the mean Kullback-Leibler
/// divergence from the next-token distributions with f32.
struct WeightLoss {
  std::string weights;
  double loss = 0;
  double allowed = 0;
};

/// Who wants to know what a compilation does meanwhile. Functions that are not set are not called.
/// All calls come from the thread that compiles.
struct CompileObserver {
  /// What is being done, and how much of it (0 to 1).
  std::function<void(const std::string &what, double share)> progress = {};
  std::function<void(const std::string &message)> warning = {};
  std::function<void(const CompileRemark &remark)> remark = {};
  std::function<void(const WeightLoss &loss)> loss = {};
};

struct CompileOptions {
  /// The library to write; its header, NAME.h, goes beside it.
  std::string output = {};
  /// The model's name, a namespace of C++ and part of the exported symbol; by default that of
  /// `output`: libopus-en-de.so holds opus_en_de.
  std::string name = {};
  /// Directory of the weights, for inputs that do not contain them.
  std::string checkpoint = {};
  /// Type of the weights in the library: f32, bf16, int8, int4; or auto: the fastest on the
  /// processor that loses no more than `accuracyLoss` nats a token, found by running it here.
  std::string weights = "f32";
  double accuracyLoss = 0.01;
  /// Sources that weights of int8 and int4 are rounded for, so that what the model is asked loses
  /// less: a text file with one on each line, or a directory of goldens. Empty: each weight is
  /// rounded to the nearest. The model is run on them, in f32, on this machine.
  std::string calibrate = {};
  /// Type of the encoder and self KV caches: f32, bf16, or auto (f32 with weights of f32).
  std::string cache = "auto";
  /// What the library is for: x86_64-linux, aarch64-linux, wasm32; empty for this machine. For
  /// another one `weights` must be a type and `verifiesPasses` false, because both run the library.
  std::string target = {};
  /// Processors of the target, separated by commas: native, x86-64-v3, x86-64-v4, armv8-a, or
  /// LLVM's name of one. The library chooses the best when it is opened. Empty for native, or,
  /// where the target is another machine, for all levels of instructions that the compiler knows.
  std::string cpu = {};
  /// Writes the plan beside the library, LIB.plan.mlir, and line tables that lead to it.
  bool hasDebugInfo = false;
  /// Runs the model by the reference interpreter around every pass, and the library at the end, and
  /// stops at the first result that differs.
  bool verifiesPasses = false;
  /// Where the IR after every pass goes, also when a later one fails; empty for nowhere.
  std::string dumpDirectory = {};
  /// Where a page that shows the compilation goes, one HTML file; empty for nowhere.
  std::string report = {};
  CompileObserver observer = {};
};

struct CompiledLibrary {
  std::string name;         ///< of the model
  std::string path, header; ///< of the two files; of WebAssembly the module and its JavaScript
  std::string weights;      ///< their type; of `auto`, the one that was taken
  std::uint64_t bytes = 0;  ///< of the library's file
  std::vector<WeightLoss> losses; ///< of `auto`, in the order in which types were tried
};

/// Compiles a checkpoint directory, a description (.json) or textual IR (.mlir, in stage graph,
/// staged or fused) to a shared library. Throws Error with the reason; then the library, its
/// header, plan and report are not there, or as they were.
CompiledLibrary compile(const std::string &input, const CompileOptions &options);

/// One stage on the way from a model to machine code.
struct CompileStage {
  std::string name, sentence;
};
std::vector<CompileStage> compileStages();

/// The text of a stage. The stages from `plan` on are those of one processor. Throws Error.
std::string emitStage(const std::string &input, const std::string &stage,
                      const CompileOptions &options);

} // namespace transept

#endif
