// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints that are wrong in every way are errors that name what is wrong, and leave no file.

#include "tests/end-to-end/Command.h"

namespace transept::endtoend {
namespace {

/// A writable copy of a small checkpoint.
class BadCheckpoint : public testing::Test {
protected:
  BadCheckpoint() {
    fs::create_directory(directory);
    for (const char *name : {"config.json", "generation_config.json", "model.safetensors"})
      writeFile(path(name), readFile(checkpoint("variant_marian_alltied") + "/" + name));
  }

  std::string path(const std::string &name) const { return directory + "/" + name; }

  void replace(const std::string &name, const std::string &from, const std::string &to) {
    std::string content = readFile(path(name));
    size_t at = content.find(from);
    ASSERT_NE(at, std::string::npos) << name << " has no " << from;
    writeFile(path(name), content.replace(at, from.size(), to));
  }

  void expectRefused(const std::string &what) {
    std::string library = folder.file("lib.so");
    expectFailure(run({"compile", directory, "-o", library}), 1, what);
    EXPECT_FALSE(fs::exists(library));
    EXPECT_FALSE(fs::exists(library + ".unfinished"));
  }

  TemporaryFolder folder;
  std::string directory = folder.file("checkpoint");
};

TEST_F(BadCheckpoint, ThatIsFineCompiles) {
  CommandResult result = run({"compile", directory, "-o", folder.file("lib.so"), "--json"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_TRUE(fs::exists(folder.file("lib.so")));
}

TEST_F(BadCheckpoint, WithATruncatedWeightFile) {
  fs::resize_file(path("model.safetensors"), fs::file_size(path("model.safetensors")) / 2);
  expectRefused("model.safetensors");
}

TEST_F(BadCheckpoint, OfPointersToFiles) {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
  for (const char *name : {"source.spm", "target.spm", "vocab.json"})
    writeFile(path(name), pointer);
  expectRefused("source.spm: found a pointer of Git LFS");
  writeFile(path("model.safetensors"), pointer);
  expectRefused("model.safetensors: found a pointer of Git LFS");
}

TEST_F(BadCheckpoint, WithATokenizerThatIsCut) {
  for (const char *name : {"source.spm", "target.spm"})
    writeFile(path(name), readFile(std::string(TRANSEPT_SOURCE_DIR) +
                                   "/tests/golden/tokenizers/marian/" + name));
  writeFile(path("vocab.json"), "{\"</s>\": 0, ");
  expectRefused("vocab.json");
}

TEST_F(BadCheckpoint, WithAnEmptyWeightFile) {
  writeFile(path("model.safetensors"), "");
  expectRefused("model.safetensors");
}

TEST_F(BadCheckpoint, WithAMissingTensor) {
  replace("model.safetensors", "model.decoder.layers.0.fc2.weight",
          "model.decoder.layers.0.fcX.weight");
  expectRefused("model.decoder.layers.0.fc2.weight");
}

TEST_F(BadCheckpoint, WithAConfigOfAnotherSize) {
  replace("config.json", "\"d_model\": ", "\"d_model\": 1");
  expectRefused("");
}

TEST_F(BadCheckpoint, OfAnUnknownModelType) {
  replace("config.json", "\"model_type\": \"marian\"", "\"model_type\": \"nonsense\"");
  expectRefused("nonsense");
}

TEST_F(BadCheckpoint, WithoutAConfig) {
  fs::remove(path("config.json"));
  expectRefused("config.json");
}

TEST_F(BadCheckpoint, WithAConfigThatIsNotJson) {
  writeFile(path("config.json"), "{\"model_type\": ");
  expectRefused("config.json");
}

TEST_F(BadCheckpoint, ThatIsNotThere) {
  fs::remove_all(directory);
  expectRefused("checkpoint");
}

TEST_F(BadCheckpoint, OutputThatCannotBeWritten) {
  expectFailure(run({"compile", directory, "-o", folder.file("no-such-folder/lib.so")}), 1, "");
}

TEST_F(BadCheckpoint, UnknownProcessor) {
  expectFailure(run({"compile", directory, "-o", folder.file("lib.so"), "--cpu", "abacus"}), 1,
                "abacus");
}

} // namespace
} // namespace transept::endtoend
