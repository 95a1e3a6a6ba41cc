// SPDX-License-Identifier: Apache-2.0
//
// What a program needs comes from the plan, what it costs from LaunchCosts.

#include "compiler/emit/table/ProgramTables.h"

#include "compiler/plan/LaunchCosts.h"
#include "compiler/plan/PackedPanels.h"

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

/// Where the runtime finds the tokens that a program searches, so that it can gather a share of
/// them.
struct SearchedPanels {
  uint64_t weightOffset = 0, biasOffset = UINT64_MAX;
  int64_t width = 0, groups = 0, groupWords = 0, scaleBytes = 0;
};

SearchedPanels searchedPanels(mlir::ModuleOp module, plan::ProgramOp program) {
  auto searches = program.getOps<plan::SearchOp>();
  if (searches.empty())
    return {};
  plan::SearchOp search = *searches.begin();
  auto offsetOf = [&](llvm::StringRef name) {
    return uint64_t(*module.lookupSymbol<plan::WeightOp>(name).getOffset());
  };
  plan::LayoutAttr layout = module.lookupSymbol<plan::WeightOp>(search.getWeight()).getLayout();
  codegen::PackedPanels panels{layout.getNumberType(), search.getInput().getType().getWidth(),
                               layout.getPanelWidth()};
  bool hasGroups = panels.type == plan::NumberType::Int4;
  int64_t groups = hasGroups ? panels.groups() : 1;
  return {.weightOffset = offsetOf(search.getWeight()),
          .biasOffset = search.getBias() ? offsetOf(*search.getBias()) : UINT64_MAX,
          .width = panels.width,
          .groups = groups,
          .groupWords = panels.words() / groups,
          .scaleBytes = (panels.panelBytes() - panels.wordBytes()) / panels.width / groups};
}

Constant *programTable(TableWriter &writer, const LevelFacts &level, llvm::StringRef name) {
  mlir::ModuleOp module = level.module;
  auto op = module.lookupSymbol<plan::ProgramOp>(name);
  llvm::Type *number = llvm::Type::getInt32Ty(writer.context);
  Constant *run =
      writer.function(programSymbol(name, level.code), {writer.pointer, number, number});
  std::vector<Constant *> launches = launchTables(writer, op);
  SearchedPanels search = searchedPanels(module, op);
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
      .search_weight_offset = search.weightOffset,
      .search_bias_offset = search.biasOffset,
      .search_panel_width = search.width,
      .search_panel_groups = search.groups,
      .search_group_words = search.groupWords,
      .search_scale_bytes = search.scaleBytes,
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
