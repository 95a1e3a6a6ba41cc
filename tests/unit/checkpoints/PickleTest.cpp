// SPDX-License-Identifier: Apache-2.0
//
// The pickle machine: what its values are, and all it refuses.

#include "checkpoints/Pickle.h"

#include "tests/support/TestCheckpoint.h"
#include "tests/support/TorchFiles.h"

namespace transept::torch {
namespace {

using checkpoints::Pickle;
using checkpoints::PickleGlobal;
using checkpoints::PickleKind;
using checkpoints::PickleValue;
using testing::AllOf;
using testing::HasSubstr;

constexpr PickleGlobal allowed[] = {{"collections", "OrderedDict", true}, {"torch", "Size"}};

Pickle read(const std::string &bytes) {
  return checkpoints::readPickle(std::as_bytes(std::span(bytes)), "x.pkl", allowed);
}
std::string errorOf(const std::string &bytes) {
  return transept::errorOf([&] { read(bytes); });
}
/// The one value of a pickle, whose bytes the caller keeps.
PickleValue valueOf(const std::string &bytes) {
  Pickle pickle = read(bytes);
  return pickle.at(pickle.result);
}

TEST(Pickle, ReadsNumbersOfEverySize) {
  for (auto [bytes, expected] : std::vector<std::pair<std::string, int64_t>>{
           {"K\xff", 255},
           {"M\xff\xff", 65535},
           {"J\xff\xff\xff\xff", -1},
           {std::string("\x8a\0", 2), 0},
           {"\x8a\x01\x80", -128},
           {number(INT64_MIN), INT64_MIN},
           {std::string("\x8b\x02\0\0\0\x34\x12", 7), 0x1234}}) {
    PickleValue value = valueOf(pickled(bytes));
    EXPECT_EQ(value.kind, PickleKind::Integer);
    EXPECT_EQ(value.integer, expected);
  }
  std::string large = pickled("\x8a\x09" + std::string(9, '\1'));
  EXPECT_EQ(valueOf(large).kind, PickleKind::LongInteger);
  EXPECT_EQ(valueOf(large).text.size(), 9u);
}

TEST(Pickle, ReadsContainersAndTheMemo) {
  // The list is remembered, and is the value of both keys.
  std::string bytes = pickled("}(" + text("a") + "](K\1K\2eq\7" + text("b") + "h\7u");
  Pickle pickle = read(bytes);
  const PickleValue &dictionary = pickle.at(pickle.result);
  ASSERT_EQ(dictionary.items.size(), 4u);
  EXPECT_EQ(pickle.at(dictionary.items[0]).text, "a");
  EXPECT_EQ(dictionary.items[1], dictionary.items[3]);
  EXPECT_EQ(pickle.at(dictionary.items[1]).items.size(), 2u);
}

TEST(Pickle, ReadsProtocolFour) {
  std::string body = std::string("\x8c\1a\x94h\0", 6) + "\x86.";
  std::string bytes = "\x80\4\x95" + little(uint64_t(body.size())) + body;
  EXPECT_EQ(valueOf(bytes).items.size(), 2u);
  bytes = "\x80\4\x95" + little(uint64_t(body.size() + 1)) + body;
  EXPECT_THAT(errorOf(bytes), HasSubstr("a frame of 9 bytes, but only 8"));
}

TEST(Pickle, KeepsCallsAsTheyAreAndMakesDictionaries) {
  Pickle pickle = read(pickled(call(global("torch", "Size"), {numbers({2})})));
  EXPECT_EQ(pickle.at(pickle.result).kind, PickleKind::Call);
  PickleValue made = valueOf(pickled(orderedDictionary() + "}b"));
  EXPECT_EQ(made.kind, PickleKind::Dictionary);
  EXPECT_THAT(errorOf(pickled(call(global("collections", "OrderedDict"), {number(1)}))),
              HasSubstr("must be made empty"));
}

TEST(Pickle, RefusesNamesThatAreNotOnItsListWhereverTheyAppear) {
  EXPECT_THAT(errorOf(pickled(global("os", "system") + "0N")),
              AllOf(HasSubstr("x.pkl"), HasSubstr("\"os.system\"")));
  EXPECT_THAT(errorOf(pickled(text("torch") + text("Size.x") + "\x93")),
              HasSubstr("\"torch.Size.x\""));
  EXPECT_THAT(errorOf(pickled(global("torch\x1b[2J", "Size"))), HasSubstr("torch\\u001b[2J"));
  EXPECT_THAT(errorOf(pickled("(ios\nsystem\n")), HasSubstr("opcode 0x69"));
}

TEST(Pickle, RefusesWhatTheStackDoesNotHold) {
  EXPECT_THAT(errorOf(pickled("s")), HasSubstr("the stack is empty"));
  EXPECT_THAT(errorOf(pickled("N(0")), HasSubstr("the stack is empty"));
  EXPECT_THAT(errorOf(pickled("}NNu")), HasSubstr("no mark"));
  EXPECT_THAT(errorOf(pickled("}(Nu")), HasSubstr("has no value"));
  EXPECT_THAT(errorOf(pickled("}]Ns")), HasSubstr("cannot be the key"));
  EXPECT_THAT(errorOf(pickled(")Na")), HasSubstr("no list"));
  EXPECT_THAT(errorOf(pickled(")NNs")), HasSubstr("no dictionary"));
  EXPECT_THAT(errorOf(pickled(")}b")), HasSubstr("no dictionary"));
  EXPECT_THAT(errorOf(pickled("N)R")), HasSubstr("a call must be of a global"));
  EXPECT_THAT(errorOf(pickled("h\5")), HasSubstr("remembered under 5"));
  EXPECT_THAT(errorOf(pickled("NN")), HasSubstr("ends with 2 values"));
  EXPECT_THAT(errorOf(pickled("")), HasSubstr("ends with 0 values"));
}

TEST(Pickle, RefusesLengthsAndProtocolsThatLie) {
  EXPECT_THAT(errorOf("\x80\x02X\xff\xff\xff\xff"
                      "a"),
              HasSubstr("4294967295 bytes"));
  EXPECT_THAT(errorOf("\x80\x02\x8d" + little(UINT64_MAX)), HasSubstr("18446744073709551615"));
  EXPECT_THAT(errorOf("\x80\x02\x8b" + little(int32_t(-5))), HasSubstr("a length of -5"));
  EXPECT_THAT(errorOf("\x80\x06N."), HasSubstr("protocol 6"));
  EXPECT_THAT(errorOf("N."), HasSubstr("begins with the byte 0x80"));
  EXPECT_THAT(errorOf("\x80\x02N"), HasSubstr("only 0 are left"));
  EXPECT_THAT(errorOf(""), HasSubstr("no bytes"));
  EXPECT_THAT(errorOf("\x80\x02"
                      "ctorch"),
              HasSubstr("a line does not end"));
}

TEST(Pickle, DepthAndCirclesCostNoStack) {
  EXPECT_EQ(errorOf(pickled("N" + std::string(1'000'000, '\x85'))), "no error");
  EXPECT_EQ(errorOf(pickled("]q\1h\1a")), "no error");
  EXPECT_THAT(errorOf(pickled(std::string(100'000, '('))), HasSubstr("open marks"));
  EXPECT_THAT(errorOf(pickled(std::string(5'000'000, 'N'))), HasSubstr("4000000 values"));
}

} // namespace
} // namespace transept::torch
