// SPDX-License-Identifier: Apache-2.0
//
// Snapshots in Hugging Face's cache: their names, and what would fetch what they lack.

#include "base/ModelFolder.h"

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;

namespace fs = std::filesystem;

TEST(ModelFolder, KnowsSnapshotsByTheirPath) {
  auto snapshot = hubSnapshot("/cache/models--Helsinki-NLP--opus-mt-en-de/snapshots/1a2b/");
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->repository, "Helsinki-NLP/opus-mt-en-de");
  EXPECT_EQ(snapshot->revision, "1a2b");
  EXPECT_EQ(snapshot->modelName(), "opus-mt-en-de");
  EXPECT_EQ(hubSnapshot("/cache/models--t5-small/snapshots/x")->repository, "t5-small");
  EXPECT_FALSE(hubSnapshot("/cache/models--t5-small"));
  EXPECT_FALSE(hubSnapshot("/cache/t5-small/snapshots/x"));
  EXPECT_FALSE(hubSnapshot("/"));
  EXPECT_EQ(fetchAdvice("/models/t5-small", "config.json"), "");
}

class Cache : public testing::Test {
protected:
  void SetUp() override {
    fs::create_directories(snapshot);
    fs::create_directories(repository + "/blobs");
    for (const fs::directory_entry &file : fs::directory_iterator(goldenPath("t5"))) {
      std::string name = file.path().filename();
      fs::copy_file(file.path(), repository + "/blobs/" + name);
      fs::create_symlink("../../blobs/" + name, snapshot + "/" + name);
    }
  }
  std::string error(const std::string &path) {
    return errorOf([&] { describeCheckpoint(path, warnings); });
  }

  TemporaryDirectory directory;
  std::string repository = directory.path() + "/models--google--tiny-t5";
  std::string snapshot = repository + "/snapshots/1a2b";
  Warnings warnings;
};

TEST_F(Cache, SnapshotIsReadThroughItsLinks) {
  EXPECT_EQ(describeCheckpoint(snapshot, warnings).name, "tiny_t5");
}

TEST_F(Cache, MissingFilesAreNamedWithTheCommandThatFetchesThem) {
  fs::remove(repository + "/blobs/generation_config.json");
  EXPECT_THAT(error(snapshot), AllOf(HasSubstr("generation_config.json: a link to"),
                                     HasSubstr("`hf download google/tiny-t5 generation_config.json "
                                               "--revision 1a2b` fetches it")));
  fs::remove(snapshot + "/model.safetensors");
  EXPECT_THAT(error(snapshot), HasSubstr("`hf download google/tiny-t5 model.safetensors"));
  fs::remove(snapshot + "/config.json");
  EXPECT_THAT(error(snapshot), HasSubstr("`hf download google/tiny-t5 config.json"));
}

TEST_F(Cache, RepositoryIsNoSnapshot) {
  EXPECT_THAT(error(repository), HasSubstr("its models are the folders in " + repository));
}

} // namespace
} // namespace transept::frontend
