// SPDX-License-Identifier: Apache-2.0
//
// Directories of weight files: which are found, what is refused, and reading rows as float.

#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TestTensor floats(std::vector<int64_t> shape, const std::vector<float> &values) {
  return {"F32", std::move(shape), bytesOf(values)};
}

std::string openError(const TemporaryDirectory &directory) {
  return errorOf([&] { checkpoints::Checkpoint::open(directory.path()); });
}

void writeShards(const TemporaryDirectory &directory, const Json &weightMap) {
  directory.write("one.safetensors", safetensorsFile(TestTensors{{"a", floats({1}, {1})}}));
  directory.write("two.safetensors", safetensorsFile(TestTensors{{"b", floats({1}, {2})}}));
  directory.write("model.safetensors.index.json", Json{{"weight_map", weightMap}}.dump());
}

TEST(Checkpoint, SaysWhatIsMissing) {
  TemporaryDirectory directory;
  EXPECT_THAT(openError(directory), HasSubstr("neither model.safetensors nor"));
  directory.write("tf_model.h5", "");
  EXPECT_THAT(openError(directory), HasSubstr("nor pytorch_model.bin is there"));
}

TEST(Checkpoint, ReadsSafetensorsWhereBothFormatsAreThere) {
  TemporaryDirectory directory;
  directory.write("model.safetensors", safetensorsFile(TestTensors{{"a", floats({1}, {1})}}));
  directory.write("pytorch_model.bin", "not read");
  checkpoints::Checkpoint checkpoint = checkpoints::Checkpoint::open(directory.path());
  EXPECT_THAT(checkpoint.readAll({.name = "a"}), ElementsAre(1.0f));
  EXPECT_THAT(checkpoint.unreadFiles(), ElementsAre(directory.path() + "/pytorch_model.bin"));
}

TEST(Checkpoint, RefusesLinksThatLeadNowhere) {
  TemporaryDirectory directory;
  std::filesystem::create_symlink("../blobs/12", directory.path() + "/model.safetensors");
  directory.write("pytorch_model.bin", "never read");
  EXPECT_THAT(openError(directory), HasSubstr("model.safetensors: a link to ../blobs/12, which"));
}

TEST(Checkpoint, RefusesNamesThatATerminalWouldObey) {
  TemporaryDirectory directory;
  directory.write("model.safetensors",
                  safetensorsFile(TestTensors{{"a\x1b[2J", floats({1}, {1})}}));
  EXPECT_THAT(openError(directory), HasSubstr("\"a\\u001b[2J\" cannot name a tensor"));
}

TEST(Checkpoint, RefusesAnEmptyFileAndADirectory) {
  TemporaryDirectory directory;
  directory.write("model.safetensors", "");
  EXPECT_THAT(openError(directory), HasSubstr("header length"));
  directory.remove("model.safetensors");
  std::filesystem::create_directory(directory.path() + "/model.safetensors");
  EXPECT_THAT(openError(directory), HasSubstr("not a regular file"));
}

TEST(Checkpoint, ReadsShardsAsOne) {
  TemporaryDirectory directory;
  writeShards(directory, {{"a", "one.safetensors"}, {"b", "two.safetensors"}});
  checkpoints::Checkpoint checkpoint = checkpoints::Checkpoint::open(directory.path());
  EXPECT_EQ(checkpoint.tensors().size(), 2u);
  EXPECT_THAT(checkpoint.readAll({.name = "b"}), ElementsAre(2.0f));
  EXPECT_THAT(checkpoint.at("a").file, HasSubstr("one.safetensors"));
  EXPECT_EQ(checkpoint.find("c"), nullptr);
  EXPECT_THAT(errorOf([&] { checkpoint.at("c"); }), HasSubstr("no tensor 'c'"));
}

TEST(Checkpoint, RefusesAnIndexThatNamesWhatIsNotThere) {
  TemporaryDirectory directory;
  writeShards(directory, {{"a", "three.safetensors"}});
  EXPECT_THAT(openError(directory), HasSubstr("three.safetensors is missing"));
  writeShards(directory, {{"a", "two.safetensors"}, {"b", "one.safetensors"}});
  EXPECT_THAT(openError(directory), HasSubstr("'a' is said to be in two.safetensors"));
  writeShards(directory, Json::object());
  EXPECT_THAT(openError(directory), HasSubstr("names no tensors"));
  directory.write("model.safetensors.index.json", "{}");
  EXPECT_THAT(openError(directory), HasSubstr("weight_map"));
}

TEST(Checkpoint, KnowsWhatTheIndexNamesAndNoShardHolds) {
  TemporaryDirectory directory;
  writeShards(directory, {{"a", "one.safetensors"}, {"c", "two.safetensors"}});
  checkpoints::Checkpoint checkpoint = checkpoints::Checkpoint::open(directory.path());
  EXPECT_THAT(checkpoint.absentTensors(), ElementsAre("c"));
  EXPECT_EQ(checkpoint.find("c"), nullptr);
  EXPECT_THAT(errorOf([&] { checkpoint.at("c"); }), HasSubstr("there is no tensor 'c'"));
}

TEST(Checkpoint, RefusesShardsOutsideTheDirectory) {
  TemporaryDirectory directory;
  for (const char *name : {"../one.safetensors", "/etc/passwd", "..", ".", "", "a\\b", "x/one"}) {
    writeShards(directory, {{"a", name}});
    EXPECT_THAT(openError(directory), HasSubstr("a file in the same directory")) << name;
  }
  writeShards(directory, {{"a", std::string("one.safetensors\0x", 17)}});
  EXPECT_THAT(openError(directory), HasSubstr("a file in the same directory"));
}

TEST(Checkpoint, RefusesATensorInTwoShards) {
  TemporaryDirectory directory;
  writeShards(directory, {{"a", "one.safetensors"}, {"b", "two.safetensors"}});
  directory.write("two.safetensors", safetensorsFile(TestTensors{{"a", floats({1}, {1})}}));
  EXPECT_THAT(openError(directory), HasSubstr("'a' is in two shards"));
}

class CheckpointRows : public testing::Test {
protected:
  void SetUp() override {
    directory.write("model.safetensors",
                    safetensorsFile(TestTensors{
                        {"m.0", floats({3, 2}, {0, 1, 10, 11, 20, 21})},
                        {"odd", {"BF16", {3}, std::string("\x80\x3f\x00\xc0\x00\x00", 6)}},
                        {"bad", floats({2, 2}, {1, 2, INFINITY, 4})},
                        {"nan", floats({1, 2}, {1, NAN})},
                        {"bias", floats({1, 3}, {5, 6, 7})},
                        {"ids", {"I64", {1}, std::string(8, '\0')}}}));
    checkpoint.emplace(checkpoints::Checkpoint::open(directory.path()));
  }

  std::vector<float> rows(const checkpoints::TensorReference &reference, int64_t first,
                          int64_t count) {
    std::vector<float> out(16, -1.0f);
    checkpoint->readFloat(reference, 0, out.data(), first, count);
    out.erase(std::find(out.begin(), out.end(), -1.0f), out.end());
    return out;
  }

  TemporaryDirectory directory;
  std::optional<checkpoints::Checkpoint> checkpoint;
};

TEST_F(CheckpointRows, ReadsRowRanges) {
  EXPECT_THAT(rows({.name = "m.{layer}"}, 1, 2), ElementsAre(10, 11, 20, 21));
  EXPECT_THAT(rows({.name = "m.0"}, 3, 0), ElementsAre());
  EXPECT_THAT(rows({.name = "odd"}, 0, 3), ElementsAre(1.0f, -2.0f, 0.0f));
}

TEST_F(CheckpointRows, ReadsTransposedTensorsAndParts) {
  checkpoints::TensorReference transposed{.name = "m.0", .isTransposed = true};
  EXPECT_THAT(rows(transposed, 0, 2), ElementsAre(0, 10, 20, 1, 11, 21));
  EXPECT_THAT(rows(transposed, 1, 1), ElementsAre(1, 11, 21));
  checkpoints::TensorReference part{
      .name = "m.0", .isTransposed = false, .rowBegin = 1, .rowCount = 2};
  EXPECT_THAT(rows(part, 1, 1), ElementsAre(20, 21));
  checkpoints::TensorReference both{
      .name = "m.0", .isTransposed = true, .rowBegin = 1, .rowCount = 1};
  EXPECT_THAT(rows(both, 0, 1), ElementsAre(1, 11, 21));
  EXPECT_THAT(checkpoint->readAll({.name = "bias"}), ElementsAre(5, 6, 7));
}

TEST_F(CheckpointRows, RefusesRowsThatAreNotThere) {
  EXPECT_THAT(errorOf([&] { rows({.name = "m.0"}, 2, 2); }), HasSubstr("it has 3"));
  EXPECT_THAT(errorOf([&] { rows({.name = "m.0"}, -1, 1); }), HasSubstr("it has 3"));
  EXPECT_THAT(errorOf([&] { rows({.name = "m.0"}, INT64_MAX, INT64_MAX); }), HasSubstr("it has 3"));
  checkpoints::TensorReference part{
      .name = "m.0", .isTransposed = false, .rowBegin = 2, .rowCount = 2};
  EXPECT_THAT(errorOf([&] { rows(part, 0, 1); }), HasSubstr("2 rows from row 2"));
}

TEST_F(CheckpointRows, RefusesIntegersAndNumbersThatAreNotFinite) {
  EXPECT_THAT(errorOf([&] { rows({.name = "ids"}, 0, 1); }), HasSubstr("'ids' is I64"));
  EXPECT_THAT(errorOf([&] { rows({.name = "bad"}, 0, 2); }),
              AllOf(HasSubstr("'bad' holds infinity at row 1, column 0")));
  EXPECT_THAT(errorOf([&] { rows({.name = "nan"}, 0, 1); }),
              HasSubstr("'nan' holds NaN at row 0, column 1"));
  checkpoints::TensorReference transposed{.name = "bad", .isTransposed = true};
  EXPECT_THAT(errorOf([&] { rows(transposed, 0, 2); }), HasSubstr("row 0, column 1"));
}

TEST_F(CheckpointRows, CanBeReadAgainAfterRelease) {
  checkpoint->release("m.0");
  EXPECT_THAT(rows({.name = "m.0"}, 0, 1), ElementsAre(0, 1));
  EXPECT_THAT(errorOf([&] { checkpoint->release("none"); }), HasSubstr("'none'"));
}

TEST(LayerName, ReplacesEveryMark) {
  EXPECT_EQ(checkpoints::layerName("a.{layer}.b{layer}", 12), "a.12.b12");
  EXPECT_EQ(checkpoints::layerName("plain", 3), "plain");
}

} // namespace
} // namespace transept::frontend
