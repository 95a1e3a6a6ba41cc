// SPDX-License-Identifier: Apache-2.0
//
// What is in a library, read from its file: nothing of it is loaded or run, so that a library for
// another processor, or one that nobody trusts, can be looked at.

#ifndef TRANSEPT_WORKBENCH_LIBRARY_LIBRARYFILE_H
#define TRANSEPT_WORKBENCH_LIBRARY_LIBRARYFILE_H

#include "workbench/story/Story.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace transept::workbench {

struct LibraryFile {
  struct Asset {
    std::string name;
    uint64_t bytes = 0;
  };

  struct Level {
    std::string name;
    uint64_t requiredFeatures = 0; // TRANSEPT_CPU_* bits
    std::string codeOf;            // the level whose code it runs: its own name, or an equal one's
    uint64_t codeBytes = 0;        // of that code; 0 when unknown
  };

  std::string symbol; // transept_model_<name>
  std::string name;
  std::vector<Level> levels;
  /// Ids of each side are below these; 0 where it reads rows of so many numbers instead.
  uint64_t sourceVocabularySize = 0, targetVocabularySize = 0;
  uint64_t sourceFeatureWidth = 0, targetFeatureWidth = 0, targetStateWidth = 0;
  story::Sizes sizes;
  nlohmann::ordered_json manifest;
  std::vector<Asset> assets;
  uint64_t fileBytes = 0, weightBytes = 0;
  /// Machine code of the model's programs and of the runtime; the first is 0 when unknown.
  uint64_t programBytes = 0, runtimeBytes = 0;
};

/// Throws std::exception when the file is missing, damaged, or not a library of this version.
LibraryFile readLibraryFile(const std::string &path);

} // namespace transept::workbench

#endif
