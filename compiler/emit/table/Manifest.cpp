// SPDX-License-Identifier: Apache-2.0
//
// The manifest: what a person or a tool may want to know of a library without running it.

#include "compiler/emit/EmitLibrary.h"

#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/targets/Architecture.h"
#include "dialects/Plan/Plan.h"

#include "transept/abi.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace transept::emit {

using Json = nlohmann::ordered_json;

namespace {

/// Bytes that one position takes in the slots of a program's cache.
int64_t cacheBytesPerPosition(mlir::ModuleOp module, llvm::StringRef program) {
  int64_t bytes = 0;
  auto op = module.lookupSymbol<plan::ProgramOp>(program);
  for (auto slot : op.getSlots().getAsRange<plan::CacheSlotAttr>())
    bytes += slot.bytesPerPosition();
  return bytes;
}

/// The most that any level needs.
Json workingMemory(llvm::ArrayRef<Level> levels, llvm::StringRef program) {
  int64_t row = 0, worker = 0, key = 0;
  for (Level level : levels) {
    auto op = level.module.lookupSymbol<plan::ProgramOp>(program);
    row = std::max(row, int64_t(op.getArenaBytesPerRow()));
    worker = std::max(worker, int64_t(op.getScratchBytes()));
    key = std::max(key, int64_t(op.getScratchBytesPerKey()));
  }
  return {{"bytes_per_row", row}, {"bytes_per_worker", worker}, {"bytes_per_worker_and_key", key}};
}

Json cpuFeatures(const targets::Architecture &architecture, uint64_t bits) {
  Json names = Json::array();
  for (const targets::Feature &feature : architecture.features)
    if (bits & feature.bit)
      for (llvm::StringRef name : feature.names)
        names.push_back(name.str());
  return names;
}

/// Matrices are of one type, whatever vectors and tables are kept in beside them: never a narrower.
std::string weightType(mlir::ModuleOp module) {
  auto narrowest = plan::NumberType::F32;
  for (auto weight : module.getOps<plan::WeightOp>())
    narrowest = std::max(narrowest, weight.getLayout().getNumberType());
  return stringifyNumberType(narrowest).str();
}

/// All slots of both caches are of one type.
std::string cacheType(mlir::ModuleOp module) {
  for (auto program : module.getOps<plan::ProgramOp>())
    for (auto slot : program.getSlots().getAsRange<plan::CacheSlotAttr>())
      return stringifyNumberType(slot.getNumberType()).str();
  return "f32";
}

/// Through how many products (or tables, which are rounded alike) and attentions, one after
/// another, the results of a program have gone: rounding errors grow with them.
Json depthOf(mlir::ModuleOp module, llvm::StringRef program) {
  int64_t products = 0, attentions = 0;
  module.lookupSymbol(program)->walk([&](mlir::Operation *op) {
    products += mlir::isa<plan::LinearOp, plan::SearchOp, plan::EmbedOp>(op);
    attentions += mlir::isa<plan::AttendOp>(op);
  });
  return {{"products", products}, {"attentions", attentions}};
}

/// `features` are those without which nothing of the library runs.
Json processors(llvm::ArrayRef<Level> levels) {
  uint64_t always = ~uint64_t(0);
  Json list = Json::array();
  for (const Level &level : levels) {
    always &= level.target.requiredFeatures;
    list.push_back(
        {{"name", level.name},
         {"features", cpuFeatures(*level.target.architecture, level.target.requiredFeatures)},
         {"compiled_for", level.target.cpu}});
  }
  return {{"features", cpuFeatures(*levels.front().target.architecture, always)}, {"levels", list}};
}

} // namespace

std::string manifestFor(llvm::ArrayRef<Level> levels, const frontend::Description &description,
                        int64_t weightsSize) {
  mlir::ModuleOp module = levels.front().module;
  Json tokenizer = {{"kind", description.tokenizer.kind},
                    {"files", description.tokenizer.files},
                    {"settings", description.tokenizer.settings}};
  Json manifest = {
      {"format", "transept-library"},
      {"abi_version", TRANSEPT_ABI_VERSION},
      {"name", description.name},
      {"family", description.family},
      {"weights", {{"type", weightType(module)}, {"bytes", weightsSize}}},
      {"caches", {{"type", cacheType(module)}}},
      {"depth", {{"encode", depthOf(module, "encode")}, {"decode", depthOf(module, "decode")}}},
      {"cpu", processors(levels)},
      {"memory",
       {{"encoder_cache_bytes_per_source_token", cacheBytesPerPosition(module, "encode")},
        {"self_cache_bytes_per_target_token_and_beam", cacheBytesPerPosition(module, "decode")},
        {"cache_block_tokens", TRANSEPT_KEY_BLOCK},
        {"encode", workingMemory(levels, "encode")},
        {"decode", workingMemory(levels, "decode")}}},
      {"tokenizer", tokenizer},
  };
  // A model that came as textual IR alone has no description.
  if (description.hasSource() || description.hasTarget())
    manifest["description"] = Json::parse(frontend::toJson(description));
  return manifest.dump(2);
}

} // namespace transept::emit
