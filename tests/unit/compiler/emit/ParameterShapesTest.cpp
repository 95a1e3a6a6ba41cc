// SPDX-License-Identifier: Apache-2.0
//
// Which stored shapes a parameter may be read from.

#include "compiler/emit/ParameterShapes.h"

#include "base/Error.h"

#include <gmock/gmock.h>

namespace transept::emit {
namespace {

using testing::HasSubstr;

std::string refusal(const ParameterRows &rows, std::vector<int64_t> shape) {
  checkpoints::TensorInfo stored;
  stored.name = "w";
  stored.file = "model.safetensors";
  stored.shape = std::move(shape);
  try {
    checkParameter(rows, stored);
  } catch (const InputError &error) {
    return error.what();
  }
  return "";
}

ParameterRows matrix(int64_t begin, int64_t rows, int64_t columns, bool isTransposed = false) {
  return {"w", isTransposed, false, begin, rows, rows, columns};
}
ParameterRows vector(int64_t begin, int64_t count) {
  return {"w", false, true, begin, count, count, 1};
}

TEST(ParameterShapes, AreThoseThatAreStored) {
  EXPECT_EQ(refusal(matrix(0, 4, 6), {4, 6}), "");
  EXPECT_EQ(refusal(matrix(2, 2, 6), {4, 6}), "");
  EXPECT_EQ(refusal(matrix(0, 4, 6, true), {6, 4}), "");
  EXPECT_EQ(refusal(matrix(0, 4, 6), {4, 2, 3}), "");
  EXPECT_EQ(refusal(matrix(0, 4, 6), {1, 4, 6}), "");
  EXPECT_EQ(refusal(vector(3, 2), {5}), "");
  EXPECT_EQ(refusal(vector(0, 5), {1, 1, 5}), "");
}

TEST(ParameterShapes, OfAsManyNumbersAreRefused) {
  EXPECT_THAT(refusal(matrix(0, 4, 6), {6, 4}),
              HasSubstr("tensor 'w' has shape [6, 4], but the model reads rows 0 to 3 of [4, 6]"));
  EXPECT_THAT(refusal(matrix(0, 4, 6, true), {4, 6}), HasSubstr("of [6, 4]"));
  EXPECT_THAT(refusal(matrix(0, 4, 6), {24}), HasSubstr("[24]"));
  EXPECT_THAT(refusal(matrix(0, 4, 6), {2, 12}), HasSubstr("[2, 12]"));
  EXPECT_THAT(refusal(vector(0, 6), {2, 3}), HasSubstr("[2, 3]"));
  EXPECT_THAT(refusal(vector(0, 6), {6, 1}), HasSubstr("[6, 1]"));
}

TEST(ParameterShapes, HaveTheRowsThatAreRead) {
  EXPECT_THAT(refusal(matrix(3, 2, 6), {4, 6}), HasSubstr("rows 3 to 4"));
  EXPECT_THAT(refusal(vector(3, 3), {1, 5}), HasSubstr("rows 3 to 5"));
  EXPECT_THAT(refusal(vector(0, 1), {}), HasSubstr("[]"));
}

} // namespace
} // namespace transept::emit
