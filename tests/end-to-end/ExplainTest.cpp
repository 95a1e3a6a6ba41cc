// SPDX-License-Identifier: Apache-2.0
//
// `transept explain` on the demo model: what became of operations, tensors and kernels, and where
// in the file they are.

#include "Command.h"
#include "Tools.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using Json = nlohmann::json;

std::string explain(const std::string &subject) {
  CommandResult result = run({"explain", library("number_words"), "--op", subject});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, AllOf(StartsWith(subject + "\n\n"), Not(HasSubstr("\n\n\n"))));
  return result.output;
}

Json explainJson(const std::string &subject) {
  CommandResult result = run({"explain", library("number_words"), "--op", subject, "--json"});
  EXPECT_EQ(result.status, 0) << result.errors;
  return Json::parse(result.output);
}

std::vector<std::string> names(const Json &list, const char *key = "name") {
  std::vector<std::string> found;
  for (const Json &each : list)
    found.push_back(each.at(key));
  return found;
}

TEST(Explain, TellsOfALinearWhatWasFusedIntoItAndWhereItIs) {
  std::string text = explain("decoder.layers.0.cross_attention.query");
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("model.decoder.layers.0.encoder_attn.q_proj.weight  F32 [128, 128]\n"),
            HasSubstr("model.decoder.layers.0.encoder_attn.q_proj.bias  F32 [128]\n"),
            HasSubstr("does the work of decoder.layers.0.self_attention.norm as well\n"),
            HasSubstr("passes    fold-attention-scale: "), HasSubstr("\n          fuse-norms"),
            HasSubstr("passed fuse-norms: fused into the first linear that reads it "
                      "(decoder.layers.0.self_attention.norm)\n"),
            HasSubstr("launch    decoder.layers.0.cross_attention.query, 8 of 55 in decode"),
            HasSubstr("of weights, 1536 bytes for each row, 32768 f32 operations")));
}

TEST(Explain, GivesLinesOfTheTextThatEmitPrints) {
  Json operations = explainJson("decoder.layers.0.cross_attention.query").at("operations");
  std::string model = std::string(TRANSEPT_DEMO_DATA) + "/model";
  for (const std::string stage : {"graph", "staged", "fused"}) {
    std::vector<std::string> lines = linesOf(run({"compile", model, "--emit", stage}).output);
    size_t checked = 0;
    for (const Json &operation : operations) {
      size_t line = operation.at("line");
      if (operation.at("stage") != stage)
        continue;
      ++checked;
      ASSERT_LE(line, lines.size());
      EXPECT_THAT(lines[line - 1], HasSubstr("%decoder.layers.0.cross_attention.query"));
    }
    EXPECT_GT(checked, 0u) << stage;
  }
}

TEST(Explain, GivesTheAddressesOfTheSymbolTable) {
  Json launches = explainJson("decoder.layers.0.cross_attention.query").at("launches");
  ASSERT_THAT(launches, SizeIs(1));
  const Json &launch = launches[0];
  EXPECT_EQ(launch.at("symbol"), "decode.decoder.layers.0.cross_attention.query");
  std::string symbols = outputOf("llvm-nm", "--print-size " + library("number_words"));
  // The level stands behind the symbol.
  auto expectFunction = [&](const Json &function, const char *size) {
    char line[64];
    std::snprintf(line, sizeof(line), "%016llx %016llx t ",
                  function.at("address").get<unsigned long long>(),
                  function.at(size).get<unsigned long long>());
    std::string symbol = function.at("symbol");
    EXPECT_THAT(symbols, HasSubstr(line + symbol + "."));
  };
  expectFunction(launch, "code_bytes");
  EXPECT_THAT(launch.at("kernels"), Not(SizeIs(0)));
  for (const Json &kernel : launch.at("kernels"))
    expectFunction(kernel, "bytes");
}

TEST(Explain, FollowsATensorToAllThatReadIt) {
  std::string text = explain("model.shared.weight");
  EXPECT_THAT(text, AllOf(HasSubstr("graph     transept.embedding encoder.embedding "),
                          HasSubstr("transept.embedding decoder.embedding "),
                          HasSubstr("transept.logits logits "),
                          HasSubstr("tensors   model.shared.weight  F32 [802, 128]\n")));
  EXPECT_THAT(names(explainJson("model.shared.weight").at("launches")),
              testing::ElementsAre("encoder.embedding", "decoder.embedding", "logits", "logits"));
}

TEST(Explain, SaysWhyAPassDidNothing) {
  EXPECT_THAT(explain("encoder.embedding"),
              HasSubstr("missed fold-scales: the embedding table is shared\n"));
}

TEST(Explain, FindsWhatAMergedProjectionBecame) {
  std::string text = explain("decoder.layers.0.cross_attention.key");
  EXPECT_THAT(text, AllOf(HasSubstr("transept.cache_store"), HasSubstr("transept.cache_read"),
                          HasSubstr("merge-projections: "),
                          HasSubstr("passed merge-projections: merged 6 linears of one input "
                                    "(decoder.layers.cross_attention.key_value)\n"),
                          HasSubstr("launch    decoder.layers.cross_attention.key_value, "),
                          HasSubstr("launch    decoder.layers.0.cross_attention.keys, "),
                          Not(HasSubstr("launch    decoder.layers.0.cross_attention.values"))));
  Json merged = explainJson("decoder.layers.cross_attention.key_value");
  EXPECT_THAT(merged.at("origins"), Contains("decoder.layers.2.cross_attention.value"));
  EXPECT_THAT(names(merged.at("tensors")),
              Contains("model.decoder.layers.2.encoder_attn.v_proj.weight"));
}

TEST(Explain, FindsTheLaunchesOfAKernel) {
  Json launch = explainJson("decoder.layers.1.cross_attention").at("launches").at(0);
  std::string kernel = launch.at("kernels").at(0).at("symbol");
  EXPECT_THAT(kernel, StartsWith("attention_encoder_cache_"));
  std::string level = launch.at("level");
  for (const std::string &symbol : {kernel, kernel + "." + level})
    EXPECT_THAT(explain(symbol),
                AllOf(HasSubstr("kernel    " + kernel + ": 0x"),
                      HasSubstr(" of decode: decoder.layers.0.cross_attention\n"),
                      HasSubstr(" of decode: decoder.layers.2.cross_attention\n")));
  for (const std::string &symbol :
       {std::string(launch.at("symbol")), launch.at("symbol").get<std::string>() + "." + level})
    EXPECT_THAT(explain(symbol), HasSubstr("launch    decoder.layers.1.cross_attention, "));
}

TEST(Explain, FindsTheLaunchesBehindAnInnerKernel) {
  std::string symbols = outputOf("llvm-nm", library("number_words"));
  size_t begin = symbols.find("tile_product_");
  ASSERT_NE(begin, std::string::npos);
  std::string kernel = symbols.substr(begin, symbols.find('\n', begin) - begin);
  EXPECT_THAT(explain(kernel), HasSubstr(" of decode: decoder.layers.0.cross_attention"));
}

TEST(Explain, SuggestsNamesForUnknownOnes) {
  auto explainUnknown = [](const std::string &name) {
    return run({"explain", library("number_words"), "--op", name});
  };
  expectFailure(explainUnknown("cross_attention.key"), 1,
                "no operation, tensor or kernel is called 'cross_attention.key'; similar names are "
                "decoder.layers.0.cross_attention.key, decoder.layers.1.cross_attention.key");
  expectFailure(explainUnknown("decoder.layers.0.cross_attention.keyy"), 1,
                "similar names are decoder.layers.0.cross_attention.key");
  expectFailure(explainUnknown("nothing"), 1, "'nothing'; `transept report` shows all names");
  expectFailure(run({"explain", library("number_words")}), 2, "--op is required");
}

TEST(Explain, NeedsTheStory) {
  TemporaryFolder folder;
  std::string stripped = folder.file("stripped.so");
  outputOf("llvm-strip", "-o " + stripped + " " + library("number_words"));
  expectFailure(run({"explain", stripped, "--op", "logits"}), 1,
                stripped + " does not tell how it was compiled: it has been stripped");
  expectFailure(run({"trace", stripped, "--ids", "5 0", "--out", folder.file("t")}), 1, "stripped");
  expectFailure(run({"report", stripped}), 1, "stripped");
  // It runs as before.
  EXPECT_EQ(run({"generate", stripped, "--ids"}, "799 26 0\n").output,
            run({"generate", library("number_words"), "--ids"}, "799 26 0\n").output);
  expectFailure(
      run({"explain", std::string(TRANSEPT_DEMO_DATA) + "/model/config.json", "--op", "x"}), 1,
      "it is not a shared library");
}

TEST(Explain, RefusesADamagedStory) {
  TemporaryFolder folder;
  std::string bytes = readFile(library("number_words"));
  outputOf("llvm-objcopy", "--dump-section .transept.story=" + folder.file("story") + " " +
                               library("number_words") + " " + folder.file("copy.so"));
  std::string section = readFile(folder.file("story"));
  size_t at = bytes.find(section);
  ASSERT_NE(at, std::string::npos);
  ASSERT_GT(section.size(), 1000u);
  auto expectDamage = [&](size_t place, const std::string &replacement) {
    std::string damaged = bytes;
    damaged.replace(at + place, replacement.size(), replacement);
    writeFile(folder.file("damaged.so"), damaged);
    expectFailure(run({"explain", folder.file("damaged.so"), "--op", "logits"}), 1,
                  "the story of this library is damaged");
  };
  expectDamage(0, std::string(8, '\xff'));          // a size beyond all memory
  expectDamage(0, std::string(8, '\0'));            // or nothing
  expectDamage(section.size() / 2, "not a stream"); // zlib's sum tells
}

} // namespace
} // namespace transept::endtoend
