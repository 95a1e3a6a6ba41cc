// SPDX-License-Identifier: Apache-2.0
//
// The door for an instruction set architecture: all that the compiler asks of it. Each is a folder
// that fills in this structure, and one row of Architectures.inc.

#ifndef TRANSEPT_COMPILER_TARGETS_ARCHITECTURE_H
#define TRANSEPT_COMPILER_TARGETS_ARCHITECTURE_H

#include "compiler/targets/ProductInstructions.h"
#include "compiler/targets/Target.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/Instruction.h"

#include <vector>

namespace transept::targets {

/// One of the features that a library may ask for when it is opened.
struct Feature {
  uint64_t bit; // TRANSEPT_CPU_* (abi.h)
  /// In a library's manifest.
  std::vector<llvm::StringRef> names;
  /// In LLVM's feature strings, with the sign. A feature without these belongs to the processor
  /// that LLVM compiles for; one with them is left out where the code does not use it.
  std::vector<llvm::StringRef> switches;
  /// Bits that the targets with `bit` also stand for.
  uint64_t includes = 0;
};

/// What a compilation gives.
enum class LibraryFormat {
  SharedObject, // ELF, with a C++ header
  WebModule     // WebAssembly, its weights in a file of their own, with a module of JavaScript
};

/// An instruction set architecture under an operating system.
struct Architecture {
  llvm::StringRef triple;
  /// LLVM's name of the processor whose code they all run.
  llvm::StringRef leastProcessor;
  /// For the message on unknown names. Other machines compile for these unless told otherwise.
  std::vector<llvm::StringRef> processorExamples;
  /// Debian's packages with the libraries that other machines link with.
  std::vector<llvm::StringRef> crossPackages;
  /// In the order in which a manifest lists them.
  std::vector<Feature> features;
  LibraryFormat format = LibraryFormat::SharedObject;
  int64_t pointerBytes = 8;

  /// Whether `processor` is a name of one of these, other than "native".
  bool (*knows)(llvm::StringRef processor);
  /// For a processor that it knows, or "native" on one of these.
  std::optional<Target> (*targetFor)(const std::string &processor, std::string &error);
  /// Bits of the features with switches that an instruction needs.
  uint64_t (*featuresUsedBy)(const llvm::Instruction &instruction);
  /// Makes LLVM's back end known to its registry; may be called again, from any thread.
  void (*initializeLLVM)();

  const ProductInstructions &products;
  /// Null where no processor has registers of tiles.
  const TileInstructions *tiles;
};

/// Every architecture that libraries can be compiled for.
llvm::ArrayRef<const Architecture *> architectures();

/// The one of this machine; null where the compiler runs on none of them.
const Architecture *hostArchitecture();

/// What `--target` calls it, e.g. "aarch64-linux", or "wasm32" where there is no operating system.
std::string nameOf(const Architecture &architecture);

/// The one that `--target` calls `name`, the host's where that is empty. Returns null where there
/// is none; `error` then says what is allowed.
const Architecture *architectureCalled(const std::string &name, std::string &error);

} // namespace transept::targets

#endif
