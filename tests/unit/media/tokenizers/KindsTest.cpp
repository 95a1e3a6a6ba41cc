// SPDX-License-Identifier: Apache-2.0
//
// What single kinds add: languages, transcripts, settings, and files that are wrong in their own
// ways.

#include "GoldenTokenizer.h"
#include "base/Error.h"
#include "tests/support/ErrorOf.h"

#include <algorithm>
#include <array>
#include <gmock/gmock.h>

namespace transept::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;

std::unique_ptr<Tokenizer> create(const std::string &folder, const Files &files,
                                  const Settings &changes = {}) {
  Settings settings = settingsOf(folder);
  for (const auto &[key, value] : changes)
    settings[key] = value;
  return createTokenizer(kindOf(folder), settings, assetsOf(files));
}

std::string errorOf(const std::string &folder, const Files &files, const Settings &changes = {}) {
  return transept::errorOf([&] { create(folder, files, changes); });
}

TEST(Languages, HaveTheIdsThatTheFilesGiveThem) {
  for (auto [folder, name, token] :
       {std::array{"mbart", "de_DE", "de_DE"}, std::array{"mbart50", "fr_XX", "fr_XX"},
        std::array{"nllb", "deu_Latn", "deu_Latn"}, std::array{"m2m_100", "de", "__de__"},
        std::array{"whisper", "de", "<|de|>"}}) {
    auto tokenizer = createGoldenTokenizer(folder);
    int32_t id = tokenizer->languageId(name);
    EXPECT_GE(id, 0) << folder;
    EXPECT_EQ(tokenizer->languageId(token), id) << folder;
    EXPECT_EQ(tokenizer->languageId("xx_YY"), -1) << folder;
    EXPECT_EQ(tokenizer->languageId(""), -1) << folder;
    auto names = tokenizer->languages();
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << folder;
    EXPECT_EQ(tokenizer->decode(Ids{id}, {.skipSpecialTokens = false}), token) << folder;
    // Targets begin with it, or end with it.
    Ids target = tokenizer->encodeTarget("word", {.language = id});
    EXPECT_EQ(std::count(target.begin(), target.end(), id), 1) << folder;
  }
  EXPECT_TRUE(createGoldenTokenizer("bart")->languages().empty());
  EXPECT_EQ(createGoldenTokenizer("m2m_100")->languages().size(), 100u);
  EXPECT_EQ(createGoldenTokenizer("nllb")->languages().size(), 202u);
}

TEST(Languages, OfASingleTextReplaceTheSettings) {
  auto tokenizer = createGoldenTokenizer("nllb");
  Ids usual = tokenizer->encode("word");
  int32_t french = tokenizer->languageId("fra_Latn");
  Ids frenchWord = tokenizer->encode("word", {.language = french});
  EXPECT_NE(usual.front(), french);
  EXPECT_EQ(frenchWord.front(), french);
  EXPECT_EQ(Ids(usual.begin() + 1, usual.end()), Ids(frenchWord.begin() + 1, frenchWord.end()));
}

TEST(Languages, OfTheSettingsMustExist) {
  Files files = readGoldenFiles("mbart");
  EXPECT_THAT(errorOf("mbart", files, {{"source_language", "xx"}}),
              testing::AllOf(HasSubstr("source_language"), HasSubstr("'xx'"), HasSubstr("de_DE")));
  EXPECT_THAT(errorOf("mbart", files, {{"prefix", R"(["<x>"])"}}), HasSubstr("<x>"));
  EXPECT_THAT(errorOf("mbart", files, {{"prefix", "{}"}}), HasSubstr("prefix"));
  EXPECT_THAT(errorOf("mbart", files, {{"languages", "[1]"}}), HasSubstr("languages"));
  EXPECT_THAT(errorOf("mbart", files, {{"decoding", "x"}}),
              testing::AllOf(HasSubstr("decoding"), HasSubstr("model, concatenate")));
}

TEST(Languages, WithoutATargetLanguageOnlyTheEndIsMarked) {
  auto tokenizer = create("mbart50", readGoldenFiles("mbart50"), {{"target_language", ""}});
  EXPECT_EQ(tokenizer->encodeTarget(""), (Ids{tokenizer->endId()}));
}

TEST(Transcripts, AreDecodedWithAndWithoutTimestampsAsRecorded) {
  auto tokenizer = createGoldenTokenizer("whisper");
  auto goldens = nlohmann::json::parse(readGoldenFiles("whisper").at("tokenizer_goldens.json"));
  const auto &recorded = goldens["timestamp_case"];
  const Ids ids = recorded["ids"];
  EXPECT_EQ(tokenizer->decode(ids), recorded["decoded_skip_special"].get<std::string>());
  EXPECT_EQ(tokenizer->decode(ids, {.skipSpecialTokens = false, .withTimestamps = true}),
            recorded["decoded_with_timestamps"].get<std::string>());
  EXPECT_EQ(tokenizer->decode(ids, {.withTimestamps = true}),
            recorded["decoded_with_timestamps_skip_special"].get<std::string>());
  Ids prefix = tokenizer->encode("");
  prefix.pop_back();
  EXPECT_EQ(prefix, goldens["prefix_tokens_german_transcribe"].get<Ids>());
}

TEST(Transcripts, LoseTheirPromptAndCountTimesOn) {
  auto tokenizer = createGoldenTokenizer("whisper");
  auto id = [&](const char *token) {
    return tokenizer->encode(token, {.addSpecialTokens = false}).front();
  };
  const Ids word = tokenizer->encode(" boat", {.addSpecialTokens = false});
  Ids ids = {id("<|startofprev|>"), id("!"), id("<|startoftranscript|>")};
  ids.insert(ids.end(), word.begin(), word.end());
  EXPECT_EQ(tokenizer->decode(ids), " boat");
  const Ids timed = {id("<|0.00|>"), id("<|0.40|>"), id("<|0.00|>"), id("<|0.20|>")};
  EXPECT_EQ(tokenizer->decode(timed, {.withTimestamps = true}), "<|0.00|><|0.40|><|0.40|><|0.60|>");
}

TEST(Transcripts, LeaveOutTextThatIsWrittenAsATimestamp) {
  auto tokenizer = createGoldenTokenizer("whisper");
  auto decoded = [&](const std::string &text) {
    // Not as one token, which a timestamp of the vocabulary would be.
    Ids ids;
    for (char c : text) {
      Ids one = tokenizer->encode(std::string(1, c), {.addSpecialTokens = false});
      ids.insert(ids.end(), one.begin(), one.end());
    }
    return tokenizer->decode(ids);
  };
  EXPECT_EQ(decoded("a<|0.40|>b<|12.345|><|1.0|>"), "ab");
  for (const char *text : {"<|0.40|", "<|0.40>", "<|0.|>", "<|.40|>", "<|0|>", "<|0,40|>",
                           "|0.40|>", "120.40|>", "<|a.40|>", "<|0.4a|>"})
    EXPECT_EQ(decoded(text), text);
}

TEST(ByteLevelBpe, AddsABlankInFrontWhereAsked) {
  Files files = readGoldenFiles("blenderbot");
  auto with = create("blenderbot", files, {{"add_prefix_space", "true"}});
  auto without = create("blenderbot", files);
  EXPECT_EQ(with->encode("word"), without->encode(" word"));
  EXPECT_EQ(with->encode(" word"), without->encode(" word"));
  EXPECT_EQ(with->encode(""), without->encode(""));
}

TEST(ByteLevelBpe, MergesToWhatIsNoTokenBecomeTheUnknownToken) {
  Files files = readGoldenFiles("bart");
  files["merges.txt"] += "x q\n";
  auto tokenizer = create("bart", files);
  EXPECT_EQ(tokenizer->encode("xq", {.addSpecialTokens = false}), (Ids{tokenizer->unknownId()}));
}

TEST(ByteLevelBpe, RefusesMergesThatAreCut) {
  for (const char *folder : {"bart", "gpt2", "blenderbot", "whisper"}) {
    const Files whole = readGoldenFiles(folder);
    Files files = whole;
    std::string &merges = files["merges.txt"];
    for (size_t part : {size_t(0), merges.size() / 4, merges.size() / 4 * 3}) {
      merges = whole.at("merges.txt").substr(0, part);
      EXPECT_THAT(errorOf(folder, files), HasSubstr("merges.txt: found merges for ")) << folder;
    }
    // Some tokens are added to a vocabulary, and no merge makes them.
    merges = whole.at("merges.txt");
    files["vocab.json"].insert(1, R"("<new>": 561, "<newer>": 562, )");
    EXPECT_EQ(errorOf(folder, files), "no error");
  }
}

TEST(ByteLevelBpe, NeedsTokens) {
  Files files = readGoldenFiles("bart");
  for (const char *nothing : {"{}", "[]"}) {
    files["vocab.json"] = nothing;
    EXPECT_THAT(errorOf("bart", files), HasSubstr("vocab.json: found no token")) << nothing;
  }
}

TEST(ByteLevelBpe, RefusesIdsThatAreNoIds) {
  Files files = readGoldenFiles("gpt2");
  for (const char *value : {"-1", "4294967296", "1e3", "\"1\"", "[]"}) {
    files["vocab.json"] = std::string("{\"a\": ") + value + "}";
    EXPECT_THAT(errorOf("gpt2", files), HasSubstr("vocab.json: a")) << value;
  }
  files["vocab.json"] = R"({"a": 2147483647, "b": 2147483647})";
  EXPECT_EQ(errorOf("gpt2", files), "no error");
}

TEST(WordPieceTokenizer, NeedsAVocabularyAndAnUnknownToken) {
  Files files = readGoldenFiles("bert_cased");
  files["vocab.txt"] = "";
  EXPECT_THAT(errorOf("bert_cased", files), HasSubstr("vocab.txt"));
  files = readGoldenFiles("bert_cased");
  files.erase("special_tokens_map.json");
  files["tokenizer_config.json"] = R"({"unk_token": null})";
  EXPECT_THAT(errorOf("bert_cased", files), HasSubstr("unk_token"));
}

TEST(WordPieceTokenizer, LowersTheTextBeforeAddedTokensAreCutOut) {
  Files files = readGoldenFiles("bert_uncased");
  auto tokenizer =
      create("bert_uncased", files, {{"added_tokens_decoder", R"({"900": {"content": "foo"}})"}});
  EXPECT_EQ(tokenizer->encode("FOO", {.addSpecialTokens = false}), (Ids{900}));
  EXPECT_EQ(tokenizer->encode("[SEP]", {.addSpecialTokens = false}).size(), 1u);
  EXPECT_GT(tokenizer->encode("[sep]", {.addSpecialTokens = false}).size(), 1u);
}

TEST(WordPieceTokenizer, ReadsLinesOfEitherEnding) {
  Files files = readGoldenFiles("bert_cased");
  auto usual = create("bert_cased", files);
  std::string text;
  for (char c : files["vocab.txt"])
    text += c == '\n' ? "\r\n" : std::string(1, c);
  files["vocab.txt"] = text;
  EXPECT_EQ(create("bert_cased", files)->encode("The small boat"), usual->encode("The small boat"));
}

TEST(SentencePiece, ChangesCaseWhereAsked) {
  Files files = readGoldenFiles("speech_to_text");
  auto usual = create("speech_to_text", files);
  auto changed =
      create("speech_to_text", files, {{"do_lower_case", "true"}, {"do_upper_case", "true"}});
  EXPECT_EQ(changed->encode("THE Boat</s>"), usual->encode("the boat</s>"));
  EXPECT_EQ(changed->decode(usual->encode("the boat")), "THE BOAT");
}

TEST(SentencePiece, TakesTheOldestLayoutOfFiles) {
  // Only the model: languages and mask are where the class puts them.
  Files files = readGoldenFiles("mbart");
  Files bare = {{"sentencepiece.bpe.model", files.at("sentencepiece.bpe.model")}};
  auto whole = create("mbart", files), old = create("mbart", bare);
  for (const char *text : {"Hello world", "a <mask> b", "<s></s><unk>", "x de_DE y"})
    EXPECT_EQ(old->encode(text), whole->encode(text)) << text;
  files = readGoldenFiles("pegasus");
  bare = {{"spiece.model", files.at("spiece.model")}};
  whole = create("pegasus", files), old = create("pegasus", bare);
  for (const char *text : {"Hello world", "a <mask_1> b <mask_2>", "<unk_5>"})
    EXPECT_EQ(old->encode(text), whole->encode(text)) << text;
}

TEST(SentencePiece, RefusesSettingsOutOfRange) {
  Files files = readGoldenFiles("pegasus");
  EXPECT_THAT(errorOf("pegasus", files, {{"id_offset", "-1"}}), HasSubstr("id_offset"));
  EXPECT_THAT(errorOf("pegasus", files, {{"id_offset", "99999999999"}}), HasSubstr("id_offset"));
  EXPECT_THAT(errorOf("pegasus", files, {{"model_file", "x.model"}}), HasSubstr("x.model"));
}

} // namespace
} // namespace transept::text
