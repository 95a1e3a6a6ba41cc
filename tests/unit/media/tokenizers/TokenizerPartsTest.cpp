// SPDX-License-Identifier: Apache-2.0
//
// Single parts of tokenizers whose results can be read off, and files that ask for more than a text
// needs.

#include "GoldenTokenizer.h"
#include "TokenizerJsonFile.h"
#include "media/text/Characters.h"
#include "tests/support/ErrorOf.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace transept::text {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;

json bpe(const std::string &vocabulary, const std::string &merges) {
  return json::parse(R"({"model": {"type": "BPE", "vocab": )" + vocabulary + R"(, "merges": )" +
                     merges + "}}");
}

TEST(BytePairs, MergeIdsWhateverTheirTexts) {
  // 'b' is 'a' to the merges.
  json file = bpe(R"({"a": 0, "b": 0, "c": 1, "ac": 2})", R"(["a c"])");
  EXPECT_EQ(create(file)->encode("bc"), (Ids{2}));
}

TEST(Decoders, SuffixesOfWordsBecomeBlanksButTheLast) {
  json file = bpe(R"({"a": 0, "b</w>": 1, "c</w>": 2, "d#": 3})", "[]");
  file["decoder"] = {{"type", "BPEDecoder"}};
  EXPECT_EQ(create(file)->decode(Ids{0, 1, 2}), "ab c");
  file["decoder"]["suffix"] = "#";
  EXPECT_EQ(create(file)->decode(Ids{3, 0, 3}), "d ad");
}

TEST(Normalizers, StripAccentsTakesMarksOfEveryWidthAndNothingElse) {
  json file = bpe(R"({"a": 0, "b": 1, "ab": 2})", R"(["a b"])");
  file["normalizer"] = {{"type", "StripAccents"}};
  // Without width, with width, enclosing.
  EXPECT_EQ(create(file)->encode("a\u0301b\u0903\u20dd"), (Ids{2}));
}

TEST(PreTokenizers, SplitUnlessToldNotTo) {
  json file = bpe(R"({"▁": 0, "a": 1, "a▁": 2, "Ġ": 3, "aĠ": 4})", R"(["a ▁", "a Ġ"])");
  file["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "▁"}};
  EXPECT_EQ(create(file)->encode("a a"), (Ids{0, 1, 0, 1}));
  file["pre_tokenizer"]["split"] = false;
  EXPECT_EQ(create(file)->encode("a a"), (Ids{0, 2, 1}));
  file["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
  EXPECT_EQ(create(file)->encode("a a"), (Ids{1, 3, 1}));
  file["pre_tokenizer"]["use_regex"] = false;
  EXPECT_EQ(create(file)->encode("a a"), (Ids{4, 1}));
}

TEST(PreTokenizers, EachOfSeveralMarksBeginsAPart) {
  for (const char *mark : {"_", "▁"}) {
    json file = bpe(fmt::format(R"({{"{0}": 0, "a": 1, "{0}{0}": 2, "{0}a": 3, "a{0}": 4}})", mark),
                    fmt::format(R"(["{0} {0}", "{0} a", "a {0}"])", mark));
    file["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", mark}};
    EXPECT_EQ(create(file)->encode("a  a   a "), (Ids{3, 0, 3, 0, 0, 3, 0})) << mark;
    EXPECT_EQ(create(file)->encode("   "), (Ids{0, 0, 0})) << mark;
  }
}

TEST(Characters, OthersAreControlsFormatsAndPrivateUse) {
  for (char32_t character : {U'\x01', U'\u00ad', U'\ue000', U'\U0010fffd'})
    EXPECT_TRUE(isOther(character, Unassigned::Ignore)) << uint32_t(character);
  EXPECT_TRUE(isOther(U'\u0378', Unassigned::Count));
  EXPECT_FALSE(isOther(U'\u0378', Unassigned::Ignore));
  EXPECT_FALSE(isOther(U'a', Unassigned::Count));
}

TEST(Characters, IdeographsBeginAndEndWithTheirBlocks) {
  for (char32_t character : {U'\u4e00', U'\u9fff', U'\u3400', U'\U0002fa1f'})
    EXPECT_TRUE(isIdeograph(character)) << uint32_t(character);
  for (char32_t character : {U'\u4dff', U'\ua000', U'\u33ff', U'\U0002fa20'})
    EXPECT_FALSE(isIdeograph(character)) << uint32_t(character);
}

TEST(AddedTokens, OfSingleWordsStayPartOfAWordOnEitherSide) {
  Files files = readGoldenFiles("bert_cased");
  Settings settings = settingsOf("bert_cased");
  auto plain = createTokenizer("wordpiece", settings, assetsOf(files));
  settings["added_tokens_decoder"] = R"({"900": {"content": "foo", "single_word": true}})";
  auto added = createTokenizer("wordpiece", settings, assetsOf(files));
  for (const char *text : {"foobar", "barfoo"})
    EXPECT_EQ(added->encode(text), plain->encode(text)) << text;
  EXPECT_EQ(added->encode("foo", {.addSpecialTokens = false}), (Ids{900}));
  EXPECT_EQ(added->highestId(), 900);
}

TEST(TokenizerJson, RefusesTextsThatWouldGrowWithoutBound) {
  json file = bpe(R"({"a": 0})", "[]");
  json twice = {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}};
  for (auto [part, list] : {std::pair{"normalizer", "normalizers"}, {"decoder", "decoders"}}) {
    json steps = json::array();
    for (int step = 0; step < 12; ++step)
      steps.push_back(twice);
    json changed = file;
    changed[part] = {{"type", "Sequence"}, {list, steps}};
    EXPECT_EQ(errorOf([&] { create(changed); }), "no error");
    steps.insert(steps.end(), {twice, twice});
    changed[part][list] = steps;
    EXPECT_THAT(errorOf([&] { create(changed); }),
                AllOf(HasSubstr(part), HasSubstr("16384 times as long")));
    changed[part][list] = json(101, {{"type", "Lowercase"}});
    EXPECT_THAT(errorOf([&] { create(changed); }), HasSubstr("more than 100 steps"));
  }
}

TEST(TokenizerJson, RefusesFramesLargerThanAnyText) {
  json file = bpe(R"({"a": 0})", "[]");
  json special = {{"SpecialToken", {{"id", "x"}}}}, text = {{"Sequence", {{"id", "A"}}}};
  json single = json::array({text});
  for (int index = 0; index < 1000; ++index)
    single.push_back(special);
  file["post_processor"] = {{"type", "TemplateProcessing"},
                            {"special_tokens", {{"x", {{"ids", json::array({0})}}}}},
                            {"single", single}};
  EXPECT_EQ(create(file)->encode("a").size(), 1001u);
  file["post_processor"]["special_tokens"]["x"]["ids"] = json(1000, 0);
  EXPECT_THAT(errorOf([&] { create(file); }), HasSubstr("allowed are 1000"));
}

TEST(TokenizerFiles, ThatArePointersOfGitLfsSaySo) {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
  for (auto [folder, file] :
       {std::array{"t5", "spiece.model"}, std::array{"gpt2", "vocab.json"},
        std::array{"gpt2", "merges.txt"}, std::array{"bert_cased", "vocab.txt"},
        std::array{"bert_cased", "tokenizer_config.json"}}) {
    Files files = readGoldenFiles(folder);
    files[file] = pointer;
    EXPECT_THAT(
        errorOf([&] { createTokenizer(kindOf(folder), settingsOf(folder), assetsOf(files)); }),
        AllOf(HasSubstr(file), HasSubstr("git lfs pull")));
  }
}

TEST(TokenizerFiles, WithoutAnUnknownTokenNeedAllPieces) {
  Files files = readGoldenFiles("gpt2");
  Settings settings = settingsOf("gpt2");
  files.erase("special_tokens_map.json");
  files["tokenizer_config.json"] = R"({"unk_token": null})";
  files["vocab.json"] = R"({"a": 0})";
  EXPECT_THAT(errorOf([&] { createTokenizer("byte-level-bpe", settings, assetsOf(files)); }),
              AllOf(HasSubstr("unk_token"), HasSubstr("not in the vocabulary")));
}

TEST(Vocabularies, KnowTheirHighestId) {
  EXPECT_EQ(create(bpe(R"({"a": 0, "b": 70})", "[]"))->highestId(), 70);
  for (const std::string &folder : goldenFolders())
    EXPECT_GE(createGoldenTokenizer(folder)->highestId(), createGoldenTokenizer(folder)->endId())
        << folder;
}

} // namespace
} // namespace transept::text
