// SPDX-License-Identifier: Apache-2.0
//
// The section, and the symbols of launches and kernels.

#include "workbench/library/LibraryStory.h"
#include "base/Error.h"

#include "workbench/library/LibraryFile.h"
#include "workbench/story/StorySection.h"

#include "transept/platform/ElfFile.h"

#include <fmt/format.h>

namespace transept::workbench {
namespace {

story::Story unpacked(std::string_view section, const std::string &path) try {
  return story::unpacked(section);
} catch (const InputError &error) {
  throw InputError(path + ": " + error.what());
}

/// Where functions lie, by name.
using Functions = std::map<std::string, Elf64_Sym, std::less<>>;

/// The levels whose code other levels run carry it in their names.
const Elf64_Sym *find(const Functions &functions, const LibraryFile &library,
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
  platform::ElfFile image(path);
  std::string_view section = image.section(story::kStorySection);
  if (section.empty())
    throw InputError(fmt::format("{} does not tell how it was compiled: it has been "
                                 "stripped, or was written by an older transept",
                                 path));
  story::Story story = unpacked(section, path);
  story.sizes = library.sizes;
  Functions functions;
  image.forEachFunction(
      [&](std::string_view name, const Elf64_Sym &function) { functions.emplace(name, function); });
  for (story::Kernel &kernel : story.kernels)
    if (const auto *function = find(functions, library, kernel.symbol, kernel.level)) {
      kernel.address = function->st_value;
      kernel.bytes = function->st_size;
    }
  for (story::Program &program : story.programs)
    for (story::Launch &launch : program.launches)
      if (const auto *function = find(functions, library, launch.symbol, program.level)) {
        launch.address = function->st_value;
        launch.code_bytes = function->st_size;
      }
  return story;
}

} // namespace transept::workbench
