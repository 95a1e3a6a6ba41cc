// SPDX-License-Identifier: Apache-2.0
//
// The rules are those of C++20: [lex.name], [lex.key].

#include "compiler/session/ModelName.h"
#include "base/Error.h"
#include "compiler/frontend/CppKeywords.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <fmt/format.h>

#include <filesystem>

namespace transept::session {

namespace {

// Headers (a folder with time.h in it takes the place of the library's), macros and functions that
// programs with models have.
constexpr llvm::StringLiteral kTaken[] = {
    "assert",      "complex",   "ctype",    "errno",    "fenv",     "float",   "inttypes",
    "iso646",      "limits",    "locale",   "math",     "setjmp",   "signal",  "stdalign",
    "stdarg",      "stdatomic", "stdbool",  "stddef",   "stdint",   "stdio",   "stdlib",
    "stdnoreturn", "string",    "tgmath",   "threads",  "time",     "uchar",   "wchar",
    "wctype",      "unistd",    "fcntl",    "dlfcn",    "link",     "elf",     "pthread",
    "poll",        "NULL",      "EOF",      "stdin",    "stdout",   "stderr",  "linux",
    "unix",        "INFINITY",  "NAN",      "size_t",   "int8_t",   "int16_t", "int32_t",
    "int64_t",     "uint8_t",   "uint16_t", "uint32_t", "uint64_t", "printf",  "open",
    "read",        "write",     "close",    "exit",     "abort",    "malloc",  "free",
    "std",         "transept",  "main"};

/// Why C++ cannot use `name`, or nothing.
std::string reasonAgainst(llvm::StringRef name) {
  bool isIdentifier = !name.empty() && !llvm::isDigit(name.front()) &&
                      llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (!isIdentifier)
    return "not a C++ identifier (letters, digits and underscores, no digit first)";
  if (frontend::isCppKeyword(name))
    return "a keyword of C++";
  if (name.starts_with("_") || name.contains("__"))
    return "reserved by C++ (underscores first, or two together)";
  if (llvm::is_contained(kTaken, name))
    return "taken already by C's and C++'s own headers, or by Transept's";
  return "";
}

} // namespace

std::string modelNameOf(const std::string &output) {
  std::string name = std::filesystem::path(output).filename().string();
  for (std::string_view ending : {".so", ".wasm"})
    if (name.ends_with(ending))
      name.resize(name.size() - ending.size());
  if (name.starts_with("lib") && name.size() > 3)
    name.erase(0, 3);
  // Each run of other letters is one underscore, and none stands first.
  std::string result;
  for (char letter : name) {
    if (llvm::isAlnum(letter))
      result += letter;
    else if (!result.empty() && result.back() != '_')
      result += '_';
  }
  return result;
}

void checkModelName(const std::string &name) {
  if (std::string reason = reasonAgainst(name); !reason.empty())
    throw InputError(fmt::format("the model's name '{}' is {}; it becomes a namespace, so choose "
                                 "another with --name (CompileOptions::name)",
                                 name, reason));
}

} // namespace transept::session
