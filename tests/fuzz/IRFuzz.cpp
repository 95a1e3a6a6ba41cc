// SPDX-License-Identifier: Apache-2.0
//
// Whatever a file of textual IR says: either an error, or the stages of a compilation. Each text is
// compiled in a child process, because most of what goes wrong ends a process.

#include "base/Error.h"
#include "transept/compiler.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// Far more than a small model takes.
constexpr rlim_t kMemoryBytes = rlim_t(4) << 30, kSeconds = 20;

std::string readText(const fs::path &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// A file of the lit suite has several modules, divided by `// -----`.
void addModules(const fs::path &path, std::vector<std::string> &seeds) {
  std::string text = readText(path);
  const std::string divider = "// -----";
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(divider, begin), text.size());
    seeds.push_back(text.substr(begin, end - begin));
    begin = end + divider.size();
  }
}

[[noreturn]] void compileAndExit(const std::string &path, const char *stage) {
  rlimit memory{kMemoryBytes, kMemoryBytes}, seconds{kSeconds, kSeconds}, core{0, 0};
  setrlimit(RLIMIT_AS, &memory);
  setrlimit(RLIMIT_CPU, &seconds);
  setrlimit(RLIMIT_CORE, &core);
  try {
    transept::CompileOptions options;
    options.cpu = "x86-64-v3";
    transept::emitStage(path, stage, options);
  } catch (const transept::Error &) {
    _exit(0);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    _exit(1);
  }
  _exit(0);
}

} // namespace

extern "C" void addFuzzSeeds(std::vector<std::string> &seeds) {
  for (const char *folder : {"dialects/Transept", "transforms", "plan", "pipeline"})
    for (const auto &entry :
         fs::recursive_directory_iterator(TRANSEPT_SOURCE_DIR "/tests/lit/" + std::string(folder)))
      if (entry.path().extension() == ".mlir")
        addModules(entry.path(), seeds);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const std::string path =
      (fs::temp_directory_path() / ("ir-fuzz-" + std::to_string(getpid()) + ".mlir")).string();
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char *>(data), long(size));
  // Kernels take most of the time, and few texts make others.
  const char *stage = size % 4 == 0 ? "llvm" : "plan";
  pid_t child = fork();
  if (child < 0)
    throw std::runtime_error("no child process can be made");
  if (child == 0)
    compileAndExit(path, stage);
  int status = 0;
  waitpid(child, &status, 0);
  std::error_code ignored;
  fs::remove(path, ignored);
  if (WIFSIGNALED(status))
    throw std::runtime_error("a compilation to " + std::string(stage) + " ended with signal " +
                             std::to_string(WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0)
    throw std::runtime_error("a compilation to " + std::string(stage) +
                             " ended with another exception");
  return 0;
}
