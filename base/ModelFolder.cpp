// SPDX-License-Identifier: Apache-2.0
//
// The layout of the cache is huggingface_hub's: one folder a repository, one below it a revision.

#include "base/ModelFolder.h"

#include "base/Error.h"

#include <filesystem>
#include <fmt/format.h>

namespace transept {

namespace fs = std::filesystem;

static constexpr std::string_view cachePrefix = "models--";

/// An absolute path without a slash at its end.
static fs::path wholePath(const std::string &directory) {
  fs::path path = fs::absolute(directory).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

std::optional<HubSnapshot> hubSnapshot(const std::string &directory) {
  fs::path path = wholePath(directory);
  std::string repository = path.parent_path().parent_path().filename();
  if (path.parent_path().filename() != "snapshots" || !repository.starts_with(cachePrefix))
    return std::nullopt;
  repository.erase(0, cachePrefix.size());
  // Organizations have no "--" in their names; a repository of none has no part in front.
  if (size_t mark = repository.find("--"); mark != std::string::npos)
    repository.replace(mark, 2, "/");
  return HubSnapshot{repository, path.filename()};
}

std::string fetchAdvice(const std::string &directory, const std::string &file) {
  auto snapshot = hubSnapshot(directory);
  if (!snapshot)
    return "";
  return fmt::format("; `hf download {} {} --revision {}` fetches it", snapshot->repository, file,
                     snapshot->revision);
}

bool hasFile(const std::string &directory, const std::string &file) {
  fs::path path = fs::path(directory) / file;
  if (fs::exists(path))
    return true;
  if (fs::is_symlink(path))
    throw InputError(fmt::format("{}: a link to {}, which is not there{}", path.string(),
                                 fs::read_symlink(path).string(), fetchAdvice(directory, file)));
  return false;
}

void needFile(const std::string &directory, const std::string &file) {
  if (hasFile(directory, file))
    return;
  fs::path path = wholePath(directory);
  if (path.filename().string().starts_with(cachePrefix) && fs::is_directory(path / "snapshots"))
    throw InputError(fmt::format("{}: a repository in Hugging Face's cache; its models are the "
                                 "folders in {}",
                                 directory, (path / "snapshots").string()));
  throw InputError(
      fmt::format("{}/{}: no such file{}", directory, file, fetchAdvice(directory, file)));
}

} // namespace transept
