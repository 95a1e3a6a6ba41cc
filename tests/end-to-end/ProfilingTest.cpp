// SPDX-License-Identifier: Apache-2.0
//
// Profiles of compiled models, by `transept bench --profile` and through the C++ API, and what
// profilers of the system find in a library: names of kernels and launches, and lines of the plan.

#include "Command.h"
#include "Tools.h"

#include "media/MediaSources.h"
#include "transept/profile.h"
#include "workbench/measure/ProgramCosts.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

using Json = nlohmann::json;

Json profileOf(const std::string &name, std::vector<std::string> options = {}) {
  std::vector<std::string> arguments = {"bench", library(name), "--profile", "--quick", "--json"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  CommandResult result = run(arguments);
  EXPECT_EQ(result.status, 0) << result.errors;
  return Json::parse(result.output);
}

std::vector<std::string> labelsOf(const Json &workload) {
  std::vector<std::string> labels;
  for (const Json &launch : workload.at("launches"))
    labels.push_back(launch.at("label").get<std::string>() + " " +
                     launch.at("kind").get<std::string>());
  return labels;
}

TEST(BenchProfile, ListsEveryLaunchWithItsShareAndLimit) {
  Json report = profileOf("marian", {"--threads", "2", "--decode", "1x1,2x3"});
  EXPECT_EQ(report.at("threads"), 2);
  const Json &workloads = report.at("workloads");
  ASSERT_THAT(workloads, SizeIs(3));
  EXPECT_EQ(workloads[0].at("program"), "encode");
  EXPECT_EQ(workloads[1].at("rows"), 1);
  EXPECT_GT(workloads[2].at("rows"), 2); // three beams of each source, but the first step has one
  EXPECT_THAT(labelsOf(workloads[0]), Contains("encoder.layers.0.self_attention attend"));
  EXPECT_THAT(labelsOf(workloads[1]), Contains("decoder.layers.1.cross_attention attend"));
  EXPECT_THAT(labelsOf(workloads[1]), Contains("logits search"));
  for (const Json &workload : workloads) {
    double sum = workload.at("start_and_end_seconds").get<double>();
    for (const Json &launch : workload.at("launches")) {
      EXPECT_NE(launch.at("kind"), "barrier") << "waiting belongs to the launch before";
      // Both are rounded to nanoseconds.
      EXPECT_GE(launch.at("longest_seconds").get<double>() + 1e-9, launch.at("seconds")) << launch;
      EXPECT_GE(launch.at("waiting_seconds"), 0) << launch;
      sum += launch.at("seconds").get<double>() + launch.at("waiting_seconds").get<double>();
      bool multiplies = launch.at("kind") == "linear" || launch.at("kind") == "search";
      if (!multiplies)
        continue;
      EXPECT_GT(launch.at("operations"), 0) << launch;
      EXPECT_GT(launch.at("bytes"), 0) << launch;
      EXPECT_GT(launch.at("fraction_of_limit"), 0) << launch;
    }
    double seconds = workload.at("seconds");
    EXPECT_NEAR(sum, seconds, seconds * 1e-3) << "nothing is left out";
  }
}

TEST(BenchProfile, MeasuresModelsOfSound) {
  Json report = profileOf("sounds", {"--threads", "1", "--decode", "1x1"});
  std::vector<std::string> labels = labelsOf(report.at("workloads").at(0));
  EXPECT_THAT(labels, Contains(HasSubstr(" windows")));
  EXPECT_THAT(labels, Contains(HasSubstr(" take_features")));
}

TEST(BenchProfile, PrintsATable) {
  CommandResult result =
      run({"bench", library("t5"), "--profile", "--quick", "--encode", "3x5", "--decode", "2x1"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, AllOf(HasSubstr("encode 3x5:"), HasSubstr("decode, 2 hypotheses"),
                                   HasSubstr("decoder.layers.0.cross_attention "),
                                   HasSubstr("all launches"), HasSubstr("waiting at barriers")));
}

TEST(BenchProfile, RefusesWorkloadsThatAreNone) {
  for (const char *wrong : {"3", "3x", "x3", "0x3", "3x0", "3x3x3", "axb", "-1x3", "9999999x1"})
    expectFailure(run({"bench", library("t5"), "--profile", "--encode", wrong}), 2,
                  "--encode: expects two numbers from 1 on like 8x64");
  expectFailure(run({"bench", library("t5"), "--profile", "--decode", "1x1,2"}), 2, "--decode: ");
  expectFailure(run({"bench", library("t5"), "--decode", "1x1"}), 2, "--profile");
  expectFailure(run({"bench", library("marian"), "--profile", "--encode", "1x100000"}), 1,
                "--encode has sources of 100000 rows, but the model takes at most ");
}

TEST(Profiler, MeasuresWhatAModelDoesWhileItLives) {
  Model model = Model::open(library("marian"), {.threads = 2, .encoderCacheBytes = 0});
  std::vector<Id> ids = {5, 6, 7, 8, 9};
  {
    Profiler profiler(model);
    Source source = model.encode(ids);
    model.generate(source, {.beams = 1, .maximumNewTokens = 4});
    ProgramProfile encode = profiler.encode(), decode = profiler.decode();
    EXPECT_EQ(encode.invocations, 1u);
    EXPECT_EQ(encode.rows, ids.size());
    EXPECT_EQ(encode.workers, 2u);
    EXPECT_GE(decode.invocations, 1u);
    EXPECT_EQ(encode.launches.size(), model.level().encode->launch_count);
    double sum = 0, weights = 0;
    for (const LaunchProfile &launch : encode.launches) {
      sum += launch.seconds;
      weights += launch.weightBytes;
      EXPECT_EQ(launch.label.empty(), launch.isBarrier());
    }
    EXPECT_GT(sum, 0);
    EXPECT_LE(sum, encode.seconds * 1.001);
    EXPECT_GT(weights, 0);
    EXPECT_LE(weights, double(model.table().weights_size));
    profiler.restart();
    EXPECT_EQ(profiler.encode().invocations, 0u);
  }
  std::vector<Id> others = {5, 6};
  model.encode(others); // nobody measures
  EXPECT_EQ(Profiler(model).encode().invocations, 0u);
}

TEST(Profiler, DoesNotChangeResults) {
  Model model = Model::open(library("marian"), {.threads = 2, .encoderCacheBytes = 0});
  std::vector<Id> ids = {5, 6, 7, 8, 9}, target = {0, 5, 6, 7};
  std::vector<float> before = model.logits(model.encode(ids), target).values;
  Profiler profiler(model);
  EXPECT_EQ(model.logits(model.encode(ids), target).values, before);
}

/// What was counted: operations, and bytes of weights and keys.
std::array<double, 2> sumsOf(const ProgramProfile &profile) {
  std::array<double, 2> sums = {};
  for (const LaunchProfile &launch : profile.launches) {
    sums[0] += launch.operations;
    sums[1] += launch.weightBytes + launch.keyBytes;
  }
  return sums;
}

// The limits that benchmarks compare with are seconds; on a machine that does one operation, or
// reads one byte, in a second, and everything else at once, seconds are counts.
TEST(ProgramCosts, AreWhatAProfilerCounts) {
  workbench::MachineLimits calculates, reads;
  for (workbench::MachineLimits::Reading workbench::MachineLimits::*reading :
       {&workbench::MachineLimits::encodeWeights, &workbench::MachineLimits::decodeWeights}) {
    (calculates.*reading).bytesPerSecond = 1e300;
    (reads.*reading).bytesPerSecond = 1;
  }
  for (size_t arithmetic = 0; arithmetic < std::size(reads.products); ++arithmetic) {
    calculates.products[arithmetic].operations = 1;
    reads.products[arithmetic].operations = 1e300;
  }
  for (const char *name : {"marian", "sounds"}) {
    Model model = Model::open(library(name), {.threads = 1, .encoderCacheBytes = 0});
    size_t frames = model.sourceFeatureCount(), length = frames ? frames : 5;
    std::vector<SourceInput> inputs;
    // Equal sources would be encoded once.
    std::vector<std::vector<Id>> ids = {std::vector<Id>(5, 5), std::vector<Id>(5, 6)};
    std::vector<std::vector<float>> features;
    for (float value : {0.5f, 0.25f})
      features.emplace_back(frames * model.sourceFeatureWidth(), value);
    for (size_t source : {0, 1})
      inputs.push_back(frames ? SourceInput{.ids = {}, .features = features[source]}
                              : SourceInput{.ids = ids[source]});
    // Models may force their last id, which takes no step.
    GenerateOptions three{.ignoreModelDefaults = true};
    three.maximumNewTokens = three.minimumNewTokens = 3;
    three.decoderStart = model.table().generation->decoder_start_id;
    three.ends = {model.table().generation->end_ids[0]};
    Profiler profiler(model);
    model.generateBatch(model.encodeBatch(inputs), three);
    workbench::Request request{
        .sources = 2, .length = media::encodedRows(model, length), .features = frames, .steps = 3};
    std::array<double, 2> encode = sumsOf(profiler.encode()), decode = sumsOf(profiler.decode());
    EXPECT_EQ(profiler.decode().invocations, 3u) << name;
    EXPECT_GT(encode[0], 0) << name;
    EXPECT_DOUBLE_EQ(workbench::leastEncodeSeconds(model, request, calculates), encode[0]) << name;
    EXPECT_DOUBLE_EQ(workbench::leastEncodeSeconds(model, request, reads), encode[1]) << name;
    EXPECT_DOUBLE_EQ(workbench::leastDecodeSeconds(model, request, calculates), decode[0]) << name;
    EXPECT_DOUBLE_EQ(workbench::leastDecodeSeconds(model, request, reads), decode[1]) << name;
  }
}

/// Address of the first function whose name begins like this, from what llvm-nm prints.
std::string addressOf(const std::string &symbols, const std::string &name) {
  for (const std::string &line : linesOf(symbols))
    if (line.find(" t " + name) != std::string::npos)
      return line.substr(0, line.find(' '));
  ADD_FAILURE() << "no function begins like " << name << " in\n" << symbols;
  return "0";
}

TEST(Symbols, NameKernelsAndLaunches) {
  std::string symbols = outputOf("llvm-nm", "--print-size " + library("marian"));
  for (const char *name : {"transept_program_decode", "decode.decoder.layers.1.cross_attention",
                           "encode.encoder.layers.0.feed_forward.input", "linear_", "attention_"})
    EXPECT_THAT(symbols, HasSubstr(std::string(" t ") + name));
}

TEST(DebugInfo, LeadsFromMachineCodeToThePlan) {
  TemporaryFolder folder;
  std::string library = folder.file("small.so"), plan = folder.file("small.plan.mlir");
  CommandResult result =
      run({"compile", checkpoint("marian"), "-o", library, "--name", "small", "--debug-info"});
  ASSERT_EQ(result.status, 0) << result.errors;
  std::vector<std::string> lines = linesOf(readFile(plan));
  ASSERT_GT(lines.size(), 10u);
  std::string symbols = outputOf("llvm-nm", library);
  auto lineAt = [&](const std::string &name) -> std::string {
    std::string place =
        outputOf("llvm-symbolizer", "--obj=" + library + " 0x" + addressOf(symbols, name));
    EXPECT_THAT(place, StartsWith(name));
    size_t at = place.find(plan + ":");
    EXPECT_NE(at, std::string::npos) << place;
    if (at == std::string::npos)
      return "";
    auto line = std::stoul(place.substr(at + plan.size() + 1));
    return line >= 1 && line <= lines.size() ? lines[line - 1] : "";
  };
  EXPECT_THAT(lineAt("decode.decoder.layers.1.cross_attention."),
              HasSubstr("plan.attend \"decoder.layers.1.cross_attention\""));
  EXPECT_THAT(lineAt("encode.encoder.layers.0.feed_forward.input."),
              HasSubstr("plan.linear \"encoder.layers.0.feed_forward.input\""));
  EXPECT_THAT(lineAt("transept_program_decode"), HasSubstr("plan.program @decode"));
  EXPECT_THAT(lineAt("attention_encoder_cache_"), HasSubstr("plan.attend"));
  EXPECT_THAT(lineAt("vocabulary_"), HasSubstr("plan.search"));

  // It is a library like any other.
  CommandResult same = run({"generate", library, "--ids", "--max-new-tokens", "4"}, "5 6 7\n");
  CommandResult other =
      run({"generate", endtoend::library("marian"), "--ids", "--max-new-tokens", "4"}, "5 6 7\n");
  EXPECT_EQ(same.output, other.output);
}

TEST(DebugInfo, WritesThePlanOfEachLevel) {
  TemporaryFolder folder;
  CommandResult result = run({"compile", checkpoint("marian"), "-o", folder.file("two.so"), "--cpu",
                              "x86-64-v3,x86-64-v4", "--debug-info"});
  ASSERT_EQ(result.status, 0) << result.errors;
  for (const char *level : {"x86-64-v3", "x86-64-v4"})
    EXPECT_THAT(readFile(folder.file(std::string("two.") + level + ".plan.mlir")),
                HasSubstr("plan.program @decode"));
}

TEST(DebugInfo, NeedsALibraryAndAPlaceToWrite) {
  expectFailure(run({"compile", checkpoint("marian"), "--emit", "plan", "--debug-info"}), 2, "-o");
  expectFailure(run({"compile", checkpoint("marian"), "-o", "/nowhere/x.so", "--debug-info"}), 1,
                "cannot write /nowhere/x.so: there is no folder /nowhere");
}

} // namespace
} // namespace transept::endtoend
