// SPDX-License-Identifier: Apache-2.0
//
// `transept trace` writes what the model computes, and `transept diff` finds what is not so.

#include "Command.h"

#include "transept/model.h"

#include <cstring>
#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;

using Json = nlohmann::ordered_json;

/// A trace as other programs read it: safetensors.
class TraceFile {
public:
  explicit TraceFile(const std::string &path) : path(path), bytes(readFile(path)) {
    uint64_t size = 0;
    std::memcpy(&size, bytes.data(), sizeof(size));
    data = sizeof(size) + size;
    header = Json::parse(bytes.substr(sizeof(size), size));
  }

  std::vector<int64_t> shape(const std::string &name) const {
    return header.at(name).at("shape").get<std::vector<int64_t>>();
  }
  std::vector<float> numbers(const std::string &name) const {
    std::vector<size_t> range = header.at(name).at("data_offsets");
    std::vector<float> result((range[1] - range[0]) / sizeof(float));
    std::memcpy(result.data(), bytes.data() + data + range[0], range[1] - range[0]);
    return result;
  }
  std::string fact(const std::string &name) const {
    return header.at("__metadata__").value(name, "");
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (auto &[name, value] : header.items())
      if (name != "__metadata__")
        found.push_back(name);
    return found;
  }
  /// Replaces one number in the file.
  void write(const std::string &name, size_t row, size_t column, float number) {
    size_t begin = header.at(name).at("data_offsets").at(0);
    size_t width = header.at(name).at("shape").at(1);
    size_t at = data + begin + (row * width + column) * sizeof(float);
    std::memcpy(bytes.data() + at, &number, sizeof(number));
    writeFile(path, bytes);
  }

private:
  std::string path, bytes;
  size_t data = 0;
  Json header;
};

class Trace : public testing::Test {
protected:
  /// Traces two sources of the demo model, or what `inputs` says.
  std::string trace(const std::string &library, const std::string &name,
                    std::vector<std::string> inputs = {"--ids", "799 26 10 0", "--target", "801 4",
                                                       "--ids", "5 0", "--target", "801 72 9"}) {
    std::string file = folder.file(name);
    inputs.insert(inputs.begin(), {"trace", library, "--out", file});
    CommandResult result = run(inputs);
    EXPECT_EQ(result.status, 0) << result.errors;
    return file;
  }

  static CommandResult diff(const std::string &actual, const std::string &expected,
                            std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"diff", actual, expected});
    return run(options);
  }

  TemporaryFolder folder;
};

TEST_F(Trace, HasTheValuesOfAllSourcesAsRows) {
  TraceFile file(trace(library("number_words"), "trace"));
  EXPECT_THAT(file.names(), testing::SizeIs(Gt(50)));
  for (const char *name : {"encoder.embedding.sum", "encoder.layers.2.feed_forward.norm"})
    EXPECT_THAT(file.shape(name), ElementsAre(6, 128)) << name;
  EXPECT_THAT(file.shape("decoder.layers.cross_attention.key_value"), ElementsAre(6, 768));
  EXPECT_THAT(file.shape("decoder.layers.1.cross_attention"), ElementsAre(5, 128));
  EXPECT_THAT(file.shape("decoder.layers.1.feed_forward.activation"), ElementsAre(5, 512));
  EXPECT_THAT(file.shape("logits"), ElementsAre(5, 802));
  EXPECT_THAT(file.shape("encoder_states"), ElementsAre(6, 128));
  // Heads times rows, of each source over its keys.
  EXPECT_THAT(file.shape("cross_attentions.2"), ElementsAre(4 * 2, 4));
  EXPECT_THAT(file.shape("cross_attentions.2#2"), ElementsAre(4 * 3, 2));
  EXPECT_THAT(file.shape("log_sum_exp"), ElementsAre(5, 1));
  EXPECT_EQ(file.shape("best_logits")[0], 5);
  EXPECT_EQ(file.shape("best_ids"), file.shape("best_logits"));
  EXPECT_EQ(file.fact("source_ids"), "799 26 10 0; 5 0");
  EXPECT_EQ(file.fact("target_ids"), "801 4; 801 72 9");
  EXPECT_EQ(file.fact("weights"), "f32");
}

TEST_F(Trace, IsWhatTheModelGives) {
  TraceFile file(
      trace(library("number_words"), "trace", {"--ids", "799 26 10 0", "--target", "801 4 5"}));
  Model model = Model::open(library("number_words"));
  std::vector<Id> ids = {799, 26, 10, 0}, target = {801, 4, 5};
  Source source = model.encode(ids);
  EXPECT_EQ(file.numbers("logits"), model.logits(source, target).values);
  auto states = source.states();
  for (const char *name : {"encoder.layers.2.feed_forward.norm", "encoder_states"})
    EXPECT_EQ(file.numbers(name), std::vector<float>(states.begin(), states.end())) << name;
  std::vector<size_t> layers = {1};
  EXPECT_EQ(file.numbers("cross_attentions.1"),
            model.crossAttention(source, target, layers).front().values);
}

TEST_F(Trace, TakesTheTargetThatGreedySearchGives) {
  TraceFile file(trace(library("number_words"), "trace", {"--ids", "799 26 10 0"}));
  Model model = Model::open(library("number_words"));
  std::vector<Id> ids = {799, 26, 10, 0};
  std::string expected;
  std::vector<Id> generated = model.generate(model.encode(ids), {.beams = 1}).ids();
  generated.pop_back();
  for (Id id : generated)
    expected += (expected.empty() ? "" : " ") + std::to_string(id);
  EXPECT_EQ(file.fact("target_ids"), expected);
  EXPECT_EQ(file.shape("logits")[0], int64_t(generated.size()));
}

TEST_F(Trace, HasTheSameBitsWithAnyThreads) {
  std::vector<std::string> inputs = {"--ids", "799 26 10 26 6 5 35 2 66 0"};
  std::string one = trace(library("number_words"), "one", inputs);
  inputs.insert(inputs.end(), {"--threads", "2"});
  EXPECT_EQ(readFile(trace(library("number_words"), "two", inputs)), readFile(one));
}

TEST_F(Trace, AgreesBetweenProcessors) {
  if (!fs::exists(libraryFile("marian.x86-64-v3")))
    GTEST_SKIP() << "this machine has one instruction set";
  std::vector<std::string> inputs = {"--ids", "5 6 7 8 9 2", "--target", "0 5 6"};
  std::string narrow = trace(libraryFile("marian.x86-64-v3"), "narrow", inputs),
              wide = trace(library("marian"), "wide", inputs);
  EXPECT_EQ(TraceFile(narrow).names(), TraceFile(wide).names());
  CommandResult result = diff(narrow, wide);
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr(" values agree\n"));
  EXPECT_NE(readFile(narrow), readFile(wide)) << "levels differ";
}

TEST_F(Trace, OfNarrowWeightsDeviatesByWhatTheirRoundingExplains) {
  std::string exact = trace(library("number_words"), "exact"),
              bytes = trace(libraryFile("number_words.native.int8"), "int8");
  CommandResult within = diff(bytes, exact);
  EXPECT_EQ(within.status, 0) << within.output;
  CommandResult beyond = diff(bytes, exact, {"--tolerance", "1e-6", "--json"});
  EXPECT_EQ(beyond.status, 1);
  Json report = Json::parse(beyond.output);
  EXPECT_EQ(report.at("agree"), false);
  for (const Json &value : report.at("values"))
    if (!value.at("passes").get<bool>()) {
      EXPECT_EQ(report.at("first"), value) << "the first in the order of computation";
      break;
    }
  std::string first = report.at("first").at("name");
  EXPECT_THAT(diff(bytes, exact, {"--tolerance", "1e-6"}).output,
              HasSubstr("the first that deviates is " + first + ": row "));
}

TEST_F(Trace, OneChangedNumberIsFound) {
  std::string whole = trace(library("number_words"), "whole"),
              edited = trace(library("number_words"), "edited");
  ASSERT_EQ(diff(edited, whole).status, 0);
  TraceFile file(edited);
  file.write("decoder.layers.1.cross_attention", 3, 17, 5e6f);
  file.write("logits", 0, 1, 5e6f);
  CommandResult result = diff(edited, whole);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, IsEmpty());
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("the first that deviates is "
                              "decoder.layers.1.cross_attention: row 3, column 17 "
                              "is 5000000, expected is "),
                    // all but best_ids
                    HasSubstr("of " + std::to_string(file.names().size() - 1) + " values agree")));
  std::string all = diff(edited, whole, {"--all"}).output;
  EXPECT_THAT(linesOf(all), Contains(AllOf(HasSubstr("DIFFER"), HasSubstr("logits"))));
  EXPECT_THAT(linesOf(all), Contains(AllOf(HasSubstr("ok"), HasSubstr("encoder.embedding.sum"))));
  // No number at all is no agreement.
  file.write("encoder.embedding.sum", 5, 127, std::nanf(""));
  Json report = Json::parse(diff(edited, whole, {"--json"}).output);
  EXPECT_EQ(report.at("first").at("name"), "encoder.embedding.sum");
  EXPECT_EQ(report.at("first").at("row"), 5);
  EXPECT_EQ(report.at("first").at("column"), 127);
}

TEST_F(Trace, OfOtherSourcesHasOtherRows) {
  std::string two = trace(library("number_words"), "two"),
              one = trace(library("number_words"), "one", {"--ids", "5 0", "--target", "801"});
  CommandResult result = diff(one, two);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("encoder.embedding.sum has 2 rows of 128, expected are 6 "
                                       "of 128"));
}

TEST_F(Trace, RefusesFilesThatAreNone) {
  std::string whole = trace(library("number_words"), "whole");
  std::string bytes = readFile(whole);
  auto expectRefused = [&](const std::string &content, const std::string &what) {
    std::string file = folder.file("hostile");
    writeFile(file, content);
    expectFailure(diff(file, whole), 1, what);
    expectFailure(diff(whole, file), 1, what);
  };
  expectRefused("", "hostile");
  expectRefused(bytes.substr(0, 5), "hostile");
  expectRefused(bytes.substr(0, 100), "truncated: header length");
  expectRefused(bytes.substr(0, bytes.size() - 1), "hostile");
  expectRefused(std::string(8, '\xff') + "{}", "header length");
  expectRefused("{\"model_type\": \"marian\"}", "header length");
  std::string tolerance = "\"tolerance_of_encoder\":\"";
  std::string wrong = bytes;
  wrong.replace(wrong.find(tolerance) + tolerance.size(), 6, "little");
  expectRefused(wrong, "tolerance_of_encoder is 'little', expected is a number from 0 on");
  expectFailure(diff(whole, folder.file("missing")), 1, "missing: No such file or directory");
  expectFailure(diff(whole, checkpoint("t5") + "/model.safetensors"), 1,
                "have no value of the same name");
}

TEST_F(Trace, RefusesInputsThatModelsDoNotTake) {
  std::string out = folder.file("out");
  auto traceOf = [&](const std::string &model, std::vector<std::string> options) {
    options.insert(options.begin(), {"trace", library(model), "--out", out});
    return run(options);
  };
  expectFailure(traceOf("sounds", {"--ids", "5 0"}), 1,
                "reads rows of features, not ids: name recorded inputs with --goldens");
  expectFailure(traceOf("number_words", {}), 2, "--ids (or --goldens) is required");
  expectFailure(traceOf("number_words", {"--ids", "5 802"}), 1, "expects ids from 0 to 801");
  expectFailure(traceOf("number_words", {"--ids", "5", "--target", "1", "--target", "2"}), 2,
                "there are more targets than sources");
  expectFailure(traceOf("number_words", {"--ids", ""}), 1, "must have 1 to 128");
  expectFailure(traceOf("number_words", {"--ids", "5", "--level", "haswell"}), 1, "haswell");
  expectFailure(traceOf("t5", {"--goldens", checkpoint("t5"), "--case", "none"}), 1,
                "has no forward case 'none'; it has fwd_b1_s1, fwd_b1_s7, ");
  EXPECT_FALSE(fs::exists(out));
  expectFailure(run({"trace", library("number_words"), "--ids", "5 0", "--out", "/nowhere/t"}), 1,
                "cannot write /nowhere/t: there is no folder /nowhere");
}

TEST_F(Trace, ComparesWithTheCaseThatItWasMadeFrom) {
  std::string states = trace(library("t5"), "states", {"--goldens", checkpoint("t5")}),
              other = trace(library("t5"), "other", {"--ids", "5 6 1", "--target", "0"});
  EXPECT_EQ(diff(states, checkpoint("t5")).status, 0);
  expectFailure(diff(other, checkpoint("t5")), 1, "was not made from a case of goldens");
  expectFailure(diff(states, checkpoint("t5"), {"--case", "none"}), 1, "has no case 'none'");
}

} // namespace
} // namespace transept::endtoend
