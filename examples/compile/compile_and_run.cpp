// SPDX-License-Identifier: Apache-2.0
//
// Compiles a checkpoint inside the program, opens the library that comes out, and translates a line
// of token ids with it.

#include <transept/compiler.h>
#include <transept/model.h>

#include <cstdio>

int main(int argumentCount, char **arguments) try {
  if (argumentCount != 3) {
    std::fprintf(stderr, "usage: compile_and_run CHECKPOINT LIBRARY\n");
    return 2;
  }
  transept::CompileOptions options{.output = arguments[2], .name = "number_words"};
  options.observer.warning = [](const std::string &message) {
    std::fprintf(stderr, "warning: %s\n", message.c_str());
  };
  transept::CompiledLibrary library = transept::compile(arguments[1], options);
  std::fprintf(stderr, "%s and %s, %llu bytes\n", library.path.c_str(), library.header.c_str(),
               (unsigned long long)library.bytes);

  transept::Model model = transept::Model::open(library.path);
  transept::Source source = model.encode({799, 26, 10, 26, 6, 5, 35, 2, 66, 0});
  for (transept::Id id : model.generate(source, {.beams = 4}).ids())
    std::printf("%d ", id);
  std::printf("\n");
} catch (const transept::Error &error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
