// SPDX-License-Identifier: Apache-2.0
//
// Transcripts of the toy model: their prompts, against the dense reference with the same prompts,
// and how they are cut into segments.

#include "transept/speech.h"
#include "ReferenceSearch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The toy's ids: 30 en, 31 de, 32 zh, 33 transcribe, 34 translate, 35 no timestamps, 36 to 49.
constexpr std::uint32_t vocabulary = 50;
constexpr Id firstTimestamp = 36;

std::vector<Id> promptOf(const Transcript &transcript) {
  return {transcript.ids.begin(), transcript.ids.end() - std::ptrdiff_t(transcript.text().size())};
}

std::string refusal(const std::function<void()> &call) {
  try {
    call();
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

class Speech : public testing::Test {
protected:
  Speech() { toy.speak(firstTimestamp, 4); }

  ToyModel toy{3, vocabulary, 1};
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
};

TEST_F(Speech, IsPromptedWithLanguageTaskAndTimestamps) {
  auto prompt = [&](const SpeechOptions &options) {
    return promptOf(transcribe(model, source, options));
  };
  EXPECT_THAT(prompt({.language = "en"}), ElementsAre(1, 30, 33, 35));
  EXPECT_THAT(prompt({.language = "zh", .task = SpeechTask::Translate}),
              ElementsAre(1, 32, 34, 35));
  EXPECT_THAT(prompt({.language = "de", .timestamps = true}), ElementsAre(1, 31, 33));
  EXPECT_THAT(prompt({.language = "de", .task = std::nullopt}), ElementsAre(1, 31, 35));
  toy.speech.returns_timestamps = 1;
  EXPECT_THAT(prompt({.language = "en"}), ElementsAre(1, 30, 33));
  EXPECT_THAT(prompt({.language = "en", .timestamps = false}), ElementsAre(1, 30, 33, 35));
}

TEST_F(Speech, DetectsEachSourcesLanguage) {
  std::vector<Source> sources;
  for (Id id = 3; id != 25; ++id)
    sources.push_back(model.encode({id, 7}));
  std::vector<std::string> detected = detectLanguages(model, sources);
  std::vector<Transcript> transcripts = transcribeBatch(model, sources);
  std::vector<std::string> codes = languagesOf(model);
  EXPECT_THAT(codes, ElementsAre("en", "de", "zh"));
  for (std::size_t index = 0; index < sources.size(); ++index) {
    std::vector<float> logits = toy.logits(sources[index].ids(), std::vector<Id>{1});
    auto best = std::max_element(logits.begin() + 30, logits.begin() + 33) - logits.begin();
    EXPECT_EQ(detected[index], codes[std::size_t(best - 30)]);
    EXPECT_EQ(transcripts[index].language, detected[index]);
    EXPECT_EQ(promptOf(transcripts[index])[1], best);
  }
  for (const std::string &code : codes)
    EXPECT_NE(std::count(detected.begin(), detected.end(), code), 0) << code;
  EXPECT_THAT(transcribeBatch(model, {}), IsEmpty());
}

TEST_F(Speech, IsSearchedByTheRulesOfTimestampsWithItsPrompt) {
  for (int beams : {1, 3})
    for (bool timestamps : {false, true}) {
      ReferenceOptions expected;
      expected.beams = beams;
      expected.prompt = {1, 31, 34};
      expected.maximumLength = 17; // prompt included
      expected.beginningSuppressed = {2};
      if (timestamps) {
        expected.firstTimestamp = firstTimestamp;
        expected.maximumInitialTimestamp = 4;
      } else {
        expected.prompt.push_back(35);
      }
      Transcript transcript = transcribe(model, source,
                                         {.language = "de",
                                          .task = SpeechTask::Translate,
                                          .timestamps = timestamps,
                                          .generate = {.beams = beams,
                                                       .maximumLength = 17,
                                                       .beginningSuppressed = std::vector<Id>{2}}});
      Sequence best = referenceSearch(toy, source.ids(), expected)[0];
      EXPECT_EQ(transcript.sequence.ids, best.ids);
      EXPECT_EQ(transcript.promptLength, expected.prompt.size());
      std::span<const Id> ids = transcript.ids;
      EXPECT_TRUE(std::equal(ids.begin(), ids.end(), best.ids.begin()));
      EXPECT_EQ(std::count(ids.begin() + 3, ids.end(), 2), 0); // no end
    }
}

TEST_F(Speech, TextMayBeginWithWhatTheCallSays) {
  Transcript transcript =
      transcribe(model, source, {.language = "de", .generate = {.prompt = {8, 9}}});
  EXPECT_THAT(promptOf(transcript), ElementsAre(1, 31, 33, 35));
  EXPECT_THAT(transcript.text().first(2), ElementsAre(8, 9));
  ReferenceOptions expected;
  expected.prompt = {1, 31, 33, 35, 8, 9};
  expected.maximumLength = 20;
  EXPECT_EQ(transcript.sequence.ids, referenceSearch(toy, source.ids(), expected)[0].ids);
  EXPECT_THAT(transcript.segments[0].ids[0], 8);
}

TEST_F(Speech, LanguageAndTaskOfTheModelServeWhereNoneIsGiven) {
  auto prompt = [&](const SpeechOptions &options) {
    return promptOf(transcribe(model, source, options));
  };
  toy.speech.default_language = &toy.speech.languages[1];
  EXPECT_THAT(prompt({}), ElementsAre(1, 31, 33, 35));
  EXPECT_THAT(prompt({.task = std::nullopt}), ElementsAre(1, 31, 33, 35));
  EXPECT_THAT(prompt({.language = "en"}), ElementsAre(1, 30, 33, 35));
  toy.speech.default_task = TRANSEPT_TASK_TRANSLATE;
  EXPECT_THAT(prompt({.task = std::nullopt}), ElementsAre(1, 31, 34, 35));
  EXPECT_THAT(prompt({.language = "zh"}), ElementsAre(1, 32, 34, 35));
  EXPECT_THAT(prompt({.task = SpeechTask::Transcribe}), ElementsAre(1, 31, 33, 35));
}

TEST_F(Speech, APromptOfTheModelServesWhereNeitherLanguageNorTaskIsGiven) {
  auto prompt = [&](const SpeechOptions &options) {
    return promptOf(transcribe(model, source, options));
  };
  const Id german[] = {31, 34, 35}, detected[] = {-1, 34};
  toy.speech.default_prompt = german;
  toy.speech.default_prompt_length = 3;
  EXPECT_THAT(prompt({}), ElementsAre(1, 31, 34, 35));
  EXPECT_EQ(transcribe(model, source).language, "de");
  EXPECT_THAT(prompt({.timestamps = true}), ElementsAre(1, 31, 34));
  EXPECT_THAT(prompt({.language = "en"}), ElementsAre(1, 30, 33, 35));
  toy.speech.default_prompt = detected;
  toy.speech.default_prompt_length = 2;
  std::string language = detectLanguages(model, std::span(&source, 1))[0];
  Transcript transcript = transcribe(model, source, {.task = std::nullopt});
  EXPECT_EQ(transcript.language, language);
  EXPECT_EQ(promptOf(transcript).size(), 4u);
  EXPECT_THAT(promptOf(transcript), testing::IsSupersetOf({1, 34, 35}));
  toy.speech.language_count = 0;
  EXPECT_THAT(prompt({}), ElementsAre(1, 34, 35));
}

TEST_F(Speech, APromptMayNameWhatIsSpokenAndWhatTheTextIsIn) {
  auto prompt = [&](const SpeechOptions &options) {
    return promptOf(transcribe(model, source, options));
  };
  auto error = [&](const SpeechOptions &options) {
    return refusal([&] { transcribe(model, source, options); });
  };
  EXPECT_THAT(error({.textLanguage = "de"}),
              HasSubstr("textLanguage is de, but must be empty: the prompt of this model"));
  const Id both[] = {33, -1, -2, 35}, one[] = {-1, -1};
  toy.speech.default_prompt = both;
  toy.speech.default_prompt_length = 4;
  toy.speech.prompt_names_languages = 1;
  EXPECT_THAT(prompt({.language = "en"}), ElementsAre(1, 33, 30, 30, 35));
  EXPECT_THAT(prompt({.language = "en", .textLanguage = "zh"}), ElementsAre(1, 33, 30, 32, 35));
  EXPECT_THAT(prompt({.language = "de", .task = SpeechTask::Transcribe}),
              ElementsAre(1, 33, 31, 31, 35));
  EXPECT_THAT(error({}), HasSubstr("language is empty, but must be one of en, de, zh"));
  EXPECT_THAT(error({.language = "en", .textLanguage = "xx"}),
              HasSubstr("textLanguage is xx, but must be one of"));
  EXPECT_THAT(error({.language = "en", .task = SpeechTask::Translate}),
              HasSubstr("textLanguage says it"));
  const transept_language german{.code = "de", .id = 31, .reserved = 0};
  toy.speech.default_language = &german;
  EXPECT_THAT(prompt({}), ElementsAre(1, 33, 31, 31, 35));
  EXPECT_EQ(transcribe(model, source).language, "de");
  EXPECT_THAT(prompt({.textLanguage = "en"}), ElementsAre(1, 33, 31, 30, 35));
  toy.speech.default_prompt = one;
  toy.speech.default_prompt_length = 2;
  EXPECT_THAT(prompt({.language = "zh"}), ElementsAre(1, 32, 32, 35));
  EXPECT_THAT(error({.textLanguage = "en"}), HasSubstr("textLanguage"));
}

TEST_F(Speech, APromptMayNameTheTextsLanguageAlone) {
  const Id text[] = {-2};
  toy.speech.default_prompt = text;
  toy.speech.default_prompt_length = 1;
  toy.speech.prompt_names_languages = 1;
  toy.speech.no_timestamps_id = -1;
  EXPECT_THAT(promptOf(transcribe(model, source, {.textLanguage = "zh"})), ElementsAre(1, 32));
  EXPECT_EQ(transcribe(model, source, {.textLanguage = "zh"}).language, "");
  auto error = [&](const SpeechOptions &options) {
    return refusal([&] { transcribe(model, source, options); });
  };
  EXPECT_THAT(error({}), HasSubstr("textLanguage is empty, but must be one of en, de, zh"));
  EXPECT_THAT(error({.language = "en", .textLanguage = "de"}),
              HasSubstr("language is en, but must be empty: the prompt of this model names the "
                        "text's, textLanguage"));
}

TEST_F(Speech, OfOneLanguageIsPromptedWithoutLanguageAndTask) {
  toy.speech.language_count = 0;
  toy.speech.transcribe_id = toy.speech.translate_id = -1;
  Transcript transcript = transcribe(model, source);
  EXPECT_THAT(promptOf(transcript), ElementsAre(1, 35));
  EXPECT_EQ(transcript.language, "");
  EXPECT_THAT(promptOf(transcribe(model, source, {.timestamps = true})), ElementsAre(1));
  EXPECT_THAT(refusal([&] { transcribe(model, source, {.language = "en"}); }),
              HasSubstr("language is en, but must be empty"));
  EXPECT_THAT(refusal([&] { transcribe(model, source, {.task = SpeechTask::Translate}); }),
              HasSubstr("cannot translate"));
  EXPECT_THAT(refusal([&] { detectLanguages(model, std::span(&source, 1)); }),
              HasSubstr("no list of languages"));
}

TEST_F(Speech, RefusesWhatItCannotDo) {
  EXPECT_THAT(refusal([&] { transcribe(model, source, {.language = "english"}); }),
              HasSubstr("language is english, but must be empty or one of en, de, zh"));
  EXPECT_THAT(refusal([&] { transcribe(model, source, {.generate = {.prompt = {1}}}); }),
              HasSubstr("generate.prompt[0] is 1"));
  EXPECT_THAT(refusal([&] {
                transcribe(model, source, {.timestamps = true, .generate = {.prompts = {{5}}}});
              }),
              HasSubstr("generate.prompt"));
  EXPECT_THAT(refusal([&] { transcribe(model, source, {.generate = {.prompts = {{5}, {6}}}}); }),
              HasSubstr("generate.prompts is 2"));
  toy.speech.first_timestamp_id = -1;
  EXPECT_THAT(refusal([&] { transcribe(model, source, {.timestamps = true}); }),
              HasSubstr("no timestamps"));
  toy.table.speech = nullptr;
  EXPECT_THAT(refusal([&] { transcribe(model, source); }), HasSubstr("not a model of speech"));
}

struct Cut {
  std::size_t kept;
  std::vector<SpeechSegment> segments;
};

Cut cut(const std::vector<Id> &text) {
  Cut result{};
  result.kept = detail::cutAtTimestamps(text, 100, 30, result.segments);
  return result;
}

void expectSegment(const SpeechSegment &segment, double begin, double end, std::vector<Id> ids) {
  EXPECT_NEAR(segment.begin, begin, 1e-12);
  EXPECT_NEAR(segment.end, end, 1e-12);
  EXPECT_EQ(segment.ids, ids);
}

TEST(SpeechSegments, AreOneWithoutPairs) {
  expectSegment(cut({5, 6}).segments.at(0), 0, 30, {5, 6});
  expectSegment(cut({}).segments.at(0), 0, 30, {});
  expectSegment(cut({100, 5, 6}).segments.at(0), 0, 30, {5, 6});
  expectSegment(cut({103, 5, 6, 150}).segments.at(0), 0.06, 1, {5, 6});
  EXPECT_EQ(cut({103, 5, 6}).kept, 3u);
  EXPECT_EQ(cut({103, 5, 6}).segments.size(), 1u);
}

TEST(SpeechSegments, AreCutBetweenTheTimestampsOfAPair) {
  Cut result = cut({100, 5, 6, 150, 152, 7, 200, 200, 8, 9, 250});
  ASSERT_EQ(result.segments.size(), 3u);
  expectSegment(result.segments[0], 0, 1, {5, 6});
  expectSegment(result.segments[1], 1.04, 2, {7});
  expectSegment(result.segments[2], 2, 3, {8, 9});
  EXPECT_EQ(result.kept, 11u);
}

TEST(SpeechSegments, LoseAnUnfinishedLastOne) {
  Cut result = cut({100, 5, 6, 150, 150, 7, 200, 200, 8, 9});
  ASSERT_EQ(result.segments.size(), 2u);
  expectSegment(result.segments[1], 1, 2, {7});
  EXPECT_EQ(result.kept, 7u); // the second timestamp of the last pair is gone too
  EXPECT_EQ(cut({100, 5, 150, 150}).kept, 3u);
}

} // namespace
} // namespace transept::tests
