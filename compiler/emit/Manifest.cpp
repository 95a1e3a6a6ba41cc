// SPDX-License-Identifier: Apache-2.0
//
// The manifest: what a person or a tool may want to know of a library without running it.

#include "compiler/emit/EmitLibrary.h"

#include "compiler/frontend/DescriptionJson.h"
#include "dialects/Plan/Plan.h"

#include "transept/abi.h"

#include <nlohmann/json.hpp>

namespace transept::emit {

using Json = nlohmann::ordered_json;

namespace {

/// Bytes that one position takes in the slots of a program's cache.
int64_t cacheBytesPerPosition(mlir::ModuleOp module, llvm::StringRef program) {
  int64_t bytes = 0;
  auto op = module.lookupSymbol<plan::ProgramOp>(program);
  for (auto slot : op.getSlots().getAsRange<plan::CacheSlotAttr>())
    bytes += slot.getHeadCount() * slot.getHeadDim() * int64_t(sizeof(float));
  return bytes;
}

Json workingMemory(mlir::ModuleOp module, llvm::StringRef program) {
  auto op = module.lookupSymbol<plan::ProgramOp>(program);
  return {{"bytes_per_row", int64_t(op.getArenaBytesPerRow())},
          {"bytes_per_worker", int64_t(op.getScratchBytes())},
          {"bytes_per_worker_and_key", int64_t(op.getScratchBytesPerKey())}};
}

Json cpuFeatures(uint64_t features) {
  Json names = Json::array();
  if (features & TRANSEPT_CPU_AVX2_FMA)
    names.insert(names.end(), {"avx2", "fma"});
  if (features & TRANSEPT_CPU_AVX512)
    names.push_back("avx512");
  return names;
}

} // namespace

std::string manifestFor(mlir::ModuleOp module, const frontend::Description &description,
                        const codegen::Target &target, int64_t weightsSize) {
  Json tokenizer = {{"kind", description.tokenizer.kind},
                    {"files", description.tokenizer.files},
                    {"settings", description.tokenizer.settings}};
  Json manifest = {
      {"format", "transept-library"},
      {"abi_version", TRANSEPT_ABI_VERSION},
      {"name", description.name},
      {"family", description.family},
      {"weights", {{"type", "f32"}, {"bytes", weightsSize}}},
      {"cpu", {{"features", cpuFeatures(target.requiredFeatures)}, {"compiled_for", target.cpu}}},
      {"memory",
       {{"encoder_cache_bytes_per_source_token", cacheBytesPerPosition(module, "encode")},
        {"self_cache_bytes_per_target_token_and_beam", cacheBytesPerPosition(module, "decode")},
        {"cache_block_tokens", TRANSEPT_KEY_BLOCK},
        {"encode", workingMemory(module, "encode")},
        {"decode", workingMemory(module, "decode")}}},
      {"tokenizer", tokenizer},
  };
  // A model that came as textual IR alone has no description.
  if (description.hasSource() || description.hasTarget())
    manifest["description"] = Json::parse(frontend::toJson(description));
  return manifest.dump(2);
}

} // namespace transept::emit
