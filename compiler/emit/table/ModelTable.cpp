// SPDX-License-Identifier: Apache-2.0
//
// The model's own table, with what all levels have in common, and the function that returns it.

#include "compiler/emit/table/ModelTable.h"

#include "compiler/emit/table/GenerationTables.h"
#include "compiler/emit/table/ProgramTables.h"
#include "compiler/emit/table/TableWriter.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/IRBuilder.h"

#include <algorithm>

namespace transept::emit {

using llvm::Constant;

namespace {

class ModelTable {
public:
  ModelTable(llvm::Module &code, const ModelFacts &facts)
      : writer(code), module(facts.levels.front().module), facts(facts) {}

  void build() {
    Values<transept_model_table> table = values();
    table.structure_size = writer.sizeOf(table);
    exportFunction(writer.global("transept_model_table", writer.structure(table)));
  }

private:
  Values<transept_model_table> values() {
    // In the order in which the data is to lie in the library.
    Constant *name = writer.text("transept_model_name", facts.name);
    Constant *manifest = writer.text("transept_manifest", facts.manifest);
    Constant *levels = writer.array("transept_levels", levelTables(writer, facts.levels));
    bool isModule = facts.architecture->format == targets::LibraryFormat::WebModule;
    // A module of WebAssembly finds room for them as it opens.
    Constant *weights = isModule ? writer.null() : addWeightsMark(writer.module, facts.weightsSize);
    std::vector<Constant *> encoder = slots("encode"), self = slots("decode");
    std::vector<Constant *> steps = rowSteps(), attention = returnedAttention();
    std::vector<Constant *> counted = countedColumns();
    return {
        .abi_version = TRANSEPT_ABI_VERSION,
        .structure_size = 0, // where it runs: see build
        .name = name,
        .manifest = manifest,
        .manifest_size = facts.manifest.size(),
        .levels = levels,
        .level_count = facts.levels.size(),
        .weights = weights,
        .weights_size = facts.weightsSize,
        .source_vocabulary_size = facts.sourceVocabularySize,
        .target_vocabulary_size = facts.targetVocabularySize,
        .encoder_hidden_size = facts.encoderHiddenSize,
        .vocabulary_block_count = facts.vocabularyBlockCount,
        .maximum_source_length = orUnbounded(facts.maximumSourceLength),
        .maximum_target_length = orUnbounded(facts.maximumTargetLength),
        .encoder_slots = writer.array("transept_encoder_slots", encoder),
        .encoder_slot_count = encoder.size(),
        .self_slots = writer.array("transept_self_slots", self),
        .self_slot_count = self.size(),
        .assets = writer.array("transept_assets", assets()),
        .asset_count = facts.assets.size(),
        .generation = generationTable(writer, facts.generation),
        .runtime = writer.variable("transept_runtime_functions"),
        .source_feature_width = facts.sourceFeatureWidth,
        .target_feature_width = facts.targetFeatureWidth,
        .target_state_width = facts.targetStateWidth,
        .cross_attention_count = crossAttentionCount(),
        .source_feature_count = facts.sourceFeatureCount,
        .row_steps = writer.array("transept_row_steps", steps),
        .row_step_count = steps.size(),
        .returned_attention = writer.array("transept_returned_attention", attention),
        .returned_attention_count = attention.size(),
        .speech = speechTable(writer, facts.generation, facts.targetVocabularySize),
        .has_uncounted_source_id = facts.uncountedSourceId.has_value(),
        .uncounted_source_id = facts.uncountedSourceId.value_or(0),
        .has_uncounted_target_id = facts.uncountedTargetId.has_value(),
        .uncounted_target_id = facts.uncountedTargetId.value_or(0),
        .text = textFunctions(),
        .sound = functionsOver(MediaKind::Sounds, "transept_sound_function_table"),
        .image = functionsOver(MediaKind::Images, "transept_image_function_table"),
        .classifier = classifierTable(writer, facts.classifier),
        .cross_attention_heads =
            writer.numbers<uint32_t>("transept_cross_attention_heads", crossAttentionHeads()),
        .shortlist = facts.shortlist.empty() ? writer.null()
                                             : writer.text("transept_shortlist", facts.shortlist),
        .shortlist_size = facts.shortlist.size(),
        .has_shared_vocabulary = facts.hasSharedVocabulary,
        .shortlist_reserved = 0,
        .encodes_one_source = encodesOneSource(),
        .has_global_tokens = hasGlobalTokens(),
        .forecaster = forecasterTable(writer, facts.forecaster),
        .counted_columns = writer.array("transept_counted_columns", counted),
        .counted_column_count = counted.size(),
    };
  }

  Constant *functionsOver(MediaKind kind, const char *table) {
    return facts.media == kind ? writer.variable(table) : writer.null();
  }

  /// With the list of kinds of tokenizers (media/tokenizers/Kinds.h), which is of one.
  Constant *textFunctions() {
    if (facts.tokenizerKind.empty())
      return writer.null();
    std::string kind = "transept_tokenizer_" + facts.tokenizerKind;
    std::ranges::replace(kind, '-', '_');
    llvm::GlobalVariable *kinds = llvm::cast<llvm::GlobalVariable>(
        writer.array("transept_tokenizer_kinds", {writer.variable(kind), writer.null()}));
    kinds->setLinkage(llvm::GlobalValue::ExternalLinkage);
    kinds->setVisibility(llvm::GlobalValue::HiddenVisibility);
    return writer.variable("transept_text_function_table");
  }

  /// Launches that take all rows of the invocation for one sequence make spaces of them.
  bool encodesOneSource() {
    auto encode = module.lookupSymbol<plan::ProgramOp>("encode");
    return llvm::any_of(encode.getBody().front(),
                        [](mlir::Operation &op) { return madeSpaceOf(&op).has_value(); });
  }

  bool hasGlobalTokens() {
    auto encode = module.lookupSymbol<plan::ProgramOp>("encode");
    return llvm::any_of(encode.getBody().front(), [](mlir::Operation &op) {
      auto attend = llvm::dyn_cast<plan::AttendOp>(op);
      return llvm::isa<plan::TakeRequestedOp, plan::ReplaceRequestedOp>(op) ||
             (attend && attend.getHidesRequested());
    });
  }

  static uint64_t orUnbounded(int64_t length) { return length ? uint64_t(length) : UINT64_MAX; }

  /// How the encoder's convolutions and class tokens change the number of rows.
  std::vector<Constant *> rowSteps() {
    std::vector<Constant *> result;
    MadeSpaces spaces(module.lookupSymbol<plan::ProgramOp>("encode").getBody().front());
    for (const MadeSpace &made : spaces.onTheWay())
      result.push_back(writer.structure(Values<transept_row_step>{
          .kernel = made.step.kernel,
          .stride = made.step.stride,
          .padding = made.step.padding,
          .leading = made.step.leading,
          .line_before = made.step.lineBefore,
          .line_behind = made.step.lineBehind,
          .grid_rows = made.rowsBefore,
          .least_rows = made.leastRowsBefore,
      }));
    return result;
  }

  /// Of the caller's features, so that none is outside of its table.
  std::vector<Constant *> countedColumns() {
    std::vector<Constant *> result;
    mlir::Block &encode = module.lookupSymbol<plan::ProgramOp>("encode").getBody().front();
    auto isFeatures = [&](mlir::Value rows) {
      return llvm::any_of(encode.getOps<plan::TakeFeaturesOp>(),
                          [&](auto take) { return take.getOutput() == rows; });
    };
    for (auto embed : encode.getOps<plan::EmbedColumnOp>()) {
      mlir::Value rows = embed.getInput();
      int64_t firstRow = 0;
      for (auto move : encode.getOps<plan::MoveRowsOp>())
        if (move.getOutput() == rows && move.getBegin() != 0) {
          firstRow = int64_t(move.getBegin());
          rows = move.getInput();
        }
      if (isFeatures(rows))
        result.push_back(writer.structure(Values<transept_counted_column>{
            .column = embed.getColumn(),
            .count = embed.getRowCount(),
            .first_row = firstRow,
            .reserved = 0,
        }));
    }
    return result;
  }

  std::vector<Constant *> returnedAttention() {
    std::vector<Constant *> result;
    auto list = module.lookupSymbol<plan::ProgramOp>("decode").getAttention();
    if (!list)
      return result;
    for (auto each : list->getAsRange<plan::ReturnedAttentionAttr>())
      result.push_back(writer.structure(Values<transept_returned_attention>{
          .cross_attention = each.getCrossAttention(),
          .is_averaged = each.getIsAveraged(),
      }));
    return result;
  }

  int64_t crossAttentionCount() {
    int64_t count = 0;
    for (auto attend : module.lookupSymbol<plan::ProgramOp>("decode").getOps<plan::AttendOp>())
      count += attend.getKeysFrom() == plan::KeySource::EncoderCache;
    return count;
  }

  /// Of each cross-attention; none where each has keys of its own, of as many heads.
  std::vector<int64_t> crossAttentionHeads() {
    std::vector<int64_t> heads;
    auto slots = module.lookupSymbol<plan::ProgramOp>("encode").getSlots();
    bool isAlike = llvm::count_if(slots.getAsRange<plan::CacheSlotAttr>(),
                                  [](plan::CacheSlotAttr slot) { return slot.getIsKeys(); }) ==
                   crossAttentionCount();
    for (auto attend : module.lookupSymbol<plan::ProgramOp>("decode").getOps<plan::AttendOp>()) {
      if (attend.getKeysFrom() != plan::KeySource::EncoderCache)
        continue;
      heads.push_back(attend.getHeadCount());
      isAlike = isAlike && attend.keyHeadCount() == heads.back();
    }
    return isAlike ? std::vector<int64_t>() : heads;
  }

  std::vector<Constant *> slots(llvm::StringRef programName) {
    std::vector<Constant *> result;
    auto op = module.lookupSymbol<plan::ProgramOp>(programName);
    for (auto slot : op.getSlots().getAsRange<plan::CacheSlotAttr>())
      result.push_back(writer.structure(Values<transept_cache_slot>{
          .name = writer.text("transept_slot_name", slot.getName()),
          .layout = slot.getIsKeys() ? TRANSEPT_CACHE_KEYS : TRANSEPT_CACHE_VALUES,
          .head_count = slot.getHeadCount(),
          .head_dim = slot.getHeadDim(),
          .number_bytes = slot.numberBytes(),
      }));
    return result;
  }

  std::vector<Constant *> assets() {
    std::vector<Constant *> result;
    // Source and target often have one model of pieces.
    llvm::StringMap<Constant *> contents;
    for (const Asset &asset : facts.assets) {
      Constant *&content = contents[asset.content];
      if (!content)
        content = writer.text("transept_asset", asset.content);
      result.push_back(writer.structure(Values<transept_asset>{
          .name = writer.text("transept_asset_name", asset.name),
          .data = content,
          .size = asset.content.size(),
      }));
    }
    return result;
  }

  void exportFunction(llvm::GlobalVariable *table) {
    auto *type = llvm::FunctionType::get(writer.pointer, /*isVarArg=*/false);
    auto *function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage,
                                            modelSymbol(facts), writer.module);
    llvm::IRBuilder<> builder(llvm::BasicBlock::Create(writer.context, "", function));
    builder.CreateRet(table);
  }

  TableWriter writer;
  mlir::ModuleOp module; // of the first level: for what all have in common
  const ModelFacts &facts;
};

} // namespace

llvm::GlobalVariable *addWeightsMark(llvm::Module &code, int64_t weightsSize) {
  llvm::LLVMContext &context = code.getContext();
  auto u32 = [&](uint32_t value) {
    return llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), value);
  };
  // An ELF note: sizes of name and content, type, name (filled up to 12 bytes), content.
  Constant *name = llvm::ConstantDataArray::getString(
      context, llvm::StringRef("Transept\0\0\0\0", 12), /*AddNull=*/false);
  Constant *size = llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), uint64_t(weightsSize));
  Constant *note = llvm::ConstantStruct::getAnon(context, {u32(9), u32(8), u32(1), name, size});
  auto *mark = new llvm::GlobalVariable(code, note->getType(), /*isConstant=*/true,
                                        llvm::GlobalValue::InternalLinkage, note, kWeightsMark);
  mark->setSection(".note.transept");
  mark->setAlignment(llvm::Align(8));
  return mark;
}

std::string modelSymbol(const ModelFacts &facts) {
  return facts.architecture->format == targets::LibraryFormat::WebModule
             ? "transept_module_model"
             : "transept_model_" + facts.name;
}

std::string programSymbol(llvm::StringRef program, const std::string &code) {
  return ("transept_program_" + program + "." + code).str();
}

void addModelTable(llvm::Module &table, const ModelFacts &facts) {
  ModelTable(table, facts).build();
}

} // namespace transept::emit
