// SPDX-License-Identifier: Apache-2.0
//
// Bounds on JSON from outside, and what errors say.

#include "base/Json.h"

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string parseError(const std::string &text, JsonLimits limits = {}) {
  return errorOf([&] { parseJson(text, "x.json", limits); });
}

TEST(Json, RefusesDocumentsThatAreTooDeep) {
  std::string fits = std::string(64, '[') + std::string(64, ']');
  EXPECT_EQ(parseError(fits), "no error");
  EXPECT_THAT(parseError("[" + fits + "]"), HasSubstr("deeper than the 64 levels"));
  EXPECT_THAT(parseError(std::string(1'000'000, '[')), HasSubstr("deeper"));
  std::string objects;
  for (int level = 0; level < 100'000; ++level)
    objects += "{\"a\":";
  EXPECT_THAT(parseError(objects), HasSubstr("deeper"));
}

TEST(Json, RefusesDocumentsThatAreTooLong) {
  EXPECT_THAT(parseError("[1,2,3]", {.bytes = 6}), HasSubstr("at most 6"));
}

TEST(Json, RefusesDuplicateKeysInOneObjectOnly) {
  EXPECT_THAT(parseError(R"({"a": 1, "b": 2, "a": 3})"), HasSubstr("\"a\" occurs twice"));
  EXPECT_EQ(parseError(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})"), "no error");
}

TEST(Json, CanReadOneMemberAlone) {
  std::string text = R"({"a": {"b": [1, {"c": 2}]}, "wanted": [3, {"d": 4}], "e": [[5]], "f": 6})";
  auto json = parseJson(text, "x", {.onlyMember = "wanted"});
  EXPECT_EQ(json.dump(), R"({"wanted":[3,{"d":4}]})");
  EXPECT_THROW(parseJson(R"({"a": {"b": 1, "b": 2}})", "x", {.onlyMember = "c"}), InputError);
}

TEST(Json, SaysThatAFileIsAPointerOfGitLfs) {
  try {
    parseJson("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "config.json");
    FAIL();
  } catch (const InputError &error) {
    EXPECT_NE(std::string(error.what()).find("config.json: found a pointer of Git LFS"),
              std::string::npos);
  }
}

TEST(Json, NamesFileAndPlaceOfSyntaxErrors) {
  EXPECT_THAT(parseError("{\n  \"a\": 01\n}"), AllOf(HasSubstr("x.json"), HasSubstr("line 2")));
  for (const char *text : {"", "{", "[1,]", "nul", "\"\xff\"", "1e999", "{}x", "NaN"})
    EXPECT_THAT(parseError(text), HasSubstr("not valid JSON")) << text;
}

TEST(Json, ChecksTypesAndRanges) {
  auto integerError = [](const Json &value) {
    return errorOf([&] { toInteger(value, "k", {0, 10}); });
  };
  EXPECT_EQ(integerError(10), "no error");
  for (const Json &value :
       {Json(-1), Json(11), Json(1.0), Json("1"), Json(true), Json(nullptr), Json(UINT64_MAX)})
    EXPECT_THAT(integerError(value), HasSubstr("an integer from 0 to 10"));
  EXPECT_THAT(errorOf([] { toNumber(Json("1"), "k"); }), HasSubstr("k: found \"1\""));
  EXPECT_THAT(errorOf([] { toNumber(Json(2.0), "k", {0.0, 1.0}); }), HasSubstr("up to 1"));
  EXPECT_THAT(errorOf([] { toBoolean(Json(1), "k"); }), HasSubstr("true or false"));
  EXPECT_THAT(errorOf([] { toText(Json(1), "k"); }), HasSubstr("a string"));
}

TEST(Json, ShortensWhatItQuotes) {
  EXPECT_LT(quoteJson(std::string(1000, 'x')).size(), 100u);
  EXPECT_EQ(quoteJson(Json::array({1, 2, 3, 4, 5, 6, 7, 8, 9})), "an array of 9 values");
}

TEST(JsonFields, RemembersWhatWasRead) {
  Json object = {{"a", 1}, {"b", nullptr}, {"c", true}};
  JsonFields fields(object, "x.json");
  EXPECT_EQ(fields.integer("a", 5, {}), 1);
  EXPECT_EQ(fields.integer("b", 5, {}), 5);
  EXPECT_TRUE(fields.contains("b"));
  EXPECT_THAT(fields.unreadKeys(), testing::ElementsAre("c"));
}

TEST(ReadFile, RefusesDirectoriesAndMissingFiles) {
  TemporaryDirectory directory;
  EXPECT_THAT(errorOf([&] { readFile(directory.path(), 10); }),
              HasSubstr("it is a folder, not a regular file"));
  EXPECT_THAT(errorOf([&] { readFile(directory.path() + "/x", 10); }), HasSubstr("no such file"));
  directory.write("x", "12345678901");
  EXPECT_THAT(errorOf([&] { readFile(directory.path() + "/x", 10); }), HasSubstr("at most 10"));
}

} // namespace
} // namespace transept::frontend
