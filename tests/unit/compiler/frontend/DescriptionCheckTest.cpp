// SPDX-License-Identifier: Apache-2.0
//
// Descriptions that are well-formed and make no sense, and checkpoints that do not fit one.

#include "compiler/frontend/description/DescriptionTensors.h"

#include "tests/support/TestCheckpoint.h"

#include <functional>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;

BlockSums sumsOf(int64_t size) {
  return {.size = size,
          .norm = {.kind = NormKind::RootMeanSquare, .epsilon = 1e-6, .gain = {"g"}, .bias = {}},
          .bias = {.table = {"t"}}};
}

/// Of rows for distances that `inputs` numbers make, in place of what is there.
void scoreDistances(Attention &attention, int64_t inputs) {
  attention.relativeBias.reset();
  RelativeScores &scores = attention.relativeScores.emplace();
  scores.projection = Linear{.weight = {"p"},
                             .bias = {},
                             .inputs = inputs,
                             .outputs = attention.headCount * attention.headDim};
}

/// Of buckets that rows ask for, likewise.
void scoreBuckets(Attention &attention, int64_t buckets) {
  attention.relativeBias.reset();
  attention.bucketScores = {.linear = {.weight = {"b"},
                                       .bias = {},
                                       .inputs = attention.query.inputs,
                                       .outputs = 8 * attention.headCount},
                            .bucketCount = buckets,
                            .maximumDistance = 12,
                            .isBidirectional = false};
}

struct Mistake {
  std::function<void(Description &)> make;
  const char *error;
};

TEST(CheckDescription, NamesEveryContradiction) {
  std::vector<Mistake> mistakes = {
      {[](auto &d) { d.name = "1x"; }, "name: found '1x'"},
      {[](auto &d) { d.name = ""; }, "a C identifier"},
      {[](auto &d) { d.name = "a-b"; }, "a C identifier"},
      {[](auto &d) { d.source.selfAttention.headCount = 5; }, "source.selfAttention.query"},
      {[](auto &d) { d.source.selfAttention.key.inputs = 1; }, "source.selfAttention.key"},
      {[](auto &d) { d.target.crossAttention->value.inputs = 1; }, "target.crossAttention.value"},
      {[](auto &d) { d.target.crossAttention.reset(); }, "crossAttention is missing"},
      {[](auto &d) { d.source.crossAttention = d.target.crossAttention; }, "no crossAttention"},
      {[](auto &d) { d.source.feedForward.output.inputs = 1; }, "source.feedForward.output"},
      {[](auto &d) { d.source.feedForward.gate = Linear{}; }, "source.feedForward.gate"},
      {[](auto &d) { d.source.feedForward.input.weight.name = ""; }, "may not be empty"},
      {[](auto &d) { d.source.feedForward.norm.gain.rowBegin = 2; }, "rowBegin needs a rowCount"},
      {[](auto &d) { d.source.embedding.positions.kind = PositionKind::Learned; }, "need a table"},
      {[](auto &d) { d.source.embedding.positions.table = checkpoints::TensorReference{"t"}; },
       "no table"},
      {[](auto &d) { d.source.selfAttention.relativeBias->bucketCount = 3; }, "4 or more"},
      {[](auto &d) { d.source.selfAttention.relativeBias->maximumDistance = 8; }, "must exceed"},
      {[](auto &d) { d.target.selfAttention.relativeBias->isBidirectional = true; }, "causal"},
      {[](auto &d) { d.target.crossAttention->relativeBias = RelativeBias{}; }, ".table"},
      {[](auto &d) { d.source.selfAttention.relativeScores.emplace(); }, "exclude each other"},
      {[](auto &d) {
         scoreDistances(d.source.selfAttention, 8);
         d.source.selfAttention.relativeScores->projection.reset();
       },
       "exactly one of table and projection"},
      {[](auto &d) {
         scoreDistances(d.source.selfAttention, 8);
         d.source.selfAttention.relativeScores->isDescending = true;
       },
       "isDescending is of a table"},
      {[](auto &d) { scoreDistances(d.source.selfAttention, 7); }, "an even number of inputs"},
      {[](auto &d) {
         scoreDistances(d.source.selfAttention, 8);
         d.source.selfAttention.variants = {{Rotary{.dims = 2}, {}}};
       },
       "it excludes rotary positions"},
      {[](auto &d) { scoreDistances(*d.target.crossAttention, 8); }, "has no meaning"},
      {[](auto &d) { scoreBuckets(d.target.selfAttention, 7); },
       "target.selfAttention.bucketScores.linear"},
      {[](auto &d) {
         scoreBuckets(d.target.selfAttention, 8);
         d.target.selfAttention.bucketScores->isBidirectional = true;
       },
       "causal"},
      {[](auto &d) { d.source.predictStream = PredictStream{}; }, "for the target side"},
      {[](auto &d) { d.target.predictStream = PredictStream{}; }, "it excludes recurrence"},
      {[](auto &d) {
         d.target.selfAttention.relativeBias.reset();
         d.target.predictStream = PredictStream{};
       },
       "it needs learned positions"},
      {[](auto &d) { d.target.selfAttention.reach = 3; }, "for the source side"},
      {[](auto &d) { d.target.selfAttention.blockSums = sumsOf(4); }, "for the source side"},
      {[](auto &d) { d.source.selfAttention.blockSums = sumsOf(0); }, "found size 0"},
      {[](auto &d) {
         d.source.selfAttention.blockSums = sumsOf(4);
         d.source.selfAttention.blockSums->bias.maximumDistance = 8;
       },
       "source.selfAttention.blockSums.bias"},
      {[](auto &d) { d.source.selfAttention.globalTokens = GlobalTokens{}; },
       "source.selfAttention.globalTokens.query"},
      {[](auto &d) {
         d.source.selfAttention.blockSums = sumsOf(4);
         d.source.selfAttention.globalTokens = GlobalTokens{};
       },
       "exclude each other"},
      {[](auto &d) {
         d.source.selfAttention.blockSums = sumsOf(4);
         d.source.selfAttention.variants = {{Rotary{.dims = 2}, {}}};
       },
       "exclude mergesSource, tiles, rotary positions"},
      {[](auto &d) { d.source.selfAttention.keyHeadCount = 3; }, "a divisor of headCount = 4"},
      {[](auto &d) { d.source.selfAttention.keyHeadCount = 2; }, "source.selfAttention.key"},
      {[](auto &d) { d.source.selfAttention.softCap = 0.0; }, "softCap must be greater than 0"},
      {[](auto &d) { d.logits.softCap = -1.0; }, "softCap must be greater than 0"},
      {[](auto &d) { d.source.selfAttention.keyNorm = Norm{.gain = {"k"}, .bias = {}}; },
       "source.selfAttention.keyNorm"},
      {[](auto &d) { d.source.selfAttention.variants = {{Rotary{.dims = 7}, {}}}; },
       "an even number from 2 to headDim = 10"},
      {[](auto &d) { d.source.selfAttention.variants = {{Rotary{.dims = 12}, {}}}; },
       "an even number from 2 to headDim = 10"},
      {[](auto &d) { d.source.selfAttention.variants = {{Rotary{.dims = 2, .factor = 0}, {}}}; },
       "theta and factor"},
      {[](auto &d) { d.target.crossAttention->variants.resize(1); }, "of self-attention"},
      {[](auto &d) { d.source.normPlacement = NormPlacement::Sandwich; }, "needs a postNorm"},
      {[](auto &d) { d.source.feedForward.postNorm = d.source.feedForward.norm; },
       "needs the normPlacement sandwich"},
      {[](auto &d) { d.logits.weight.name = ""; }, "logits.weight"},
      {[](auto &d) { d.generation.decoderStartId = 320; }, "generation.decoderStartId"},
      {[](auto &d) { d.generation.forcedEndId = 1000; }, "generation.forcedEndId"},
      {[](auto &d) { d.generation.returnCount = 2; }, "returnCount 2 with 1 beams"},
  };
  const Description good = TestCheckpoint("t5").describe();
  checkDescription(good);
  for (size_t index = 0; index < mistakes.size(); ++index) {
    Description bad = good;
    mistakes[index].make(bad);
    EXPECT_THAT(errorOf([&] { checkDescription(bad); }), HasSubstr(mistakes[index].error)) << index;
  }
}

TEST(CheckDescription, NamesEveryContradictionOfForecastersPatchesFramesAndSublayers) {
  const std::vector<Mistake> ofForecasters = {
      {[](auto &d) { d.forecaster->patchLength = 7; }, "any number of rows of 14 numbers"},
      {[](auto &d) { d.forecaster->contextLength = 0; }, "contextLength and horizon"},
      {[](auto &d) { d.forecaster->quantiles = {}; }, "one or more, rising"},
      {[](auto &d) { d.forecaster->quantiles[0] = 0.95; }, "one or more, rising"},
      {[](auto &d) { d.forecaster->startId = 2; }, "found token 2, the target vocabulary has 2"},
      {[](auto &d) { d.forecaster->horizon = 13; }, "forecaster.head.output"},
      {[](auto &d) { d.forecaster->head.skip.inputs = 1; }, "forecaster.head.skip"},
      {[](auto &d) { d.classifier = Classifier(); }, "no classifier"},
      {[](auto &d) { d.source.embedding.features->block->input.outputs = 0; }, "its width"},
      {[](auto &d) { d.source.embedding.features->trailingRows[0].name = ""; }, "trailingRows"},
      {[](auto &d) { d.source.embedding.features->block.reset(); }, "ends with rows of 16"}};
  const std::vector<Mistake> ofPatches = {
      {[](auto &d) { d.source.embedding.features->width = 2; }, "width must be 3 or more"},
      {[](auto &d) { d.source.embedding.features->countedTables[1].rowCount = 0; },
       "found 0 rows, allowed are 1 to 16777216"},
      {[](auto &d) { d.source.embedding.features->countedTables.pop_back(); }, "linear"},
      {[](auto &d) { d.source.embedding.features->standardization = Standardization{}; },
       "has no standardization"}};
  const std::vector<Mistake> ofFrames = {
      {[](auto &d) { d.memoryPositions.table.reset(); }, "memoryPositions: learned positions"},
      {[](auto &d) { d.memoryPositions.length = 0; }, "need a length"},
      {[](auto &d) {
         d.memoryPositions = Positions();
         d.memoryPositions.kind = PositionKind::SinusoidalHalves;
       },
       "memoryPositions: they need a length"},
      {[](auto &d) { d.memoryPositions.uncountedId = 1; }, "uncountedId is for tokens"},
      {[](auto &d) { d.projection->inputs = 1; }, "projection: found 1 inputs"},
      {[](auto &d) {
         d.target = {};
         d.projection.reset();
       },
       "memoryPositions: they need a source and a target side"}};
  auto stem = [](Description &d) -> auto & {
    return d.source.embedding.features->gridConvolutions;
  };
  const std::vector<Mistake> ofSublayers = {
      {[](auto &d) { d.source.sublayers[0].mixer = d.source.sublayers[2].mixer; },
       "exactly one of attention, feedForward and mixer"},
      {[](auto &d) { d.source.sublayers[1] = {}; }, "exactly one of attention"},
      {[](auto &d) { d.source.sublayers.clear(); }, "layerNorm: it needs sublayers"},
      {[](auto &d) { d.source.normPlacement = NormPlacement::Post; }, "the normPlacement pre"},
      {[](auto &d) { d.source.sublayers[0].feedForward->output.outputs = 3; },
       "sublayers.feedForward.output"},
      {[](auto &d) { d.source.sublayers[1].attention->mergesSource = true; }, "no mergesSource"},
      {[](auto &d) { d.source.sublayers[2].mixer->depthwise.kernelSize = 4; }, "odd numbers"},
      {[](auto &d) { d.source.sublayers[2].mixer->gate.outputs = 3; }, "mixer.gate"},
      {[](auto &d) { d.source.sublayers[2].mixer->depthwise.norm->mean.name = ""; },
       "mixer.depthwise.norm"},
      {[](auto &d) { d.target.sublayers = d.source.sublayers; }, "target"},
      {[](auto &d) { d.target.embedding.positions.scale = 2; }, "a scale is of sinusoids"},
      {[=](auto &d) { stem(d)[0].padding = 3; }, "from 0 to kernelSize - 1"},
      {[=](auto &d) { stem(d)[0].linear.inputs = 1; }, "gridConvolutions.linear"},
      {[=](auto &d) { stem(d)[1].depthwise.reset(); }, "gridConvolutions.linear"},
      {[=](auto &d) { stem(d)[0].depthwise = stem(d)[1].depthwise; }, "has no depthwise"},
      {[=](auto &d) { stem(d).pop_back(); }, "features.convolutions"},
      {[](auto &d) { d.source.embedding.features->standardization = Standardization{}; },
       "gridConvolutions exclude"},
      {[](auto &d) { d.source.embedding.features->width = 1; }, "features"}};
  for (const auto &[checkpoint, mistakes] :
       {std::pair{"chronos_bolt", &ofForecasters}, std::pair{"pix2struct", &ofPatches},
        std::pair{"moonshine_streaming", &ofFrames}, std::pair{"cohere_asr", &ofSublayers}}) {
    const Description good = TestCheckpoint(checkpoint).describe();
    checkDescription(good);
    for (const Mistake &mistake : *mistakes) {
      Description bad = good;
      mistake.make(bad);
      EXPECT_THAT(errorOf([&] { checkDescription(bad); }), HasSubstr(mistake.error));
    }
  }
}

TEST(CheckDescription, SinusoidsNeedAnEvenWidth) {
  Description description = TestCheckpoint("marian").describe();
  description.source.embedding.positions.kind = PositionKind::SinusoidalHalves;
  description.source.hiddenSize = 47;
  EXPECT_THAT(errorOf([&] { checkDescription(description); }), HasSubstr("even hidden size"));
}

TEST(ListTensors, CoversEveryStoredTensorOfTheGoldens) {
  for (const char *folder :
       {"marian", "marian_sepvocab", "t5", "flan_t5", "mt5", "umt5", "bart", "plbart", "mbart",
        "m2m_100", "blenderbot", "blenderbot_small", "whisper", "nn_transformer"}) {
    TestCheckpoint checkpoint(folder);
    std::set<std::string> names;
    for (const TensorUse &use : listTensors(checkpoint.describe()))
      names.insert(checkpoints::layerName(use.reference.name, use.layer));
    for (const auto &[name, tensor] : checkpoint.tensors)
      EXPECT_TRUE(names.contains(name)) << folder << ": " << name;
    EXPECT_EQ(names.size(), checkpoint.tensors.size()) << folder;
    EXPECT_TRUE(checkpoint.warnings.empty()) << folder << ": " << checkpoint.warnings.front();
  }
}

TEST(CheckTensors, EveryMissingTensorIsNamed) {
  TestCheckpoint whole("t5");
  whole.describe();
  for (const auto &[name, tensor] : whole.tensors) {
    TestCheckpoint checkpoint("t5");
    checkpoint.tensors.erase(name);
    EXPECT_THAT(checkpoint.error(), HasSubstr(name));
  }
}

TEST(CheckTensors, NamesShapesAndTheConfigFieldsBehindThem) {
  TestCheckpoint checkpoint("t5");
  checkpoint.tensors["encoder.block.1.layer.1.DenseReluDense.wi.weight"].shape = {48, 96};
  EXPECT_THAT(checkpoint.error(),
              AllOf(HasSubstr("model.safetensors"), HasSubstr("block.1.layer.1.DenseReluDense.wi"),
                    HasSubstr("has shape [48, 96]"), HasSubstr("needs [96, 48]"),
                    HasSubstr("d_ff = 96")));
  TestCheckpoint marian("marian");
  marian.config["decoder_ffn_dim"] = 81;
  EXPECT_THAT(marian.error(), AllOf(HasSubstr("decoder_ffn_dim = 81"), HasSubstr("[80, 48]")));
  TestCheckpoint longer("marian");
  longer.config["encoder_layers"] = 3;
  EXPECT_THAT(longer.error(), HasSubstr("no tensor 'model.encoder.layers.2."));
}

/// The error about a tensor of another shape with as many numbers.
std::string errorOfShape(const char *folder, const std::string &name, std::vector<int64_t> shape) {
  TestCheckpoint checkpoint(folder);
  checkpoint.tensors.at(name).shape = std::move(shape);
  return checkpoint.error();
}

TEST(CheckTensors, RefuseAnotherShapeOfAsManyNumbers) {
  struct {
    const char *folder, *name;
    std::vector<int64_t> shape;
    const char *needed;
  } cases[] = {
      {"t5", "decoder.block.0.layer.0.SelfAttention.q.weight", {48, 40}, "needs [40, 48]"},
      {"t5", "decoder.block.0.layer.0.SelfAttention.q.weight", {40, 8, 6}, "[40, 48]"},
      {"t5", "decoder.block.0.layer.0.SelfAttention.q.weight", {1, 40, 48}, "[40, 48]"},
      {"t5", "encoder.final_layer_norm.weight", {48, 1}, "[48]"},
      {"marian", "model.encoder.layers.0.fc2.bias", {4, 12}, "[48]"},
      {"marian", "final_logits_bias", {300, 1}, "[300]"},
      {"whisper", "model.encoder.conv1.weight", {48, 3, 80}, "[48, 80, 3]"},
      {"whisper", "model.encoder.conv2.weight", {48, 144}, "[48, 48, 3]"},
  };
  for (const auto &[folder, name, shape, needed] : cases)
    EXPECT_THAT(errorOfShape(folder, name, shape), AllOf(HasSubstr(name), HasSubstr(needed)));
  TestCheckpoint trocr("trocr");
  std::string patches = "encoder.embeddings.patch_embeddings.projection.weight";
  std::vector<int64_t> shape = trocr.tensors.at(patches).shape;
  EXPECT_THAT(errorOfShape("trocr", patches, {shape[0], shape[2], shape[1], shape[3]}),
              HasSubstr("num_channels"));
}

TEST(CheckTensors, DimensionsOfOneBeforeABiasOfLogitsAreNoOtherShape) {
  TestCheckpoint checkpoint("marian");
  EXPECT_THAT(checkpoint.tensors.at("final_logits_bias").shape, testing::ElementsAre(1, 300));
  EXPECT_EQ(checkpoint.error(), "no error");
  EXPECT_EQ(errorOfShape("marian", "final_logits_bias", {300}), "no error");
}

TEST(CheckTensors, RefusesIntegerWeights) {
  TestCheckpoint checkpoint("t5");
  checkpoint.tensors["shared.weight"].type = "I32";
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("'shared.weight' is I32"), HasSubstr("BF16")));
}

TEST(CheckTensors, ReferencesMayBeTransposedOrParts) {
  TestCheckpoint checkpoint("t5");
  Description description = checkpoint.describe();
  checkpoints::Checkpoint opened = checkpoints::Checkpoint::open(checkpoint.directory.path());
  std::string wide = "encoder.block.{layer}.layer.1.DenseReluDense.wi.weight";
  std::string narrow = "encoder.block.{layer}.layer.1.DenseReluDense.wo.weight";
  description.source.feedForward.output.weight = {wide, true, 0, 0};
  checkTensors(description, opened);
  description.source.feedForward.input.weight = {narrow, true, 0, 96};
  checkTensors(description, opened);
  description.source.feedForward.input.weight = {wide, false, 1, 96};
  EXPECT_THAT(errorOf([&] { checkTensors(description, opened); }), HasSubstr("96 rows from row 1"));
  description.source.feedForward.input.weight = {wide, true, 0, 0};
  EXPECT_THAT(errorOf([&] { checkTensors(description, opened); }),
              HasSubstr("has shape [96, 48], but source.feedForward.input.weight needs [48, 96]"));
}

TEST(ModelName, IsACIdentifier) {
  EXPECT_EQ(modelName("/models/opus-mt-en-de"), "opus_mt_en_de");
  EXPECT_EQ(modelName("/models/opus-mt-en-de/"), "opus_mt_en_de");
  EXPECT_EQ(modelName("/models/./t5.v1/../t5.v1"), "t5_v1");
  EXPECT_EQ(modelName("/models/7b"), "_7b");
  EXPECT_EQ(modelName("/models/int"), "int_");
  EXPECT_EQ(modelName("/"), "model");
}

} // namespace
} // namespace transept::frontend
