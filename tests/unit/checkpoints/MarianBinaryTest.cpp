// SPDX-License-Identifier: Apache-2.0
//
// Marian's .bin: what is read, bytes with their multiplier, and what is refused.

#include "checkpoints/MarianBinary.h"
#include "checkpoints/StridedMatrix.h"
#include "tests/support/ErrorOf.h"

#include <cstring>
#include <gmock/gmock.h>

using testing::ElementsAre;
using testing::HasSubstr;

namespace transept::checkpoints {
namespace {

struct Item {
  std::string name;
  uint64_t type;
  std::vector<int32_t> shape;
  std::string content;
};

template <typename Number> std::string bytesOf(std::initializer_list<Number> numbers) {
  return {reinterpret_cast<const char *>(numbers.begin()), numbers.size() * sizeof(Number)};
}

std::string fileOf(const std::vector<Item> &items) {
  std::string file = bytesOf<uint64_t>({1, items.size()});
  for (const Item &item : items)
    file += bytesOf<uint64_t>(
        {item.name.size() + 1, item.type, item.shape.size(), item.content.size()});
  for (const Item &item : items)
    file += item.name + '\0';
  for (const Item &item : items)
    for (int32_t size : item.shape)
      file += bytesOf<int32_t>({size});
  file += bytesOf<uint64_t>({3}) + "gap";
  for (const Item &item : items)
    file += item.content;
  return file;
}

std::vector<TensorInfo> parse(const std::string &file) {
  return parseMarianBinary(std::as_bytes(std::span(file)), "model.bin");
}

std::string errorOf(const std::vector<Item> &items) {
  return transept::errorOf([&] { parse(fileOf(items)); });
}

const std::string bytes = bytesOf<int8_t>({1, 2, 3, 4, 5, 6});
const std::string half = bytesOf<float>({2});

std::vector<float> rowOf(const TensorInfo &info, int64_t row) {
  std::vector<float> values(size_t(info.columnCount()));
  StridedMatrix(info).readRow(row, values);
  return values;
}

TEST(MarianBinary, ReadsTensorsInPlace) {
  std::string file = fileOf(
      {{"a", 0x0404, {1, 2}, bytesOf<float>({3, 4})}, {"special:model.yml", 0x0101, {3}, "a: "}});
  std::vector<TensorInfo> tensors = parse(file);
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].name, "a");
  EXPECT_EQ(tensors[0].type, ElementType::F32);
  EXPECT_THAT(tensors[0].shape, ElementsAre(1, 2));
  EXPECT_THAT(rowOf(tensors[0], 0), ElementsAre(3, 4));
  EXPECT_EQ(tensors[1].type, ElementType::I8);
  EXPECT_FALSE(tensors[1].isWeight());
  EXPECT_TRUE(isMarianBinary(std::as_bytes(std::span(file))));
}

TEST(MarianBinary, MatricesOfBytesAreTransposedButForEmbeddings) {
  std::string file = fileOf({{"l1_W1", 0x4101, {2, 3}, bytes + half + "padding"},
                             {"Wemb", 0x4101, {2, 3}, bytes + half}});
  std::vector<TensorInfo> tensors = parse(file);
  ASSERT_EQ(tensors.size(), 2u);
  for (const TensorInfo &info : tensors) {
    EXPECT_TRUE(info.isWeight());
    EXPECT_EQ(info.divisor, 2);
  }
  EXPECT_THAT(rowOf(tensors[0], 0), ElementsAre(1, 3, 5));
  EXPECT_THAT(rowOf(tensors[0], 1), ElementsAre(2, 4, 6));
  EXPECT_THAT(rowOf(tensors[1], 0), ElementsAre(1, 2, 3));
}

TEST(MarianBinary, RefusesWhatContradictsItself) {
  EXPECT_THAT(errorOf({{"a", 0x0404, {2}, "1234"}}), HasSubstr("takes 8 bytes, but has 4"));
  EXPECT_THAT(errorOf({{"a", 0x5101, {2}, "12"}}), HasSubstr("type 0x5101"));
  EXPECT_THAT(errorOf({{"a", 0x0404, {-1}, "1234"}}), HasSubstr("dimension of -1"));
  EXPECT_THAT(errorOf({{"a_W", 0x4101, {2, 3}, bytes + bytesOf<float>({0})}}),
              HasSubstr("multiplier 0"));
  EXPECT_THAT(errorOf({{"a_W", 0x4101, {6}, bytes + half}}), HasSubstr("allowed are matrices"));
  EXPECT_THAT(errorOf({{"a", 0x0404, std::vector<int32_t>(17, 1), "1234"}}),
              HasSubstr("has 17 dimensions"));
  EXPECT_THAT(errorOf({{"a", 0x0404, std::vector<int32_t>(5, 1 << 30), "1234"}}),
              HasSubstr("overflows"));
}

TEST(MarianBinary, RefusesFilesThatAreCutShortOrOfAnotherVersion) {
  std::string file = fileOf({{"a", 0x0404, {2}, bytesOf<float>({3, 4})}});
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_THAT(transept::errorOf([&] { parse(file.substr(0, size)); }), HasSubstr("model.bin: "))
        << size;
  file[0] = 2;
  EXPECT_THAT(transept::errorOf([&] { parse(file); }), HasSubstr("found version 2"));
  EXPECT_FALSE(isMarianBinary(std::as_bytes(std::span(file))));
  std::string many = bytesOf<uint64_t>({1, uint64_t(1) << 60});
  EXPECT_THAT(transept::errorOf([&] { parse(many); }), HasSubstr("no room for so many"));
}

} // namespace
} // namespace transept::checkpoints
