// SPDX-License-Identifier: Apache-2.0
//
// Our reader of sentencepiece models against the library that defines them, on random texts and
// pieces, and what texts may cost.

#include "media/tokenizers/SentencePiece.h"
#include "GoldenTokenizer.h"
#include "base/Error.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/PieceModel.h"

#include <cstring>
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
    std::string("\x12\x02\x18\x02", 4),     // the four algorithms with the pieces of any
    std::string("\x12\x02\x18\x03", 4),
    std::string("\x12\x02\x18\x04", 4),
    std::string("\x1a\x04\x18\x00\x20\x00", 6), // neither dummy prefix nor fewer blanks
    std::string("\x12\x05\xe2\x02\x02??", 7),   // the text of the unknown piece
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

/// A field of a message with its length, as protocol buffers write it.
std::string field(int number, const std::string &bytes) {
  std::string result(1, char(number << 3 | 2));
  size_t size = bytes.size();
  for (; size >= 128; size >>= 7)
    result += char(size | 128);
  return result + char(size) + bytes;
}

/// A model by BPE, in which every fifth piece of several characters is not to be used.
std::string modelWithUnusedPieces(const PieceModel &model) {
  std::string bytes;
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const PieceModel::Piece &piece = model.pieces[id];
    bool isUnused = piece.kind == PieceModel::Kind::Normal && id % 5 == 0 && piece.text.size() > 4;
    std::string score(4, '\0');
    std::memcpy(score.data(), &piece.score, 4);
    bytes += field(1, field(1, piece.text) + "\x15" + score + "\x18" +
                          char(isUnused ? PieceModel::Kind::Unused : piece.kind));
  }
  return bytes + field(2, std::string("\x18\x02\x98\x02", 4) + char(model.fallsBackToBytes));
}

struct Compared {
  std::string name, bytes;
};

std::vector<Compared> comparedModels() {
  std::vector<Compared> result;
  for (const Model &each : models) {
    std::string bytes = readGoldenFiles(each.folder).at(each.file);
    for (const std::string &change : changes)
      result.push_back({each.folder, bytes + change});
    result.push_back(
        {each.folder + " with unused pieces", modelWithUnusedPieces(readPieceModel(bytes, ""))});
  }
  return result;
}

TEST(SentencePiece, FindsThePiecesThatTheLibraryFinds) {
  std::mt19937 random(29);
  for (const Compared &each : comparedModels()) {
    SCOPED_TRACE(each.name);
    const PieceModel model = readPieceModel(each.bytes, each.name);
    const SentencePiece ours(each.bytes, each.name);
    sentencepiece::SentencePieceProcessor library;
    ASSERT_TRUE(library.LoadFromSerializedProto(each.bytes).ok());
    for (int round = 0; round < 150; ++round) {
      std::string text = randomText(random, model);
      Pieces expected, found;
      ASSERT_TRUE(library.Encode(text, &expected).ok());
      ours.encode(text, [&](std::string_view piece, int32_t) { found.emplace_back(piece); });
      ASSERT_EQ(found, expected) << text;
      for (const std::string &piece : found)
        ASSERT_EQ(ours.idOf(piece), library.PieceToId(piece)) << piece;
    }
  }
}

TEST(SentencePiece, DecodesPiecesAsTheLibraryDoes) {
  std::mt19937 random(31);
  for (const Compared &each : comparedModels()) {
    SCOPED_TRACE(each.name);
    const SentencePiece ours(each.bytes, each.name);
    sentencepiece::SentencePieceProcessor library;
    ASSERT_TRUE(library.LoadFromSerializedProto(each.bytes).ok());
    for (int round = 0; round < 150; ++round) {
      Pieces pieces;
      for (size_t count = random() % 8; count-- > 0;)
        pieces.push_back(random() % 5
                             ? std::string(ours.pieceOf(int32_t(random() % uint32_t(ours.size()))))
                         : random() % 2 ? std::string(blankMark)
                                        : std::string(ours.pieceOf(int32_t(random() % 5))) +
                                              std::string(random() % 2, 'x'));
      std::string expected;
      ASSERT_TRUE(library.Decode(pieces, &expected).ok());
      ASSERT_EQ(ours.decode(pieces), expected) << testing::PrintToString(pieces);
    }
  }
}

/// m2m_100's pieces, with bytes for what is none of them.
TEST(SentencePiece, PutsBytesTogetherAsTheLibraryDoes) {
  PieceModel model =
      readPieceModel(readGoldenFiles("m2m_100").at("sentencepiece.bpe.model"), "m2m_100");
  std::string bytes;
  for (const PieceModel::Piece &piece : model.pieces)
    bytes += field(1, field(1, piece.text) + "\x18" + char(piece.kind));
  for (int byte = 0; byte < 256; ++byte)
    bytes += field(1, field(1, bytePiece(static_cast<unsigned char>(byte))) + "\x18\x06");
  bytes += field(2, "\x98\x02\x01"); // byte_fallback
  const SentencePiece ours(bytes, "bytes");
  sentencepiece::SentencePieceProcessor library;
  ASSERT_TRUE(library.LoadFromSerializedProto(bytes).ok());
  std::mt19937 random(37);
  for (int round = 0; round < 2000; ++round) {
    std::string text = randomText(random, model) + "\xf0\x9f\x98\x80 ж";
    Pieces expected, found;
    ASSERT_TRUE(library.Encode(text, &expected).ok());
    ours.encode(text, [&](std::string_view piece, int32_t) { found.emplace_back(piece); });
    ASSERT_EQ(found, expected) << text;
    // Characters that are cut, and bytes that begin none.
    for (size_t count = random() % 4; count-- > 0 && !found.empty();)
      found.erase(found.begin() + ptrdiff_t(random() % found.size()));
    std::string decoded;
    ASSERT_TRUE(library.Decode(found, &decoded).ok());
    ASSERT_EQ(ours.decode(found), decoded) << testing::PrintToString(found);
  }
}

TEST(SentencePiece, RefusesModelsThatTheLibraryRefuses) {
  const std::string unknown = field(1, field(1, "<unk>") + "\x18\x02");
  const std::string a = field(1, field(1, "a"));
  auto refusal = [](const std::string &bytes) -> std::string {
    sentencepiece::SentencePieceProcessor library;
    EXPECT_FALSE(library.LoadFromSerializedProto(bytes).ok());
    try {
      SentencePiece(bytes, "spiece.model");
    } catch (const InputError &error) {
      return error.what();
    }
    return "";
  };
  using testing::HasSubstr;
  EXPECT_NO_THROW(SentencePiece(unknown + a, "spiece.model"));
  EXPECT_THAT(refusal(a), HasSubstr("it has no unknown piece"));
  EXPECT_THAT(refusal(unknown + a + a), HasSubstr("piece 2 (\"a\") is there twice"));
  EXPECT_THAT(refusal(unknown + field(1, field(1, ""))), HasSubstr("piece 1 (\"\") is empty"));
  EXPECT_THAT(refusal(unknown + field(1, field(1, "<u>") + "\x18\x02")),
              HasSubstr("piece 1 (\"<u>\") is a second unknown piece"));
  EXPECT_THAT(refusal(unknown + field(1, field(1, "<0x0A>") + "\x18\x06")),
              HasSubstr("is a byte, but byte_fallback is false"));
  EXPECT_THAT(refusal(unknown + field(2, "\x98\x02\x01")), HasSubstr("0 pieces of bytes, not 256"));
}

TEST(SentencePiece, RefusesADenormalizer) {
  std::string bytes = readGoldenFiles("t5").at("spiece.model");
  EXPECT_NO_THROW(SentencePiece(bytes + field(5, ""), "x"));
  EXPECT_THROW(SentencePiece(bytes + field(5, field(2, "abcd")), "x"), InputError);
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
