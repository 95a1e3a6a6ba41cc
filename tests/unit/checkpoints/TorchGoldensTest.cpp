// SPDX-License-Identifier: Apache-2.0
//
// Files that torch itself wrote, in several layouts, hold the tensors of the safetensors files of
// the same models.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using checkpoints::Checkpoint;

std::vector<float> valuesOf(const Checkpoint &checkpoint, const std::string &name,
                            bool isTransposed) {
  return checkpoint.readAll({.name = name, .isTransposed = isTransposed});
}

/// A layout and the golden checkpoint whose weights it holds.
class TorchGoldens : public testing::TestWithParam<std::pair<const char *, const char *>> {};

TEST_P(TorchGoldens, HoldTheTensorsOfTheirModels) {
  auto [layout, model] = GetParam();
  Checkpoint expected = Checkpoint::open(goldenPath(model));
  Checkpoint actual =
      Checkpoint::open(TRANSEPT_SOURCE_DIR "/tests/golden/torch/" + std::string(layout));
  for (const auto &[name, tensor] : expected.tensors()) {
    ASSERT_NE(actual.find(name), nullptr) << name;
    EXPECT_EQ(actual.at(name).shape, tensor.shape) << name;
    for (bool isTransposed : {false, true})
      EXPECT_EQ(valuesOf(actual, name, isTransposed), valuesOf(expected, name, isTransposed))
          << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, TorchGoldens,
                         testing::Values(std::pair("bart_nested_state_dict", "bart"),
                                         std::pair("bart_sharded", "bart"),
                                         std::pair("marian_cuda_proto4", "marian"),
                                         std::pair("t5_parameter", "t5"),
                                         std::pair("whisper_strided", "whisper")),
                         [](const auto &info) { return info.param.first; });

} // namespace
} // namespace transept::frontend
