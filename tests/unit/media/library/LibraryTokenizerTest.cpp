// SPDX-License-Identifier: Apache-2.0
//
// What a library's manifest and assets say of its tokenizer.

#include "media/library/LibraryTokenizer.h"

#include "tests/support/ErrorOf.h"
#include "tests/unit/media/tokenizers/GoldenTokenizer.h"

#include <gmock/gmock.h>

namespace transept::media {
namespace {

transept_model_table tableOf(const std::string &manifest) {
  transept_model_table table{};
  table.manifest = manifest.c_str();
  table.manifest_size = manifest.size();
  return table;
}

TEST(LibraryTokenizer, IsThatOfTheManifestWithItsFiles) {
  const std::string bytes = R"({"tokenizer": {"kind": "bytes", "settings": {}}})";
  auto tokenizer = openTokenizer(tableOf(bytes));
  ASSERT_TRUE(tokenizer);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("word")), "word");

  auto found = text::findGoldenTokenizer("gpt2");
  const std::string files =
      nlohmann::json{{"tokenizer", {{"kind", found.kind}, {"settings", found.settings}}}}.dump();
  transept_model_table table = tableOf(files);
  EXPECT_NE(errorOf([&] { openTokenizer(table); }), "no error");
  text::Files contents = text::readGoldenFiles("gpt2");
  std::vector<transept_asset> assets;
  for (const auto &[name, content] : contents) {
    transept_asset &asset = assets.emplace_back();
    asset.name = name.c_str();
    asset.data = content.data();
    asset.size = content.size();
  }
  table.assets = assets.data();
  table.asset_count = assets.size();
  EXPECT_EQ(openTokenizer(table)->encode("Hello world"),
            text::createGoldenTokenizer("gpt2")->encode("Hello world"));
}

TEST(LibraryTokenizer, IsNoneWhereTheManifestNamesNone) {
  for (const std::string manifest :
       {"{}", R"({"tokenizer": null})", R"({"tokenizer": {"kind": "", "settings": {}}})"})
    EXPECT_FALSE(openTokenizer(tableOf(manifest))) << manifest;
  const std::string damaged = R"({"tokenizer": {"kind": "bytes")";
  EXPECT_THAT(errorOf([&] { openTokenizer(tableOf(damaged)); }),
              testing::HasSubstr("manifest of the library"));
}

TEST(LibraryTokenizer, PutsLanguagesWhereTheModelBegins) {
  auto tokenizer = text::createGoldenTokenizer("mbart50");
  transept_generation_defaults defaults{};
  transept_model_table table{};
  EXPECT_EQ(targetLanguagePlace(table, *tokenizer), LanguagePlace::ForcedBeginning);
  table.generation = &defaults;
  defaults.decoder_start_id = tokenizer->endId();
  EXPECT_EQ(targetLanguagePlace(table, *tokenizer), LanguagePlace::ForcedBeginning);
  defaults.decoder_start_id = tokenizer->languageId("de_DE");
  EXPECT_EQ(targetLanguagePlace(table, *tokenizer), LanguagePlace::DecoderStart);
  EXPECT_EQ(targetLanguagePlace(table, *text::createGoldenTokenizer("bart")),
            LanguagePlace::ForcedBeginning);
}

} // namespace
} // namespace transept::media
