// SPDX-License-Identifier: Apache-2.0
//
// Runs the real `transept` as a user would, without a shell between.

#ifndef TRANSEPT_TESTS_END_TO_END_COMMAND_H
#define TRANSEPT_TESTS_END_TO_END_COMMAND_H

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace transept::endtoend {

namespace fs = std::filesystem;

/// A folder of this process, removed at its end.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "transept-test-XXXXXX").string();
    root = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  std::string file(const std::string &name) const { return (root / name).string(); }

private:
  fs::path root;
};

inline std::string readFile(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void writeFile(const std::string &path, const std::string &content) {
  std::ofstream(path, std::ios::binary) << content;
}

inline std::vector<std::string> linesOf(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

struct CommandResult {
  int status = -1; // exit status, or 128 + the signal that ended it
  std::string output, errors;
};

/// `PROGRAM ARGUMENTS` with this standard input.
inline CommandResult runProgram(const char *program, std::vector<std::string> arguments,
                                const std::string &input = "") {
  TemporaryFolder folder;
  writeFile(folder.file("in"), input);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  int create = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, 0, folder.file("in").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, folder.file("out").c_str(), create, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, folder.file("err").c_str(), create, 0600);
  arguments.insert(arguments.begin(), program);
  std::vector<char *> pointers;
  for (std::string &argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t process = 0;
  int spawned = posix_spawn(&process, program, &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  CommandResult result;
  int status = 0;
  if (spawned != 0 || ::waitpid(process, &status, 0) != process)
    return result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.output = readFile(folder.file("out"));
  result.errors = readFile(folder.file("err"));
  return result;
}

/// `transept ARGUMENTS` with this standard input.
inline CommandResult run(std::vector<std::string> arguments, const std::string &input = "") {
  return runProgram(TRANSEPT_COMMAND, std::move(arguments), input);
}

/// Expects the contract of a failure: this exit status, one `error: ` text that says `what`.
inline void expectFailure(const CommandResult &result, int status, const std::string &what) {
  EXPECT_EQ(result.status, status) << result.errors;
  EXPECT_THAT(result.errors, testing::StartsWith("error: "));
  EXPECT_THAT(result.errors, testing::HasSubstr(what));
}

inline std::string checkpoint(const std::string &family) {
  return TRANSEPT_SOURCE_DIR "/tests/golden/checkpoints/" + family;
}

/// A library that tests/golden compiled, e.g. "t5.native"; ctest has it made before any test here.
inline std::string libraryFile(const std::string &name) {
  return TRANSEPT_LIBRARIES "/lib" + name + ".so";
}
inline std::string library(const std::string &model) {
  return libraryFile(model + ".native");
}

} // namespace transept::endtoend

#endif
