// SPDX-License-Identifier: Apache-2.0
//
// Members are found in place, and an archive whose records do not agree is refused.

#include "checkpoints/ZipDirectory.h"

#include "tests/support/TestCheckpoint.h"
#include "tests/support/TorchFiles.h"

namespace transept::torch {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string contentOf(const std::string &file, const std::string &member) {
  checkpoints::ZipDirectory directory(std::as_bytes(std::span(file)), "x.zip");
  std::span<const std::byte> bytes = directory.bytesOf(member);
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}
std::string errorOf(const std::string &file, const std::string &member = "a") {
  return transept::errorOf([&] { contentOf(file, member); });
}

TEST(ZipDirectory, FindsMembersInPlace) {
  for (bool isLarge : {false, true}) {
    std::string file = zip({{"a", "first"}, {"b/c", ""}, {"d", "last"}}, {.isLarge = isLarge});
    EXPECT_EQ(contentOf(file, "a"), "first") << isLarge;
    EXPECT_EQ(contentOf(file, "b/c"), "") << isLarge;
    EXPECT_EQ(contentOf(file, "d"), "last") << isLarge;
    EXPECT_THAT(errorOf(file, "e"), HasSubstr("no member \"e\""));
  }
}

TEST(ZipDirectory, ReadsAnArchiveWithAComment) {
  std::string file = zip({{"a", "first"}});
  file.replace(file.size() - 2, 2, little(uint16_t(3)) + "PK\5");
  EXPECT_EQ(contentOf(file, "a"), "first");
}

TEST(ZipDirectory, RefusesMembersThatAreNotPlain) {
  EXPECT_THAT(errorOf(zip({{"a", "x"}}, {.method = 8})), HasSubstr("compressed (method 8)"));
  EXPECT_THAT(errorOf(zip({{"a", "x"}}, {.flags = 1})), HasSubstr("encrypted"));
  EXPECT_THAT(errorOf(zip({{"a", "x"}, {"a", "y"}})), HasSubstr("\"a\" is there twice"));
}

TEST(ZipDirectory, RefusesEveryTruncation) {
  std::string file = zip({{"a", "first"}, {"b", "last"}}, {.isLarge = true});
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(errorOf(file.substr(0, size)), "no error") << size;
}

/// The archive of one member "a", with `bytes` at a distance from the directory's entry.
std::string spoiled(size_t distance, const std::string &bytes) {
  std::string file = zip({{"a", "first"}});
  return file.replace(file.find("PK\1\2") + distance, bytes.size(), bytes);
}

TEST(ZipDirectory, RefusesSizesAndOffsetsThatLie) {
  EXPECT_THAT(errorOf(spoiled(20, little(uint32_t(1000)))), HasSubstr("beyond the data"));
  EXPECT_THAT(errorOf(spoiled(24, little(uint32_t(1000)))), HasSubstr("takes 5 bytes for 1000"));
  EXPECT_THAT(errorOf(spoiled(42, little(uint32_t(1)))), HasSubstr("does not begin here"));
  EXPECT_THAT(errorOf(spoiled(46, "b"), "b"), HasSubstr("another name in its own header"));
  EXPECT_THAT(errorOf(spoiled(0, "XX")), HasSubstr("no entry here"));
  std::string moved = zip({{"a", "first"}});
  moved.insert(35, "yyyy");
  EXPECT_THAT(errorOf(moved), AllOf(HasSubstr("x.zip"), HasSubstr("but it ends at")));
}

TEST(ZipDirectory, RefusesAnEndRecordOfSeveralParts) {
  std::string file = zip({{"a", "first"}});
  file[file.size() - 18] = 1; // this disk's number
  EXPECT_THAT(errorOf(file), HasSubstr("several parts"));
}

} // namespace
} // namespace transept::torch
