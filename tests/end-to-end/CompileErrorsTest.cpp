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

class GeneratedHeader : public testing::Test {
protected:
  CommandResult compile(const std::string &model, const std::string &file,
                        const std::string &weights = "f32") {
    return run({"compile", checkpoint(model), "-o", folder.file(file), "--name", "model",
                "--weights", weights});
  }
  TemporaryFolder folder;
  std::string header = folder.file("model.h");
};

TEST_F(GeneratedHeader, IsSharedByLibrariesOfOneModelAndKeptFromAnother) {
  ASSERT_EQ(compile("variant_marian_alltied", "liba.so").status, 0);
  std::string first = readFile(header);
  EXPECT_THAT(first, testing::HasSubstr("for liba.so."));
  EXPECT_EQ(compile("variant_marian_alltied", "liba.so").status, 0);
  EXPECT_EQ(compile("variant_marian_alltied", "libint8.so", "int8").status, 0);
  std::string second = readFile(header);

  CommandResult other = compile("t5", "libt5.so");
  expectFailure(other, 1, "model.h: would be replaced by the header of libt5.so");
  expectFailure(other, 1, "is of another model, in libint8.so");
  EXPECT_EQ(readFile(header), second);
  EXPECT_FALSE(fs::exists(folder.file("libt5.so")));
  // The same library may hold another model from now on.
  EXPECT_EQ(compile("t5", "libint8.so").status, 0);
}

TEST_F(GeneratedHeader, NeverReplacesAFileOfTheUsers) {
  writeFile(header, "#pragma once\n");
  expectFailure(compile("variant_marian_alltied", "liba.so"), 1, "not written by transept compile");
  EXPECT_EQ(readFile(header), "#pragma once\n");
  EXPECT_FALSE(fs::exists(folder.file("liba.so")));
}

} // namespace
} // namespace transept::endtoend
