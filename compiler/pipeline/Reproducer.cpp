// SPDX-License-Identifier: Apache-2.0
//
// Writes the module under a comment with the command.

#include "compiler/pipeline/Reproducer.h"

#include "base/Error.h"
#include "base/OutputFile.h"
#include "compiler/pipeline/ReadableIR.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace transept {

using namespace mlir;

std::string replayCommand(const Pass &pass, uint64_t seed, StringRef path) {
  std::string command;
  llvm::raw_string_ostream stream(command);
  stream << "transept-opt --pass-pipeline=\"builtin.module(verify-by-running{seed=" << seed
         << " pipeline='";
  // Printing changes nothing, but is not declared so.
  const_cast<Pass &>(pass).printAsTextualPipeline(stream);
  stream << "'})\" " << path;
  return command;
}

std::string writeReproducer(ModuleOp module, const Pass &pass, uint64_t seed, StringRef path) {
  std::error_code error;
  if (StringRef folder = llvm::sys::path::parent_path(path); !folder.empty())
    error = llvm::sys::fs::create_directories(folder);
  if (error)
    return ("cannot write " + path + ": " + error.message()).str();
  std::string text;
  llvm::raw_string_ostream file(text);
  file << "// Shows what is wrong with the pass '" << pass.getArgument()
       << "'. To replay it, in the folder of this file:\n//   "
       << replayCommand(pass, seed, llvm::sys::path::filename(path)) << "\n";
  // Names of values are locations, and a parser keeps only those that are written out.
  module.print(file, readableIR().enableDebugInfo());
  file << "\n";
  try {
    writeOutputFile(path.str(), text);
  } catch (const InputError &failure) {
    return failure.what();
  }
  return "";
}

} // namespace transept
