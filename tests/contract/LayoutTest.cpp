// SPDX-License-Identifier: Apache-2.0
//
// The layout of the C ABI, field by field from abi_fields.inc: no field may move, none may be
// followed by padding, and the kinds that the compiler relies on must be the C types' sizes.

#include "transept/abi.h"

#include <cstddef>
#include <gtest/gtest.h>
#include <type_traits>

namespace {

constexpr std::size_t size_of_pointer = 8, size_of_u64 = 8, size_of_i64 = 8, size_of_u32 = 4,
                      size_of_i32 = 4, size_of_f32 = 4;

/// Walks over the fields of one structure in order.
struct Walk {
  std::size_t end = 0;

  void field(const char *name, std::size_t offset, std::size_t size, std::size_t kindSize) {
    EXPECT_EQ(offset, end) << name << " does not follow the field before it";
    EXPECT_EQ(size, kindSize) << name << " is not of its kind's size";
    end = offset + size;
  }
};

#define VISIT_FIELD(kind, c_type, name, meaning)                                                   \
  walk.field(#name, offsetof(Structure, name), sizeof(Structure::name), size_of_##kind);

} // namespace

#define TRANSEPT_INVOCATION_FIELDS VISIT_FIELD
TEST(AbiLayout, InvocationHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_invocation;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_INVOCATION_FIELDS

#define TRANSEPT_PROGRAM_FIELDS VISIT_FIELD
TEST(AbiLayout, ProgramHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_program;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_PROGRAM_FIELDS

#define TRANSEPT_LEVEL_FIELDS VISIT_FIELD
TEST(AbiLayout, LevelHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_level;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_LEVEL_FIELDS

#define TRANSEPT_LAUNCH_FIELDS VISIT_FIELD
TEST(AbiLayout, LaunchHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_launch;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_LAUNCH_FIELDS

#define TRANSEPT_CACHE_SLOT_FIELDS VISIT_FIELD
TEST(AbiLayout, CacheSlotHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_cache_slot;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_CACHE_SLOT_FIELDS

#define TRANSEPT_ASSET_FIELDS VISIT_FIELD
TEST(AbiLayout, AssetHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_asset;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_ASSET_FIELDS

#define TRANSEPT_GENERATION_FIELDS VISIT_FIELD
TEST(AbiLayout, GenerationDefaultsHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_generation_defaults;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_GENERATION_FIELDS

#define TRANSEPT_LANGUAGE_FIELDS VISIT_FIELD
TEST(AbiLayout, LanguageHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_language;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_LANGUAGE_FIELDS

#define TRANSEPT_ALIGNMENT_HEAD_FIELDS VISIT_FIELD
TEST(AbiLayout, AlignmentHeadHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_alignment_head;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_ALIGNMENT_HEAD_FIELDS

#define TRANSEPT_ROW_STEP_FIELDS VISIT_FIELD
TEST(AbiLayout, RowStepHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_row_step;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_ROW_STEP_FIELDS

#define TRANSEPT_COUNTED_COLUMN_FIELDS VISIT_FIELD
TEST(AbiLayout, CountedColumnHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_counted_column;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_COUNTED_COLUMN_FIELDS

#define TRANSEPT_FORECASTER_FIELDS VISIT_FIELD
TEST(AbiLayout, ForecasterHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_forecaster;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_FORECASTER_FIELDS

#define TRANSEPT_CLASSIFIER_FIELDS VISIT_FIELD
TEST(AbiLayout, ClassifierHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_classifier;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_CLASSIFIER_FIELDS

#define TRANSEPT_SPEECH_FIELDS VISIT_FIELD
TEST(AbiLayout, SpeechDefaultsHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_speech_defaults;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_SPEECH_FIELDS

#define TRANSEPT_MODEL_FIELDS VISIT_FIELD
TEST(AbiLayout, ModelTableHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_model_table;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_MODEL_FIELDS

#define TRANSEPT_OPEN_OPTIONS_FIELDS VISIT_FIELD
TEST(AbiLayout, OpenOptionsHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_open_options;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_OPEN_OPTIONS_FIELDS

#define TRANSEPT_SOURCE_INPUT_FIELDS VISIT_FIELD
TEST(AbiLayout, SourceInputHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_source_input;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_SOURCE_INPUT_FIELDS

#define TRANSEPT_SOURCE_VIEW_FIELDS VISIT_FIELD
TEST(AbiLayout, SourceViewHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_source_view;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_SOURCE_VIEW_FIELDS

#define TRANSEPT_GENERATION_OPTIONS_FIELDS VISIT_FIELD
TEST(AbiLayout, GenerationOptionsHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_generation_options;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_GENERATION_OPTIONS_FIELDS

#define TRANSEPT_SEQUENCE_FIELDS VISIT_FIELD
TEST(AbiLayout, SequenceHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_sequence;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_SEQUENCE_FIELDS

#define TRANSEPT_STATISTICS_FIELDS VISIT_FIELD
TEST(AbiLayout, StatisticsHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_statistics;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_STATISTICS_FIELDS

#define TRANSEPT_LAUNCH_PROFILE_FIELDS VISIT_FIELD
TEST(AbiLayout, LaunchProfileHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_launch_profile;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_LAUNCH_PROFILE_FIELDS

#define TRANSEPT_PROGRAM_PROFILE_FIELDS VISIT_FIELD
TEST(AbiLayout, ProgramProfileHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_program_profile;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_PROGRAM_PROFILE_FIELDS

#define TRANSEPT_RUNTIME_FIELDS VISIT_FIELD
TEST(AbiLayout, RuntimeHasNoPaddingAndKeepsItsOrder) {
  using Structure = transept_runtime;
  Walk walk;
#include "transept/abi_fields.inc"
  EXPECT_EQ(walk.end, sizeof(Structure));
  EXPECT_TRUE(std::is_standard_layout_v<Structure> && std::is_trivial_v<Structure>);
}
#undef TRANSEPT_RUNTIME_FIELDS

TEST(AbiLayout, BeginsVersionedStructuresWithTheirSizes) {
  EXPECT_EQ(offsetof(transept_model_table, abi_version), 0u);
  EXPECT_EQ(offsetof(transept_model_table, structure_size), 4u);
  EXPECT_EQ(offsetof(transept_runtime, structure_size), 0u);
  EXPECT_EQ(offsetof(transept_open_options, structure_size), 0u);
  EXPECT_EQ(offsetof(transept_generation_options, structure_size), 0u);
  EXPECT_EQ(offsetof(transept_statistics, structure_size), 0u);
  EXPECT_EQ(offsetof(transept_program_profile, structure_size), 0u);
}

// Both are made from generation_options.inc, where another order must not move what is there.
TEST(AbiLayout, GenerationDefaultsAreWhereVersion6HasThem) {
  using Structure = transept_generation_defaults;
  EXPECT_EQ(TRANSEPT_ABI_VERSION, 6u);
  EXPECT_EQ(offsetof(Structure, decoder_start_id), 0u);
  EXPECT_EQ(offsetof(Structure, beginning_id), 4u);
  EXPECT_EQ(offsetof(Structure, padding_id), 8u);
  EXPECT_EQ(offsetof(Structure, forced_beginning_id), 12u);
  EXPECT_EQ(offsetof(Structure, forced_end_id), 16u);
  EXPECT_EQ(offsetof(Structure, beams), 20u);
  EXPECT_EQ(offsetof(Structure, return_count), 24u);
  EXPECT_EQ(offsetof(Structure, maximum_length), 28u);
  EXPECT_EQ(offsetof(Structure, maximum_new_tokens), 32u);
  EXPECT_EQ(offsetof(Structure, minimum_length), 36u);
  EXPECT_EQ(offsetof(Structure, minimum_new_tokens), 40u);
  EXPECT_EQ(offsetof(Structure, no_repeat_ngram_size), 44u);
  EXPECT_EQ(offsetof(Structure, encoder_no_repeat_ngram_size), 48u);
  EXPECT_EQ(offsetof(Structure, early_stopping), 52u);
  EXPECT_EQ(offsetof(Structure, length_penalty), 56u);
  EXPECT_EQ(offsetof(Structure, repetition_penalty), 60u);
  EXPECT_EQ(offsetof(Structure, end_ids), 64u);
  EXPECT_EQ(offsetof(Structure, suppressed_ids), 80u);
  EXPECT_EQ(offsetof(Structure, beginning_suppressed_ids), 96u);
  EXPECT_EQ(offsetof(Structure, bad_words), 112u);
  EXPECT_EQ(offsetof(Structure, bad_word_offsets), 120u);
  EXPECT_EQ(offsetof(Structure, bad_word_count), 128u);
}

TEST(AbiLayout, GenerationOptionsAreWhereVersion6HasThem) {
  using Structure = transept_generation_options;
  EXPECT_EQ(offsetof(Structure, ignore_model_defaults), 4u);
  EXPECT_EQ(offsetof(Structure, decoder_start_id), 8u);
  EXPECT_EQ(offsetof(Structure, forced_beginning_id), 12u);
  EXPECT_EQ(offsetof(Structure, forced_end_id), 16u);
  EXPECT_EQ(offsetof(Structure, beams), 20u);
  EXPECT_EQ(offsetof(Structure, return_count), 24u);
  EXPECT_EQ(offsetof(Structure, maximum_length), 28u);
  EXPECT_EQ(offsetof(Structure, maximum_new_tokens), 32u);
  EXPECT_EQ(offsetof(Structure, minimum_length), 36u);
  EXPECT_EQ(offsetof(Structure, minimum_new_tokens), 40u);
  EXPECT_EQ(offsetof(Structure, no_repeat_ngram_size), 44u);
  EXPECT_EQ(offsetof(Structure, encoder_no_repeat_ngram_size), 48u);
  EXPECT_EQ(offsetof(Structure, early_stopping), 52u);
  EXPECT_EQ(offsetof(Structure, length_penalty), 56u);
  EXPECT_EQ(offsetof(Structure, repetition_penalty), 60u);
  EXPECT_EQ(offsetof(Structure, end_ids), 64u);
  EXPECT_EQ(offsetof(Structure, suppressed_ids), 80u);
  EXPECT_EQ(offsetof(Structure, beginning_suppressed_ids), 96u);
  EXPECT_EQ(offsetof(Structure, bad_words), 112u);
  EXPECT_EQ(offsetof(Structure, prompt_ids), 136u);
  EXPECT_EQ(offsetof(Structure, on_token_context), 168u);
  EXPECT_EQ(offsetof(Structure, timestamps), 176u);
  EXPECT_EQ(offsetof(Structure, seed), 184u);
  EXPECT_EQ(offsetof(Structure, source_numbers), 192u);
}
