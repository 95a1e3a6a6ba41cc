// SPDX-License-Identifier: Apache-2.0
//
// Names of models follow from files, and have to be usable in C++.

#include "compiler/session/ModelName.h"
#include "tests/support/ErrorOf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::session {
namespace {

using testing::HasSubstr;

TEST(ModelName, FollowsFromTheLibrarysFile) {
  EXPECT_EQ(modelNameOf("build/libopus-mt_en.de.so"), "opus_mt_en_de");
  EXPECT_EQ(modelNameOf("whisper.so"), "whisper");
  EXPECT_EQ(modelNameOf("libt5"), "t5");
  EXPECT_EQ(modelNameOf("lib.so"), "lib");
  EXPECT_EQ(modelNameOf("lib my--model.so"), "my_model");
}

TEST(ModelName, IsRefusedWhereCppCannotUseIt) {
  for (const char *name : {"ende", "t5_small", "Int", "x"})
    EXPECT_NO_THROW(checkModelName(name)) << name;
  auto errorOf = [](const std::string &name) {
    return transept::errorOf([&] { checkModelName(name); });
  };
  for (const char *name : {"", "5t", "a-b", "a b", "für"})
    EXPECT_THAT(errorOf(name), HasSubstr("not a C++ identifier")) << name;
  for (const char *name : {"int", "namespace", "co_await", "xor_eq"})
    EXPECT_THAT(errorOf(name), HasSubstr("a keyword")) << name;
  for (const char *name : {"_x", "a__b", "_Model"})
    EXPECT_THAT(errorOf(name), HasSubstr("reserved")) << name;
  for (const char *name : {"transept", "time", "NULL", "printf"})
    EXPECT_THAT(errorOf(name), HasSubstr("taken already")) << name;
  EXPECT_THAT(errorOf("5t"), HasSubstr("'5t'"));
  EXPECT_THAT(errorOf("5t"), HasSubstr("--name"));
}

} // namespace
} // namespace transept::session
