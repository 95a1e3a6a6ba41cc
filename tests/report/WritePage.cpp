// SPDX-License-Identifier: Apache-2.0
//
// Makes a page of a story for the tests of the page: write_page STORY.json PAGE.html, and so on.

#include "workbench/report/Report.h"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

static std::string readFile(const std::string &path) {
  std::ifstream file;
  file.exceptions(std::ios::failbit | std::ios::badbit);
  file.open(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int main(int count, char **arguments) {
  try {
    for (int index = 1; index + 1 < count; index += 2) {
      std::ofstream page(arguments[index + 1], std::ios::binary);
      page << transept::reportPage(readFile(arguments[index]));
      if (!page.flush())
        throw std::runtime_error(std::string(arguments[index + 1]) + " cannot be written");
    }
  } catch (const std::exception &error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
