// SPDX-License-Identifier: Apache-2.0
//
// `transept verify` must fail for what is wrong: a check that cannot fail proves nothing.

#include "tests/end-to-end/Command.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using Json = nlohmann::ordered_json;

/// A writable copy of goldens.
class Verify : public testing::Test {
protected:
  Verify() {
    fs::create_directory(directory);
    for (const char *name : {"goldens.json", "goldens.safetensors"})
      writeFile(directory + "/" + name, readFile(checkpoint("t5") + "/" + name));
    list = Json::parse(readFile(directory + "/goldens.json"));
  }

  Json verify(const std::string &file = library("t5"), int failed = 1) {
    writeFile(directory + "/goldens.json", list.dump());
    CommandResult result = run({"verify", file, directory, "--json"});
    EXPECT_EQ(result.status, failed ? 1 : 0) << result.errors;
    Json object = Json::parse(result.output);
    EXPECT_EQ(object.at("failed"), failed);
    return object;
  }

  /// Adds to the first of the logits of fwd_b1_s7.
  void changeLogit(float difference) {
    std::string path = directory + "/goldens.safetensors", content = readFile(path);
    uint64_t headerSize = 0;
    std::memcpy(&headerSize, content.data(), sizeof(headerSize));
    Json header = Json::parse(content.substr(8, headerSize));
    std::string tensor = caseNamed("fwd_b1_s7").at("outputs").at("logits");
    size_t begin = 8 + headerSize + header.at(tensor).at("data_offsets").at(0).get<size_t>();
    float value = 0;
    std::memcpy(&value, content.data() + begin, sizeof(value));
    value += difference;
    std::memcpy(content.data() + begin, &value, sizeof(value));
    writeFile(path, content);
  }

  Json &caseNamed(const std::string &name) {
    for (Json &item : list.at("cases"))
      if (item.at("name") == name)
        return item;
    throw std::runtime_error("no case " + name);
  }

  TemporaryFolder folder;
  std::string directory = folder.file("goldens");
  Json list;
};

std::string failureOf(const Json &results, const std::string &name) {
  for (const Json &item : results.at("cases"))
    if (item.at("name") == name)
      return item.value("failure", "");
  return "no such case";
}

TEST_F(Verify, FailsForOtherIds) {
  caseNamed("greedy_b1")["outputs"]["sequences"] = caseNamed("defaults_bN")["outputs"]["sequences"];
  EXPECT_THAT(failureOf(verify(), "greedy_b1"), testing::HasSubstr("sequences"));
}

TEST_F(Verify, FailsForAChangedNumber) {
  changeLogit(0.1f);
  EXPECT_THAT(failureOf(verify(), "fwd_b1_s7"), testing::HasSubstr("logits is off by"));
}

/// Rounded weights may prefer other ids; numbers must still be as close as rounding explains.
TEST_F(Verify, OfNarrowWeightsCountsIdsAndComparesNumbers) {
  caseNamed("greedy_b1")["outputs"]["sequences"] = caseNamed("defaults_bN")["outputs"]["sequences"];
  caseNamed("greedy_b1")["inputs"] = caseNamed("defaults_bN")["inputs"];
  caseNamed("greedy_b1")["generation_args"]["max_length"] = 3;
  for (const char *type : {"bf16", "int8", "int4"}) {
    std::string file = libraryFile("t5.native." + std::string(type));
    Json object = verify(file, /*failed=*/0);
    EXPECT_EQ(object.at("weights"), type);
    for (const Json &item : object.at("cases"))
      if (item.at("name") == "greedy_b1") {
        EXPECT_EQ(item.at("ids_equal"), false);
        EXPECT_LT(item.at("equal_id_count"), item.at("id_count"));
      }
    CommandResult text = run({"verify", file, directory});
    EXPECT_THAT(text.output,
                testing::HasSubstr(std::string("with ") + type + " weights and bf16 caches, ids"));
  }
  changeLogit(1e3f);
  for (const char *type : {"bf16", "int8", "int4"})
    EXPECT_THAT(failureOf(verify(libraryFile("t5.native." + std::string(type))), "fwd_b1_s7"),
                testing::HasSubstr("logits is off by"));
}

TEST_F(Verify, FailsForAnUnknownArgument) {
  caseNamed("greedy_b1")["generation_args"]["penalty_alpha"] = 0.6;
  EXPECT_THAT(failureOf(verify(), "greedy_b1"), testing::HasSubstr("penalty_alpha"));
}

TEST_F(Verify, FailsForAnUnknownInput) {
  Json &inputs = caseNamed("fwd_b1_s7")["inputs"];
  inputs["pixel_values"] = inputs["input_ids"];
  EXPECT_THAT(failureOf(verify(), "fwd_b1_s7"), testing::HasSubstr("pixel_values"));
}

TEST_F(Verify, FailsForAnUnknownKind) {
  caseNamed("greedy_b1")["kind"] = "sample";
  EXPECT_THAT(failureOf(verify(), "greedy_b1"), testing::HasSubstr("sample"));
}

TEST_F(Verify, RefusesADirectoryWithoutGoldens) {
  expectFailure(run({"verify", library("t5"), folder.file("nothing")}), 1, "goldens.json");
  fs::resize_file(directory + "/goldens.safetensors", 100);
  expectFailure(run({"verify", library("t5"), directory}), 1, "goldens.safetensors");
}

} // namespace
} // namespace transept::endtoend
