// SPDX-License-Identifier: Apache-2.0
//
// An encoder alone and a decoder alone, from descriptions that lost the other side.

#include "tests/end-to-end/Command.h"
#include "workbench/library/LibraryFile.h"

#include "transept/model.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using Json = nlohmann::ordered_json;

class OneSide : public testing::Test {
protected:
  /// Compiles the description of a checkpoint without some of its parts.
  std::string compileWithout(const std::string &family, const std::vector<std::string> &pointers) {
    Json description = Json::parse(run({"describe", checkpoint(family)}).output);
    for (const std::string &pointer : pointers) {
      Json::json_pointer path(pointer);
      if (description.contains(path))
        description[path.parent_pointer()].erase(path.back());
    }
    writeFile(folder.file("one.json"), description.dump());
    std::string library = folder.file("libone.so");
    CommandResult result = run({"compile", folder.file("one.json"), "--checkpoint",
                                checkpoint(family), "-o", library, "--verify-passes"});
    EXPECT_EQ(result.status, 0) << result.errors;
    return library;
  }

  TemporaryFolder folder;
};

TEST_F(OneSide, ADecoderAloneContinuesPrompts) {
  std::string library =
      compileWithout("vit_gpt2", {"/source", "/projection", "/target/crossAttention",
                                  "/generation/decoderStartId"});
  CommandResult result =
      run({"generate", library, "--ids", "--max-new-tokens", "4", "--ignore-model-defaults"},
          "5 6 7\n9\n");
  ASSERT_EQ(result.status, 0) << result.errors;
  std::vector<std::string> lines = linesOf(result.output);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], testing::StartsWith("5 6 7 "));
  EXPECT_THAT(lines[1], testing::StartsWith("9 "));

  // What was generated are the arg-maxima of the logits of what came before.
  Model model = Model::open(library, {.threads = 1});
  EXPECT_FALSE(model.hasSource());
  std::vector<Id> ids;
  std::istringstream stream(lines[0]);
  for (Id id; stream >> id;)
    ids.push_back(id);
  Rows logits = model.logits(model.noSource(), ids);
  for (size_t row = 2; row + 1 < ids.size(); ++row) {
    std::span<const float> scores = logits[row];
    EXPECT_EQ(std::max_element(scores.begin(), scores.end()) - scores.begin(), ids[row + 1]);
  }
  expectFailure(run({"generate", library, "--ids"}, "5 100000\n"), 1, "line 1");
  EXPECT_THAT(run({"inspect", library}).output, testing::HasSubstr("encoder        none"));

  // A prompt that leaves no room is named by its line.
  expectFailure(run({"generate", library, "--ids", "--truncate"}, "5\n"), 2, "--truncate");
  result = run({"generate", library, "--ids", "--ignore-model-defaults", "--skip-invalid",
                "--max-length", "5"},
               "5 6\n5 6 7 8 9 10 11\n9\n");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, testing::HasSubstr("skipped line 2: "));
  EXPECT_THAT(linesOf(result.output),
              testing::ElementsAre(testing::StartsWith("5 6 "), "", testing::StartsWith("9 ")));
  story::Sizes sizes = workbench::readLibraryFile(library).sizes;
  EXPECT_FALSE(sizes.has_source);
  {
    Decoder decoder = model.noSource().decode();
    decoder.append(std::vector<Id>(17, 4));
    Statistics statistics = model.statistics();
    EXPECT_EQ(uint64_t(2 * sizes.self_bytes_per_block),
              statistics.self_pages_in_use * statistics.self_page_bytes);
  }
}

TEST_F(OneSide, AnEncoderAloneGivesStates) {
  std::string library = compileWithout("bert2bert", {"/target", "/projection", "/logits"});
  Model model = Model::open(library, {.threads = 1});
  Source source = model.encode({5, 6, 7});
  EXPECT_EQ(source.states().size(), 3 * model.hiddenSize());
  EXPECT_THROW(model.generate(source), Error);
  EXPECT_THROW(model.logits(source, std::vector<Id>{1}), Error);
  expectFailure(run({"generate", library, "--ids"}, "5\n"), 1, "generates no tokens");
  expectFailure(run({"bench", library}), 1, "only models with a source that generate");
  EXPECT_THAT(run({"inspect", library}).output, testing::HasSubstr("decoder        none"));
}

TEST_F(OneSide, NoSideAtAllIsRefused) {
  Json description = Json::parse(run({"describe", checkpoint("t5")}).output);
  for (const char *key : {"source", "target", "logits"})
    description.erase(key);
  writeFile(folder.file("none.json"), description.dump());
  expectFailure(run({"compile", folder.file("none.json"), "--checkpoint", checkpoint("t5"), "-o",
                     folder.file("lib.so")}),
                1, "needs a source side, a target side or both");
}

} // namespace
} // namespace transept::endtoend
