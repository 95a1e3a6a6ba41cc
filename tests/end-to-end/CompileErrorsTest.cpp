// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints that are wrong in every way are errors that name what is wrong, and leave no file.

#include "tests/end-to-end/Command.h"

#include <sys/stat.h>

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
    for (const auto &entry : fs::directory_iterator(fs::path(library).parent_path()))
      EXPECT_EQ(entry.path().filename(), "checkpoint");
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

TEST_F(BadCheckpoint, WithAComputedTableThatNoDiskHolds) {
  fs::remove_all(directory);
  fs::copy(TRANSEPT_DEMO_DATA "/model", directory);
  replace("config.json", "\"max_position_embeddings\": 128",
          "\"max_position_embeddings\": 2147483647");
  std::string library = folder.file("lib.so");
  CommandResult result =
      runProgram("/bin/sh", {"-c", "ulimit -f 1000000; exec \"$0\" \"$@\"", TRANSEPT_COMMAND,
                             "compile", directory, "-o", library});
  expectFailure(result, 1,
                "source.embedding.positions.length is 2147483647 (max_position_embeddings in "
                "config.json), whose table takes 1099511627264 bytes, but ");
  EXPECT_FALSE(fs::exists(library));
}

TEST_F(BadCheckpoint, OfWhichADescriptionNamesAnother) {
  std::string text = run({"describe", directory}).output;
  size_t at = text.find(directory);
  ASSERT_NE(at, std::string::npos);
  writeFile(folder.file("model.json"), text.replace(at, directory.size(), "/nowhere"));
  std::vector<std::string> command = {"compile", folder.file("model.json"), "--emit", "graph"};
  expectFailure(run(command), 1, "/nowhere");
  command.insert(command.end(), {"--checkpoint", directory});
  EXPECT_EQ(run(command).status, 0);
}

TEST_F(BadCheckpoint, OfWhichThereAreTwo) {
  expectFailure(run({"compile", directory, "--emit", "graph", "--checkpoint", checkpoint("t5")}), 1,
                "is a checkpoint itself");
}

TEST_F(BadCheckpoint, ThatIsAFileOrAFifo) {
  expectFailure(run({"compile", path("config.json") + "x", "--emit", "graph"}), 1,
                "no such directory");
  writeFile(path("file"), "");
  expectFailure(run({"compile", path("file"), "--emit", "graph"}), 1, "this is neither");
  fs::remove(path("config.json"));
  ASSERT_EQ(::mkfifo(path("config.json").c_str(), 0600), 0);
  expectRefused("config.json: it is a FIFO, not a regular file");
}

TEST_F(BadCheckpoint, UnknownProcessor) {
  expectFailure(run({"compile", directory, "-o", folder.file("lib.so"), "--cpu", "abacus"}), 1,
                "abacus");
}

} // namespace
} // namespace transept::endtoend
