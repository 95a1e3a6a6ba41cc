// SPDX-License-Identifier: Apache-2.0
//
// Generation defaults: which file wins, every field, and options that are not honoured.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Generation, ReadsTheGoldenFiles) {
  GenerationDefaults marian = TestCheckpoint("marian").describe().generation;
  EXPECT_EQ(marian.decoderStartId, 299);
  EXPECT_EQ(marian.paddingId, 299);
  EXPECT_EQ(marian.beginningId, 0);
  EXPECT_EQ(marian.forcedEndId, 0);
  EXPECT_FALSE(marian.forcedBeginningId);
  EXPECT_THAT(marian.endIds, ElementsAre(0));
  EXPECT_EQ(marian.beams, 4);
  EXPECT_EQ(marian.maximumLength, 24);
  EXPECT_THAT(marian.badWords, ElementsAre(ElementsAre(299)));
  GenerationDefaults t5 = TestCheckpoint("t5").describe().generation;
  EXPECT_EQ(t5.beams, 1);
  EXPECT_EQ(t5.maximumLength, 20);
  EXPECT_FALSE(t5.forcedEndId);
}

TEST(Generation, ReadsEveryField) {
  TestCheckpoint checkpoint("t5");
  checkpoint.generation = {{"decoder_start_token_id", 3},
                           {"bos_token_id", 4},
                           {"pad_token_id", 5},
                           {"eos_token_id", {6, 7}},
                           {"forced_bos_token_id", 8},
                           {"forced_eos_token_id", {9}},
                           {"num_beams", 5},
                           {"num_return_sequences", 2},
                           {"max_length", 50},
                           {"min_length", 3},
                           {"max_new_tokens", 40},
                           {"min_new_tokens", 2},
                           {"no_repeat_ngram_size", 3},
                           {"encoder_no_repeat_ngram_size", 4},
                           {"early_stopping", "never"},
                           {"length_penalty", -0.5},
                           {"repetition_penalty", 1.5},
                           {"suppress_tokens", {10, 11}},
                           {"begin_suppress_tokens", {12}},
                           {"bad_words_ids", {{13}, {14, 15}}},
                           {"encoder_repetition_penalty", 1.2},
                           {"exponential_decay_length_penalty", {5, 1.1}},
                           {"sequence_bias", {{{16}, 2.5}, {{17, 18}, -3}}},
                           {"stop_strings", {"\n\n", "ende"}},
                           {"prompt_lookup_num_tokens", 4},
                           {"max_matching_ngram_size", 3}};
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(read.decoderStartId, 3);
  EXPECT_EQ(read.beginningId, 4);
  EXPECT_EQ(read.paddingId, 5);
  EXPECT_THAT(read.endIds, ElementsAre(6, 7));
  EXPECT_EQ(read.forcedBeginningId, 8);
  EXPECT_EQ(read.forcedEndId, 9);
  EXPECT_EQ(read.beams, 5);
  EXPECT_EQ(read.returnCount, 2);
  EXPECT_EQ(read.maximumLength, 50);
  EXPECT_EQ(read.minimumLength, 3);
  EXPECT_EQ(read.maximumNewTokens, 40);
  EXPECT_EQ(read.minimumNewTokens, 2);
  EXPECT_EQ(read.noRepeatNgramSize, 3);
  EXPECT_EQ(read.encoderNoRepeatNgramSize, 4);
  EXPECT_EQ(read.earlyStopping, GenerationDefaults::EarlyStopping::Never);
  EXPECT_EQ(read.lengthPenalty, -0.5);
  EXPECT_EQ(read.repetitionPenalty, 1.5);
  EXPECT_THAT(read.suppressedIds, ElementsAre(10, 11));
  EXPECT_THAT(read.beginningSuppressedIds, ElementsAre(12));
  EXPECT_THAT(read.badWords, ElementsAre(ElementsAre(13), ElementsAre(14, 15)));
  EXPECT_EQ(read.encoderRepetitionPenalty, 1.2);
  EXPECT_EQ(read.exponentialDecay, (DecayingPenalty{5, 1.1}));
  EXPECT_THAT(read.sequenceBiases,
              ElementsAre(BiasedSequence{{16}, 2.5}, BiasedSequence{{17, 18}, -3}));
  EXPECT_THAT(read.stopStrings, ElementsAre("\n\n", "ende"));
  EXPECT_EQ(read.lookupLength, 4);
  EXPECT_EQ(read.lookupNgramSize, 3);
  checkpoint.generation["stop_strings"] = "ende";
  EXPECT_THAT(checkpoint.describe().generation.stopStrings, ElementsAre("ende"));
}

TEST(Generation, AGenerationFileReplacesTheModelConfig) {
  TestCheckpoint checkpoint("marian");
  checkpoint.config["num_beams"] = 7;
  checkpoint.config["max_length"] = 99;
  checkpoint.generation.erase("num_beams");
  checkpoint.generation.erase("forced_eos_token_id");
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_EQ(read.beams, 1);
  EXPECT_EQ(read.maximumLength, 24);
  EXPECT_FALSE(read.forcedEndId);
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(Generation, TheModelConfigServesWithoutAGenerationFile) {
  TestCheckpoint checkpoint("marian");
  checkpoint.generation = nullptr;
  checkpoint.config["num_beams"] = 6;
  checkpoint.config["bad_words_ids"] = {{299}};
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_EQ(read.beams, 6);
  EXPECT_EQ(read.maximumLength, 20);
  EXPECT_EQ(read.forcedEndId, 0);
  EXPECT_THAT(read.badWords, ElementsAre(ElementsAre(299)));
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(Generation, ClassDefaultsServeLast) {
  TestCheckpoint checkpoint("mt5");
  checkpoint.generation = nullptr;
  for (const char *key : {"decoder_start_token_id", "pad_token_id", "eos_token_id"})
    checkpoint.config.erase(key);
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_EQ(read.decoderStartId, 0);
  EXPECT_EQ(read.paddingId, 0);
  EXPECT_THAT(read.endIds, ElementsAre(1));
  checkpoint.config["eos_token_id"] = nullptr;
  EXPECT_THAT(checkpoint.describe().generation.endIds, IsEmpty());
}

TEST(Generation, SpecialIdsMissingInTheGenerationFileComeFromTheConfig) {
  TestCheckpoint checkpoint("t5");
  checkpoint.generation = Json::object();
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_EQ(read.decoderStartId, 0);
  EXPECT_EQ(read.paddingId, 0);
  EXPECT_THAT(read.endIds, ElementsAre(1));
  EXPECT_EQ(checkpoint.warnings.size(), 3u);
}

TEST(Generation, WarnsAboutOptionsThatAreNotHonoured) {
  for (auto [key, value] :
       std::vector<std::pair<const char *, Json>>{{"penalty_alpha", 0.6},
                                                  {"force_words_ids", {{1}}},
                                                  {"forced_decoder_ids", {{1, 2}}},
                                                  {"guidance_scale", 3.0},
                                                  {"an_unknown_option", 1}}) {
    TestCheckpoint checkpoint("t5");
    checkpoint.generation[key] = value;
    EXPECT_EQ(checkpoint.error(), "no error") << key;
    ASSERT_EQ(checkpoint.warnings.size(), 1u) << key;
    EXPECT_THAT(checkpoint.warnings[0], AllOf(HasSubstr("generation_config.json"), HasSubstr(key)));
  }
}

TEST(Generation, NeutralAndIrrelevantOptionsAreNoNews) {
  TestCheckpoint checkpoint("t5");
  checkpoint.generation.update({{"do_sample", false},
                                {"num_beam_groups", 1},
                                {"diversity_penalty", 0},
                                {"encoder_repetition_penalty", 1},
                                {"temperature", 0.7},
                                {"top_k", 50},
                                {"sequence_bias", nullptr},
                                {"exponential_decay_length_penalty", nullptr},
                                {"_from_model_config", true}});
  checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(Generation, DefaultsOfSamplingAreRead) {
  TestCheckpoint checkpoint("t5");
  checkpoint.generation.update({{"do_sample", true},
                                {"num_beams", 1},
                                {"num_return_sequences", 3},
                                {"temperature", 0.7},
                                {"top_k", 20},
                                {"top_p", 0.9},
                                {"min_p", 0.05},
                                {"typical_p", 0.8},
                                {"epsilon_cutoff", 0.01},
                                {"eta_cutoff", 0.02},
                                {"renormalize_logits", true}});
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_TRUE(read.sample);
  EXPECT_TRUE(read.renormalize);
  EXPECT_EQ(read.returnCount, 3);
  EXPECT_EQ(read.topK, 20);
  EXPECT_EQ(read.temperature, 0.7);
  EXPECT_EQ(read.topP, 0.9);
  EXPECT_EQ(read.minP, 0.05);
  EXPECT_EQ(read.typicalP, 0.8);
  EXPECT_EQ(read.epsilonCutoff, 0.01);
  EXPECT_EQ(read.etaCutoff, 0.02);
}

TEST(Generation, TopKIsFiftyUnlessItIsNull) {
  TestCheckpoint checkpoint("t5");
  EXPECT_EQ(checkpoint.describe().generation.topK, 50);
  checkpoint.generation["top_k"] = nullptr;
  EXPECT_EQ(checkpoint.describe().generation.topK, 0);
}

TEST(Generation, GroupsOfBeamsAreReadAndNotSampled) {
  TestCheckpoint checkpoint("t5");
  checkpoint.generation.update(
      {{"num_beams", 6}, {"num_beam_groups", 3}, {"diversity_penalty", 0.5}});
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_EQ(read.beamGroups, 3);
  EXPECT_EQ(read.diversityPenalty, 0.5);
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  checkpoint.generation["do_sample"] = true;
  EXPECT_FALSE(checkpoint.describe().generation.sample);
  ASSERT_EQ(checkpoint.warnings.size(), 1u);
  EXPECT_THAT(checkpoint.warnings[0],
              AllOf(HasSubstr("do_sample"), HasSubstr("num_beam_groups = 3")));
  checkpoint.generation["num_beam_groups"] = 4;
  EXPECT_THAT(checkpoint.error(), HasSubstr("a divisor of num_beams = 6"));
}

TEST(Generation, BeamsAreSampled) {
  TestCheckpoint checkpoint("t5");
  checkpoint.generation.update({{"do_sample", true}, {"num_beams", 4}});
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_TRUE(read.sample);
  EXPECT_EQ(read.beams, 4);
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(Generation, SettingsOfSamplingAreOnlyCheckedForModelsThatSample) {
  for (auto [key, value] : std::vector<std::pair<const char *, Json>>{
           {"temperature", 0.0}, {"top_k", -1}, {"top_p", 1.5}, {"typical_p", "x"}}) {
    TestCheckpoint checkpoint("t5");
    checkpoint.generation[key] = value;
    GenerationDefaults read = checkpoint.describe().generation;
    EXPECT_EQ(read.temperature, 1);
    EXPECT_EQ(read.topK, 50);
    ASSERT_EQ(checkpoint.warnings.size(), 1u) << key;
    EXPECT_THAT(checkpoint.warnings[0], AllOf(HasSubstr(key), HasSubstr("do_sample is not set")));
    checkpoint.generation.update({{"do_sample", true}, {"num_beams", 1}});
    EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("generation_config.json"), HasSubstr(key)));
  }
}

TEST(Generation, TokensOutsideTheVocabularyAreLeftOutOrRefused) {
  TestCheckpoint checkpoint("t5");
  checkpoint.generation["suppress_tokens"] = {5, 320};
  checkpoint.generation["bad_words_ids"] = {{1, 400}, {2}};
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_THAT(read.suppressedIds, ElementsAre(5));
  EXPECT_THAT(read.badWords, ElementsAre(ElementsAre(2)));
  EXPECT_EQ(checkpoint.warnings.size(), 2u);
  checkpoint.generation["sequence_bias"] = {{{1, 400}, 1.5}, {{2}, 2.5}};
  EXPECT_THAT(checkpoint.describe().generation.sequenceBiases,
              ElementsAre(BiasedSequence{{2}, 2.5}));
  checkpoint.generation["decoder_start_token_id"] = 320;
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("generation_config.json"),
                                        HasSubstr("decoder_start_token_id"), HasSubstr("320")));
}

TEST(Generation, RefusesWrongTypesAndRangesByName) {
  for (auto [key, value] :
       std::vector<std::pair<const char *, Json>>{{"eos_token_id", -1},
                                                  {"eos_token_id", {1, "2"}},
                                                  {"eos_token_id", 4294967296},
                                                  {"decoder_start_token_id", {0, 1}},
                                                  {"forced_eos_token_id", {0, 1}},
                                                  {"num_beams", 0},
                                                  {"num_beams", 1e9},
                                                  {"num_return_sequences", 2},
                                                  {"max_length", 0},
                                                  {"min_length", -1},
                                                  {"max_new_tokens", 0},
                                                  {"no_repeat_ngram_size", -1},
                                                  {"early_stopping", "sometimes"},
                                                  {"early_stopping", 1},
                                                  {"length_penalty", "1"},
                                                  {"repetition_penalty", 0},
                                                  {"repetition_penalty", -2.0},
                                                  {"bad_words_ids", {1}},
                                                  {"bad_words_ids", Json::array({Json::array()})},
                                                  {"bad_words_ids", {{-1}}},
                                                  {"suppress_tokens", {1.5}},
                                                  {"encoder_repetition_penalty", 0},
                                                  {"exponential_decay_length_penalty", 1.5},
                                                  {"exponential_decay_length_penalty", {1}},
                                                  {"exponential_decay_length_penalty", {1.5, 2}},
                                                  {"exponential_decay_length_penalty", {1, 0}},
                                                  {"sequence_bias", {{{1}, "x"}}},
                                                  {"sequence_bias", {{1, 2.5}}},
                                                  {"sequence_bias", {{{1}, 2.5, 3}}},
                                                  {"sequence_bias", {{Json::array(), 2.5}}},
                                                  {"sequence_bias", {{{-1}, 2.5}}},
                                                  {"stop_strings", 3},
                                                  {"stop_strings", {"a", 3}},
                                                  {"stop_strings", {""}},
                                                  {"stop_strings", {std::string(1, '\0')}}}) {
    TestCheckpoint checkpoint("t5");
    checkpoint.generation[key] = value;
    EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("generation_config.json"), HasSubstr(key)))
        << value;
  }
  TestCheckpoint checkpoint("t5");
  checkpoint.generation = Json::array();
  EXPECT_THAT(checkpoint.error(), HasSubstr("generation_config.json"));
}

} // namespace
} // namespace transept::frontend
