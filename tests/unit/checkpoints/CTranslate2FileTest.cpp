// SPDX-License-Identifier: Apache-2.0
//
// CTranslate2's model.bin: names, parts of what is joined, scales, shared embeddings. What its
// converter wrote, and damaged files, are in tests/golden/ctranslate2.

#include "checkpoints/CTranslate2File.h"

#include "checkpoints/Checkpoint.h"
#include "tests/support/TestCheckpoint.h"

#include <gmock/gmock.h>

namespace transept::checkpoints {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The bytes of a file, piece by piece.
class File {
public:
  explicit File(uint32_t count, uint32_t version = 6) {
    add(version);
    name("TransformerSpec");
    add(uint32_t(7));
    add(count);
  }

  template <typename Number> File &add(Number value) {
    bytes.append(reinterpret_cast<const char *>(&value), sizeof(value));
    return *this;
  }
  File &name(const std::string &text) {
    add(uint16_t(text.size() + 1));
    bytes += text + '\0';
    return *this;
  }
  template <typename Number>
  File &variable(const std::string &title, const std::vector<uint32_t> &shape, uint8_t type,
                 const std::vector<Number> &values) {
    name(title).add(uint8_t(shape.size()));
    for (uint32_t size : shape)
      add(size);
    add(type).add(uint32_t(values.size() * sizeof(Number)));
    for (Number value : values)
      add(value);
    return *this;
  }

  std::string bytes;
};

std::vector<TensorInfo> parse(const std::string &bytes) {
  return parseCTranslate2File(std::as_bytes(std::span(bytes)), "model.bin");
}

std::vector<std::string> namesOf(const std::vector<TensorInfo> &tensors) {
  std::vector<std::string> names;
  for (const TensorInfo &info : tensors)
    names.push_back(info.name);
  return names;
}

std::string errorOf(const File &file) {
  return transept::errorOf([&] { parse(file.bytes); });
}

TEST(CTranslate2File, GivesPartsOfJoinedLayersTheNamesOfTransformers) {
  File file(4);
  file.variable<float>("encoder/layer_3/self_attention/linear_0/weight", {6, 1}, 0,
                       {1, 2, 3, 4, 5, 6});
  file.variable<float>("decoder/layer_0/attention/linear_1/bias", {2}, 0, {7, 8});
  file.variable<float>("decoder/layer_norm/gamma", {2}, 0, {9, 10});
  file.variable<int16_t>("encoder/num_heads", {}, 2, {8}).add(uint32_t(0));
  std::vector<TensorInfo> tensors = parse(file.bytes);
  EXPECT_THAT(namesOf(tensors),
              ElementsAre("spec", "spec/revision",
                          "model.decoder.layers.0.encoder_attn.k_proj.bias",
                          "model.decoder.layers.0.encoder_attn.v_proj.bias",
                          "model.decoder.layer_norm.weight",
                          "model.encoder.layers.3.self_attn.q_proj.weight",
                          "model.encoder.layers.3.self_attn.k_proj.weight",
                          "model.encoder.layers.3.self_attn.v_proj.weight", "encoder/num_heads"));
  EXPECT_EQ(tensors[7].shape, (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(tensors[7].data.data(), tensors[6].data.data() + 2 * sizeof(float));
}

TEST(CTranslate2File, HasSharedEmbeddingsOnce) {
  File file(1);
  file.variable<float>("decoder/embeddings/weight", {2, 1}, 0, {1, 2}).add(uint32_t(2));
  file.name("decoder/projection/weight").name("decoder/embeddings/weight");
  File separate = file;
  file.name("encoder/embeddings_0/weight").name("decoder/embeddings/weight");
  EXPECT_THAT(namesOf(parse(file.bytes)),
              ElementsAre("spec", "spec/revision", "model.shared.weight"));
  separate.name("encoder/layer_norm/beta").name("decoder/embeddings/weight");
  EXPECT_THAT(namesOf(parse(separate.bytes)),
              ElementsAre("spec", "spec/revision", "model.decoder.embed_tokens.weight",
                          "model.encoder.layer_norm.bias"));
}

TEST(CTranslate2File, DividesBytesByTheScaleOfTheirRow) {
  File file(2);
  file.variable<int8_t>("encoder/layer_0/self_attention/linear_0/weight", {3, 2}, 1,
                        {2, -4, 6, 8, -100, 127});
  file.variable<float>("encoder/layer_0/self_attention/linear_0/weight_scale", {3}, 0, {2, 4, 0.5f})
      .add(uint32_t(0));
  frontend::TemporaryDirectory folder;
  folder.write("model.bin", file.bytes);
  auto checkpoint = Checkpoint::open(folder.path(), "model.bin");
  const std::string module = "model.encoder.layers.0.self_attn.";
  EXPECT_THAT(checkpoint.readAll({.name = module + "q_proj.weight"}), ElementsAre(1, -2));
  EXPECT_THAT(checkpoint.readAll({.name = module + "v_proj.weight"}), ElementsAre(-200, 254));
  EXPECT_THAT(checkpoint.readAll({.name = module + "k_proj.weight", .isTransposed = true}),
              ElementsAre(1.5f, 2));
}

TEST(CTranslate2File, OfAnotherKindIsRefused) {
  EXPECT_THAT(errorOf(File(0, 5)),
              HasSubstr("found version 5 of CTranslate2's format, allowed is 6"));
  EXPECT_THAT(errorOf(File(1).variable<int8_t>("encoder/conv1/weight", {1, 2}, 1, {1, 2})),
              HasSubstr("needs it as f32 of shape [1]"));
  EXPECT_THAT(errorOf(File(1).variable<int16_t>("encoder/conv1/weight", {1, 1}, 2, {1})),
              HasSubstr("found type 2 of rank 2, allowed are"));
  EXPECT_THAT(
      errorOf(File(1).variable<float>("middle/layer_norm/beta", {1}, 0, {1}).add(uint32_t(0))),
      HasSubstr(
          "model.bin: variable \"middle/layer_norm/beta\": models that are read have no such"));
  EXPECT_THAT(errorOf(File(0).add(uint32_t(1)).name("a").name("b")),
              HasSubstr("which is not there"));
}

} // namespace
} // namespace transept::checkpoints
