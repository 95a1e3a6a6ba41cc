// SPDX-License-Identifier: Apache-2.0
//
// Tools of LLVM, to look at libraries with other eyes than ours.

#ifndef TRANSEPT_TESTS_END_TO_END_TOOLS_H
#define TRANSEPT_TESTS_END_TO_END_TOOLS_H

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace transept::endtoend {

/// What a tool of LLVM prints.
inline std::string outputOf(const std::string &tool, const std::string &arguments) {
  std::string text;
  FILE *pipe = ::popen((TRANSEPT_LLVM_TOOLS "/" + tool + " " + arguments).c_str(), "r");
  char letters[4096];
  while (size_t count = std::fread(letters, 1, sizeof(letters), pipe))
    text.append(letters, count);
  EXPECT_EQ(::pclose(pipe), 0) << tool << " " << arguments;
  return text;
}

} // namespace transept::endtoend

#endif
