// SPDX-License-Identifier: Apache-2.0
//
// A goldens directory: recorded inputs and outputs of a model, case by case, as
// goldens.json lists them and goldens.safetensors holds them.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_GOLDENS_H
#define TRANSEPT_WORKBENCH_GOLDENS_GOLDENS_H

#include "checkpoints/Checkpoint.h"

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace transept {
class MappedFile;
}

namespace transept::workbench {

struct GoldenCase {
  std::string name;
  std::string kind; // "forward", "generate", "distribution", "whisper_long", "whisper_word", or one
                    // that is not known here
  /// Name of an input or output -> the tensor that holds it.
  std::map<std::string, std::string> inputs, outputs;
  bool usesGenerationConfig = false;
  nlohmann::ordered_json generationArguments = nlohmann::ordered_json::object();
  /// What is a Python object in Hugging Face's generate().
  nlohmann::ordered_json extra = nlohmann::ordered_json::object();
  /// Of transcripts: a list for each row.
  nlohmann::ordered_json segments = nlohmann::ordered_json::array();
  /// Decoder ids that all rows begin with; empty for none beside the decoder start.
  std::vector<int64_t> decoderPrompt;
};

/// Integers of one tensor [rows, columns].
struct IntegerTable {
  size_t rowCount = 0, columnCount = 0;
  std::vector<int64_t> values;

  std::span<const int64_t> row(size_t index) const {
    return std::span(values).subspan(index * columnCount, columnCount);
  }
};

struct FloatTensor {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

class Goldens {
public:
  /// Throws InputError when the directory is not one of goldens.
  static Goldens read(const std::string &directory);
  Goldens(Goldens &&) noexcept;
  ~Goldens();

  const std::vector<GoldenCase> &cases() const { return caseList; }
  /// Both throw InputError when the tensor is missing or of another type. A table of one
  /// dimension has one column.
  IntegerTable integers(const std::string &tensor) const;
  FloatTensor floats(const std::string &tensor) const;

private:
  explicit Goldens(std::string path);
  const checkpoints::TensorInfo &find(const std::string &tensor) const;

  std::string path;
  std::unique_ptr<MappedFile> file;
  std::map<std::string, checkpoints::TensorInfo> tensors;
  std::vector<GoldenCase> caseList;
};

} // namespace transept::workbench

#endif
