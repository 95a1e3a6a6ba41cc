// SPDX-License-Identifier: Apache-2.0
//
// The table of architectures from its rows, and which of them a name of a processor belongs to.

#include "compiler/targets/Architecture.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

namespace transept::targets {

// Declared by its row, not by a header: folders know this one, and not the other way round.
#define ARCHITECTURE(folder)                                                                       \
  namespace folder {                                                                               \
  const Architecture &architecture();                                                              \
  }
#include "compiler/targets/Architectures.inc"
#undef ARCHITECTURE

llvm::ArrayRef<const Architecture *> architectures() {
#define ARCHITECTURE(folder) &folder::architecture(),
  static const Architecture *const table[] = {
#include "compiler/targets/Architectures.inc"
  };
#undef ARCHITECTURE
  return table;
}

namespace {

/// Null for names that none knows, and for native where the compiler runs on none of them.
const Architecture *architectureOf(const std::string &processor) {
  if (processor == "native")
    return hostArchitecture();
  for (const Architecture *each : architectures())
    if (each->knows(processor))
      return each;
  return nullptr;
}

} // namespace

const Architecture *hostArchitecture() {
  llvm::Triple host(llvm::sys::getProcessTriple());
  for (const Architecture *each : architectures())
    if (llvm::Triple(each->triple).getArch() == host.getArch())
      return each;
  return nullptr;
}

std::string nameOf(const Architecture &architecture) {
  llvm::Triple triple(architecture.triple);
  if (triple.getOS() == llvm::Triple::UnknownOS)
    return triple.getArchName().str();
  return (triple.getArchName() + "-" + triple.getOSName()).str();
}

const Architecture *architectureCalled(const std::string &name, std::string &error) {
  if (name.empty() && hostArchitecture())
    return hostArchitecture();
  std::vector<std::string> names;
  for (const Architecture *each : architectures()) {
    names.push_back(nameOf(*each));
    if (names.back() == name)
      return each;
  }
  error =
      (name.empty() ? std::string("this machine is no target") : "unknown target '" + name + "'") +
      "; allowed are " + llvm::join(names, ", ");
  return nullptr;
}

std::optional<Target> targetFor(const std::string &name, std::string &error) {
  const Architecture *architecture = architectureOf(name);
  if (architecture)
    return architecture->targetFor(name, error);
  std::vector<llvm::StringRef> examples;
  for (const Architecture *each : architectures())
    llvm::append_range(examples, each->processorExamples);
  error = "unknown processor '" + name + "'; allowed are native and LLVM's names, e.g. " +
          llvm::join(examples, ", ");
  return std::nullopt;
}

std::optional<Target> targetOrError(mlir::ModuleOp module, const std::string &cpu) {
  std::string error;
  std::optional<Target> target = targetFor(cpu, error);
  if (!target)
    module.emitError(error);
  return target;
}

} // namespace transept::targets
