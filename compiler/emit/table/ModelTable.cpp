// SPDX-License-Identifier: Apache-2.0
//
// Writes the ABI's structures as LLVM constants, field by field from the list in abi_fields.inc.

#include "compiler/emit/table/ModelTable.h"

#include "compiler/plan/LaunchCosts.h"

#include "transept/abi.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/IRBuilder.h"

namespace transept::emit {

namespace {

using llvm::Constant;

/// The value of each field, by name; a structure is complete when every field was set.
using FieldValues = llvm::StringMap<Constant *>;

// For the includes of the field lists below: the next field's value, in the list's order.
#define TAKE_FIELD(kind, c_type, name, meaning) values.push_back(take(fields, #name));

class TableBuilder {
public:
  TableBuilder(llvm::Module &code, const ModelFacts &facts)
      : code(code), module(facts.levels.front().module), facts(facts), context(code.getContext()),
        pointer(llvm::PointerType::get(context, 0)) {}

  void build() {
    FieldValues fields = modelFields();
    std::vector<Constant *> values;
#define TRANSEPT_MODEL_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_MODEL_FIELDS
    exportFunction(global("transept_model_table", structure(values)));
  }

private:
  Constant *u32(uint64_t value) {
    return llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), value);
  }
  Constant *u64(uint64_t value) {
    return llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), value);
  }
  Constant *f32(double value) {
    return llvm::ConstantFP::get(llvm::Type::getFloatTy(context), value);
  }
  Constant *null() { return llvm::ConstantPointerNull::get(pointer); }

  Constant *structure(llvm::ArrayRef<Constant *> values) {
    return llvm::ConstantStruct::getAnon(context, values);
  }

  llvm::GlobalVariable *global(const llvm::Twine &name, Constant *value, unsigned alignment = 16) {
    auto *variable = new llvm::GlobalVariable(code, value->getType(), /*isConstant=*/true,
                                              llvm::GlobalValue::InternalLinkage, value, name);
    variable->setAlignment(llvm::Align(alignment));
    return variable;
  }

  Constant *text(const llvm::Twine &name, llvm::StringRef content) {
    return global(name, llvm::ConstantDataArray::getString(context, content, /*AddNull=*/true));
  }

  Constant *array(const llvm::Twine &name, llvm::ArrayRef<Constant *> values) {
    if (values.empty())
      return null();
    auto *type = llvm::ArrayType::get(values.front()->getType(), values.size());
    return global(name, llvm::ConstantArray::get(type, values));
  }

  template <typename Number, typename Source>
  Constant *numbers(const llvm::Twine &name, const Source &source) {
    std::vector<Number> values(source.begin(), source.end());
    if (values.empty())
      return null();
    return global(name, llvm::ConstantDataArray::get(context, values));
  }

  Constant *take(FieldValues &fields, llvm::StringRef name) {
    auto found = fields.find(name);
    assert(found != fields.end() && "every field of the ABI needs a value");
    return found->second;
  }

  FieldValues modelFields() {
    FieldValues fields;
    fields["abi_version"] = u32(TRANSEPT_ABI_VERSION);
    fields["structure_size"] = u32(sizeof(transept_model_table));
    fields["name"] = text("transept_model_name", facts.name);
    fields["manifest"] = text("transept_manifest", facts.manifest);
    fields["manifest_size"] = u64(facts.manifest.size());
    fields["levels"] = array("transept_levels", levels());
    fields["level_count"] = u64(facts.levels.size());
    fields["weights"] = addWeightsMark(code, facts.weightsSize);
    fields["weights_size"] = u64(facts.weightsSize);
    fields["source_vocabulary_size"] = u32(facts.sourceVocabularySize);
    fields["target_vocabulary_size"] = u32(facts.targetVocabularySize);
    fields["encoder_hidden_size"] = u32(facts.encoderHiddenSize);
    fields["vocabulary_block_count"] = u32(facts.vocabularyBlockCount);
    fields["maximum_source_length"] = length(facts.maximumSourceLength);
    fields["maximum_target_length"] = length(facts.maximumTargetLength);
    std::vector<Constant *> encoder = slots("encode"), self = slots("decode");
    fields["encoder_slots"] = array("transept_encoder_slots", encoder);
    fields["encoder_slot_count"] = u64(encoder.size());
    fields["self_slots"] = array("transept_self_slots", self);
    fields["self_slot_count"] = u64(self.size());
    fields["assets"] = array("transept_assets", assets());
    fields["asset_count"] = u64(facts.assets.size());
    fields["generation"] = generation();
    fields["runtime"] = code.getOrInsertGlobal("transept_runtime_functions", pointer);
    llvm::cast<llvm::GlobalVariable>(fields["runtime"])
        ->setVisibility(llvm::GlobalValue::HiddenVisibility);
    fields["source_feature_width"] = u32(facts.sourceFeatureWidth);
    fields["target_feature_width"] = u32(facts.targetFeatureWidth);
    fields["target_state_width"] = u32(facts.targetStateWidth);
    fields["cross_attention_count"] = u32(crossAttentionCount());
    fields["source_feature_count"] = u64(facts.sourceFeatureCount);
    std::vector<Constant *> steps = rowSteps();
    fields["row_steps"] = array("transept_row_steps", steps);
    fields["row_step_count"] = u64(steps.size());
    std::vector<Constant *> attention = returnedAttention();
    fields["returned_attention"] = array("transept_returned_attention", attention);
    fields["returned_attention_count"] = u64(attention.size());
    fields["speech"] = facts.generation.speech ? speech(*facts.generation.speech) : null();
    return fields;
  }

  /// How the encoder's convolutions and class tokens change the number of rows.
  std::vector<Constant *> rowSteps() {
    std::vector<Constant *> result;
    MadeSpaces spaces(module.lookupSymbol<plan::ProgramOp>("encode").getBody().front());
    for (const RowStep &step : spaces.steps()) {
      FieldValues fields;
      fields["kernel"] = u32(step.kernel);
      fields["stride"] = u32(step.stride);
      fields["padding"] = u32(step.padding);
      fields["leading"] = u32(step.leading);
      std::vector<Constant *> values;
#define TRANSEPT_ROW_STEP_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_ROW_STEP_FIELDS
      result.push_back(structure(values));
    }
    return result;
  }

  std::vector<Constant *> returnedAttention() {
    std::vector<Constant *> result;
    auto list = module.lookupSymbol<plan::ProgramOp>("decode").getAttention();
    if (!list)
      return result;
    for (auto each : list->getAsRange<plan::ReturnedAttentionAttr>()) {
      FieldValues fields;
      fields["cross_attention"] = u32(each.getCrossAttention());
      fields["is_averaged"] = u32(each.getIsAveraged());
      std::vector<Constant *> values;
#define TRANSEPT_RETURNED_ATTENTION_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_RETURNED_ATTENTION_FIELDS
      result.push_back(structure(values));
    }
    return result;
  }

  int64_t crossAttentionCount() {
    int64_t count = 0;
    for (auto attend : module.lookupSymbol<plan::ProgramOp>("decode").getOps<plan::AttendOp>())
      count += attend.getKeysFrom() == plan::KeySource::EncoderCache;
    return count;
  }

  Constant *length(int64_t value) { return u64(value ? uint64_t(value) : UINT64_MAX); }

  std::vector<Constant *> levels() {
    std::vector<Constant *> result;
    for (const LevelFacts &level : facts.levels) {
      FieldValues fields;
      fields["name"] = text("transept_level_name", level.name);
      fields["required_features"] = u64(level.requiredFeatures);
      fields["encode"] = program(level, "encode");
      fields["decode"] = program(level, "decode");
      std::vector<Constant *> values;
#define TRANSEPT_LEVEL_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_LEVEL_FIELDS
      result.push_back(structure(values));
    }
    return result;
  }

  Constant *program(LevelFacts level, llvm::StringRef name) {
    auto op = level.module.lookupSymbol<plan::ProgramOp>(name);
    auto *type = llvm::FunctionType::get(
        llvm::Type::getVoidTy(context),
        {pointer, llvm::Type::getInt32Ty(context), llvm::Type::getInt32Ty(context)},
        /*isVarArg=*/false);
    auto *run = llvm::cast<llvm::Function>(
        code.getOrInsertFunction(programSymbol(name, level.code), type).getCallee());
    run->setVisibility(llvm::GlobalValue::HiddenVisibility);
    FieldValues fields;
    fields["run"] = run;
    // The slack behind the arena: kernels load whole vectors.
    fields["arena_bytes"] = u64(TRANSEPT_CACHE_SLACK);
    fields["arena_bytes_per_row"] = u64(op.getArenaBytesPerRow());
    fields["scratch_bytes"] = u64(op.getScratchBytes());
    fields["scratch_bytes_per_key"] = u64(op.getScratchBytesPerKey());
    std::vector<Constant *> list = launches(op);
    fields["launches"] = array("transept_launches", list);
    fields["launch_count"] = u64(list.size());
    std::vector<Constant *> values;
#define TRANSEPT_PROGRAM_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_PROGRAM_FIELDS
    return global("transept_" + name + "_facts", structure(values));
  }

  std::vector<Constant *> launches(plan::ProgramOp program) {
    std::vector<Constant *> result;
    for (const codegen::LaunchCosts &costs : codegen::launchCosts(program)) {
      FieldValues fields;
      fields["label"] = sharedText(costs.label);
      fields["kind"] = sharedText(costs.kind);
      fields["rows"] = u32(costs.rows);
      fields["keys"] = u32(costs.keys);
      fields["arithmetic"] = u32(costs.arithmetic);
      fields["reserved"] = u32(0);
      fields["weight_bytes"] = u64(costs.weightBytes);
      fields["bytes_per_row"] = u64(costs.bytesPerRow);
      fields["bytes_per_key"] = u64(costs.bytesPerKey);
      fields["operations_per_row"] = u64(costs.operationsPerRow);
      fields["operations_per_row_and_key"] = u64(costs.operationsPerRowAndKey);
      std::vector<Constant *> values;
#define TRANSEPT_LAUNCH_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_LAUNCH_FIELDS
      result.push_back(structure(values));
    }
    return result;
  }

  /// Text that many fields may have in common.
  Constant *sharedText(const std::string &content) {
    Constant *&known = sharedTexts[content];
    if (!known)
      known = text("transept_text", content);
    return known;
  }

  std::vector<Constant *> slots(llvm::StringRef programName) {
    std::vector<Constant *> result;
    auto op = module.lookupSymbol<plan::ProgramOp>(programName);
    for (auto slot : op.getSlots().getAsRange<plan::CacheSlotAttr>()) {
      FieldValues fields;
      fields["name"] = text("transept_slot_name", slot.getName());
      fields["layout"] = u32(slot.getIsKeys() ? TRANSEPT_CACHE_KEYS : TRANSEPT_CACHE_VALUES);
      fields["head_count"] = u32(slot.getHeadCount());
      fields["head_dim"] = u32(slot.getHeadDim());
      fields["number_bytes"] = u32(slot.numberBytes());
      std::vector<Constant *> values;
#define TRANSEPT_CACHE_SLOT_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_CACHE_SLOT_FIELDS
      result.push_back(structure(values));
    }
    return result;
  }

  std::vector<Constant *> assets() {
    std::vector<Constant *> result;
    for (const Asset &asset : facts.assets) {
      FieldValues fields;
      fields["name"] = text("transept_asset_name", asset.name);
      fields["data"] = text("transept_asset", asset.content);
      fields["size"] = u64(asset.content.size());
      std::vector<Constant *> values;
#define TRANSEPT_ASSET_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_ASSET_FIELDS
      result.push_back(structure(values));
    }
    return result;
  }

  Constant *generation() {
    const frontend::GenerationDefaults &defaults = facts.generation;
    auto optional = [&](std::optional<int64_t> value) { return u32(uint32_t(value.value_or(-1))); };
    FieldValues fields;
    fields["decoder_start_id"] = optional(defaults.decoderStartId);
    fields["beginning_id"] = optional(defaults.beginningId);
    fields["padding_id"] = optional(defaults.paddingId);
    fields["forced_beginning_id"] = optional(defaults.forcedBeginningId);
    fields["forced_end_id"] = optional(defaults.forcedEndId);
    fields["beams"] = u32(defaults.beams);
    fields["return_count"] = u32(defaults.returnCount);
    fields["maximum_length"] = u32(defaults.maximumLength);
    fields["maximum_new_tokens"] = optional(defaults.maximumNewTokens);
    fields["minimum_length"] = u32(defaults.minimumLength);
    fields["minimum_new_tokens"] = optional(defaults.minimumNewTokens);
    fields["no_repeat_ngram_size"] = u32(defaults.noRepeatNgramSize);
    fields["encoder_no_repeat_ngram_size"] = u32(defaults.encoderNoRepeatNgramSize);
    static_assert(
        int(frontend::GenerationDefaults::EarlyStopping::False) == TRANSEPT_EARLY_STOPPING_FALSE &&
        int(frontend::GenerationDefaults::EarlyStopping::True) == TRANSEPT_EARLY_STOPPING_TRUE &&
        int(frontend::GenerationDefaults::EarlyStopping::Never) == TRANSEPT_EARLY_STOPPING_NEVER);
    fields["early_stopping"] = u32(uint32_t(defaults.earlyStopping));
    fields["length_penalty"] = f32(defaults.lengthPenalty);
    fields["repetition_penalty"] = f32(defaults.repetitionPenalty);
    fields["end_ids"] = numbers<uint32_t>("transept_end_ids", defaults.endIds);
    fields["end_id_count"] = u64(defaults.endIds.size());
    fields["suppressed_ids"] = numbers<uint32_t>("transept_suppressed_ids", defaults.suppressedIds);
    fields["suppressed_id_count"] = u64(defaults.suppressedIds.size());
    fields["beginning_suppressed_ids"] =
        numbers<uint32_t>("transept_beginning_suppressed_ids", defaults.beginningSuppressedIds);
    fields["beginning_suppressed_id_count"] = u64(defaults.beginningSuppressedIds.size());
    std::vector<int64_t> words;
    std::vector<uint64_t> offsets = {0};
    for (const std::vector<int64_t> &word : defaults.badWords) {
      words.insert(words.end(), word.begin(), word.end());
      offsets.push_back(words.size());
    }
    fields["bad_words"] = numbers<uint32_t>("transept_bad_words", words);
    fields["bad_word_offsets"] = numbers<uint64_t>("transept_bad_word_offsets", offsets);
    fields["bad_word_count"] = u64(defaults.badWords.size());
    std::vector<Constant *> values;
#define TRANSEPT_GENERATION_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_GENERATION_FIELDS
    return global("transept_generation", structure(values));
  }

  Constant *speech(const frontend::SpeechDefaults &defaults) {
    auto optional = [&](std::optional<int64_t> value) { return u32(uint32_t(value.value_or(-1))); };
    FieldValues fields;
    fields["transcript_start_id"] = u32(defaults.transcriptStartId);
    fields["transcribe_id"] = optional(defaults.transcribeId);
    fields["translate_id"] = optional(defaults.translateId);
    fields["no_timestamps_id"] = optional(defaults.noTimestampsId);
    bool hasTimestamps =
        defaults.noTimestampsId && *defaults.noTimestampsId + 1 < facts.targetVocabularySize;
    fields["first_timestamp_id"] = u32(uint32_t(hasTimestamps ? *defaults.noTimestampsId + 1 : -1));
    fields["maximum_initial_timestamp"] = optional(defaults.maximumInitialTimestamp);
    fields["returns_timestamps"] = u32(defaults.returnsTimestamps);
    fields["median_filter_width"] = u32(defaults.medianFilterWidth);
    fields["languages"] = array("transept_languages", languages(defaults));
    fields["language_count"] = u64(defaults.languages.size());
    fields["alignment_heads"] = array("transept_alignment_heads", alignmentHeads(defaults));
    fields["alignment_head_count"] = u64(defaults.alignmentHeads.size());
    std::vector<Constant *> values;
#define TRANSEPT_SPEECH_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_SPEECH_FIELDS
    return global("transept_speech", structure(values));
  }

  std::vector<Constant *> languages(const frontend::SpeechDefaults &defaults) {
    std::vector<Constant *> result;
    for (const frontend::SpokenLanguage &language : defaults.languages) {
      FieldValues fields;
      fields["code"] = text("transept_language_code", language.code);
      fields["id"] = u32(language.id);
      fields["reserved"] = u32(0);
      std::vector<Constant *> values;
#define TRANSEPT_LANGUAGE_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_LANGUAGE_FIELDS
      result.push_back(structure(values));
    }
    return result;
  }

  std::vector<Constant *> alignmentHeads(const frontend::SpeechDefaults &defaults) {
    std::vector<Constant *> result;
    for (const frontend::AlignmentHead &each : defaults.alignmentHeads) {
      FieldValues fields;
      fields["cross_attention"] = u32(each.layer);
      fields["head"] = u32(each.head);
      std::vector<Constant *> values;
#define TRANSEPT_ALIGNMENT_HEAD_FIELDS TAKE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_ALIGNMENT_HEAD_FIELDS
      result.push_back(structure(values));
    }
    return result;
  }

  void exportFunction(llvm::GlobalVariable *table) {
    auto *type = llvm::FunctionType::get(pointer, /*isVarArg=*/false);
    auto *function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage,
                                            "transept_model_" + facts.name, code);
    llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "", function));
    builder.CreateRet(table);
  }

  llvm::Module &code;
  mlir::ModuleOp module; // of the first level: for what all have in common
  const ModelFacts &facts;
  llvm::LLVMContext &context;
  llvm::PointerType *pointer;
  llvm::StringMap<Constant *> sharedTexts;
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

std::string programSymbol(llvm::StringRef program, const std::string &code) {
  return ("transept_program_" + program + "." + code).str();
}

void addModelTable(llvm::Module &table, const ModelFacts &facts) {
  TableBuilder(table, facts).build();
}

} // namespace transept::emit
