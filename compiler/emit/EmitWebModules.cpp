// SPDX-License-Identifier: Apache-2.0
//
// A module has the code of one level, because an engine refuses all of a module for one instruction
// that it does not have.

#include "compiler/emit/EmitWebModules.h"
#include "base/Error.h"

#include "compiler/emit/TableObject.h"
#include "compiler/emit/link/LinkWebModule.h"
#include "compiler/emit/web/WebPackage.h"

#include "transept/abi.h"

#include "llvm/Support/xxhash.h"

#include <fmt/format.h>

#include <filesystem>

namespace transept::emit {

namespace {

/// Memory has 4 GiB; what the rest needs depends on the texts.
constexpr int64_t kMostWeights = int64_t(3) << 30;

/// One number for all bytes of a compilation, so that a browser does not mix those of two.
class Version {
public:
  void add(llvm::StringRef bytes) {
    number = number * 0x9e3779b97f4a7c15u ^
             llvm::xxh3_64bits(llvm::ArrayRef(bytes.bytes_begin(), bytes.size()));
  }
  std::string text() const { return fmt::format("{:016x}", number); }

private:
  uint64_t number = 0;
};

/// The module of one level. All objects are given to the linker, which takes that level's.
std::string moduleOf(const ModelFacts &facts, const LevelFacts &level,
                     std::vector<std::string> objects, const std::string &name) {
  ModelFacts own = facts;
  own.levels = {level};
  objects.push_back(compileTable(own, {}));
  return linkWebModule(*facts.architecture, objects, name);
}

void writeWeights(int64_t size, const std::function<void(const SegmentWriter &)> &pack,
                  OutputFile &file, Version &version) {
  // Pieces of a weight come in rising order, but weights in any.
  std::string bytes(size_t(size), '\0');
  pack([&](int64_t offset, const void *data, int64_t count) {
    std::memcpy(&bytes[size_t(offset)], data, size_t(count));
  });
  version.add(bytes);
  file.write(bytes);
}

} // namespace

void emitWebModules(const ModelFacts &facts, const std::vector<std::string> &objects,
                    const std::function<void(const SegmentWriter &)> &pack, LibraryFiles &files) {
  if (facts.weightsSize > kMostWeights)
    throw InputError(fmt::format("the weights need {} bytes, but at most {} fit into WebAssembly's "
                                 "memory beside the rest; choose a smaller type with --weights",
                                 facts.weightsSize, kMostWeights));
  std::filesystem::path output = files.library().path();
  WebPackage package{.model = facts.name,
                     .stem = output.stem().string(),
                     .hasRelaxed = false,
                     .weightBytes = facts.weightsSize,
                     .version = {}};
  auto beside = [&](const std::string &ending) -> OutputFile & {
    return files.add(
        std::filesystem::path(output).replace_filename(package.stem + ending).string());
  };
  Version version;
  for (const LevelFacts &level : facts.levels) {
    bool isRelaxed = level.requiredFeatures & TRANSEPT_CPU_RELAXED_SIMD;
    bool isFirst = &level == &facts.levels.front();
    std::string module = moduleOf(facts, level, objects, output.filename().string());
    version.add(module);
    if (isFirst)
      files.library().write(module);
    else
      beside("-relaxed.wasm").write(module);
    package.hasRelaxed |= isRelaxed && !isFirst;
  }
  writeWeights(facts.weightsSize, pack, beside(".weights"), version);
  package.version = version.text();
  beside(".js").write(javaScriptOf(package));
  beside(".d.ts").write(typesOf(package));
}

} // namespace transept::emit
