// SPDX-License-Identifier: Apache-2.0
//
// The form of rows by number type and by what the target multiplies.

#include "compiler/plan/PreparedRows.h"

#include "tests/unit/compiler/plan/NarrowTargets.h"

#include <gtest/gtest.h>

namespace transept::codegen {
namespace {

using plan::NumberType;
using targets::Target;
using targets::WordForm;

Target bytesIn128Bits() {
  Target target = testing::vectorsOf128Bits(32);
  target.byteForm = WordForm::Bytes;
  return target;
}

TEST(PreparedRows, TakeHalfTheBytesWhereBytesAreMultipliedAsTheyAre) {
  PreparedRows halfWords(testing::vectorsOf128Bits(32), NumberType::Int8, 512);
  PreparedRows bytes(bytesIn128Bits(), NumberType::Int8, 512);
  EXPECT_EQ(halfWords.scaleOffset(), 2 * 512);
  EXPECT_EQ(bytes.scaleOffset(), 512);
  EXPECT_EQ(halfWords.rowBytes() - bytes.rowBytes(), 512);
}

TEST(PreparedRows, AreFloatsOfBFloatWeightsUnlessTheTargetMultipliesBFloats) {
  Target target = testing::vectorsOf128Bits(32);
  PreparedRows widened(target, NumberType::BF16, 511);
  EXPECT_FALSE(widened.multipliesWords());
  EXPECT_EQ(widened.rowBytes(), 4 * 512);
  target.hasBFloatVectors = true;
  PreparedRows words(target, NumberType::BF16, 511);
  EXPECT_TRUE(words.multipliesWords());
  EXPECT_EQ(words.rowBytes(), 2 * 512 + 64);
  EXPECT_EQ(words.tileRows(), target.tileRows());
}

TEST(PreparedRows, FillTwoRegistersOfTilesWhereThereAreTiles) {
  Target target = bytesIn128Bits();
  target.hasTiles = true;
  target.vectors = {.lanes = 16, .sumRegisters = 24, .rows = 12, .panelWidth = 32};
  for (NumberType type : {NumberType::BF16, NumberType::Int8})
    EXPECT_EQ(PreparedRows(target, type, 512).tileRows(), 32);
  // int4 is taken apart in vectors, floats have no tiles.
  for (NumberType type : {NumberType::F32, NumberType::Int4})
    EXPECT_EQ(PreparedRows(target, type, 512).tileRows(), 12);
}

TEST(PreparedRows, GoThroughPanelsOfTheTarget) {
  for (int64_t registers : {16, 32})
    EXPECT_EQ(PreparedRows(testing::vectorsOf128Bits(registers), NumberType::F32, 64).panels.width,
              16);
}

TEST(MostRows, AreThoseWhoseSumsFitIntoTheRegisters) {
  Target few = testing::vectorsOf128Bits(16), many = testing::vectorsOf128Bits(32);
  EXPECT_EQ(few.mostRows(/*columnVectors=*/4), 3);
  EXPECT_EQ(few.mostRows(8), 1);
  EXPECT_EQ(few.mostRows(16), 0);
  EXPECT_EQ(many.mostRows(4), 6);
  EXPECT_EQ(many.mostRows(8), 3);
  EXPECT_EQ(many.mostRows(16), 1);
  // Narrower blocks have no more rows: rows are packed by that number.
  EXPECT_EQ(many.mostRows(1), 6);
}

} // namespace
} // namespace transept::codegen
