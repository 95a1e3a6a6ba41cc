// SPDX-License-Identifier: Apache-2.0
//
// Compression by zlib.

#include "workbench/story/StorySection.h"
#include "base/Error.h"

#include <zlib.h>

#include <cstring>

namespace transept::story {

/// More than any model's; a damaged size must not ask for all memory.
static constexpr uint64_t kLargestStory = uint64_t(1) << 30;

std::string packed(const Story &story) {
  std::string text = toJson(story);
  uint64_t size = text.size();
  uLongf written = compressBound(size);
  std::string section(sizeof(size) + written, '\0');
  std::memcpy(section.data(), &size, sizeof(size));
  if (compress2(reinterpret_cast<Bytef *>(section.data() + sizeof(size)), &written,
                reinterpret_cast<const Bytef *>(text.data()), size, Z_BEST_COMPRESSION) != Z_OK)
    throw InputError("the story of the compilation cannot be compressed");
  section.resize(sizeof(size) + written);
  return section;
}

Story unpacked(std::string_view section) {
  uint64_t size = 0;
  bool hasSize = section.size() > sizeof(size);
  if (hasSize)
    std::memcpy(&size, section.data(), sizeof(size));
  std::string_view stream = section.substr(hasSize ? sizeof(size) : 0);
  // zlib makes no text more than 1032 times as short.
  if (!hasSize || size > kLargestStory || size / 1032 > stream.size())
    throw InputError("the story of this library is damaged");
  std::string text(size, '\0');
  uLongf written = size;
  if (uncompress(reinterpret_cast<Bytef *>(text.data()), &written,
                 reinterpret_cast<const Bytef *>(stream.data()), stream.size()) != Z_OK ||
      written != size)
    throw InputError("the story of this library is damaged");
  return storyOf(text);
}

} // namespace transept::story
