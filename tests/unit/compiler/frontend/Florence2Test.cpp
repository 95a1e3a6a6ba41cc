// SPDX-License-Identifier: Apache-2.0
//
// Florence-2: DaViT's stages and BART's layers from the golden checkpoint, images of the size that
// the preprocessor makes, and what is refused.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char *kSize = R"({"size": {"height": 24, "width": 32}})";

TEST(Florence2, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("florence2");
  checkpoint.directory.write("preprocessor_config.json", kSize);
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source;
  EXPECT_EQ(source.embedding.features->width, 96) << "a line of 32 pixels of three colours";
  EXPECT_EQ(source.embedding.features->length, 0) << "lines and a prompt";
  const ImageTower &tower = source.tower.value();
  EXPECT_EQ(tower.pixels.height, 24);
  ASSERT_EQ(tower.stages.size(), 2u);
  const ImageStage &first = tower.stages[0], &second = tower.stages[1];
  EXPECT_EQ(first.grid.height, 6);
  EXPECT_EQ(first.grid.width, 8);
  EXPECT_EQ(second.grid.height, 3);
  EXPECT_EQ(second.grid.width, 4);
  EXPECT_FALSE(first.isNormBefore);
  EXPECT_TRUE(second.isNormBefore);
  EXPECT_EQ(second.layerCount, 2);
  EXPECT_EQ(second.linear.inputs, 16 * 9);
  EXPECT_EQ(second.tileSide, 3);
  EXPECT_EQ(second.tiles.attention.headCount, 4);
  EXPECT_EQ(second.channels.attention.headCount, 8) << "groups of channels";
  EXPECT_EQ(second.channels.attention.value.weight.rowBegin, 48);
  EXPECT_EQ(second.channels.first.weight.name,
            "model.vision_tower.blocks.1.{layer}.channel_block.conv1.weight");
  EXPECT_EQ(second.tiles.feedForward.input.outputs, 36);
  EXPECT_FALSE(tower.projection.bias);
  EXPECT_EQ(tower.promptTable.name, "model.language_model.shared.weight");
  EXPECT_EQ(tower.promptVocabularySize, 96);
  ASSERT_EQ(tower.promptTasks.size(), 15u);
  EXPECT_EQ(tower.promptTasks[2].name, "<CAPTION>");
  EXPECT_EQ(tower.promptTasks[14].question, "What text is in the region {input}?");
  EXPECT_EQ(source.embedding.positions.offset, 2);
  EXPECT_TRUE(source.embedding.norm);
  EXPECT_EQ(description.target.layerCount, 3);
  EXPECT_EQ(description.logits.weight.name, "model.language_model.shared.weight");
  EXPECT_EQ(description.generation.decoderStartId, 2);
}

TEST(Florence2, TakesImagesOf768PixelsWherePreprocessorsSayNothing) {
  TestCheckpoint checkpoint("florence2");
  EXPECT_THAT(checkpoint.error(), HasSubstr("positionCount 6 for 96 by 96 places"));
  checkpoint.directory.write("processor_config.json",
                             R"({"image_processor": )" + std::string(kSize) + "}");
  EXPECT_EQ(checkpoint.describe().source.tower->pixels.width, 32);
}

TEST(Florence2, RefusesByName) {
  TestCheckpoint checkpoint("florence2");
  checkpoint.directory.write("preprocessor_config.json", kSize);
  auto errorWith = [&](const char *side, const char *field, const nlohmann::ordered_json &value) {
    auto &own = checkpoint.config[side];
    const nlohmann::ordered_json before = own[field];
    own[field] = value;
    std::string error = checkpoint.error();
    own[field] = before;
    return error;
  };
  EXPECT_THAT(errorWith("vision_config", "depths", {1}), HasSubstr("2 of them, a stage each"));
  EXPECT_THAT(errorWith("vision_config", "num_groups", {4, 7}), HasSubstr("a divisor of 24"));
  EXPECT_THAT(errorWith("vision_config", "patch_padding", {7, 1}), HasSubstr("patch_size"));
  EXPECT_THAT(errorWith("vision_config", "patch_prenorm", {0, 1}), HasSubstr("patch_prenorm"));
  EXPECT_THAT(errorWith("vision_config", "projection_dim", 40),
              HasSubstr("d_model of text_config"));
  EXPECT_THAT(errorWith("vision_config", "max_position_embeddings", 3),
              HasSubstr("columnPositions needs [3, 12]"));
  EXPECT_THAT(errorWith("text_config", "scale_embedding", true), HasSubstr("scale_embedding"));
  EXPECT_THAT(errorWith("text_config", "model_type", "mbart"), HasSubstr("\"bart\""));
  checkpoint.config["tie_word_embeddings"] = false;
  EXPECT_THAT(checkpoint.error(), HasSubstr("tie_word_embeddings"));
}

} // namespace
} // namespace transept::frontend
