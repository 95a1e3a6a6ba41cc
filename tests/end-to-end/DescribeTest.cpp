// SPDX-License-Identifier: Apache-2.0
//
// Where a model's numbers come from: which file, and which of several.

#include "tests/end-to-end/Command.h"

namespace transept::endtoend {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(Describe, ListsTensorsWithTheirFilesAndRoles) {
  std::string model = checkpoint("variant_mbart_sharded");
  CommandResult result = run({"describe", model, "--tensors"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output,
              AllOf(ContainsRegex("model\\.shared\\.weight +F32 +\\[[0-9]+, [0-9]+\\] +" + model +
                                  "/model-0000[1-3]-of-00003\\.safetensors +source\\.embedding"
                                  "\\.weight, target\\.embedding\\.weight, logits\\.weight"),
                    HasSubstr("model-00002-of-00003.safetensors"), Not(HasSubstr("{"))));
}

TEST(Describe, SaysWhichWeightFilesAreNotRead) {
  TemporaryFolder folder;
  fs::copy(checkpoint("t5"), folder.file("model"));
  writeFile(folder.file("model/pytorch_model.bin"), "not read");
  CommandResult result = run({"describe", folder.file("model")});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.errors, "warning: " + folder.file("model/pytorch_model.bin") +
                               ": not read, because " + folder.file("model/model.safetensors") +
                               " holds the weights\n");
  writeFile(folder.file("model/model.safetensors"), "");
  expectFailure(run({"describe", folder.file("model")}), 1, "model.safetensors");
  fs::remove(folder.file("model/model.safetensors"));
  expectFailure(run({"describe", folder.file("model")}), 1, "it begins with \"not read\"");
}

TEST(Compile, SaysWhichFileEachTensorWasReadFrom) {
  TemporaryFolder folder;
  CommandResult result = run({"compile", checkpoint("variant_marian_alltied"), "-o",
                              folder.file("lib.so"), "--remarks", "read-checkpoint"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.errors,
              ContainsRegex("analysis read-checkpoint \\(weights\\): model\\.shared\\.weight: F32 "
                            "\\[[0-9]+, [0-9]+\\] from .*/model\\.safetensors"));
}

} // namespace
} // namespace transept::endtoend
