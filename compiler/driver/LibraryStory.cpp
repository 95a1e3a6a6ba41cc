// SPDX-License-Identifier: Apache-2.0
//
// The section, and the symbols of launches and kernels.

#include "compiler/driver/LibraryStory.h"

#include "compiler/driver/ElfImage.h"
#include "compiler/driver/LibraryFile.h"
#include "compiler/story/StorySection.h"

#include <fmt/format.h>

#include <stdexcept>

namespace transept::driver {
namespace {

story::Story unpacked(std::string_view section, const std::string &path) try {
  return story::unpacked(section);
} catch (const std::runtime_error &error) {
  throw std::runtime_error(path + ": " + error.what());
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
  std::string_view section = image.section(story::kStorySection);
  if (section.empty())
    throw std::runtime_error(fmt::format("{} does not tell how it was compiled: it has been "
                                         "stripped, or was written by an older transept",
                                         path));
  story::Story story = unpacked(section, path);
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
