// SPDX-License-Identifier: Apache-2.0
//
// The rules are those of C++20: [lex.name], [lex.key].

#include "compiler/session/ModelName.h"
#include "base/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <fmt/format.h>

#include <filesystem>

namespace transept::session {

namespace {

constexpr llvm::StringLiteral kKeywords[] = {"alignas",       "alignof",     "and",
                                             "and_eq",        "asm",         "auto",
                                             "bitand",        "bitor",       "bool",
                                             "break",         "case",        "catch",
                                             "char",          "char8_t",     "char16_t",
                                             "char32_t",      "class",       "compl",
                                             "concept",       "const",       "consteval",
                                             "constexpr",     "constinit",   "const_cast",
                                             "continue",      "co_await",    "co_return",
                                             "co_yield",      "decltype",    "default",
                                             "delete",        "do",          "double",
                                             "dynamic_cast",  "else",        "enum",
                                             "explicit",      "export",      "extern",
                                             "false",         "float",       "for",
                                             "friend",        "goto",        "if",
                                             "inline",        "int",         "long",
                                             "mutable",       "namespace",   "new",
                                             "noexcept",      "not",         "not_eq",
                                             "nullptr",       "operator",    "or",
                                             "or_eq",         "private",     "protected",
                                             "public",        "register",    "reinterpret_cast",
                                             "requires",      "return",      "short",
                                             "signed",        "sizeof",      "static",
                                             "static_assert", "static_cast", "struct",
                                             "switch",        "template",    "this",
                                             "thread_local",  "throw",       "true",
                                             "try",           "typedef",     "typeid",
                                             "typename",      "union",       "unsigned",
                                             "using",         "virtual",     "void",
                                             "volatile",      "wchar_t",     "while",
                                             "xor",           "xor_eq"};

/// Why C++ cannot use `name`, or nothing.
std::string reasonAgainst(llvm::StringRef name) {
  bool isIdentifier = !name.empty() && !llvm::isDigit(name.front()) &&
                      llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (!isIdentifier)
    return "not a C++ identifier (letters, digits and underscores, no digit first)";
  if (llvm::is_contained(kKeywords, name))
    return "a keyword of C++";
  if (name.starts_with("_") || name.contains("__"))
    return "reserved by C++ (underscores first, or two together)";
  if (name == "std" || name == "transept" || name == "main")
    return "taken already in every program that uses models";
  return "";
}

} // namespace

std::string modelNameOf(const std::string &output) {
  std::string name = std::filesystem::path(output).filename().string();
  if (name.ends_with(".so"))
    name.resize(name.size() - 3);
  if (name.starts_with("lib") && name.size() > 3)
    name.erase(0, 3);
  for (char &letter : name)
    if (!llvm::isAlnum(letter))
      letter = '_';
  return name;
}

void checkModelName(const std::string &name) {
  if (std::string reason = reasonAgainst(name); !reason.empty())
    throw InputError(fmt::format("the model's name '{}' is {}; it becomes a namespace, so choose "
                                 "another with --name (CompileOptions::name)",
                                 name, reason));
}

} // namespace transept::session
