// SPDX-License-Identifier: Apache-2.0
//
// Descriptions as text and back: exact round trips, and a strict reader that names the JSON path.

#include "compiler/frontend/description/DescriptionJson.h"

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Json goldenJson(const std::string &folder) {
  return Json::parse(toJson(TestCheckpoint(folder).describe()));
}

std::string readError(const Json &json) {
  return errorOf([&] { fromJson(json.dump(), "x.json"); });
}

class DescriptionJson : public testing::TestWithParam<const char *> {};

TEST_P(DescriptionJson, RoundTripsExactly) {
  Description description = TestCheckpoint(GetParam()).describe();
  std::string text = toJson(description);
  Description again = fromJson(text);
  EXPECT_EQ(toJson(again), text);
  EXPECT_EQ(again.logits.scale, description.logits.scale);
  EXPECT_EQ(again.source.embedding.scale, description.source.embedding.scale);
  EXPECT_EQ(again.target.selfAttention.scale, description.target.selfAttention.scale);
  EXPECT_EQ(again.generation.badWords, description.generation.badWords);
  EXPECT_EQ(again.checkpoint, description.checkpoint);
}

INSTANTIATE_TEST_SUITE_P(Goldens, DescriptionJson,
                         testing::Values("marian", "marian_sepvocab", "t5", "flan_t5", "mt5",
                                         "umt5", "variant_t5_bf16", "variant_marian_alltied",
                                         "bart", "plbart", "mbart", "m2m_100", "pegasus",
                                         "blenderbot", "blenderbot_small", "fsmt", "bert2bert",
                                         "trocr", "vit_gpt2", "whisper", "speech_to_text",
                                         "nn_transformer", "t5gemma"),
                         [](const auto &info) { return std::string(info.param); });

TEST(DescriptionText, KeepsEveryFieldThatIsNotDefault) {
  Description description = TestCheckpoint("marian").describe();
  description.source.embedding.norm = Norm{};
  description.source.embedding.norm->gain = {"n", true, 3, 4};
  description.source.embedding.positions = {PositionKind::Learned, 12, 2,
                                            checkpoints::TensorReference{"p"}};
  description.source.feedForward.activation = Activation::GeluTanh;
  description.generation.earlyStopping = GenerationDefaults::EarlyStopping::Never;
  description.generation.maximumNewTokens = 7;
  description.generation.minimumNewTokens = 0;
  description.generation.badWords = {{1}, {2, 3}};
  description.generation.lengthPenalty = 0.1;
  description.generation.exponentialDecay = {5, 1.1};
  description.generation.sequenceBiases = {{{1}, 2.5}, {{2, 3}, -0.1}};
  description.generation.stopStrings = {"\n\n", "ende"};
  description.tokenizer = {"t5", {"a", "b"}, {{"k", "\"v\"\n\u00e9"}}};
  Description again = fromJson(toJson(description));
  EXPECT_EQ(toJson(again), toJson(description));
  EXPECT_EQ(again.source.embedding.norm->gain, description.source.embedding.norm->gain);
  EXPECT_EQ(again.source.embedding.positions.offset, 2);
  EXPECT_EQ(again.generation.minimumNewTokens, 0);
  EXPECT_EQ(again.generation.lengthPenalty, 0.1);
  EXPECT_EQ(again.generation.exponentialDecay, description.generation.exponentialDecay);
  EXPECT_EQ(again.generation.sequenceBiases, description.generation.sequenceBiases);
  EXPECT_EQ(again.generation.stopStrings, description.generation.stopStrings);
  EXPECT_EQ(again.tokenizer.settings, description.tokenizer.settings);
}

TEST(DescriptionText, LeavesOutAnEmptyCheckpoint) {
  Description description = TestCheckpoint("marian").describe();
  EXPECT_THAT(toJson(description), HasSubstr("\"checkpoint\""));
  description.checkpoint.clear();
  EXPECT_THAT(toJson(description), testing::Not(HasSubstr("\"checkpoint\"")));
}

TEST(DescriptionText, FieldsWithDefaultsMayBeLeftOut) {
  Json json = goldenJson("t5");
  for (const char *key : {"family", "generation", "tokenizer", "checkpoint"})
    json.erase(key);
  json["source"]["embedding"].erase("scale");
  json["source"]["selfAttention"]["query"]["weight"] = {{"name", "q"}, {"rowCount", 3}};
  Description description = fromJson(json.dump());
  EXPECT_EQ(description.source.embedding.scale, 1.0);
  EXPECT_EQ(description.source.selfAttention.query.weight.rowCount, 3);
}

struct BadDescription {
  const char *pointer;
  Json value;
  const char *error;
};

TEST(DescriptionText, NamesThePathOfEveryMistake) {
  std::vector<BadDescription> mistakes = {
      {"/version", 2, "$.version: found 2"},
      {"/surprise", 1, "$: unknown key 'surprise'"},
      {"/source/embeding", 1, "$.source: unknown key 'embeding'"},
      {"/source/hiddenSize", 0, "$.source.hiddenSize: found 0"},
      {"/source/hiddenSize", "48", "$.source.hiddenSize: found \"48\""},
      {"/source/hiddenSize", 48.0, "$.source.hiddenSize: found 48.0"},
      {"/source/layerCount", 10'001, "$.source.layerCount"},
      {"/source/normPlacement", "middle", "allowed is one of \"pre\", \"post\""},
      {"/source/selfAttention/query/weight", 7, "$.source.selfAttention.query.weight: found 7"},
      {"/source/selfAttention/query/weight", {{"nam", "x"}}, "query.weight.name is missing"},
      {"/source/selfAttention/norm/epsilon", -1.0, "$.source.selfAttention.norm.epsilon"},
      {"/source/feedForward", nullptr, "$.source.feedForward is missing"},
      {"/target/crossAttention/query", Json::array(), "$.target.crossAttention.query"},
      {"/generation/endIds", {1, -1}, "$.generation.endIds[1]: found -1"},
      {"/generation/badWords", {{1}, 2}, "$.generation.badWords[1]: found 2"},
      {"/generation/exponentialDecay",
       {{"start", 1}, {"factor", 0.0}},
       "$.generation.exponentialDecay.factor: found 0.0"},
      {"/generation/sequenceBiases",
       {{{"ids", {1}}}},
       "$.generation.sequenceBiases[0].bias is missing"},
      {"/generation/earlyStopping", true, "$.generation.earlyStopping"},
      {"/generation/beams", 0, "$.generation.beams"},
      {"/tokenizer/settings", {{"legacy", true}}, "$.tokenizer.settings.legacy"},
      {"/tokenizer/files", {1}, "$.tokenizer.files[0]"},
      {"/name", 1, "$.name: found 1"},
  };
  const Json good = goldenJson("t5");
  for (const BadDescription &mistake : mistakes) {
    Json json = good;
    json[Json::json_pointer(mistake.pointer)] = mistake.value;
    EXPECT_THAT(readError(json), HasSubstr(mistake.error)) << mistake.pointer;
  }
  EXPECT_THAT(readError(Json::array()), HasSubstr("x.json: $"));
  EXPECT_THAT(readError(Json::object()), HasSubstr("version is missing"));
}

TEST(DescriptionText, EveryRequiredKeyIsRequired) {
  const Json good = goldenJson("marian");
  for (const char *pointer :
       {"/name", "/source/embedding", "/source/selfAttention/headCount",
        "/target/feedForward/activation", "/logits/weight", "/source/selfAttention/norm/gain",
        "/target/selfAttention/query/outputs"}) {
    Json json = good;
    Json::json_pointer path(pointer);
    json[path.parent_pointer()].erase(path.back());
    EXPECT_THAT(readError(json), HasSubstr(path.back() + " is missing")) << pointer;
  }
}

TEST(DescriptionText, IsReadFromAFileBesideItsCheckpoint) {
  Warnings warnings;
  TestCheckpoint checkpoint("t5");
  Description description = checkpoint.describe();
  std::string path = checkpoint.directory.path() + "/model.json";
  description.checkpoint.clear();
  checkpoint.directory.write("model.json", toJson(description));
  EXPECT_EQ(std::filesystem::canonical(readDescription(path, warnings).checkpoint),
            std::filesystem::canonical(checkpoint.directory.path()));
  description.checkpoint = "elsewhere";
  checkpoint.directory.write("model.json", toJson(description));
  EXPECT_THAT(errorOf([&] { readDescription(path, warnings); }), HasSubstr("elsewhere"));
  description.checkpoint.clear();
  description.source.selfAttention.key.inputs = 5;
  checkpoint.directory.write("model.json", toJson(description));
  EXPECT_THAT(errorOf([&] { readDescription(path, warnings); }),
              AllOf(HasSubstr("model.json"), HasSubstr("source.selfAttention.key")));
  EXPECT_THAT(errorOf([&] { readDescription(path + "x", warnings); }), HasSubstr("no such file"));
}

} // namespace
} // namespace transept::frontend
