// SPDX-License-Identifier: Apache-2.0
//
// numpy's archives: arrays in place, in either order, and what is refused.

#include "checkpoints/NumpyArchive.h"
#include "checkpoints/StridedMatrix.h"
#include "tests/support/ErrorOf.h"
#include "tests/support/NumpyFiles.h"

#include <gmock/gmock.h>

using testing::ElementsAre;
using testing::HasSubstr;

namespace transept::checkpoints {
namespace {

const std::string six = [] {
  float numbers[] = {1, 2, 3, 4, 5, 6};
  return std::string(reinterpret_cast<const char *>(numbers), sizeof(numbers));
}();

std::vector<TensorInfo> parse(const std::string &file) {
  return parseNumpyArchive(std::as_bytes(std::span(file)), "model.npz");
}

std::string errorOf(const std::string &array) {
  return transept::errorOf([&] { parse(torch::zip({{"a.npy", array}})); });
}

std::vector<float> rowOf(const TensorInfo &info, int64_t row) {
  std::vector<float> values(size_t(info.columnCount()));
  StridedMatrix(info).readRow(row, values);
  return values;
}

TEST(NumpyArchive, ReadsArraysInPlaceInEitherOrder) {
  std::string file =
      torch::zip({{"rows.npy", numpy::array("<f4", "(2, 3)", six)},
                  {"columns.npy",
                   numpy::array("{'shape': (2, 3), 'fortran_order': True, 'descr': '<f4'}", six)},
                  {"text.npy", numpy::array("|i1", "(3,)", "a: ")},
                  {"number.npy", numpy::array("<f4", "()", "1234")}});
  std::vector<TensorInfo> tensors = parse(file);
  ASSERT_EQ(tensors.size(), 4u);
  EXPECT_EQ(tensors[0].name, "columns");
  EXPECT_THAT(rowOf(tensors[0], 0), ElementsAre(1, 3, 5));
  EXPECT_THAT(rowOf(tensors[0], 1), ElementsAre(2, 4, 6));
  EXPECT_EQ(tensors[1].elementCount(), 1);
  EXPECT_THAT(tensors[2].shape, ElementsAre(2, 3));
  EXPECT_THAT(rowOf(tensors[2], 1), ElementsAre(4, 5, 6));
  EXPECT_EQ(tensors[3].type, ElementType::I8);
}

TEST(NumpyArchive, DimensionsOfOneKeepTheirNeighboursInPlace) {
  for (const char *shape : {"(1, 2, 3)", "(2, 1, 3)", "(2, 3, 1)"}) {
    std::string header =
        std::string("{'shape': ") + shape + ", 'fortran_order': True, 'descr': '<f4'}";
    std::string file = torch::zip({{"a.npy", numpy::array(header, six)}});
    TensorInfo array = parse(file).front();
    EXPECT_THAT(rowOf(array, 0), ElementsAre(1, 3, 5)) << shape;
    EXPECT_THAT(rowOf(array, 1), ElementsAre(2, 4, 6)) << shape;
  }
  // Nothing is in it, so that it may be of any size.
  std::string file =
      torch::zip({{"a.npy", numpy::array("{'shape': (0, 1, 5), 'fortran_order': True, 'descr': "
                                         "'<f4'}",
                                         "")}});
  EXPECT_EQ(parse(file).front().elementCount(), 0);
}

TEST(NumpyArchive, RefusesOtherTypesAndSizes) {
  EXPECT_THAT(errorOf(numpy::array(">f4", "(6,)", six)), HasSubstr("found type \">f4\""));
  EXPECT_THAT(errorOf(numpy::array("|O", "(6,)", six)), HasSubstr("found type \"|O\""));
  EXPECT_THAT(errorOf(numpy::array("<f4", "(7,)", six)), HasSubstr("take 28 bytes, but 24 follow"));
  EXPECT_THAT(errorOf(numpy::array("<f4", "(-6,)", six)), HasSubstr("found shape"));
  for (const char *shape : {"(4294967296, 4294967296)", "(0, 4294967296, 4294967296)"}) {
    std::string header =
        std::string("{'shape': ") + shape + ", 'fortran_order': True, 'descr': '<f4'}";
    EXPECT_THAT(errorOf(numpy::array(header, "")), HasSubstr("overflows")) << shape;
  }
  EXPECT_THAT(errorOf(numpy::array("<f4", "(4294967296, 4294967296)", six)),
              HasSubstr("overflows"));
}

TEST(NumpyArchive, RefusesHeadersThatAreNone) {
  EXPECT_THAT(errorOf("PICKLE"), HasSubstr("begins otherwise"));
  EXPECT_THAT(errorOf(numpy::array("[]", six)), HasSubstr("'{' is expected"));
  EXPECT_THAT(errorOf(numpy::array("{'descr': '<f4'}", six)), HasSubstr("lacks one of"));
  EXPECT_THAT(errorOf(numpy::array("{'evil': 'x'}", six)), HasSubstr("key \"evil\""));
  EXPECT_THAT(errorOf(numpy::array("{'descr': '<f4', 'descr': '<f4'}", six)),
              HasSubstr("key \"descr\""));
  EXPECT_THAT(errorOf(numpy::array("{'fortran_order': 1}", six)),
              HasSubstr("neither True nor False"));
  std::string array = numpy::array("<f4", "(6,)", six);
  array[6] = 9;
  EXPECT_THAT(errorOf(array), HasSubstr("version 9"));
  EXPECT_THAT(transept::errorOf([] { parse(torch::zip({{"a.txt", "x"}})); }),
              HasSubstr("is no array"));
}

} // namespace
} // namespace transept::checkpoints
