// SPDX-License-Identifier: Apache-2.0
//
// Finds the model table without calling the function that returns it: all that function does is to
// load the table's address, which is read from its code.

#include "workbench/library/LibraryFile.h"
#include "base/Error.h"

#include "base/Json.h"
#include "workbench/library/LibrarySizes.h"

#include "transept/abi.h"
#include "transept/platform/ElfFile.h"

#include <fmt/format.h>

#include <cstddef>
#include <map>

namespace transept::workbench {

using platform::ElfFile;

namespace {

constexpr uint64_t kLargestAssetCount = 4096, kLargestLevelCount = 64;

[[noreturn]] void failUnknownCode(const ElfFile &image) {
  image.fail("its model function is not one that transept wrote");
}

/// What `[endbr64] lea rax, [rip + distance]; ret` returns.
uint64_t returnedByX86(const ElfFile &image, uint64_t function) {
  constexpr std::string_view branchMark = "\xf3\x0f\x1e\xfa";
  constexpr std::string_view loadAddress = "\x48\x8d\x05";
  if (image.bytesAt(function, branchMark.size()) == branchMark)
    function += branchMark.size();
  std::string_view code = image.bytesAt(function, 8);
  if (!code.starts_with(loadAddress) || code[7] != '\xc3')
    failUnknownCode(image);
  return function + 7 + uint64_t(int64_t(image.valueAt<int32_t>(function + 3)));
}

/// The signed distance, in bytes or in pages, of an `adr` or `adrp` (Arm ARM, C6.2).
int64_t distanceOf(uint32_t instruction) {
  int64_t bits = int64_t(instruction >> 5 & 0x7ffff) << 2 | (instruction >> 29 & 3);
  constexpr int64_t kSign = int64_t(1) << 20;
  return (bits ^ kSign) - kSign;
}

/// What `adrp x0, page; add x0, x0, #offset; ret` returns, or `nop; adr x0, address; ret`, which
/// the linker makes of it where the table is near.
uint64_t returnedByAArch64(const ElfFile &image, uint64_t function) {
  constexpr uint32_t kNop = 0xd503201f, kReturn = 0xd65f03c0, kX0 = 0;
  auto first = image.valueAt<uint32_t>(function), second = image.valueAt<uint32_t>(function + 4);
  auto is = [](uint32_t instruction, uint32_t mask, uint32_t code) {
    return (instruction & mask) == (code | kX0);
  };
  bool returns = image.valueAt<uint32_t>(function + 8) == kReturn;
  if (returns && first == kNop && is(second, 0x9f00001f, 0x10000000))
    return function + 4 + uint64_t(distanceOf(second));
  if (!returns || !is(first, 0x9f00001f, 0x90000000) || !is(second, 0xffc003ff, 0x91000000))
    failUnknownCode(image);
  constexpr uint64_t kPage = 4096;
  return function / kPage * kPage + uint64_t(distanceOf(first)) * kPage + (second >> 10 & 0xfff);
}

uint64_t returnedAddress(const ElfFile &image, uint64_t function) {
  return image.machine().number == EM_AARCH64 ? returnedByAArch64(image, function)
                                              : returnedByX86(image, function);
}

/// Code of the functions of one level, whose names end with it.
uint64_t codeBytes(const ElfFile &image, const std::string &level) {
  uint64_t bytes = 0;
  image.forEachFunction([&](std::string_view name, const Elf64_Sym &function) {
    if (name.ends_with("." + level))
      bytes += function.st_size;
  });
  return bytes;
}

std::vector<LibraryFile::Level> readLevels(const ElfFile &image, uint64_t table) {
  auto count = image.valueAt<uint64_t>(table + offsetof(transept_model_table, level_count));
  uint64_t list = image.pointerAt(table + offsetof(transept_model_table, levels));
  if (count == 0 || count > kLargestLevelCount)
    image.fail("it is damaged");
  std::vector<LibraryFile::Level> levels;
  std::map<uint64_t, std::string> codes; // by the address of encode
  for (uint64_t index = 0; index < count; ++index) {
    uint64_t address = list + index * sizeof(transept_level);
    LibraryFile::Level level;
    level.name = image.textAt(image.pointerAt(address + offsetof(transept_level, name)));
    level.requiredFeatures =
        image.valueAt<uint64_t>(address + offsetof(transept_level, required_features));
    uint64_t encode = image.pointerAt(image.pointerAt(address + offsetof(transept_level, encode)) +
                                      offsetof(transept_program, run));
    level.codeOf = codes.try_emplace(encode, level.name).first->second;
    level.codeBytes = codeBytes(image, level.codeOf);
    levels.push_back(std::move(level));
  }
  return levels;
}

std::vector<LibraryFile::Asset> readAssets(const ElfFile &image, uint64_t table) {
  auto count = image.valueAt<uint64_t>(table + offsetof(transept_model_table, asset_count));
  uint64_t list = image.pointerAt(table + offsetof(transept_model_table, assets));
  if (count > kLargestAssetCount)
    image.fail("it is damaged");
  std::vector<LibraryFile::Asset> assets;
  for (uint64_t index = 0; index < count; ++index) {
    uint64_t asset = list + index * sizeof(transept_asset);
    assets.push_back(
        {std::string(image.textAt(image.pointerAt(asset + offsetof(transept_asset, name)))),
         image.valueAt<uint64_t>(asset + offsetof(transept_asset, size))});
  }
  return assets;
}

} // namespace

LibraryFile readLibraryFile(const std::string &path) {
  LibraryFile library;
  ElfFile image(path);
  platform::ModelSymbol symbol = platform::modelSymbol(image);
  library.symbol = symbol.name;
  uint64_t table = returnedAddress(image, symbol.address);
  auto version = image.valueAt<uint32_t>(table + offsetof(transept_model_table, abi_version));
  auto size = image.valueAt<uint32_t>(table + offsetof(transept_model_table, structure_size));
  if (version == TRANSEPT_ABI_VERSION && size < sizeof(transept_model_table))
    image.fail(
        "it was compiled by an older transept than this program is; compile the model again");
  if (version != TRANSEPT_ABI_VERSION)
    image.fail(fmt::format("it has ABI version {}, but this program knows version {}; compile the "
                           "model again",
                           version, TRANSEPT_ABI_VERSION));
  image.bytesAt(table, sizeof(transept_model_table));

  auto pointer = [&](size_t offset) { return image.pointerAt(table + offset); };
  auto number = [&](size_t offset) { return image.valueAt<uint64_t>(table + offset); };
  library.name = image.textAt(pointer(offsetof(transept_model_table, name)));
  library.manifest = parseJson(image.bytesAt(pointer(offsetof(transept_model_table, manifest)),
                                             number(offsetof(transept_model_table, manifest_size))),
                               "manifest of " + path);
  auto size32 = [&](size_t offset) { return image.valueAt<uint32_t>(table + offset); };
  library.sourceVocabularySize = size32(offsetof(transept_model_table, source_vocabulary_size));
  library.targetVocabularySize = size32(offsetof(transept_model_table, target_vocabulary_size));
  library.sourceFeatureWidth = size32(offsetof(transept_model_table, source_feature_width));
  library.targetFeatureWidth = size32(offsetof(transept_model_table, target_feature_width));
  library.targetStateWidth = size32(offsetof(transept_model_table, target_state_width));
  library.sizes = readSizes(image, table);
  library.levels = readLevels(image, table);
  library.weightBytes = number(offsetof(transept_model_table, weights_size));
  library.assets = readAssets(image, table);
  library.fileBytes = image.size();
  for (const LibraryFile::Level &level : library.levels)
    if (level.codeOf == level.name)
      library.programBytes += level.codeBytes;
  library.runtimeBytes = image.codeSize() - std::min(image.codeSize(), library.programBytes);
  return library;
}

} // namespace transept::workbench
