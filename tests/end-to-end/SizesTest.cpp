// SPDX-License-Identifier: Apache-2.0
//
// What `inspect` and the page of `transept report` say of caches is what statistics() counts once
// the library runs, for models of each kind and sources of several lengths.

#include "Command.h"

#include "workbench/library/LibraryFile.h"
#include "workbench/library/LibrarySizes.h"
#include "workbench/story/StoryJson.h"

#include "transept/model.h"
#include "transept/rows.h"

#include <cmath>

namespace transept::endtoend {
namespace {

using Json = nlohmann::json;

/// The numbers of a line that inspect prints, in bytes.
std::vector<double> numbersIn(const std::string &line) {
  std::vector<double> numbers;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    char *end = nullptr;
    double number = std::strtod(word.c_str(), &end);
    if (end == word.c_str() || *end != '\0')
      continue;
    std::string unit;
    words >> unit;
    numbers.push_back(number * (unit == "MB" ? 1e6 : unit == "kB" ? 1e3 : 1));
  }
  return numbers;
}

double roundedUp(double count) {
  return std::ceil(count / 16) * 16;
}

class Sizes : public testing::TestWithParam<const char *> {
protected:
  Sizes()
      : path(library(GetParam())),
        model(Model::open(path, {.threads = 1, .encoderCacheBytes = 1u << 30})) {}

  std::string lineOf(const std::string &label) const {
    for (const std::string &line : linesOf(run({"inspect", path}).output))
      if (line.starts_with(label))
        return line.substr(label.size());
    return "";
  }

  /// What the page of a report has to count with.
  story::Sizes pageSizes() const {
    TemporaryFolder folder;
    EXPECT_EQ(run({"report", path, "-o", folder.file("page.html")}).status, 0);
    std::string page = readFile(folder.file("page.html"));
    std::string open = R"(<script id="story" type="application/json">)";
    size_t begin = page.find(open) + open.size();
    Json story = Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
    return story.at("sizes").get<story::Sizes>();
  }

  /// A source of so many tokens, or of about as many positions.
  Source encode(size_t length) {
    if (model.sourceFeatureWidth() == 0)
      return model.encode(std::vector<Id>(length, Id(3 + length % 5)));
    featureRows = model.sourceFeatureCount() ? model.sourceFeatureCount() : 2 * length;
    std::vector<float> features(featureRows * model.sourceFeatureWidth(), float(length));
    return model.encode({.ids = {}, .features = features});
  }

  std::string path;
  Model model;
  size_t featureRows = 0;
};

TEST_P(Sizes, OfTheEncoderCacheAreWhatStatisticsCount) {
  story::Sizes sizes = pageSizes();
  std::vector<double> inspected = numbersIn(lineOf("encoder cache"));
  ASSERT_GE(inspected.size(), sizes.feature_width ? 5u : 4u) << lineOf("encoder cache");
  for (size_t length : {1u, 15u, 16u, 17u, 30u}) {
    uint64_t before = model.statistics().encoder_bytes;
    Source source = encode(length);
    auto positions = double(source.length());
    double counted = double(model.statistics().encoder_bytes - before);
    if (counted == 0) // sources of one length differ in nothing here
      continue;
    double blocks = std::ceil(positions / double(sizes.block_positions));
    EXPECT_EQ(blocks * double(sizes.source_bytes_per_block) +
                  positions * double(sizes.source_bytes_per_position) +
                  double(featureRows) * double(sizes.source_bytes_per_feature_row) +
                  double(sizes.source_bytes),
              counted)
        << length;
    double rowBytes = sizes.feature_width ? inspected[3] * double(featureRows) : 0;
    EXPECT_NEAR(inspected[0] * roundedUp(positions) + inspected[2] * positions + rowBytes +
                    inspected.back(),
                counted, counted * 0.02)
        << length;
    if (sizes.feature_width) {
      std::vector<transept_row_step> steps;
      for (const story::RowStep &step : sizes.row_steps)
        steps.push_back({uint32_t(step.kernel), uint32_t(step.stride), uint32_t(step.padding),
                         uint32_t(step.leading), uint32_t(step.line_before),
                         uint32_t(step.line_behind), /*grid_rows=*/0, /*least_rows=*/0});
      transept_model_table table{};
      table.row_steps = steps.data();
      table.row_step_count = steps.size();
      EXPECT_EQ(runtime::rowsAfterSteps(table, featureRows), source.length());
    }
  }
}

TEST_P(Sizes, OfTheSelfCacheAreWhatStatisticsCount) {
  story::Sizes sizes = pageSizes();
  if (model.targetVocabularySize() == 0) { // whole targets are transformed at once
    EXPECT_EQ(sizes.self_bytes_per_block, 0);
    return;
  }
  double inspected = numbersIn(lineOf("self cache")).at(0);
  Source source = encode(5);
  for (size_t steps : {1u, 16u, 17u, 20u}) {
    if (steps > model.maximumTargetLength())
      continue;
    Decoder decoder = source.decode();
    decoder.append(std::vector<Id>(steps, 4));
    Statistics statistics = model.statistics();
    auto counted = double(statistics.self_pages_in_use * statistics.self_page_bytes);
    EXPECT_EQ(std::ceil(double(steps) / double(sizes.block_positions)) *
                  double(sizes.self_bytes_per_block),
              counted)
        << steps;
    EXPECT_NEAR(inspected * roundedUp(double(steps)), counted, counted * 0.02) << steps;
  }
}

TEST_P(Sizes, SayHowLongSourcesAndTargetsMayBe) {
  story::Sizes sizes = pageSizes();
  auto orUnbounded = [](size_t length) { return length == SIZE_MAX ? -1 : int64_t(length); };
  EXPECT_EQ(sizes.maximum_source_positions, orUnbounded(model.maximumSourceLength()));
  EXPECT_EQ(sizes.maximum_target_positions, orUnbounded(model.maximumTargetLength()));
  EXPECT_EQ(sizes.feature_width, int64_t(model.sourceFeatureWidth()));
  EXPECT_EQ(sizes.usual_feature_rows, int64_t(model.sourceFeatureCount()));
  EXPECT_EQ(story::Json(sizes), story::Json(workbench::sizesOf(model.table())));
}

INSTANTIATE_TEST_SUITE_P(Models, Sizes,
                         testing::Values("marian", "t5", "sounds", "images", "languages",
                                         "speech_to_text", "bert2bert", "cross_attention_block"),
                         [](const auto &info) { return std::string(info.param); });

} // namespace
} // namespace transept::endtoend
