// SPDX-License-Identifier: Apache-2.0
//
// Tokenizers from compiled assets against those from the checkpoint's files: equal results for all
// kinds, errors for what is damaged, and vocabularies of 250,000 tokens, whose times are printed.

#include "GoldenTokenizer.h"
#include "base/Error.h"
#include "media/tokenizers/CompiledAsset.h"

#include <chrono>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <random>

namespace transept::text {
namespace {

/// A kind with its files, and the compiled ones in place of those that it compiles.
struct Compiled {
  std::string kind;
  Settings settings;
  Files files, compiled;
  std::unique_ptr<Tokenizer> expected, found;

  Compiled(std::string givenKind, Settings givenSettings, Files givenFiles)
      : kind(std::move(givenKind)), settings(std::move(givenSettings)),
        files(std::move(givenFiles)), compiled(files),
        expected(createTokenizer(kind, settings, assetsOf(files))) {
    std::vector<CompiledFile> made = expected->compile();
    for (CompiledFile &file : made) {
      EXPECT_TRUE(isCompiled(file.bytes)) << file.name;
      EXPECT_TRUE(files.contains(file.name)) << file.name;
      compiled[file.name] = std::move(file.bytes);
    }
    EXPECT_EQ(files == compiled, made.empty()); // one kind has no large file
    found = createTokenizer(kind, settings, assetsOf(compiled));
  }
};

std::string randomText(std::mt19937 &random) {
  static const std::vector<std::string> parts = {
      " ",     "  ", "The ", "house", "Straße", "der ", "日本語", "é",     "e\u0301", "ﬁ",
      "😀",    "ｱ",  "\n",   "'s",    "<s>",    "</s>", "<unk>",  "[SEP]", "▁",       "\xff",
      "don't", "12", ".",    ", ",    "ing",    "zq",   ">>de<<", "½",     "<mask>",  "\u3000"};
  std::string text;
  for (size_t count = random() % 25; count-- > 0;)
    text += parts[random() % parts.size()];
  return text;
}

void expectEqual(const Compiled &each, int rounds) {
  const Tokenizer &expected = *each.expected, &found = *each.found;
  std::mt19937 random(41);
  EXPECT_EQ(found.highestId(), expected.highestId());
  EXPECT_EQ(found.unknownId(), expected.unknownId());
  EXPECT_EQ(found.languages(), expected.languages());
  for (int round = 0; round < rounds; ++round) {
    std::string text = randomText(random);
    std::vector<int32_t> ids = expected.encode(text);
    ASSERT_EQ(found.encode(text), ids) << text;
    ASSERT_EQ(found.encodeTarget(text), expected.encodeTarget(text)) << text;
    ids.push_back(int32_t(random() % 1000));
    ASSERT_EQ(found.decode(ids), expected.decode(ids)) << text;
    ASSERT_EQ(found.decode(ids, {.skipSpecialTokens = false}),
              expected.decode(ids, {.skipSpecialTokens = false}));
  }
  // What is compiled once more stays as it is.
  auto again = found.compile(), first = expected.compile();
  ASSERT_EQ(again.size(), first.size());
  for (size_t index = 0; index < first.size(); ++index)
    EXPECT_EQ(again[index].bytes, first[index].bytes) << first[index].name;
}

Compiled goldenCompiled(const std::string &folder) {
  frontend::Tokenizer found = findGoldenTokenizer(folder);
  Files all = readGoldenFiles(folder), files;
  for (const std::string &name : found.files)
    files[name] = all.at(name);
  return {found.kind, found.settings, files};
}

Compiled fastCompiled(const std::string &folder) {
  Files files = readGoldenFiles(folder);
  return {"tokenizer-json",
          {},
          {{"tokenizer.json", files.at("tokenizer.json")},
           {"tokenizer_config.json", files.at("tokenizer_config.json")}}};
}

TEST(CompiledAssets, GiveWhatTheFilesGive) {
  for (const std::string &folder : goldenFolders()) {
    SCOPED_TRACE(folder);
    expectEqual(goldenCompiled(folder), 200);
  }
  for (const std::string &folder : fastFolders()) {
    SCOPED_TRACE(folder + " (tokenizer.json)");
    expectEqual(fastCompiled(folder), 200);
  }
}

/// A damaged one may be refused; it may give other ids; it may not read what is not there.
TEST(CompiledAssets, MayBeDamagedAnywhere) {
  std::mt19937 random(43);
  auto use = [&](const Compiled &each) {
    for (const auto &[name, bytes] : each.compiled) {
      if (!isCompiled(bytes))
        continue;
      for (int round = 0; round < 30; ++round) {
        Files damaged = each.compiled;
        std::string &file = damaged[name];
        if (round % 3 == 0)
          file.resize(random() % file.size());
        for (size_t count = round % 3 == 0 ? 0 : 1 + random() % 20; count-- > 0;)
          file[random() % std::min<size_t>(file.size(), round % 3 == 1 ? 200 : SIZE_MAX)] =
              char(random());
        try {
          auto tokenizer = createTokenizer(each.kind, each.settings, assetsOf(damaged));
          for (int text = 0; text < 5; ++text)
            tokenizer->decode(tokenizer->encode(randomText(random)));
        } catch (const InputError &) {
          continue;
        }
      }
    }
  };
  for (const std::string folder : {"marian", "m2m_100", "gpt2", "bert_cased", "blenderbot_small"})
    use(goldenCompiled(folder));
  for (const std::string folder : {"t5", "bart", "bert_uncased"})
    use(fastCompiled(folder));
}

/// The table of the tables' sizes ends where the file does, and not behind it.
TEST(CompiledAssets, WithMoreTablesThanTheyHaveRoomForAreDamaged) {
  std::string file = writeCompiled(CompiledKind::Merges, {});
  for (uint32_t count : {1, 2, 3, 1000}) {
    std::memcpy(file.data() + file.size() - sizeof(count), &count, sizeof(count));
    EXPECT_THROW(readCompiled(file, "it", CompiledKind::Merges, 1), InputError) << count;
  }
}

TEST(CompiledAssets, OfAnotherVersionAreRefusedByName) {
  Compiled each = goldenCompiled("gpt2");
  each.compiled["vocab.json"][10] = 77;
  try {
    createTokenizer(each.kind, each.settings, assetsOf(each.compiled));
    FAIL();
  } catch (const InputError &error) {
    EXPECT_NE(std::string(error.what()).find("vocab.json: a compiled asset of version"),
              std::string::npos)
        << error.what();
  }
}

#ifdef __SANITIZE_ADDRESS__
constexpr int largeCount = 10'000;
#else
constexpr int largeCount = 250'000;
#endif

/// Pronounceable texts, each of them once.
std::vector<std::string> largeVocabulary(const std::string &mark) {
  std::vector<std::string> words;
  for (int number = 0; number < largeCount; ++number) {
    std::string word = number % 3 == 0 ? mark : "";
    for (int rest = number + 1; rest > 0; rest /= 60)
      word += std::string(1, "bdfgklmnprst"[rest % 12]) + "aeiou"[rest / 12 % 5];
    words.push_back(number % 7 == 0 ? word + "日" : word);
  }
  return words;
}

void appendField(std::string &message, int number, const std::string &bytes) {
  message += char(number << 3 | 2);
  size_t size = bytes.size();
  for (; size >= 128; size >>= 7)
    message += char(size | 128);
  message += char(size);
  message += bytes;
}

std::string largePieceModel() {
  std::string model, piece;
  appendField(piece, 1, "<unk>");
  appendField(model, 1, piece + "\x18\x02");
  auto add = [&](const std::string &text, float score) {
    std::string bytes(4, '\0'), entry;
    std::memcpy(bytes.data(), &score, 4);
    appendField(entry, 1, text);
    appendField(model, 1, entry + "\x15" + bytes);
  };
  float score = -3;
  for (const std::string &word : largeVocabulary("▁"))
    add(word, score -= 0.00005F);
  return model;
}

double milliseconds(const std::function<void()> &work) {
  auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

void printTimes(const char *what, const Compiled &each) {
  auto open = [&](const Files &files) {
    double best = 1e9;
    for (int round = 0; round < 3; ++round)
      best = std::min(
          best, milliseconds([&] { createTokenizer(each.kind, each.settings, assetsOf(files)); }));
    return best;
  };
  std::printf("%s, %d tokens: opens in %.2f ms compiled, in %.1f ms from the files\n", what,
              largeCount, open(each.compiled), open(each.files));
}

TEST(CompiledAssets, OfLargeVocabulariesGiveWhatTheFilesGive) {
  nlohmann::json ids;
  int32_t next = 0;
  ids["<unk>"] = next++;
  ids["</s>"] = next++;
  ids["[UNK]"] = next++;
  nlohmann::json scored = nlohmann::json::array({nlohmann::json::array({"<unk>", 0.0})});
  for (const std::string &word : largeVocabulary("▁")) {
    ids[word] = next++;
    scored.push_back(nlohmann::json::array({word, -3 - 0.00005 * next}));
  }
  const Settings settings = {{"special_tokens", R"({"unk_token": "<unk>"})"}};
  const Compiled pieces("sentencepiece", settings,
                        {{"sentencepiece.bpe.model", largePieceModel()}});
  printTimes("a sentencepiece model", pieces);
  expectEqual(pieces, 200);
  Settings ofFile = settings;
  ofFile["vocabulary_file"] = "vocab.json";
  const Compiled both("sentencepiece", ofFile,
                      {{"sentencepiece.bpe.model", largePieceModel()}, {"vocab.json", ids.dump()}});
  printTimes("a sentencepiece model with vocab.json", both);
  expectEqual(both, 200);
  nlohmann::json file = {{"model", {{"type", "Unigram"}, {"unk_id", 0}, {"vocab", scored}}},
                         {"added_tokens", nlohmann::json::array()}};
  const Compiled json("tokenizer-json", settings, {{"tokenizer.json", file.dump()}});
  printTimes("tokenizer.json", json);
  expectEqual(json, 200);
}

} // namespace
} // namespace transept::text
