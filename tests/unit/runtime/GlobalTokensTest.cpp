// SPDX-License-Identifier: Apache-2.0
//
// Models with global tokens encode one source at a time, and keep sources apart by these tokens.

#include "tests/unit/runtime/ErrorOf.h"
#include "tests/unit/runtime/ToyModel.h"

#include <gtest/gtest.h>

namespace transept::tests {
namespace {

TEST(GlobalTokens, LetSourcesBeEncodedOneByOne) {
  ToyModel together, apart;
  apart.table.encodes_one_source = 1;
  together.open().encodeBatch({{4}, {5}, {6}});
  apart.open().encodeBatch({{4}, {5}, {6}});
  EXPECT_EQ(together.parameters.encodeCalls, 1);
  EXPECT_EQ(apart.parameters.encodeCalls, 3);
}

TEST(GlobalTokens, ArePartOfWhatACachedSourceIs) {
  ToyModel toy;
  toy.table.encodes_one_source = toy.table.has_global_tokens = 1;
  Model model = toy.open();
  std::vector<Id> ids{4, 5, 6};
  std::vector<std::uint8_t> none{1, 1, 1}, first{2, 1, 1}, last{1, 1, 2};
  auto encode = [&](std::span<const std::uint8_t> mask) {
    model.encode({.ids = ids, .mask = mask});
    return toy.parameters.encodeCalls.load();
  };
  EXPECT_EQ(encode(none), 1);
  EXPECT_EQ(encode(first), 2);
  EXPECT_EQ(encode(last), 3);
  EXPECT_EQ(encode({}), 3) << "without a mask the first token is global";
  EXPECT_EQ(encode(last), 3);
  // A token that is dropped before them changes the number of their row alone.
  std::vector<Id> longer{9, 4, 5, 6};
  std::vector<std::uint8_t> dropped{0, 1, 1, 2};
  std::vector<std::int32_t> positions{0, 0, 1, 2};
  model.encode({.ids = longer, .mask = dropped, .positions = positions});
  EXPECT_EQ(toy.parameters.encodeCalls, 3);
}

TEST(GlobalTokens, AreTheOnlyOtherValueOfAMask) {
  ToyModel toy;
  std::vector<Id> ids{4, 5};
  std::vector<std::uint8_t> two{1, 2}, three{1, 3};
  EXPECT_EQ(errorOf([&] { toy.open().encode({.ids = ids, .mask = two}); }),
            "sources[0].mask[1] is 2, but must be 0 or 1");
  toy.table.has_global_tokens = 1;
  toy.open().encode({.ids = ids, .mask = two});
  EXPECT_EQ(errorOf([&] { toy.open().encode({.ids = ids, .mask = three}); }),
            "sources[0].mask[1] is 3, but must be 0, 1 or 2");
}

} // namespace
} // namespace transept::tests
