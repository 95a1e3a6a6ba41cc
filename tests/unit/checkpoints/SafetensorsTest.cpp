// SPDX-License-Identifier: Apache-2.0
//
// The format of one file: what is read, and every way in which a header may lie.

#include "checkpoints/Safetensors.h"
#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<checkpoints::TensorInfo> parse(const std::string &file) {
  return checkpoints::parseSafetensors(std::as_bytes(std::span(file)), "x.safetensors");
}

std::string parseError(const std::string &file) {
  return errorOf([&] { parse(file); });
}

std::string headerError(const std::string &header, size_t dataSize = 0) {
  return parseError(safetensorsFile(header, std::string(dataSize, '\0')));
}

TEST(ElementTypes, HaveTheSizesOfTheirNames) {
  for (auto [name, size] : std::initializer_list<std::pair<const char *, int64_t>>{{"BOOL", 1},
                                                                                   {"U8", 1},
                                                                                   {"I8", 1},
                                                                                   {"F8_E5M2", 1},
                                                                                   {"F8_E4M3", 1},
                                                                                   {"I16", 2},
                                                                                   {"U16", 2},
                                                                                   {"F16", 2},
                                                                                   {"BF16", 2},
                                                                                   {"I32", 4},
                                                                                   {"U32", 4},
                                                                                   {"F32", 4},
                                                                                   {"F64", 8},
                                                                                   {"I64", 8},
                                                                                   {"U64", 8}}) {
    auto type = checkpoints::findElementType(name);
    ASSERT_TRUE(type) << name;
    EXPECT_EQ(checkpoints::elementTypeName(*type), name);
    EXPECT_EQ(checkpoints::elementSize(*type), size) << name;
  }
}

TEST(Safetensors, ReadsTensorsInTheOrderOfTheirData) {
  std::string header = R"({"b": {"dtype": "F32", "shape": [2, 3], "data_offsets": [4, 28]},)"
                       R"( "a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]},)"
                       R"( "empty": {"dtype": "I64", "shape": [0, 7], "data_offsets": [28, 28]},)"
                       R"( "scalar": {"dtype": "U8", "shape": [], "data_offsets": [28, 29]}}   )";
  std::string file = safetensorsFile(header, std::string(29, 'x'));
  auto tensors = parse(file);
  ASSERT_EQ(tensors.size(), 4u);
  EXPECT_EQ(tensors[0].name, "a");
  EXPECT_EQ(tensors[1].name, "b");
  EXPECT_THAT(tensors[1].shape, ElementsAre(2, 3));
  EXPECT_EQ(tensors[1].elementCount(), 6);
  EXPECT_EQ(tensors[1].columnCount(), 3);
  EXPECT_EQ(tensors[1].data.data(), std::as_bytes(std::span(file)).data() + 8 + header.size() + 4);
  EXPECT_EQ(tensors[2].elementCount(), 0);
  EXPECT_EQ(tensors[3].rowCount(), 1);
}

TEST(Safetensors, AnEmptyHeaderIsAnEmptyFile) {
  EXPECT_TRUE(parse(safetensorsFile("{}", "")).empty());
}

TEST(Safetensors, RefusesFilesTooShortForALength) {
  for (size_t size = 0; size < 8; ++size)
    EXPECT_THAT(parseError(std::string(size, '\0')), HasSubstr("8 bytes of header length"));
}

TEST(Safetensors, RefusesHugeAndTruncatedHeaders) {
  EXPECT_THAT(parseError(std::string(64, '\xff')), HasSubstr("at most 100000000"));
  EXPECT_THAT(parseError(std::string("\x41\0\0\0\0\0\0\0", 8) + "{}"), HasSubstr("truncated"));
  EXPECT_THAT(parseError(std::string(8, '\0')), HasSubstr("does not begin"));
}

TEST(Safetensors, RefusesHeadersThatAreNoObjects) {
  EXPECT_THAT(headerError("[]"), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(headerError(" {}"), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(headerError("{"), HasSubstr("not valid JSON"));
  EXPECT_THAT(headerError("{}{}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(headerError("{\"\xff\": 1}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(headerError(R"({"a": 1})"), HasSubstr("tensor 'a'"));
}

TEST(Safetensors, RefusesDeepHeaders) {
  std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_THAT(headerError(deep), HasSubstr("deeper than the 64 levels"));
}

TEST(Safetensors, RefusesDuplicateNames) {
  std::string entry = R"("a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]})";
  EXPECT_THAT(headerError("{" + entry + "," + entry + "}", 1),
              AllOf(HasSubstr("\"a\""), HasSubstr("twice")));
}

std::string entryError(const std::string &type, const std::string &shape,
                       const std::string &offsets, size_t dataSize) {
  return headerError("{\"a\": {\"dtype\": " + type + ", \"shape\": " + shape +
                         ", \"data_offsets\": " + offsets + "}}",
                     dataSize);
}

TEST(Safetensors, RefusesBadTypesAndShapes) {
  EXPECT_THAT(entryError("\"F31\"", "[1]", "[0,4]", 4), HasSubstr("found \"F31\""));
  EXPECT_THAT(entryError("7", "[1]", "[0,4]", 4), HasSubstr("dtype"));
  for (const char *shape : {"[-1]", "[1.0]", "[\"1\"]", "{}", "1", "[18446744073709551615]",
                            "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"})
    EXPECT_THAT(entryError("\"F32\"", shape, "[0,4]", 4), HasSubstr("shape")) << shape;
}

TEST(Safetensors, RefusesOverflowingShapes) {
  EXPECT_THAT(entryError("\"F32\"", "[4294967296, 4294967296]", "[0, 0]", 0),
              HasSubstr("overflows"));
  EXPECT_THAT(entryError("\"F64\"", "[2305843009213693952]", "[0, 0]", 0), HasSubstr("overflows"));
}

TEST(Safetensors, RefusesBadOffsets) {
  for (const char *offsets : {"[0]", "[0,4,8]", "[-4,0]", "[0,1e1]", "[0,\"4\"]", "null", "{}"})
    EXPECT_THAT(entryError("\"F32\"", "[1]", offsets, 4), HasSubstr("data_offsets")) << offsets;
  EXPECT_THAT(entryError("\"F32\"", "[1]", "[4,0]", 4), HasSubstr("hold -4 bytes"));
  EXPECT_THAT(entryError("\"F32\"", "[1]", "[0,8]", 8), HasSubstr("needs 4"));
  EXPECT_THAT(entryError("\"F32\"", "[2]", "[0,8]", 4), HasSubstr("truncated"));
  EXPECT_THAT(entryError("\"F32\"", "[1]", "[0,4]", 5), HasSubstr("5 bytes of data"));
  EXPECT_THAT(entryError("\"F32\"", "[1]", "[4,8]", 8), HasSubstr("gap"));
  EXPECT_THAT(entryError("\"U8\"", "[0]", "[9223372036854775807,9223372036854775807]", 0),
              HasSubstr("gap"));
}

TEST(Safetensors, RefusesOverlapsAndGaps) {
  auto two = [](const char *second) {
    return headerError(std::string(R"({"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},)"
                                   R"( "b": {"dtype": "U8", "shape": [4], "data_offsets": )") +
                           second + "}}",
                       12);
  };
  EXPECT_THAT(two("[2, 6]"), AllOf(HasSubstr("overlap"), HasSubstr("'b'")));
  EXPECT_THAT(two("[0, 4]"), HasSubstr("overlap"));
  EXPECT_THAT(two("[6, 10]"), HasSubstr("gap"));
}

TEST(Safetensors, RefusesUnknownAndMissingKeys) {
  EXPECT_THAT(headerError(R"({"a": {"dtype": "U8", "shape": [0]}})"),
              HasSubstr("data_offsets is missing"));
  EXPECT_THAT(
      headerError(R"({"a": {"dtype": "U8", "shape": [0], "data_offsets": [0,0], "scale": 1}})"),
      HasSubstr("unknown key 'scale'"));
  EXPECT_THAT(headerError(R"({"__metadata__": {"format": 1}})"), HasSubstr("__metadata__.format"));
  EXPECT_THAT(headerError(R"({"__metadata__": []})"), HasSubstr("__metadata__"));
}

TEST(Safetensors, EveryTruncationOfAGoldenFileIsAnError) {
  std::string file = readBytes(goldenPath("variant_t5_bf16") + "/model.safetensors");
  for (size_t size = 0; size < file.size(); size += 97)
    EXPECT_NE(parseError(file.substr(0, size)), "no error") << size;
}

} // namespace
} // namespace transept::frontend
