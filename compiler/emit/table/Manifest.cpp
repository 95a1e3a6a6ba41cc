// SPDX-License-Identifier: Apache-2.0
//
// Gathers the facts of the manifest from plans and description.

#include "compiler/emit/table/Manifest.h"

#include "base/LibraryManifest.h"
#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/targets/Architecture.h"
#include "dialects/Plan/Plan.h"

#include "transept/abi.h"

#include <algorithm>

namespace transept::emit {

namespace {

/// Bytes that one position takes in the slots of a program's cache.
int64_t cacheBytesPerPosition(mlir::ModuleOp module, llvm::StringRef program) {
  int64_t bytes = 0;
  auto op = module.lookupSymbol<plan::ProgramOp>(program);
  for (auto slot : op.getSlots().getAsRange<plan::CacheSlotAttr>())
    bytes += slot.bytesPerPosition();
  return bytes;
}

manifest::WorkingMemory workingMemory(llvm::ArrayRef<LevelFacts> levels, llvm::StringRef program) {
  int64_t row = 0, worker = 0, key = 0;
  for (const LevelFacts &level : levels) {
    mlir::ModuleOp module = level.module;
    auto op = module.lookupSymbol<plan::ProgramOp>(program);
    row = std::max(row, int64_t(op.getArenaBytesPerRow()));
    worker = std::max(worker, int64_t(op.getScratchBytes()));
    key = std::max(key, int64_t(op.getScratchBytesPerKey()));
  }
  return {.bytes_per_row = row, .bytes_per_worker = worker, .bytes_per_worker_and_key = key};
}

manifest::Names cpuFeatures(const targets::Architecture &architecture, uint64_t bits) {
  manifest::Names names;
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

manifest::ProgramDepth depthOf(mlir::ModuleOp module, llvm::StringRef program) {
  manifest::ProgramDepth depth{.products = 0, .attentions = 0};
  module.lookupSymbol(program)->walk([&](mlir::Operation *op) {
    auto linear = mlir::dyn_cast<plan::LinearOp>(op);
    // Errors of both operands of a gate's product add up as those of two products do.
    depth.products += linear && linear.getGated()
                          ? 2
                          : mlir::isa<plan::LinearOp, plan::SearchOp, plan::EmbedOp>(op);
    depth.attentions += mlir::isa<plan::AttendOp>(op);
  });
  return depth;
}

manifest::Processors processors(const ModelFacts &facts) {
  uint64_t always = ~uint64_t(0);
  std::vector<manifest::Level> list;
  for (const LevelFacts &level : facts.levels) {
    always &= level.requiredFeatures;
    list.push_back({.name = level.name,
                    .features = cpuFeatures(*facts.architecture, level.requiredFeatures),
                    .compiled_for = level.cpu});
  }
  return {.features = cpuFeatures(*facts.architecture, always), .levels = list};
}

} // namespace

std::string manifestFor(const ModelFacts &facts, const frontend::Description &description) {
  const std::vector<LevelFacts> &levels = facts.levels;
  mlir::ModuleOp module = levels.front().module;
  std::optional<manifest::Json> stated;
  if (description.hasSource() || description.hasTarget()) {
    stated = manifest::Json::parse(frontend::toJson(description));
    stated->erase("weights"); // a library does not depend on the file that held them
  }
  manifest::Manifest manifest = {
      .format = "transept-library",
      .abi_version = TRANSEPT_ABI_VERSION,
      .name = description.name,
      .family = description.family,
      .weights = {.type = weightType(module), .bytes = facts.weightsSize},
      .caches = {.type = cacheType(module)},
      .depth = {.encode = depthOf(module, "encode"), .decode = depthOf(module, "decode")},
      .cpu = processors(facts),
      .memory =
          {
              .encoder_cache_bytes_per_source_token = cacheBytesPerPosition(module, "encode"),
              .self_cache_bytes_per_target_token_and_beam = cacheBytesPerPosition(module, "decode"),
              .cache_block_tokens = TRANSEPT_KEY_BLOCK,
              .encode = workingMemory(levels, "encode"),
              .decode = workingMemory(levels, "decode"),
          },
      .tokenizer = {.kind = description.tokenizer.kind,
                    .files = description.tokenizer.files,
                    .settings = description.tokenizer.settings},
      .description = stated,
  };
  return manifest::Json(manifest).dump(2);
}

} // namespace transept::emit
