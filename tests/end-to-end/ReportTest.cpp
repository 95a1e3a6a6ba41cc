// SPDX-License-Identifier: Apache-2.0
//
// `transept report` and `transept profile`: the page carries the story and the profile, and the
// figures of a profile add up. What the page does in a browser is tested elsewhere.

#include "Command.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using Json = nlohmann::json;

/// The story in a page, between the tags of its element.
Json storyIn(const std::string &page) {
  std::string open = R"(<script id="story" type="application/json">)";
  size_t begin = page.find(open);
  EXPECT_NE(begin, std::string::npos);
  size_t end = page.find("</script>", begin);
  return begin == std::string::npos
             ? Json()
             : Json::parse(page.substr(begin + open.size(), end - begin - open.size()));
}

TEST(Report, IsOneFileWithTheWholeStory) {
  TemporaryFolder folder;
  std::string path = folder.file("page.html");
  CommandResult result = run({"report", library("number_words"), "-o", path});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.output, path + "\n");
  std::string page = readFile(path);
  EXPECT_LT(page.size(), 10'000'000u);
  EXPECT_THAT(page, AllOf(StartsWith("<!doctype html>"), EndsWith("</html>\n")));
  Json story = storyIn(page);
  EXPECT_EQ(story.at("model"), "number_words");
  EXPECT_EQ(story.at("family"), "marian");
  EXPECT_FALSE(story.contains("profile"));
  ASSERT_THAT(story.at("stages"), SizeIs(4));
  EXPECT_THAT(story.at("stages")[2].at("text").get<std::string>(),
              HasSubstr("transept.cross_attention"));
  EXPECT_THAT(story.at("tensors"), Not(SizeIs(0)));
  // Addresses come from the library's symbols.
  for (const Json &launch : story.at("programs").at(0).at("launches"))
    EXPECT_EQ(launch.at("address") != 0, launch.at("kind") != "barrier") << launch.at("name");
}

TEST(Report, LiesBesideTheLibraryUnlessAskedOtherwise) {
  TemporaryFolder folder;
  fs::copy(library("t5"), folder.file("small.so"));
  CommandResult result = run({"report", folder.file("small.so")});
  EXPECT_EQ(result.output, folder.file("small.html") + "\n");
  EXPECT_EQ(storyIn(readFile(folder.file("small.html"))).at("model"), "t5");
  expectFailure(run({"report", library("t5"), "-o", "/nowhere/page.html"}), 1,
                "cannot write /nowhere/page.html: there is no folder /nowhere");
  expectFailure(run({"report", library("t5"), "--threads", "2"}), 2, "--profile");
}

std::vector<std::string> kProfile = {
    "profile", library("marian"),  "--ids", "5 6 7 8 2", "--ids", "9 2",     "--beams",
    "2",       "--max-new-tokens", "4",     "--threads", "2",     "--quick", "--json"};

TEST(ProfileOfSources, AddsUpToLayersAndToTheWhole) {
  CommandResult result = run(kProfile);
  ASSERT_EQ(result.status, 0) << result.errors;
  Json report = Json::parse(result.output);
  ASSERT_THAT(report.at("workloads"), SizeIs(2));
  std::vector<std::string> programs;
  for (const Json &workload : report.at("workloads")) {
    programs.push_back(workload.at("program"));
    double seconds = workload.at("seconds"), launches = 0, layers = 0, waiting = 0, shares = 0;
    std::vector<std::string> names;
    for (const Json &launch : workload.at("launches")) {
      launches += launch.at("seconds").get<double>();
      shares += launch.at("share").get<double>();
      waiting += launch.at("waiting_seconds").get<double>();
    }
    for (const Json &layer : workload.at("layers")) {
      layers += layer.at("seconds").get<double>();
      names.push_back(layer.at("label"));
    }
    EXPECT_NEAR(layers, launches, launches * 1e-6);
    EXPECT_NEAR(shares * seconds, launches, launches * 1e-6);
    EXPECT_NEAR(launches + waiting + workload.at("start_and_end_seconds").get<double>(), seconds,
                seconds * 1e-6);
    std::string side = workload.at("program") == "encode" ? "encoder" : "decoder";
    EXPECT_THAT(names, AllOf(Contains(side + ".embedding"), Contains(side + ".layers.0"),
                             Contains(side + ".layers.1"),
                             Not(Contains(side + ".layers.0.feed_forward.input"))));
  }
  EXPECT_THAT(programs, testing::ElementsAre("encode", "decode"));
}

TEST(ProfileOfSources, IsInThePageLaunchByLaunch) {
  TemporaryFolder folder;
  std::vector<std::string> arguments = kProfile;
  arguments.insert(arguments.end(), {"--report", folder.file("page.html")});
  CommandResult result = run(arguments);
  ASSERT_EQ(result.status, 0) << result.errors;
  Json printed = Json::parse(result.output), story = storyIn(readFile(folder.file("page.html")));
  const Json &profile = story.at("profile");
  EXPECT_EQ(profile.at("threads"), 2);
  ASSERT_THAT(profile.at("runs"), SizeIs(2));
  for (size_t number : {0u, 1u}) {
    const Json &run = profile.at("runs")[number], &workload = printed.at("workloads")[number];
    EXPECT_EQ(run.at("program"), workload.at("program"));
    EXPECT_EQ(run.at("sources"), 2);
    // One entry for each launch of the story, barriers too; the rest is what was printed.
    const Json &launches = story.at("programs")[number].at("launches");
    ASSERT_EQ(run.at("launches").size(), launches.size());
    size_t next = 0;
    for (size_t index = 0; index < launches.size(); ++index)
      if (launches[index].at("kind") != "barrier") {
        const Json &figure = workload.at("launches").at(next++);
        EXPECT_EQ(figure.at("label"), launches[index].at("name"));
        EXPECT_EQ(run.at("launches")[index].at("seconds"), figure.at("seconds"));
      }
    EXPECT_EQ(next, workload.at("launches").size());
  }
}

TEST(ProfileOfSources, PrintsLayersBeforeLaunches) {
  CommandResult result = run({"profile", library("t5"), "--ids", "5 6 1", "--quick"});
  ASSERT_EQ(result.status, 0) << result.errors;
  std::vector<std::string> lines = linesOf(result.output);
  auto lineOf = [&](const std::string &start) {
    auto found = std::find_if(lines.begin(), lines.end(),
                              [&](const std::string &line) { return line.starts_with(start); });
    EXPECT_NE(found, lines.end()) << start << " is not in\n" << result.output;
    return found - lines.begin();
  };
  EXPECT_LT(lineOf("encoder.layers.0 "), lineOf("encoder.layers.0.self_attention "));
  EXPECT_LT(lineOf("decoder.layers.0 "), lineOf("decoder.layers.0.self_attention "));
}

TEST(ProfileOfSources, RefusesInputsThatModelsDoNotTake) {
  expectFailure(run({"profile", library("sounds"), "--ids", "5"}), 2,
                "this model reads rows of features; leave it out to profile random ones");
  expectFailure(run({"profile", library("t5"), "--ids", "5 -1"}), 1, "expects ids from 0 to ");
  expectFailure(run({"profile", library("t5"), "--beams", "2"}), 2, "--beams requires --ids");
}

} // namespace
} // namespace transept::endtoend
