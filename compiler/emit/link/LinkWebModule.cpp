// SPDX-License-Identifier: Apache-2.0
//
// Calls lld for WebAssembly, whose inputs and output stay in memory.

#include "compiler/emit/link/LinkWebModule.h"
#include "base/Error.h"
#include "compiler/emit/link/LibraryParts.h"
#include "compiler/emit/link/LinkerFiles.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/raw_ostream.h"

#include <deque>

LLD_HAS_DRIVER(wasm)

namespace transept::emit {

namespace {

/// What bindings/web/Exports.cpp has for the module's JavaScript.
constexpr const char *kExports[] = {
    "transept_initialize",   "transept_allocate", "transept_free",   "transept_weights",
    "transept_weights_size", "transept_threads",  "transept_stack",  "transept_serve",
    "transept_open",         "transept_option",   "transept_number", "transept_text",
    "transept_floats",       "transept_call",     "transept_result", "transept_result_size"};

} // namespace

std::string linkWebModule(const targets::Architecture &architecture,
                          const std::vector<std::string> &objects, const std::string &name) {
  std::deque<MemoryFile> files;
  for (const std::string &object : objects)
    files.emplace_back(object, name);
  files.emplace_back(libraryParts(architecture).archive, name);
  LinkedBytes linked;
  std::vector<std::string> arguments = {
      "wasm-ld", "-o", linked.path(), "--no-entry", "--gc-sections", "--strip-all", "-O2",
      // What the stack outgrows is an error of the engine then, and not other data.
      "--stack-first", "-z", "stack-size=1048576", "--compress-relocations",
      // Instances for threads share the memory that JavaScript makes, and have stacks of their own.
      "--import-memory", "--shared-memory", "--max-memory=4294967296", "--export=__stack_pointer",
      // The C library is compiled for one thread, and one thread alone calls it.
      "--no-check-features",
      // The runtime's own come before libc++abi's, which cannot throw.
      "--allow-multiple-definition"};
  for (const char *symbol : kExports)
    arguments.push_back(std::string("--undefined=") + symbol);
  for (const MemoryFile &file : files)
    arguments.push_back(file.path());

  std::vector<const char *> pointers;
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  lld::Result result = lld::lldMain(pointers, stream, stream, {{lld::Wasm, &lld::wasm::link}});
  if (result.retCode != 0)
    throw InputError("cannot link " + name + ": " + messages);
  return linked.take();
}

} // namespace transept::emit
