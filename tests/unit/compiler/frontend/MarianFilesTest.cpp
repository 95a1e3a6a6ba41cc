// SPDX-License-Identifier: Apache-2.0
//
// Marian's own files: what their options become, and what of them is refused by name.

#include "checkpoints/NumpyArchive.h"
#include "tests/support/NumpyFiles.h"
#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

/// A folder with the golden model, whose options a test may change.
class MarianFiles : public testing::Test {
protected:
  MarianFiles() {
    folder = fs::temp_directory_path() / ("transept-marian-" + std::to_string(getpid()));
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  ~MarianFiles() override { fs::remove_all(folder); }

  /// Replaces text of the options in a copy of the golden model.
  void write(const std::string &from, const std::string &to,
             const std::string &name = "model.npz") {
    std::string golden = readBytes(goldenPath("marian_ssru") + "/model.npz");
    torch::Named members;
    for (const checkpoints::TensorInfo &info :
         checkpoints::parseNumpyArchive(std::as_bytes(std::span(golden)), "golden")) {
      std::string content(reinterpret_cast<const char *>(info.data.data()), info.data.size());
      std::string type = "<f4", shape = "(";
      if (info.name == "special:model.yml") {
        type = "|i1";
        size_t at = content.find(from);
        ASSERT_NE(at, content.npos) << from;
        content.replace(at, from.size(), to);
        shape += std::to_string(content.size()) + ",";
      } else {
        for (int64_t size : info.shape)
          shape += std::to_string(size) + ", ";
      }
      members.push_back({info.name + ".npy", numpy::array(type, shape + ")", content)});
    }
    std::ofstream(folder / name, std::ios::binary) << torch::zip(members);
  }

  void writeText(const std::string &name, const std::string &text) {
    std::ofstream(folder / name) << text;
  }

  Description describe() {
    warnings.clear();
    return describeCheckpoint(folder.string(), warnings);
  }
  std::string error() {
    return errorOf([&] { describe(); });
  }
  std::string errorWith(const std::string &from, const std::string &to) {
    write(from, to);
    return error();
  }

  fs::path folder;
  Warnings warnings;
};

TEST_F(MarianFiles, DescribeARecurrentTarget) {
  Description description = describeCheckpoint(goldenPath("marian_ssru"), warnings);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("no vocabulary")));
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(description.family, "marian-ssru");
  EXPECT_EQ(description.weights, "model.npz");
  EXPECT_EQ(source.layerCount, 2);
  EXPECT_EQ(source.selfAttention.headDim, 8);
  EXPECT_EQ(source.selfAttention.norm.epsilon, 1e-6);
  EXPECT_EQ(source.embedding.positions.kind, PositionKind::SinusoidalHalvesInclusive);
  EXPECT_DOUBLE_EQ(source.embedding.scale, std::sqrt(32.0));
  EXPECT_FALSE(source.embedding.isFirstZero);
  EXPECT_FALSE(source.recurrence);
  ASSERT_TRUE(target.recurrence);
  EXPECT_TRUE(target.embedding.isFirstZero);
  EXPECT_EQ(target.recurrence->gate.weight.name, "decoder_l{layer+1}_rnn_Wf");
  EXPECT_FALSE(target.recurrence->value.bias);
  EXPECT_EQ(target.recurrence->activation, Activation::Relu);
  EXPECT_EQ(target.recurrence->norm.gain.name, "decoder_l{layer+1}_rnn_ffn_ln_scale");
  EXPECT_EQ(description.logits.weight.name, "Wemb");
  EXPECT_THAT(description.generation.endIds, ElementsAre(0));
  EXPECT_THAT(description.generation.suppressedIds, ElementsAre(1));
  EXPECT_EQ(description.generation.decoderStartId, 0);
  EXPECT_EQ(description.generation.beams, 1);
}

TEST_F(MarianFiles, TheDecodersOptionsAreDefaultsOfGeneration) {
  write("ssru", "ssru");
  writeText("decoder.yml", "models:\n  - /somewhere/model.npz\nnormalize: 0.6\nallow-unk: true\n");
  Description description = describe();
  EXPECT_EQ(description.generation.beams, 12); // Marian's own default
  EXPECT_EQ(description.generation.lengthPenalty, 0.6);
  EXPECT_THAT(description.generation.suppressedIds, IsEmpty());
  writeText("decoder.yml", "models: [a.npz, b.npz]\n");
  EXPECT_THAT(error(), HasSubstr("ensembles are not supported"));
}

TEST_F(MarianFiles, OfSeveralModelsOneMustBeNamed) {
  write("ssru", "ssru", "a.npz");
  write("ssru", "ssru", "b.npz");
  EXPECT_THAT(error(), HasSubstr("a.npz and b.npz could be the model"));
  EXPECT_EQ(describeCheckpoint((folder / "b.npz").string(), warnings).weights, "b.npz");
}

TEST_F(MarianFiles, OptionsThatChangeTheMathematicsAreRefusedByName) {
  auto refuses = [&](const std::string &from, const std::string &to, const std::string &key) {
    EXPECT_THAT(errorWith(from, to), HasSubstr("special:model.yml: " + key)) << to;
  };
  refuses("type: transformer\n", "type: s2s\n", "type");
  refuses("dec-cell: ssru", "dec-cell: gru", "dec-cell");
  refuses("autoreg: rnn", "autoreg: average-attention", "transformer-decoder-autoreg");
  refuses("layer-normalization: false", "layer-normalization: true", "layer-normalization");
  refuses("ffn-activation: relu", "ffn-activation: gelu", "transformer-ffn-activation");
  refuses("preprocess: \"\"", "preprocess: n", "transformer-preprocess");
  refuses("postprocess: dan", "postprocess: dhn", "transformer-postprocess");
  refuses("postprocess-emb: d", "postprocess-emb: dh", "transformer-postprocess-emb");
  refuses("heads: 4", "heads: 5", "transformer-heads");
  refuses("dim-vocabs:\n  - 96\n", "dim-vocabs:\n", "dim-vocabs");
  for (const char *key : {"right-left", "transformer-no-projection", "transformer-no-bias",
                          "transformer-no-affine", "transformer-pool", "transformer-rnn-projection",
                          "transformer-train-position-embeddings", "ulr"})
    refuses("dec-cell: ssru", "dec-cell: ssru\n" + std::string(key) + ": true", key);
  refuses("dec-cell: ssru", "dec-cell: ssru\ntransformer-tied-layers: [1, 1]",
          "transformer-tied-layers");
  refuses("dec-cell: ssru", "dec-cell: ssru\ntransformer-ffn-depth: 3", "transformer-ffn-depth");
  refuses("dec-cell: ssru", "dec-cell: ssru\nlemma-dim-emb: 8", "lemma-dim-emb");
}

TEST_F(MarianFiles, OptionsThatAreNotKnownAreWarnedAbout) {
  write("dec-cell: ssru", "dec-cell: ssru\nnew-option: 1");
  describe();
  EXPECT_THAT(warnings, testing::Contains(HasSubstr("options that are not known: new-option")));
}

TEST_F(MarianFiles, OtherProgramsArchivesAreRefused) {
  std::ofstream(folder / "model.npz", std::ios::binary)
      << torch::zip({{"a.npy", numpy::array("<f4", "(1,)", "1234")}});
  EXPECT_THAT(error(), HasSubstr("there is no special:model.yml"));
}

TEST_F(MarianFiles, MissingTensorsAreNamedWithTheOptionsBehindTheirShapes) {
  EXPECT_THAT(errorWith("dim-emb: 32", "dim-emb: 64"),
              AllOf(HasSubstr("Wemb"), HasSubstr("dim-vocabs = 96 and dim-emb = 64")));
  EXPECT_THAT(errorWith("dec-depth: 2", "dec-depth: 3"), HasSubstr("decoder_l3_rnn_Wf"));
}

} // namespace
} // namespace transept::frontend
