// SPDX-License-Identifier: Apache-2.0
//
// What tasks stand for, and which prompts are refused, with a table that is written by hand.

#include "media/library/ImagePrompt.h"

#include "tests/unit/runtime/ErrorOf.h"

#include <gmock/gmock.h>

namespace transept::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::errorOf;

constexpr std::string_view kTasks =
    R"([{"name": "<OD>", "question": "Where is what?"},
        {"name": "<FIND>", "question": "Where is {input}, or where is {input}?"}])";

class ImagePrompt : public testing::Test {
protected:
  ImagePrompt() {
    table.name = "pictures";
    table.assets = &tasks;
    table.asset_count = 1;
    table.counted_columns = &column;
    table.counted_column_count = 1;
    table.row_steps = steps;
    table.row_step_count = 2;
    table.maximum_source_length = 8;
  }

  std::string questionOf(const std::string &prompt) const {
    return media::questionOf(table, prompt);
  }
  std::string refusal(const std::vector<int32_t> &ids) const {
    return errorOf([&] { checkPrompt(table, ids); });
  }

  transept_asset tasks = {imageTasksFile, kTasks.data(), kTasks.size()};
  transept_counted_column column = {.column = 2, .count = 50, .first_row = 4, .reserved = 0};
  // Behind four lines come the prompt's rows, and before those three of the image.
  transept_row_step steps[2] = {{5, 1, 0, 0, 0, 0, 0, 4}, {1, 1, 0, 3, 0, 0, 0, 0}};
  transept_model_table table{};
};

TEST_F(ImagePrompt, NamesATaskOrIsAQuestion) {
  EXPECT_EQ(questionOf("What is this?"), "What is this?");
  EXPECT_EQ(questionOf(""), "");
  EXPECT_EQ(questionOf("<OD>"), "Where is what?");
  EXPECT_EQ(questionOf("<FIND> \u00a0a {input}\n"), "Where is a {input}, or where is {input}?");
  EXPECT_EQ(questionOf("a<FIND>b<FIND>"), "Where is ab, or where is {input}?");
  EXPECT_THAT(errorOf([&] { questionOf("<OD> boats"); }),
              HasSubstr("the task <OD> takes no other text"));
  EXPECT_THAT(errorOf([&] { questionOf("<OD><FIND>"); }), HasSubstr("the task <OD>"));
}

TEST_F(ImagePrompt, FitsBehindAnImage) {
  EXPECT_EQ(refusal({0, 49, 1, 2, 3}), "no error");
  EXPECT_EQ(refusal({0, 49, 1, 2, 3, 4}), "the prompt has 6 tokens, but must have 1 to 5");
  EXPECT_EQ(refusal({}), "the prompt has 0 tokens, but must have 1 to 5");
  EXPECT_EQ(refusal({50}), "the prompt has the token 50, but ids of the model are below 50");
  EXPECT_THAT(refusal({-1}), HasSubstr("the token -1"));
}

TEST_F(ImagePrompt, IsNeededWhereItIsRead) {
  EXPECT_EQ(errorOf([&] { promptIds(table, nullptr, nullptr); }),
            "pictures reads a prompt beside an image, but none was given: a question, or one of "
            "the tasks <OD>, <FIND>");
  EXPECT_THAT(errorOf([&] { promptIds(table, nullptr, "<OD>"); }), HasSubstr("has no tokenizer"));
  column.first_row = 0; // a column that counts lines of patches, for example
  EXPECT_TRUE(promptIds(table, nullptr, nullptr).empty());
  EXPECT_EQ(errorOf([&] { promptIds(table, nullptr, "<OD>"); }),
            "a prompt was given, but pictures reads none beside an image");
}

TEST_F(ImagePrompt, IsRowsBehindTheImage) {
  features::Features image{.rows = 1, .width = 3, .values = {1, 2, 3}};
  appendPrompt(table, std::vector<int32_t>{7, 9}, image);
  EXPECT_EQ(image.rows, 3u);
  EXPECT_THAT(image.values, ElementsAre(1, 2, 3, 0, 0, 7, 0, 0, 9));
}

} // namespace
} // namespace transept::media
