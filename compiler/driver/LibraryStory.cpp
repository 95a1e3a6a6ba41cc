// SPDX-License-Identifier: Apache-2.0
//
// The section, its decompression, and the symbols of launches and kernels.

#include "compiler/driver/LibraryStory.h"

#include "compiler/driver/ElfImage.h"
#include "compiler/driver/LibraryFile.h"

#include <fmt/format.h>
#include <zlib.h>

#include <stdexcept>

namespace transept::driver {
namespace {

constexpr std::string_view kSection = ".transept.story"; // compiler/emit/StorySection.h
/// More than any model's; a damaged size must not ask for all memory.
constexpr uint64_t kLargestStory = uint64_t(1) << 30;

std::string decompressed(std::string_view section, const std::string &path) {
  uint64_t size = 0;
  bool hasSize = section.size() > sizeof(size);
  if (hasSize)
    std::memcpy(&size, section.data(), sizeof(size));
  std::string_view stream = section.substr(hasSize ? sizeof(size) : 0);
  // zlib makes no text more than 1032 times as short.
  if (!hasSize || size > kLargestStory || size / 1032 > stream.size())
    throw std::runtime_error(path + ": the story of this library is damaged");
  std::string text(size, '\0');
  uLongf written = size;
  if (uncompress(reinterpret_cast<Bytef *>(text.data()), &written,
                 reinterpret_cast<const Bytef *>(stream.data()), stream.size()) != Z_OK ||
      written != size)
    throw std::runtime_error(path + ": the story of this library is damaged");
  return text;
}

using Functions = std::map<std::string, ElfImage::Function, std::less<>>;

/// The levels whose code other levels run carry it in their names.
const ElfImage::Function *find(const Functions &functions, const LibraryFile &library,
                               const std::string &symbol, const std::string &level) {
  for (const LibraryFile::Level &each : library.levels)
    if (each.name == level)
      if (auto found = functions.find(symbol + "." + each.codeOf); found != functions.end())
        return &found->second;
  return nullptr;
}

} // namespace

story::Story readLibraryStory(const std::string &path) {
  LibraryFile library = readLibraryFile(path);
  ElfImage image(path);
  std::string_view section = image.section(kSection);
  if (section.empty())
    throw std::runtime_error(fmt::format("{} does not tell how it was compiled: it has been "
                                         "stripped, or was written by an older transept",
                                         path));
  story::Story story = story::storyOf(decompressed(section, path));
  Functions functions;
  image.forEachFunction([&](const ElfImage::Function &function) {
    functions.emplace(std::string(function.name), function);
  });
  for (story::Kernel &kernel : story.kernels)
    if (const auto *function = find(functions, library, kernel.symbol, kernel.level)) {
      kernel.address = function->address;
      kernel.bytes = function->size;
    }
  for (story::Program &program : story.programs)
    for (story::Launch &launch : program.launches)
      if (const auto *function = find(functions, library, launch.symbol, program.level)) {
        launch.address = function->address;
        launch.code_bytes = function->size;
      }
  return story;
}

} // namespace transept::driver
