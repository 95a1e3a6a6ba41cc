// SPDX-License-Identifier: Apache-2.0
//
// A golden checkpoint copied into a temporary directory where a test may spoil it: change a config
// field, drop or reshape a tensor, write any bytes.

#ifndef TRANSEPT_TESTS_UNIT_COMPILER_FRONTEND_TESTCHECKPOINT_H
#define TRANSEPT_TESTS_UNIT_COMPILER_FRONTEND_TESTCHECKPOINT_H

#include "base/Error.h"
#include "checkpoints/Checkpoint.h"
#include "checkpoints/Safetensors.h"
#include "compiler/frontend/DescribeCheckpoint.h"
#include "tests/support/ErrorOf.h"

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <unistd.h>
#include <vector>

namespace transept::frontend {

using Json = nlohmann::ordered_json;
using Warnings = std::vector<std::string>;

struct TestTensor {
  std::string type;
  std::vector<int64_t> shape;
  std::string data;
};
using TestTensors = std::map<std::string, TestTensor>;

inline std::string safetensorsFile(const std::string &header, const std::string &data) {
  uint64_t length = header.size();
  std::string file(sizeof(length), '\0');
  std::memcpy(file.data(), &length, sizeof(length));
  return file + header + data;
}

inline std::string safetensorsFile(const TestTensors &tensors) {
  Json header = {{"__metadata__", {{"format", "pt"}}}};
  std::string data;
  for (const auto &[name, tensor] : tensors) {
    header[name] = {{"dtype", tensor.type},
                    {"shape", tensor.shape},
                    {"data_offsets", {data.size(), data.size() + tensor.data.size()}}};
    data += tensor.data;
  }
  return safetensorsFile(header.dump(), data);
}

inline std::string bytesOf(const std::vector<float> &values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float)};
}

inline std::string readBytes(const std::filesystem::path &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class TemporaryDirectory {
public:
  TemporaryDirectory() {
    static std::atomic<int> count = 0;
    root = std::filesystem::temp_directory_path() /
           ("transept-frontend-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(root);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(root); }
  TemporaryDirectory(const TemporaryDirectory &) = delete;

  void write(const std::string &name, const std::string &content) const {
    std::ofstream(root / name, std::ios::binary) << content;
  }
  void remove(const std::string &name) const { std::filesystem::remove(root / name); }
  std::string path() const { return root.string(); }

private:
  std::filesystem::path root;
};

inline std::string goldenPath(const std::string &folder) {
  return std::string(TRANSEPT_SOURCE_DIR) + "/tests/golden/checkpoints/" + folder;
}

inline TestTensors readTensors(const std::string &path) {
  std::string bytes = readBytes(path);
  TestTensors tensors;
  for (const checkpoints::TensorInfo &info :
       checkpoints::parseSafetensors(std::as_bytes(std::span(bytes)), path))
    tensors[info.name] = {std::string(checkpoints::elementTypeName(info.type)),
                          info.shape,
                          {reinterpret_cast<const char *>(info.data.data()), info.data.size()}};
  return tensors;
}

/// Config and tensors of a golden checkpoint, to be changed and then described.
class TestCheckpoint {
public:
  explicit TestCheckpoint(const std::string &folder)
      : config(Json::parse(readBytes(goldenPath(folder) + "/config.json"))),
        generation(Json::parse(readBytes(goldenPath(folder) + "/generation_config.json"), nullptr,
                               /*allow_exceptions=*/false)),
        tensors(readTensors(goldenPath(folder) + "/model.safetensors")) {}

  Description describe() {
    warnings.clear();
    directory.write("config.json", config.dump());
    if (generation.is_null() || generation.is_discarded()) // there may be none
      directory.remove("generation_config.json");
    else
      directory.write("generation_config.json", generation.dump());
    directory.write("model.safetensors", safetensorsFile(tensors));
    return describeCheckpoint(directory.path(), warnings);
  }

  /// The text of the InputError, or "no error".
  std::string error() {
    try {
      describe();
    } catch (const InputError &error) {
      return error.what();
    }
    return "no error";
  }

  Json config, generation;
  TestTensors tensors;
  Warnings warnings;
  TemporaryDirectory directory;
};

} // namespace transept::frontend

#endif
