// SPDX-License-Identifier: Apache-2.0
//
// Whole files into memory, apart from what reads texts: where there are no files, texts are read
// all the same.

#include "base/Json.h"

#include "base/Error.h"
#include "base/FileKind.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace transept {

using Json = nlohmann::ordered_json;

std::string readFile(const std::string &path, int64_t maximumBytes) {
  requireRegularFile(path);
  std::error_code failure;
  auto size = int64_t(std::filesystem::file_size(path, failure));
  if (failure)
    throw InputError(fmt::format("{}: {}", path, failure.message()));
  if (size > maximumBytes)
    throw InputError(fmt::format("{}: {} bytes, at most {} are allowed", path, size, maximumBytes));
  std::ifstream stream(path, std::ios::binary);
  std::string content(size_t(size), '\0');
  stream.read(content.data(), size);
  if (!stream)
    throw InputError(fmt::format("{}: cannot be read", path));
  return content;
}

Json readJsonFile(const std::string &path, JsonLimits limits) {
  return parseJson(readFile(path, limits.bytes), path, limits);
}

} // namespace transept
