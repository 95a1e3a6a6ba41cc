// SPDX-License-Identifier: Apache-2.0
//
// What generation_config.json says about the prompts of speech models, and that a description
// keeps all of it.

#include "tests/support/TestCheckpoint.h"

#include "compiler/frontend/description/DescriptionJson.h"

namespace transept::frontend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SpeechDefaults, AreReadFromTheGoldenFiles) {
  TestCheckpoint checkpoint("whisper");
  SpeechDefaults speech = checkpoint.describe().generation.speech.value();
  EXPECT_EQ(speech.transcriptStartId, 351);
  EXPECT_EQ(speech.transcribeId, 357);
  EXPECT_EQ(speech.translateId, 356);
  EXPECT_EQ(speech.noTimestampsId, 361);
  EXPECT_EQ(speech.maximumInitialTimestamp, 20);
  EXPECT_FALSE(speech.returnsTimestamps);
  std::map<std::string, int64_t> languages;
  for (const SpokenLanguage &language : speech.languages)
    languages[language.code] = language.id;
  EXPECT_EQ(languages,
            (std::map<std::string, int64_t>{{"en", 352}, {"fr", 353}, {"de", 354}, {"zh", 355}}));
  EXPECT_THAT(speech.alignmentHeads, IsEmpty());
  EXPECT_EQ(speech.medianFilterWidth, 7);
  EXPECT_FALSE(TestCheckpoint("t5").describe().generation.speech);
}

TEST(SpeechDefaults, AreAbsentWhereTheFilesDoNotKnowThem) {
  TestCheckpoint checkpoint("whisper");
  for (const char *key : {"lang_to_id", "task_to_id", "no_timestamps_token_id"})
    checkpoint.generation.erase(key);
  EXPECT_FALSE(checkpoint.describe().generation.speech);
  checkpoint.generation = nullptr;
  EXPECT_FALSE(checkpoint.describe().generation.speech);
}

TEST(SpeechDefaults, OfOneLanguageHaveNeitherLanguagesNorTasks) {
  TestCheckpoint checkpoint("whisper");
  checkpoint.generation["is_multilingual"] = false;
  checkpoint.generation["return_timestamps"] = true;
  checkpoint.generation.erase("max_initial_timestamp_index");
  SpeechDefaults speech = checkpoint.describe().generation.speech.value();
  EXPECT_THAT(speech.languages, IsEmpty());
  EXPECT_FALSE(speech.transcribeId || speech.translateId || speech.maximumInitialTimestamp);
  EXPECT_EQ(speech.noTimestampsId, 361);
  EXPECT_TRUE(speech.returnsTimestamps);
}

TEST(SpeechDefaults, AreKeptByTheDescriptionsJson) {
  TestCheckpoint checkpoint("whisper");
  checkpoint.config["median_filter_width"] = 5;
  checkpoint.generation["alignment_heads"] = {{2, 1}, {1, 0}};
  checkpoint.generation["language"] = "zh";
  checkpoint.generation["task"] = "translate";
  Description description = checkpoint.describe();
  const SpeechDefaults &speech = *description.generation.speech;
  ASSERT_EQ(speech.alignmentHeads.size(), 2u);
  EXPECT_EQ(speech.alignmentHeads[0].layer, 2);
  EXPECT_EQ(speech.alignmentHeads[0].head, 1);
  EXPECT_EQ(speech.medianFilterWidth, 5);
  std::string text = toJson(description);
  EXPECT_EQ(toJson(fromJson(text, "again")), text);
  EXPECT_THAT(text, HasSubstr("\"medianFilterWidth\": 5"));
}

TEST(SpeechDefaults, RefuseTokensAndHeadsThatDoNotExist) {
  struct {
    const char *key;
    Json value;
    const char *message;
  } cases[] = {
      {"lang_to_id", {{"<|en|>", 420}}, "lang_to_id.<|en|>: found 420"},
      {"lang_to_id", {352}, "an object of tokens"},
      {"task_to_id", {{"translate", -1}}, "task_to_id.translate: found -1"},
      {"no_timestamps_token_id", 5000, "below the vocabulary's size 420"},
      {"alignment_heads", {1, 2}, "an array of [layer, head]"},
      {"alignment_heads", Json::parse("[[3, 0]]"), "head 0 of layer 3, which does not exist"},
      {"alignment_heads", Json::parse("[[0, 2]]"), "head 2 of layer 0, which does not exist"},
  };
  for (const auto &[key, value, message] : cases) {
    TestCheckpoint checkpoint("whisper");
    checkpoint.generation[key] = value;
    EXPECT_THAT(checkpoint.error(), HasSubstr(message)) << key;
  }
  TestCheckpoint checkpoint("whisper");
  checkpoint.config["median_filter_width"] = 4;
  EXPECT_THAT(checkpoint.error(), HasSubstr("an odd number"));
}

TEST(SpeechDefaults, HaveTheLanguageAndTheTaskOfTheFile) {
  TestCheckpoint checkpoint("whisper");
  for (const char *name : {"<|fr|>", "fr", "French", "FR"}) {
    checkpoint.generation["language"] = name;
    checkpoint.generation["task"] = "translate";
    SpeechDefaults speech = checkpoint.describe().generation.speech.value();
    EXPECT_THAT(checkpoint.warnings, IsEmpty());
    EXPECT_EQ(speech.languageId, 353) << name;
    EXPECT_EQ(speech.taskId, 356);
    EXPECT_THAT(speech.promptIds, IsEmpty());
  }
  checkpoint.generation["task"] = "sing";
  EXPECT_THAT(checkpoint.error(), HasSubstr("task: found \"sing\""));
  checkpoint.generation["task"] = "transcribe";
  EXPECT_EQ(checkpoint.describe().generation.speech->taskId, 357);
  checkpoint.generation["language"] = "es";
  EXPECT_THAT(checkpoint.error(), HasSubstr("a language of lang_to_id: de, en, fr, zh"));
}

TEST(SpeechDefaults, KnowWhatBeginsTextFromBeforeThePrompt) {
  TestCheckpoint checkpoint("whisper");
  EXPECT_EQ(checkpoint.describe().generation.speech->previousTextId, 359);
  checkpoint.generation.erase("prev_sot_token_id");
  checkpoint.generation["suppress_tokens"] = {1, 7, 358, 360};
  EXPECT_EQ(checkpoint.describe().generation.speech->previousTextId, 358);
  checkpoint.generation["suppress_tokens"] = {1};
  EXPECT_EQ(checkpoint.describe().generation.speech->previousTextId, std::nullopt);
  checkpoint.generation["prev_sot_token_id"] = 420;
  EXPECT_THAT(checkpoint.error(), HasSubstr("prev_sot_token_id: found 420"));
}

TEST(SpeechDefaults, HaveThePromptThatIsForced) {
  TestCheckpoint checkpoint("whisper");
  checkpoint.generation["forced_decoder_ids"] = Json::parse("[[1, 354], [2, 357], [3, 361]]");
  SpeechDefaults speech = checkpoint.describe().generation.speech.value();
  EXPECT_THAT(speech.promptIds, ElementsAre(354, 357, 361));
  checkpoint.generation["forced_decoder_ids"] = Json::parse("[[1, null], [2, 357], [3, null]]");
  EXPECT_THAT(checkpoint.describe().generation.speech->promptIds, ElementsAre(-1, 357));
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  checkpoint.generation["task"] = "transcribe";
  EXPECT_THAT(checkpoint.describe().generation.speech->promptIds, IsEmpty());
  EXPECT_THAT(checkpoint.warnings, ElementsAre(HasSubstr("forced_decoder_ids has no effect")));
}

TEST(SpeechDefaults, HaveThePromptOfOlderCheckpoints) {
  TestCheckpoint checkpoint("whisper");
  checkpoint.config["forced_decoder_ids"] = Json::parse("[[1, 354], [2, 357]]");
  EXPECT_THAT(checkpoint.describe().generation.speech->promptIds, ElementsAre(354, 357));
  checkpoint.generation["forced_decoder_ids"] = Json::parse("[[1, 353]]");
  EXPECT_THAT(checkpoint.describe().generation.speech->promptIds, ElementsAre(353));
  checkpoint.generation = nullptr;
  SpeechDefaults speech = checkpoint.describe().generation.speech.value();
  EXPECT_THAT(speech.promptIds, ElementsAre(354, 357));
  EXPECT_EQ(speech.transcriptStartId, 351);
  EXPECT_THAT(speech.languages, IsEmpty());
  EXPECT_FALSE(speech.noTimestampsId);
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(SpeechDefaults, RefuseForcedIdsThatAreNoPrompt) {
  for (const char *ids : {"[[2, 354]]", "[[1, 354], [3, 357]]", "[1, 354]", "[[1, 420]]", "354"}) {
    TestCheckpoint checkpoint("whisper");
    checkpoint.generation["forced_decoder_ids"] = Json::parse(ids);
    EXPECT_THAT(checkpoint.error(), HasSubstr("forced_decoder_ids: found")) << ids;
  }
}

TEST(SpeechDefaults, PromptsAreForModelsThatHaveThem) {
  TestCheckpoint checkpoint("speech_to_text");
  checkpoint.generation["forced_decoder_ids"] = Json::parse("[[1, 5]]");
  checkpoint.generation["language"] = "fr";
  EXPECT_FALSE(checkpoint.describe().generation.speech);
  EXPECT_EQ(checkpoint.warnings.size(), 2u);
}

} // namespace
} // namespace transept::frontend
