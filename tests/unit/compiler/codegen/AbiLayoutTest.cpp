// SPDX-License-Identifier: Apache-2.0
//
// Generated code finds fields where the C compiler of its own machine puts them, whatever machine
// it was compiled on.

#include "compiler/codegen/launches/AbiLayout.h"

#include "transept/abi.h"

#include <cstddef>
#include <gtest/gtest.h>

namespace transept::codegen {
namespace {

TEST(AbiLayout, IsThatOfThisMachineForPointersOf64Bits) {
#define CHECK_FIELD(kind, c_type, name, meaning)                                                   \
  EXPECT_EQ(invocationField(#name, 8).offset, int64_t(offsetof(transept_invocation, name)))        \
      << #name;
#define TRANSEPT_INVOCATION_FIELDS CHECK_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_INVOCATION_FIELDS
#undef CHECK_FIELD
}

TEST(AbiLayout, AlignsNumbersOf64BitsBehindPointersOf32) {
  EXPECT_EQ(invocationField("weights", 4).offset, 0);
  EXPECT_EQ(invocationField("arena", 4).offset, 4);
  EXPECT_EQ(invocationField("scratch", 4).offset, 8);
  EXPECT_EQ(invocationField("scratch_stride", 4).offset, 16); // not 12
  EXPECT_EQ(invocationField("barrier", 4).offset, 24);
  EXPECT_EQ(invocationField("barrier_context", 4).offset, 28);
  EXPECT_EQ(invocationField("row_count", 4).offset, 32);
  EXPECT_EQ(invocationField("positions", 4).offset, 44);
  EXPECT_EQ(invocationField("sequence_count", 4).offset, 48);
}

} // namespace
} // namespace transept::codegen
