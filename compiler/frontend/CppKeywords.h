// SPDX-License-Identifier: Apache-2.0
//
// Names of models become namespaces of C++, which its keywords cannot be.

#ifndef TRANSEPT_COMPILER_FRONTEND_CPPKEYWORDS_H
#define TRANSEPT_COMPILER_FRONTEND_CPPKEYWORDS_H

#include <algorithm>
#include <iterator>
#include <string_view>

namespace transept::frontend {

/// Whether `word` is a keyword or an alternative token of C++20 ([lex.key], [lex.digraph]).
constexpr bool isCppKeyword(std::string_view word) {
  constexpr std::string_view keywords[] = {"alignas",       "alignof",     "and",
                                           "and_eq",        "asm",         "auto",
                                           "bitand",        "bitor",       "bool",
                                           "break",         "case",        "catch",
                                           "char",          "char16_t",    "char32_t",
                                           "char8_t",       "class",       "co_await",
                                           "co_return",     "co_yield",    "compl",
                                           "concept",       "const",       "const_cast",
                                           "consteval",     "constexpr",   "constinit",
                                           "continue",      "decltype",    "default",
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
  return std::ranges::find(keywords, word) != std::end(keywords);
}

} // namespace transept::frontend

#endif
