// SPDX-License-Identifier: Apache-2.0
//
// A story survives being written and read, and a damaged one is refused with a reason.

#include "workbench/story/StoryJson.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace transept::story {
namespace {

using ::testing::HasSubstr;

/// One entry in every list.
Story smallStory() {
  Story story;
  story.model = "small";
  story.family = "marian";
  story.options = {"int8", "bf16", {"x86-64-v3"}};
  Operation first{.name = "layers.0.query", .kind = "transept.linear", .line = 3};
  Operation second{.name = "layers.0.\"key\"\n", .operands = {0}, .origins = {"a", "b"}};
  second.launch = {0, 0};
  story.stages = {{"plan", "x86-64-v3", "a sentence", "module {\n}\n", {first, second}}};
  story.passes = {{"fuse-norms", "fused", "norms into linears"}};
  story.remarks = {{"fuse-norms", "fusion", "missed", "norm", {"norm"}, "has two readers"}};
  story.tensors = {{"weight", "BF16", {30, 20}}};
  story.caches.encoder = {256, 16, {{"layers.0.keys", 4, 16, 256}}};
  Launch launch{.name = "layers.0.query", .kind = "linear", .kernels = {0}};
  launch.weights = {{"w", "panels", 2400, {"weight"}}};
  launch.reads = {0};
  launch.writes = {0};
  Buffer buffer{.name = "rows", .space = "source", .width = 20, .stride = 32};
  story.programs = {{"encode", "x86-64-v3", 512, 2, {launch}, {buffer}}};
  story.kernels = {{"linear_20x30", "x86-64-v3", 16, 32, {1}}, {"tile", "x86-64-v3", 0, 0, {}}};
  return story;
}

TEST(Story, IsTheSameAfterWritingAndReading) {
  std::string text = toJson(smallStory());
  EXPECT_EQ(toJson(storyOf(text)), text);
  EXPECT_THAT(text, HasSubstr(R"("launch":[0,0])"));
  EXPECT_EQ(toJson(storyOf(toJson(Story()))), toJson(Story()));
}

TEST(Story, ReadsStoriesWithoutSidesAndWindows) {
  Json json = smallStory();
  Json &operations = json["stages"][0]["operations"];
  operations[0]["type"] = "source.convolved0 x 20 x f32";
  operations[1]["type"] = "sourced x 20 x f32";
  for (Json &operation : operations)
    operation.erase("side");
  for (const char *name : {"keys_before", "keys_behind"})
    json["programs"][0]["launches"][0].erase(name);
  Story story = storyOf(json.dump());
  EXPECT_EQ(story.stages[0].operations[0].side, "source");
  EXPECT_EQ(story.stages[0].operations[1].side, "");
  EXPECT_EQ(story.programs[0].launches[0].keys_before, -1);
  EXPECT_EQ(story.programs[0].launches[0].name, "layers.0.query");
}

TEST(Story, RefusesTextThatIsNone) {
  std::string text = toJson(smallStory());
  for (const std::string &damaged :
       {std::string(), std::string("[]"), std::string("7"), std::string("{}"),
        text.substr(0, text.size() / 2), text + "}", std::string("\xff\xfe")})
    EXPECT_THROW(
        {
          try {
            storyOf(damaged);
          } catch (const std::runtime_error &error) {
            EXPECT_THAT(error.what(), HasSubstr("the story of this library is damaged"));
            throw;
          }
        },
        std::runtime_error)
        << damaged.substr(0, 20);
}

struct Damage {
  const char *name;
  std::function<void(Json &)> apply;
  const char *message;
};

class DamagedStory : public ::testing::TestWithParam<Damage> {};

TEST_P(DamagedStory, IsRefusedWithTheReason) {
  Json json = smallStory();
  GetParam().apply(json);
  try {
    storyOf(json.dump());
    FAIL() << "nothing was refused";
  } catch (const std::runtime_error &error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
  }
}

Json &firstLaunch(Json &json) {
  return json["programs"][0]["launches"][0];
}

INSTANTIATE_TEST_SUITE_P(
    Story, DamagedStory,
    ::testing::Values(
        Damage{"OfAnotherFormat", [](Json &json) { json["format"] = 2; },
               "has format 2, but this program reads format 1"},
        Damage{"WithoutAList", [](Json &json) { json.erase("remarks"); }, "'remarks' not found"},
        Damage{"WithAnotherType", [](Json &json) { json["stages"][0]["text"] = 5; },
               "must be string"},
        Damage{"Operand", [](Json &json) { json["stages"][0]["operations"][1]["operands"] = {2}; },
               "refers to operation 2 of 2"},
        Damage{"ProgramOfAnOperation",
               [](Json &json) { json["stages"][0]["operations"][1]["launch"] = {1, 0}; },
               "refers to program 1 of 1"},
        Damage{"LaunchOfAnOperation",
               [](Json &json) { json["stages"][0]["operations"][1]["launch"] = {0, 1}; },
               "refers to launch 1 of 1"},
        Damage{"Kernel", [](Json &json) { firstLaunch(json)["kernels"] = {2}; },
               "refers to kernel 2 of 2"},
        Damage{"BufferRead", [](Json &json) { firstLaunch(json)["reads"] = {0, 1}; },
               "refers to buffer 1 of 1"},
        Damage{"BufferWritten", [](Json &json) { firstLaunch(json)["writes"] = {-1}; },
               "refers to buffer 4294967295 of 1"},
        Damage{"LifetimeOfABuffer",
               [](Json &json) { json["programs"][0]["buffers"][0]["last"] = 1; },
               "refers to launch 1 of 1"},
        Damage{"CalledKernel", [](Json &json) { json["kernels"][1]["calls"] = {9}; },
               "refers to kernel 9 of 2"}),
    [](const auto &info) { return info.param.name; });

} // namespace
} // namespace transept::story
