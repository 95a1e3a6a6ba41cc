// SPDX-License-Identifier: Apache-2.0
//
// What a program needs comes from the plan, what it costs from LaunchCosts.

#include "compiler/emit/table/ProgramTables.h"

#include "compiler/plan/LaunchCosts.h"

namespace transept::emit {

using llvm::Constant;

namespace {

std::vector<Constant *> launchTables(TableWriter &writer, plan::ProgramOp program) {
  std::vector<Constant *> result;
  for (const codegen::LaunchCosts &costs : codegen::launchCosts(program))
    result.push_back(writer.structure(Values<transept_launch>{
        .label = writer.sharedText(costs.label),
        .kind = writer.sharedText(costs.kind),
        .rows = costs.rows,
        .keys = costs.keys,
        .arithmetic = costs.arithmetic,
        .window = costs.window,
        .weight_bytes = costs.weightBytes,
        .bytes_per_row = costs.bytesPerRow,
        .bytes_per_key = costs.bytesPerKey,
        .operations_per_row = costs.operationsPerRow,
        .operations_per_row_and_key = costs.operationsPerRowAndKey,
    }));
  return result;
}

Constant *programTable(TableWriter &writer, const LevelFacts &level, llvm::StringRef name) {
  mlir::ModuleOp module = level.module;
  auto op = module.lookupSymbol<plan::ProgramOp>(name);
  llvm::Type *number = llvm::Type::getInt32Ty(writer.context);
  Constant *run =
      writer.function(programSymbol(name, level.code), {writer.pointer, number, number});
  std::vector<Constant *> launches = launchTables(writer, op);
  Values<transept_program> values = {
      .run = run,
      // The slack behind the arena: kernels load whole vectors.
      .arena_bytes =
          TRANSEPT_CACHE_SLACK + int64_t(op.getSpareRows()) * int64_t(op.getArenaBytesPerRow()),
      .arena_bytes_per_row = op.getArenaBytesPerRow(),
      .scratch_bytes = op.getScratchBytes(),
      .scratch_bytes_per_key = op.getScratchBytesPerKey(),
      .launches = writer.array("transept_launches", launches),
      .launch_count = launches.size(),
  };
  return writer.global("transept_" + name + "_facts", writer.structure(values));
}

} // namespace

std::vector<Constant *> levelTables(TableWriter &writer, llvm::ArrayRef<LevelFacts> levels) {
  std::vector<Constant *> result;
  for (const LevelFacts &level : levels)
    result.push_back(writer.structure(Values<transept_level>{
        .name = writer.text("transept_level_name", level.name),
        .required_features = level.requiredFeatures,
        .encode = programTable(writer, level, "encode"),
        .decode = programTable(writer, level, "decode"),
    }));
  return result;
}

} // namespace transept::emit
