// SPDX-License-Identifier: Apache-2.0
//
// Images of a program's memory, described with nothing beside the library.

#include "media/images/Image.h"
#include "media/preprocessor/Extractor.h"
#include "tests/end-to-end/Command.h"
#include "tests/end-to-end/Waves.h"
#include "tests/unit/runtime/ErrorOf.h"
#include "workbench/library/LibraryFile.h"

#include "transept/model.h"

#include <set>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;
using tests::errorOf;

/// Some are larger than what the model looks at, some smaller, and none are square.
const std::vector<std::string> kFiles = {"rgb.png",  "rgb.jpg",        "gray.png",
                                         "cmyk.jpg", "full_color.jpg", "orientation_6.png"};

std::vector<features::Image> pictures() {
  std::vector<features::Image> result;
  for (const std::string &file : kFiles)
    result.push_back(features::decodeImage(readFile(media(file)), file));
  return result;
}

std::vector<Image> viewsOf(const std::vector<features::Image> &pictures) {
  std::vector<Image> views;
  for (const features::Image &each : pictures)
    views.push_back({.pixels = each.pixels, .height = each.height, .width = each.width});
  return views;
}

std::vector<std::string> linesOfCommand(std::vector<std::string> command) {
  for (const std::string &file : kFiles)
    command.push_back(media(file));
  CommandResult result = run(command);
  EXPECT_EQ(result.status, 0) << result.errors;
  return linesOf(result.output);
}

std::vector<std::string> bestOf(const std::vector<TextGeneration> &results) {
  std::vector<std::string> texts;
  for (const TextGeneration &each : results)
    texts.push_back(each.text());
  return texts;
}

TEST(Images, AreDescribedAsTheCommandDoes) {
  std::vector<features::Image> all = pictures();
  for (const char *name : {"captions", "pictures", "documents", "screens"}) {
    std::vector<std::string> expected = linesOfCommand({"generate", library(name)});
    ASSERT_EQ(expected.size(), kFiles.size());
    for (unsigned threads : {1u, 2u}) {
      Model model = Model::open(library(name), {.threads = threads});
      EXPECT_EQ(bestOf(model.describeBatch(viewsOf(all))), expected);
      EXPECT_EQ(bestOf(model.describeBatch(viewsOf(all), {.batchSize = 2})), expected);
      for (size_t index = 0; index < all.size(); ++index)
        EXPECT_EQ(model.describe(viewsOf(all)[index]), expected[index]);
    }
    EXPECT_GT(std::set(expected.begin(), expected.end()).size(), 1u);
  }
}

TEST(Images, AreEncodedAsTheCommandDoes) {
  std::vector<std::string> expected = linesOfCommand({"generate", library("images"), "--ids"});
  Model model = Model::open(library("images"));
  std::vector<features::Image> all = pictures();
  ASSERT_EQ(expected.size(), all.size());
  for (size_t index = 0; index < all.size(); ++index) {
    std::string line;
    for (Id id : model.generate(model.encodeImage(viewsOf(all)[index])).ids())
      line += (line.empty() ? "" : " ") + std::to_string(id);
    EXPECT_EQ(line, expected[index]);
  }
  EXPECT_THAT(errorOf([&] { model.describe(viewsOf(all)[0]); }), HasSubstr("has no tokenizer"));
}

TEST(Images, HaveTheFeaturesOfFiles) {
  std::vector<features::Image> all = pictures();
  auto states = [](const Source &source) {
    return std::vector<float>(source.states().begin(), source.states().end());
  };
  for (auto [name, patchSize] : std::initializer_list<std::pair<const char *, size_t>>{
           {"images", 8}, {"captions", 8}, {"pictures", 8}, {"documents", 4}, {"screens", 4}}) {
    Model model = Model::open(library(name));
    features::Extractor extractor(*model.asset("preprocessor_config.json"),
                                  {.patchSize = patchSize});
    std::set<std::vector<float>> different;
    for (size_t index = 0; index < all.size(); ++index) {
      std::vector<float> expected =
          states(model.encodeFeatures(extractor.extract(media(kFiles[index])).values));
      EXPECT_EQ(states(model.encodeImage(viewsOf(all)[index])), expected) << kFiles[index];
      different.insert(expected);
    }
    EXPECT_EQ(different.size(), all.size());
  }
}

TEST(Images, OfAGridAreWhole) {
  Model model = Model::open(library("documents"));
  const std::vector<float> patches(48 * model.sourceFeatureWidth());
  EXPECT_EQ(model.encodeFeatures(patches).length(), 12U);
  SourceInput fewer{.ids = {}, .features = std::span(patches).first(36 * 48)};
  fewer.allowFewerFeatures = true;
  EXPECT_THAT(errorOf([&] { model.encodeBatch(std::span(&fewer, 1)); }),
              HasSubstr("takes whole grids of them"));
}

TEST(Images, HaveOptionsOfTexts) {
  Model model = Model::open(library("captions"));
  std::vector<features::Image> all = pictures();
  std::string streamed;
  TextOptions options{.generate = {.beams = 1}};
  options.onText = [&](size_t, std::string_view part) {
    streamed += part;
    return true;
  };
  EXPECT_EQ(model.describe(viewsOf(all)[0], options), streamed);
  auto several =
      model.describeBatch(viewsOf(all), {.prefix = "The", .generate = {.returnCount = 3}});
  EXPECT_EQ(several[1].results.size(), 3u);
  EXPECT_THAT(several[1].text(), testing::StartsWith("The"));
  for (auto &&[wrong, name] : std::initializer_list<std::pair<TextOptions, const char *>>{
           {{.sourceLanguage = "de"}, "source language"},
           {{.splitsSentences = true}, "splitting"},
           {{.truncates = true}, "truncating"}})
    EXPECT_THAT(errorOf([&] { model.describe(viewsOf(all)[0], wrong); }), HasSubstr(name));
}

TEST(Images, ThatAreWrongAreNamed) {
  Model model = Model::open(library("captions"));
  std::vector<features::Image> all = pictures();
  std::vector<Image> views = viewsOf(all);
  std::vector<std::string> expected = bestOf(model.describeBatch(views));
  views[1] = {};
  EXPECT_THAT(errorOf([&] { model.describeBatch(views); }),
              HasSubstr("images[1]: image: 0 x 0 pixels: there is nothing in it"));
  auto results = model.describeBatch(views, {.skipsInvalid = true});
  EXPECT_THAT(results[1].best().problem, HasSubstr("there is nothing in it"));
  for (size_t index : {0, 2, 5})
    EXPECT_EQ(results[index].text(), expected[index]);
  views[1] = viewsOf(all)[1];
  views[1].height += 1;
  EXPECT_THAT(errorOf([&] { model.describeBatch(views); }), HasSubstr("images[1] has "));
  std::vector<uint8_t> wide(3 * 70000);
  EXPECT_THAT(errorOf([&] { model.describe({.pixels = wide, .height = 1, .width = 70000}); }),
              HasSubstr("allowed are 65500 on a side"));
  EXPECT_THAT(errorOf([&] { Model::open(library("number_words")).describe(views[0]); }),
              HasSubstr("number_words takes no images"));
  EXPECT_THAT(errorOf([&] { Model::open(library("sounds")).describe(views[0]); }),
              HasSubstr("sounds takes no images"));
}

TEST(Images, AddLittleToALibrary) {
  EXPECT_LT(workbench::readLibraryFile(library("captions")).runtimeBytes, 1'100'000u);
}

} // namespace
} // namespace transept::endtoend
