// SPDX-License-Identifier: Apache-2.0
//
// The last step: modules in the LLVM stage, one for each level, and a checkpoint become a shared
// library and its header.

#ifndef TRANSEPT_COMPILER_EMIT_EMITLIBRARY_H
#define TRANSEPT_COMPILER_EMIT_EMITLIBRARY_H

#include "checkpoints/Checkpoint.h"
#include "compiler/emit/Levels.h"
#include "compiler/emit/LibraryFiles.h"
#include "compiler/emit/link/UnloadedSection.h"
#include "compiler/emit/table/MediaKind.h"
#include "compiler/emit/weights/InputMoments.h"
#include "compiler/emit/weights/WeightEvaluator.h"
#include "compiler/frontend/description/Description.h"

#include "mlir/IR/BuiltinOps.h"

#include <functional>
#include <map>
#include <string>

namespace transept::emit {

struct EmitOptions {
  std::vector<UnloadedSection> sections = {}; // to be kept in the library
  /// By name: what it carries in place of files of the description's tokenizer.
  std::map<std::string, std::string> compiledFiles = {};
  /// What it reads, by the preprocessor among the description's files.
  MediaKind media = MediaKind::None;
  /// What rounding weights to int8 and int4 is fitted to, if anything; null for nothing.
  const Calibration *calibration = nullptr;
  /// Called with what is being done and how much of it (0 to 1).
  std::function<void(const std::string &what, double share)> progress = [](auto &, double) {};
};

/// Writes the library and its header, which `files` must have begun; to finish them is left to the
/// caller. Throws InputError with the reason.
void emitLibrary(llvm::ArrayRef<Level> levels, const frontend::Description &description,
                 const ParameterReader &parameters, const EmitOptions &options,
                 LibraryFiles &files);

/// Reads parameters from a checkpoint, which must outlive the result.
ParameterReader readerOf(const checkpoints::Checkpoint &checkpoint);

/// The assembly text of a level's code.
std::string emitAssembly(const Level &level);

} // namespace transept::emit

#endif
