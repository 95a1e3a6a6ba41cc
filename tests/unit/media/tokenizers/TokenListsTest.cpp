// SPDX-License-Identifier: Apache-2.0
//
// Folders of CTranslate2 with copied sentencepiece models and no other vocabulary than
// CTranslate2's lists: texts get the ids that the checkpoint's own files give them.

#include "GoldenTokenizer.h"
#include "base/Error.h"
#include "tests/support/TestCheckpoint.h"

#include <gmock/gmock.h>

namespace transept::text {
namespace {

using frontend::TemporaryDirectory;
using Json = nlohmann::json;

const std::vector<std::string> texts = {"The second half of the journey.", "",
                                        "a  b\n日本語 <pad> x", ">>deu<< Straße", "</s> <unk>"};

/// The tokens of vocab.json in the order of their ids.
std::vector<std::string> tokensOf(const std::string &folder) {
  std::vector<std::string> tokens;
  const Json vocabulary = Json::parse(readGoldenFiles(folder).at("vocab.json"));
  for (const auto &[token, id] : vocabulary.items()) {
    tokens.resize(std::max(tokens.size(), id.get<size_t>() + 1));
    tokens[id.get<size_t>()] = token;
  }
  return tokens;
}

/// What the compiler makes of a folder; each file as itself, or as a library carries it.
std::unique_ptr<Tokenizer> open(const TemporaryDirectory &directory, const std::string &family,
                                bool isCompiled) {
  std::vector<std::string> warnings;
  frontend::Tokenizer found = frontend::findTokenizer(directory.path(), family, warnings);
  EXPECT_THAT(warnings, testing::IsEmpty());
  static Files files;
  files.clear();
  for (const std::string &name : found.files) {
    std::ifstream stream(directory.path() + "/" + name, std::ios::binary);
    files[name].assign(std::istreambuf_iterator<char>(stream), {});
  }
  auto tokenizer = createTokenizer(found.kind, found.settings, assetsOf(files));
  if (!isCompiled)
    return tokenizer;
  for (CompiledFile &file : tokenizer->compile())
    files.at(file.name) = std::move(file.bytes);
  return createTokenizer(found.kind, found.settings, assetsOf(files));
}

TEST(TokenLists, ServeAsMariansVocabulary) {
  const Files golden = readGoldenFiles("marian");
  const std::unique_ptr<Tokenizer> expected = createGoldenTokenizer("marian");
  std::vector<std::string> tokens = tokensOf("marian");
  ASSERT_EQ(tokens.back(), "<pad>");
  tokens.pop_back(); // as CTranslate2's converter does
  for (bool isSeparate : {false, true})
    for (bool isCompiled : {false, true}) {
      TemporaryDirectory directory;
      for (const char *name : {"source.spm", "target.spm"})
        directory.write(name, golden.at(name));
      directory.write(isSeparate ? "source_vocabulary.json" : "shared_vocabulary.json",
                      Json(tokens).dump());
      if (isSeparate)
        directory.write("target_vocabulary.json", Json(tokens).dump());
      const std::unique_ptr<Tokenizer> found = open(directory, "marian", isCompiled);
      EXPECT_EQ(found->highestId(), int32_t(tokens.size()) - 1);
      EXPECT_EQ(found->endId(), expected->endId());
      EXPECT_EQ(found->paddingId(), expected->endId());
      for (const std::string &text : texts) {
        if (text.find("<pad>") != std::string::npos)
          continue; // which is no token here
        const std::vector<int32_t> ids = found->encode(text);
        EXPECT_EQ(ids, expected->encode(text)) << text;
        EXPECT_EQ(found->encodeTarget(text), expected->encodeTarget(text)) << text;
        EXPECT_EQ(found->decode(ids), expected->decode(ids)) << text;
      }
    }
}

TEST(TokenLists, ServeAsAVocabularyWithLanguages) {
  const std::unique_ptr<Tokenizer> expected = createGoldenTokenizer("m2m_100");
  std::vector<std::string> tokens = tokensOf("m2m_100");
  for (const std::string &language : expected->languages()) {
    const auto id = size_t(expected->languageId(language));
    tokens.resize(std::max(tokens.size(), id + 1));
    tokens[id] = "__" + language + "__";
  }
  TemporaryDirectory directory;
  directory.write("sentencepiece.bpe.model",
                  readGoldenFiles("m2m_100").at("sentencepiece.bpe.model"));
  directory.write("shared_vocabulary.json", Json(tokens).dump());
  for (bool isCompiled : {false, true}) {
    const std::unique_ptr<Tokenizer> found = open(directory, "m2m_100", isCompiled);
    EXPECT_EQ(found->languages(), expected->languages());
    for (const std::string &language : expected->languages())
      EXPECT_EQ(found->languageId(language), expected->languageId(language)) << language;
    for (const std::string &text : texts) {
      const EncodeOptions german{.language = expected->languageId("de")};
      const std::vector<int32_t> ids = found->encode(text, german);
      EXPECT_EQ(ids, expected->encode(text, german)) << text;
      EXPECT_EQ(found->decode(ids), expected->decode(ids)) << text;
    }
  }
}

TEST(TokenLists, AreRefusedWhereAnElementIsNoToken) {
  TemporaryDirectory directory;
  for (const char *name : {"source.spm", "target.spm"})
    directory.write(name, readGoldenFiles("marian").at(name));
  directory.write("shared_vocabulary.json", R"(["</s>", 7])");
  try {
    open(directory, "marian", false);
    FAIL() << "it was taken";
  } catch (const InputError &error) {
    EXPECT_STREQ(error.what(), "shared_vocabulary.json[1]: found 7, allowed is a token");
  }
}

} // namespace
} // namespace transept::text
