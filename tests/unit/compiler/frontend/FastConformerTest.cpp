// SPDX-License-Identifier: Apache-2.0
//
// Configurations of Cohere's and Canary's models of speech: the encoder that both have, what their
// decoders differ in, and the names of their tensors.

#include "tests/support/TestCheckpoint.h"

#include <cmath>
#include <functional>
#include <map>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Description described(const std::string &name) {
  TestCheckpoint checkpoint(name);
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty()) << name;
  return description;
}

TEST(FastConformer, LayersAreFourSublayersAndANorm) {
  const Stack source = described("cohere_asr").source;
  EXPECT_EQ(source.layerCount, 2);
  EXPECT_EQ(source.hiddenSize, 40);
  EXPECT_EQ(source.normPlacement, NormPlacement::Pre);
  ASSERT_EQ(source.sublayers.size(), 4u);
  for (size_t index : {0u, 3u}) {
    EXPECT_EQ(source.sublayers[index].factor, 0.5);
    const FeedForward &part = source.sublayers[index].feedForward.value();
    EXPECT_EQ(part.activation, Activation::Silu);
    EXPECT_EQ(part.input.outputs, 56);
    EXPECT_TRUE(part.input.bias && part.output.bias);
  }
  EXPECT_EQ(source.sublayers[3].feedForward->norm.gain.name,
            "model.encoder.layers.{layer}.norm_feed_forward2.weight");
  EXPECT_EQ(source.sublayers[1].factor, 1.0);
  EXPECT_EQ(source.sublayers[2].factor, 1.0);
  EXPECT_EQ(source.layerNorm->gain.name, "model.encoder.layers.{layer}.norm_out.weight");
  EXPECT_FALSE(source.finalNorm);
  EXPECT_EQ(source.embedding.scale, 1.0);
  EXPECT_EQ(source.embedding.positions.length, 512);
}

TEST(FastConformer, TheSecondHalfOfTheFirstProductIsTheGate) {
  const RowMixer mixer = described("canary").source.sublayers[2].mixer.value();
  EXPECT_EQ(mixer.input.weight.rowBegin, 0);
  EXPECT_EQ(mixer.gate.weight.rowBegin, 40);
  EXPECT_EQ(mixer.gate.bias->rowBegin, 40);
  EXPECT_EQ(mixer.depthwise.kernelSize, 9);
  EXPECT_TRUE(mixer.depthwise.bias);
  EXPECT_EQ(mixer.depthwise.norm->epsilon, 1e-5);
  EXPECT_EQ(mixer.depthwise.norm->variance.name,
            "model.encoder.layers.{layer}.conv.norm.running_var");
  const RowMixer plain = described("canary_plain").source.sublayers[2].mixer.value();
  EXPECT_EQ(plain.depthwise.kernelSize, 13);
  EXPECT_FALSE(plain.input.bias || plain.depthwise.bias || plain.output.bias);
}

TEST(FastConformer, DistancesAreProjectedAndQueriesHaveTwoBiases) {
  const Attention attention = described("cohere_asr_plain").source.sublayers[1].attention.value();
  EXPECT_EQ(attention.headCount, 2);
  EXPECT_EQ(attention.headDim, 16) << "of a field that the configuration class does not list";
  EXPECT_EQ(attention.scale, 0.25);
  EXPECT_FALSE(attention.query.bias || attention.output.bias);
  const RelativeScores &scores = attention.relativeScores.value();
  EXPECT_EQ(scores.before, 1023);
  EXPECT_EQ(scores.after, 1023);
  EXPECT_EQ(scores.projection->inputs, 24);
  EXPECT_FALSE(scores.projection->bias);
  EXPECT_EQ(scores.contentBias->name, "model.encoder.layers.{layer}.self_attn.pos_bias_u");
  EXPECT_EQ(scores.positionBias->name, "model.encoder.layers.{layer}.self_attn.pos_bias_v");
}

TEST(FastConformer, LinesOfMelsAreHalvedAndBecomeRows) {
  const Stack source = described("cohere_asr_plain").source;
  const Features &features = *source.embedding.features;
  EXPECT_EQ(features.width, 128);
  ASSERT_EQ(features.gridConvolutions.size(), 2u) << "a factor of 4";
  EXPECT_EQ(source.embedding.positions.length, 1024) << "as many seconds";
  const GridConvolution &first = features.gridConvolutions[0];
  EXPECT_EQ(first.kernelSize, 3);
  EXPECT_EQ(first.stride, 2);
  EXPECT_EQ(first.padding, 1);
  EXPECT_FALSE(first.depthwise);
  EXPECT_EQ(first.linear.inputs, 9);
  EXPECT_EQ(first.activation, Activation::Relu);
  EXPECT_EQ(features.gridConvolutions[1].depthwise->weight.name,
            "model.encoder.pre_encode.conv.2.weight");
  EXPECT_EQ(features.gridConvolutions[1].linear.weight.name,
            "model.encoder.pre_encode.conv.3.weight");
  ASSERT_EQ(features.convolutions.size(), 1u);
  EXPECT_EQ(features.convolutions[0].linear.inputs, 5 * 32);
  EXPECT_EQ(features.convolutions[0].linear.outputs, 24);
  EXPECT_DOUBLE_EQ(source.embedding.scale, std::sqrt(24.0));
  EXPECT_EQ(described("canary").source.embedding.features->gridConvolutions.size(), 3u);
}

TEST(FastConformer, AnswersForWhatItsFieldsLeaveOpen) {
  // What is absent of encoder_config is the family's in Cohere's class, and the encoder's own in
  // Canary's, unless all of it is absent.
  auto firstError = [](const char *name, Json encoder) {
    TestCheckpoint checkpoint(name);
    if (encoder.is_null())
      checkpoint.config.erase("encoder_config");
    else
      checkpoint.config["encoder_config"] = std::move(encoder);
    return checkpoint.error();
  };
  EXPECT_THAT(firstError("cohere_asr", Json::object()), HasSubstr("needs [256, 1, 3, 3]"));
  EXPECT_THAT(firstError("cohere_asr", {{"subsampling_conv_channels", 6}}),
              HasSubstr("needs [1280, 96]"));
  EXPECT_THAT(firstError("canary", {{"subsampling_conv_channels", 6}}),
              HasSubstr("hidden_size: found 40, allowed is the encoder's 1024"));
  EXPECT_THAT(firstError("canary", 3), HasSubstr("an object"));
}

TEST(FastConformer, RefusesWhatItsClassCannotCompute) {
  auto error = [](const char *key, Json value) {
    TestCheckpoint checkpoint("canary");
    checkpoint.config["encoder_config"][key] = std::move(value);
    return checkpoint.error();
  };
  EXPECT_THAT(error("subsampling_factor", 6), HasSubstr("a power of 2"));
  EXPECT_THAT(error("subsampling_factor", 1), HasSubstr("subsampling_factor"));
  EXPECT_THAT(error("subsampling_conv_kernel_size", 4), HasSubstr("an odd number"));
  EXPECT_THAT(error("num_mel_bins", 84), HasSubstr("a multiple of subsampling_conv_stride"));
  EXPECT_THAT(error("conv_kernel_size", 8), HasSubstr("an odd number"));
  EXPECT_THAT(error("num_key_value_heads", 3), HasSubstr("a divisor of num_attention_heads = 4"));
  EXPECT_THAT(error("hidden_act", "mish"), HasSubstr("mish"));
  EXPECT_THAT(error("sliding_window", 3), HasSubstr("sliding_window"));
  EXPECT_THAT(error("rope_parameters", {{"rope_type", "default"}}), HasSubstr("rope_parameters"));
}

TEST(CohereAsr, FindsTensorsUnderBothSetsOfNames) {
  Description nemo = described("cohere_asr");
  EXPECT_EQ(nemo.target.crossAttention->output.weight.name,
            "model.transf_decoder._decoder.layers.{layer}.second_sub_layer.out_projection.weight");
  EXPECT_EQ(nemo.projection->weight.name, "model.encoder_decoder_proj.weight");
  EXPECT_EQ(nemo.logits.bias->name, "log_softmax.mlp.layer0.bias");
  EXPECT_EQ(nemo.logits.weight.name, nemo.target.embedding.weight->name);
  TestCheckpoint other("cohere_asr");
  TestTensors renamed;
  for (const auto &[name, tensor] : other.tensors)
    if (size_t place = name.find("transf_decoder._embedding.position_embedding.pos_enc");
        place != std::string::npos)
      renamed["model.decoder.pos_emb.weight"] = tensor;
    else
      renamed[name] = tensor;
  other.tensors = renamed;
  EXPECT_THAT(other.error(), HasSubstr("model.decoder.embed_tokens.weight"));
}

TEST(CohereAsr, DecodersHaveAStoredTableAndMayHaveGroupsOfHeads) {
  const Description description = described("cohere_asr_plain");
  const Stack &target = description.target;
  EXPECT_EQ(target.embedding.positions.kind, PositionKind::Learned);
  EXPECT_EQ(target.embedding.positions.length, 40);
  EXPECT_TRUE(target.embedding.norm.has_value());
  EXPECT_FALSE(target.embedding.isNormBeforePositions);
  EXPECT_EQ(target.selfAttention.keyHeadCount, 2);
  EXPECT_EQ(target.selfAttention.headDim, 10);
  EXPECT_FALSE(target.selfAttention.query.bias);
  EXPECT_TRUE(target.feedForward.input.bias) << "attention_bias is not of it";
  EXPECT_EQ(target.feedForward.activation, Activation::Gelu);
  EXPECT_EQ(description.logits.weight.name, "log_softmax.mlp.layer0.weight");
  EXPECT_EQ(description.generation.decoderStartId, 4);
}

TEST(Canary, DecodersHaveSinusoidsDividedByTheRootOfTheWidth) {
  const Description description = described("canary_plain");
  const Positions &positions = description.target.embedding.positions;
  EXPECT_EQ(positions.kind, PositionKind::SinusoidalHalves);
  EXPECT_EQ(positions.length, 40);
  EXPECT_DOUBLE_EQ(positions.scale.value(), 1 / std::sqrt(32.0));
  EXPECT_FALSE(description.projection);
  EXPECT_EQ(description.logits.weight.name, "proj_out.weight");
  EXPECT_EQ(described("canary").logits.weight.name, "model.decoder.embed_tokens.weight");
}

TEST(Canary, RefusesSidesThatDoNotFitTogether) {
  auto error = [](const char *key, Json value, bool isOfDecoder) {
    TestCheckpoint checkpoint("canary");
    Json &config = checkpoint.config;
    (isOfDecoder ? config["decoder_config"] : config)[key] = std::move(value);
    return checkpoint.error();
  };
  EXPECT_THAT(error("hidden_size", 32, true), HasSubstr("the encoder's 40"));
  EXPECT_THAT(error("vocab_size", 95, false), HasSubstr("the decoder's 96"));
  EXPECT_THAT(error("num_key_value_heads", 3, true),
              HasSubstr("a divisor of num_attention_heads = 4"));
  EXPECT_THAT(error("rope_theta", 3.0, true),
              AllOf(HasSubstr("decoder_config"), HasSubstr("rope_theta")));
}

/// With the tokenizer of the golden checkpoint, after `change`.
std::optional<SpeechDefaults> promptOf(const std::string &name,
                                       const std::function<void(Json &)> &change = {}) {
  TestCheckpoint checkpoint(name);
  Json tokenizer = Json::parse(readBytes(goldenPath(name) + "/tokenizer.json"));
  if (change)
    change(tokenizer);
  checkpoint.directory.write("tokenizer.json", tokenizer.dump());
  return checkpoint.describe().generation.speech;
}

TEST(SpeechPrompts, NameTheLanguagesOfSoundAndText) {
  const SpeechDefaults speech = promptOf("canary").value();
  EXPECT_TRUE(speech.promptNamesLanguages);
  EXPECT_EQ(speech.transcriptStartId, 7);
  EXPECT_THAT(speech.promptIds, ElementsAre(4, 14, -1, -2, 5, 9, 11, 13));
  EXPECT_EQ(speech.languageId, 15) << "English where a call does not say it";
  std::map<std::string, int64_t> languages;
  for (const SpokenLanguage &each : speech.languages)
    languages[each.code] = each.id;
  EXPECT_THAT(languages, ElementsAre(Pair("de", 16), Pair("en", 15), Pair("fr", 17)));
}

TEST(SpeechPrompts, BeginWithWhatStartsTheTarget) {
  const SpeechDefaults own = promptOf("cohere_asr").value();
  EXPECT_EQ(own.transcriptStartId, 18);
  EXPECT_THAT(own.promptIds, ElementsAre(7, 4, 14, -1, -1, 5, 9, 11, 13));
  EXPECT_FALSE(own.languageId);
  const SpeechDefaults other = promptOf("cohere_asr_plain").value();
  EXPECT_EQ(other.transcriptStartId, 4);
  EXPECT_THAT(other.promptIds, ElementsAre(18, 7, 4, 14, -1, -1, 5, 9, 11, 13));
}

TEST(SpeechPrompts, AreNotThereWithoutTheirTokens) {
  auto without = [](const std::string &token) {
    return [token](Json &tokenizer) {
      tokenizer["model"]["vocab"].erase(token);
      Json &added = tokenizer["added_tokens"];
      for (size_t index = added.size(); index-- > 0;)
        if (added[index]["content"] == token)
          added.erase(index);
    };
  };
  EXPECT_FALSE(promptOf("canary", without("<|noitn|>")));
  EXPECT_FALSE(promptOf("cohere_asr", without("\u2581")));
  EXPECT_EQ(promptOf("canary", without("<|de|>"))->languages.size(), 2u);
  EXPECT_FALSE(promptOf("canary", without("<|en|>"))->languageId);
  EXPECT_FALSE(described("canary").generation.speech) << "there is no tokenizer.json";
  // Vocabularies may be lists of pieces and scores.
  auto asList = [](Json &tokenizer) {
    Json list = Json::array();
    for (const auto &[token, id] : tokenizer["model"]["vocab"].items())
      list.push_back({token, 0.0});
    tokenizer["model"]["vocab"] = list;
    tokenizer["added_tokens"] = Json::array();
  };
  EXPECT_EQ(promptOf("cohere_asr", asList)->promptIds, promptOf("cohere_asr")->promptIds);
}

TEST(SpeechPrompts, HaveIdsOfTheVocabulary) {
  TestCheckpoint checkpoint("canary");
  Json tokenizer = Json::parse(readBytes(goldenPath("canary") + "/tokenizer.json"));
  tokenizer["added_tokens"][13]["id"] = 96;
  checkpoint.directory.write("tokenizer.json", tokenizer.dump());
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("promptIds"), HasSubstr("found token 96")));
  tokenizer["added_tokens"][13]["id"] = "x";
  checkpoint.directory.write("tokenizer.json", tokenizer.dump());
  EXPECT_THAT(checkpoint.error(), HasSubstr("the id of"));
}

} // namespace
} // namespace transept::frontend
