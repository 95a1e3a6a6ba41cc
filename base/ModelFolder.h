// SPDX-License-Identifier: Apache-2.0
//
// The files of a model's folder, which may be a snapshot in Hugging Face's cache: there they are
// links, and what is missing can be fetched.

#ifndef TRANSEPT_BASE_MODELFOLDER_H
#define TRANSEPT_BASE_MODELFOLDER_H

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace transept {

/// A folder .../models--ORGANIZATION--NAME/snapshots/REVISION.
struct HubSnapshot {
  std::string repository; // "ORGANIZATION/NAME"
  std::string revision;

  std::string modelName() const { return repository.substr(repository.rfind('/') + 1); }
};
std::optional<HubSnapshot> hubSnapshot(const std::string &directory);

/// For the end of an error: "; `hf download ...` fetches it" for a file of a snapshot, else
/// nothing.
std::string fetchAdvice(const std::string &directory, const std::string &file);

/// Whether a file is there. Throws InputError for a link that leads nowhere: leaving such a file
/// out would silently make another model.
bool hasFile(const std::string &directory, const std::string &file);

/// Throws InputError, with what would fetch it, unless the file is there.
void needFile(const std::string &directory, const std::string &file);

/// What says how sounds or images become features; of each checkpoint one of these. transformers 5
/// writes the former and reads it first, if one of the objects below is in it.
inline constexpr const char *processorFile = "processor_config.json";
inline constexpr const char *preprocessorFile = "preprocessor_config.json";
inline constexpr std::array<const char *, 3> extractorObjects = {
    "feature_extractor", "audio_processor", "image_processor"};
constexpr bool isPreprocessorFile(std::string_view name) {
  return name == processorFile || name == preprocessorFile;
}

} // namespace transept

#endif
