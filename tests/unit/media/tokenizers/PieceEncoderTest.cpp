// SPDX-License-Identifier: Apache-2.0
//
// Our encoder of sentencepiece models against the library that defines them, on random texts, and
// what texts may cost.

#include "media/tokenizers/PieceEncoder.h"
#include "GoldenTokenizer.h"
#include "base/Error.h"
#include "media/tokenizers/PieceModel.h"

#include <functional>
#include <gmock/gmock.h>
#include <random>
#include <sentencepiece_processor.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace transept::text {
namespace {

using Pieces = std::vector<std::string>;

struct Model {
  std::string folder, file;
};

/// Unigrams and BPE, with and without replacements.
const std::vector<Model> models = {{"marian", "source.spm"},
                                   {"marian", "target.spm"},
                                   {"m2m_100", "sentencepiece.bpe.model"},
                                   {"mbart", "sentencepiece.bpe.model"},
                                   {"mt5", "spiece.model"},
                                   {"nllb", "sentencepiece.bpe.model"},
                                   {"pegasus", "spiece.model"},
                                   {"speech_to_text", "sentencepiece.bpe.model"},
                                   {"t5", "spiece.model"}};

/// ModelProto{<field> {...}} behind a model replaces fields of it.
const std::vector<std::string> changes = {
    "",
    std::string("\x1a\x02\x18\x00", 4),     // no dummy prefix
    std::string("\x1a\x02\x20\x00", 4),     // keeps blanks
    std::string("\x1a\x02\x28\x00", 4),     // blanks without marks
    std::string("\x12\x03\xc0\x01\x01", 5), // the mark is behind a word
};

/// Words, blanks, characters of every length, pieces of the model, and bytes that are no text.
std::string randomText(std::mt19937 &random, const PieceModel &model) {
  static const Pieces parts = {
      " ", "  ", "\t", "a",      "e",      "The ",   "der ",  "日本",  "é",    "e\u0301",
      "ﬁ", "①",  "…",  "😀",     "\u3000", "\u00a0", "<unk>", "▁",     "\xff", "\xe2\x96",
      "½", "\n", "..", "Straße", "\u200b", "ｱ",      "</s>",  "\ufffd"};
  std::string text;
  for (size_t count = random() % 30; count-- > 0;)
    text += random() % 2 ? parts[random() % parts.size()]
                         : model.pieces[random() % model.pieces.size()].text;
  return text;
}

TEST(PieceEncoder, FindsThePiecesThatTheLibraryFinds) {
  std::mt19937 random(29);
  size_t compared = 0;
  for (const Model &each : models)
    for (const std::string &change : changes) {
      std::string bytes = readGoldenFiles(each.folder).at(each.file) + change;
      const PieceModel model = readPieceModel(bytes, each.file);
      auto encoder = createPieceEncoder(model, each.file);
      ASSERT_NE(encoder, nullptr) << each.folder;
      sentencepiece::SentencePieceProcessor library;
      ASSERT_TRUE(library.LoadFromSerializedProto(bytes).ok()) << each.folder;
      for (int round = 0; round < 150; ++round) {
        std::string text = randomText(random, model);
        Pieces expected, found;
        ASSERT_TRUE(library.Encode(text, &expected).ok());
        encoder->encode(text, [&](std::string_view piece) { found.emplace_back(piece); });
        ASSERT_EQ(found, expected) << each.folder << ": " << text;
        ++compared;
      }
    }
  EXPECT_EQ(compared, models.size() * changes.size() * 150);
}

TEST(PieceModel, RefusesFieldsThatAreCut) {
  std::string bytes = readGoldenFiles("t5").at("spiece.model");
  EXPECT_THROW(readPieceModel(std::string_view(bytes).substr(0, bytes.size() - 1), "x"),
               InputError);
  EXPECT_THROW(readPieceModel("\x0f", "x"), InputError);
  EXPECT_THROW(readPieceModel("\x0a\x05", "x"), InputError);
}

/// What a process of its own has to take for `work`, in bytes; -1 where it fails.
int64_t memoryOf(const std::function<void()> &work) {
  auto peak = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return int64_t(usage.ru_maxrss) * 1024;
  };
  int ends[2];
  if (pipe(ends) != 0)
    return -1;
  pid_t child = fork();
  if (child == 0) {
    int64_t before = peak();
    work();
    int64_t taken = peak() - before;
    _exit(write(ends[1], &taken, sizeof(taken)) == sizeof(taken) ? 0 : 1);
  }
  close(ends[1]);
  int64_t taken = -1;
  if (read(ends[0], &taken, sizeof(taken)) != sizeof(taken))
    taken = -1;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return taken;
}

/// For each byte: the text and its copies before and after normalization, in which a blank may be
/// of three bytes (8); of BPE a symbol, its links and a candidate of a merge (8 + 8 + 12), or less
/// of the best path; an id, in a list that doubles (8); and where words are of two bytes, each as a
/// text of its own (40 for 2).
constexpr int64_t bytesForEachByte = 8 + 28 + 8 + 20;

TEST(EncodingMemory, IsASmallMultipleOfTheText) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer keeps what is freed";
#endif
  constexpr size_t size = 1 << 18;
  constexpr int64_t slack = 1 << 20; // pages of the allocator and of code
  auto check = [&](const std::string &folder, const Tokenizer &tokenizer) {
    for (std::string unit : {"a", "word ", " ", "日本語", "😀"}) {
      std::string text;
      while (text.size() < size)
        text += unit;
      tokenizer.encode("a");
      int64_t taken = memoryOf([&] { tokenizer.encode(text); });
      EXPECT_GE(taken, 0) << folder << ": " << unit;
      EXPECT_LE(taken, bytesForEachByte * int64_t(text.size()) + slack) << folder << ": " << unit;
    }
  };
  for (const std::string &folder : goldenFolders())
    check(folder, *createGoldenTokenizer(folder));
  for (const std::string &folder : fastFolders())
    check(folder + " (tokenizer.json)", *createFastTokenizer(folder));
}

} // namespace
} // namespace transept::text
