// SPDX-License-Identifier: Apache-2.0
//
// A new file beside the target, renamed at the end: the only way in which POSIX makes a change of a
// file all or nothing.

#include "base/OutputFile.h"

#include "base/Error.h"
#include "base/FileKind.h"
#include "base/UnfinishedFiles.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace transept {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const std::string &path, const std::string &reason) {
  throw InputError(fmt::format("cannot write {}: {}", path, reason));
}

[[noreturn]] void refuse(const std::string &path, int error) {
  refuse(path, std::strerror(error));
}

fs::path folderOf(const fs::path &path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// What a path names behind its symbolic links, of which the last may lead to nothing.
fs::path followLinks(const std::string &path) {
  constexpr int kMostLinks = 40; // as the kernel
  fs::path target = path;
  for (int links = 0; links <= kMostLinks; ++links) {
    std::error_code error;
    if (!fs::is_symlink(target, error))
      return target;
    fs::path next = fs::read_symlink(target, error);
    if (error)
      refuse(path, error.message());
    target = next.is_absolute() ? next : folderOf(target) / next;
  }
  refuse(path, ELOOP);
}

/// The mode of the regular file at `target`; nothing where nothing is. Anything else is refused.
std::optional<mode_t> replacedMode(const std::string &path, const fs::path &target) {
  struct stat status = {};
  if (lstat(target.c_str(), &status) != 0) {
    if (errno == ENOENT)
      return std::nullopt;
    refuse(path, errno);
  }
  if (!S_ISREG(status.st_mode))
    refuse(path,
           fmt::format("it is {}, and only a regular file is replaced", fileKind(status.st_mode)));
  if (faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0)
    refuse(path, errno);
  return status.st_mode & 07777;
}

void refuseInputs(const std::string &path, const std::vector<std::string> &inputs) {
  for (const std::string &input : inputs) {
    std::error_code ignored; // what is not there is not the same
    if (fs::equivalent(path, input, ignored))
      refuse(path, fmt::format("it is {}, which is read", input == path ? "the input" : input));
  }
}

void requireFolder(const std::string &path, const fs::path &folder) {
  struct stat status = {};
  if (stat(folder.c_str(), &status) != 0)
    refuse(path, errno == ENOENT ? fmt::format("there is no folder {}", folder.string())
                                 : std::strerror(errno));
  if (!S_ISDIR(status.st_mode))
    refuse(path, fmt::format("{} is no folder", folder.string()));
}

/// Where the bytes go meanwhile: a hidden name in the same file system, and not too long for it.
std::string unfinishedPrefix(const fs::path &target) {
  constexpr size_t kLongestName = 200;
  std::string name = target.filename().string().substr(0, kLongestName);
  return (folderOf(target) / ("." + name + ".")).string();
}

} // namespace

struct OutputFile::State {
  std::string path;
  fs::path target;
  std::string unfinished;
  int descriptor = -1;
  bool replaces = false, isFinished = false;

  ~State() {
    close();
    if (unfinished.empty() || isFinished)
      return;
    unlink(unfinished.c_str());
    forgetUnfinished(unfinished);
  }

  int close() { return descriptor < 0 ? 0 : ::close(std::exchange(descriptor, -1)); }
};

OutputFile::OutputFile(const std::string &path, const std::vector<std::string> &inputs)
    : state(std::make_unique<State>()) {
  state->path = path;
  if (path.empty() || path.ends_with('/'))
    refuse(path, path.empty() ? "it has no name" : "it is named as a folder");
  refuseInputs(path, inputs);
  state->target = followLinks(path);
  requireFolder(path, folderOf(state->target));
  std::optional<mode_t> mode = replacedMode(path, state->target);
  state->replaces = mode.has_value();
  UnfinishedFile file = createUnfinished(unfinishedPrefix(state->target));
  if (file.descriptor < 0)
    refuse(path, errno);
  state->unfinished = file.path;
  state->descriptor = file.descriptor;
  if (mode && fchmod(state->descriptor, *mode) != 0)
    refuse(path, errno);
}

OutputFile::~OutputFile() = default;
OutputFile::OutputFile(OutputFile &&) noexcept = default;
OutputFile &OutputFile::operator=(OutputFile &&) noexcept = default;

const std::string &OutputFile::path() const {
  return state->path;
}
const std::string &OutputFile::unfinishedPath() const {
  return state->unfinished;
}

void OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::write(state->descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR)
      refuse(state->path, errno);
    bytes.remove_prefix(count < 0 ? 0 : size_t(count));
  }
}

void OutputFile::makeExecutable() {
  struct stat status = {};
  if (fstat(state->descriptor, &status) != 0 ||
      fchmod(state->descriptor, status.st_mode | ((status.st_mode & 0444) >> 2)) != 0)
    refuse(state->path, errno);
}

void OutputFile::requireSpace(uint64_t bytes, const std::function<std::string()> &what) const {
  struct rlimit limit = {};
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      bytes > limit.rlim_cur)
    refuse(state->path, fmt::format("{}, but files may have at most {} bytes here (ulimit -f)",
                                    what(), uint64_t(limit.rlim_cur)));
  struct statvfs space = {};
  if (statvfs(state->unfinished.c_str(), &space) != 0)
    return;
  uint64_t free = uint64_t(space.f_bavail) * space.f_frsize;
  if (bytes > free)
    refuse(state->path, fmt::format("{}, but {} has only {} bytes free", what(),
                                    folderOf(state->target).string(), free));
}

void OutputFile::finish() {
  if (state->close() != 0)
    refuse(state->path, errno);
  // What is there may have changed meanwhile.
  replacedMode(state->path, state->target);
  if (rename(state->unfinished.c_str(), state->target.c_str()) != 0)
    refuse(state->path, errno);
  state->isFinished = true;
  forgetUnfinished(state->unfinished);
}

void OutputFile::finishAll(std::vector<OutputFile> files) {
  try {
    for (OutputFile &file : files)
      file.finish();
  } catch (...) {
    for (OutputFile &file : files)
      if (file.state->isFinished && !file.state->replaces)
        unlink(file.state->target.c_str());
    throw;
  }
}

void createFolder(const std::string &path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error && !fs::is_directory(path))
    error = std::make_error_code(std::errc::not_a_directory);
  if (error)
    throw InputError(fmt::format("cannot create the folder {}: {}", path, error.message()));
}

void writeOutputFile(const std::string &path, std::string_view content) {
  OutputFile file(path);
  file.write(content);
  file.finish();
}

} // namespace transept
