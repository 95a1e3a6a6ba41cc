// SPDX-License-Identifier: Apache-2.0
//
// Image files and prompts in, answers out, against what the original's processor and class made of
// them: in C++, and by the command.

#include "media/images/Image.h"
#include "media/preprocessor/Extractor.h"
#include "tests/end-to-end/Command.h"
#include "tests/end-to-end/Waves.h"
#include "tests/unit/runtime/ErrorOf.h"
#include "workbench/goldens/Goldens.h"

#include "transept/model.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;
using tests::errorOf;
using Json = nlohmann::json;

const std::string kName = "florence2_tasks";

Json answers() {
  return Json::parse(readFile(checkpoint(kName) + "/answers.json")).at("cases");
}

features::Image picture(const Json &answer) {
  std::string file = answer.at("image");
  return features::decodeImage(readFile(media(file)), file);
}

Image viewOf(const features::Image &image) {
  return {.pixels = image.pixels, .height = image.height, .width = image.width};
}

const GenerateOptions kGreedy = {.beams = 1, .maximumLength = 20, .noRepeatNgramSize = 2};

TEST(ImagePrompts, AreAnsweredAsByTheOriginal) {
  Model model = Model::open(library(kName));
  for (const Json &answer : answers()) {
    features::Image image = picture(answer);
    std::string prompt = answer.at("prompt");
    TextOptions options{.imagePrompt = prompt, .generate = kGreedy};
    auto results = model.describeBatch(std::vector{viewOf(image)}, options);
    EXPECT_EQ(results[0].text(), answer.at("text").get<std::string>()) << prompt;
    EXPECT_EQ(results[0].best().sequence().ids, answer.at("ids").get<std::vector<Id>>());
    EXPECT_EQ(model.generate(model.encodeImage(viewOf(image), prompt), kGreedy).ids(),
              answer.at("ids").get<std::vector<Id>>());
    std::string streamed;
    options.onText = [&](size_t, std::string_view part) {
      streamed += part;
      return true;
    };
    EXPECT_EQ(model.describe(viewOf(image), options), streamed);
  }
}

TEST(ImagePrompts, AreFlagsOfTheCommand) {
  for (const Json &answer : answers()) {
    std::vector<std::string> command = {"generate",
                                        library(kName),
                                        media(answer.at("image")),
                                        "--prompt",
                                        answer.at("prompt"),
                                        "--beams",
                                        "1",
                                        "--max-length",
                                        "20",
                                        "--no-repeat-ngram-size",
                                        "2",
                                        "--json"};
    CommandResult result = run(command);
    ASSERT_EQ(result.status, 0) << result.errors;
    Json line = Json::parse(result.output);
    EXPECT_EQ(line.at("ids"), answer.at("ids"));
    EXPECT_EQ(line.at("text"), answer.at("text"));
  }
  std::string image = media("rgb.png");
  expectFailure(run({"generate", library(kName), image}), 2, "reads a prompt beside an image");
  expectFailure(run({"generate", library(kName), image, "--prompt", "<OD> boats"}), 2,
                "the task <OD> takes no other text");
  expectFailure(run({"generate", library("captions"), image, "--prompt", "<OD>"}), 2,
                "captions reads none beside an image");
  expectFailure(run({"generate", library("t5"), "--ids", "5 6", "--prompt", "<OD>"}), 2,
                "t5 reads none beside an image");
}

TEST(ImagePrompts, StandBehindThePixelsOfTheOriginal) {
  workbench::Goldens goldens = workbench::Goldens::read(checkpoint(kName));
  Model model = Model::open(library(kName));
  features::Extractor extractor(*model.asset("processor_config.json"), {.cutsLines = true});
  for (const Json &answer : answers()) {
    features::Features lines = extractor.extract(media(answer.at("image")));
    workbench::FloatTensor pixels = goldens.floats(answer.at("pixel_values").get<std::string>());
    ASSERT_EQ(pixels.values.size(), lines.values.size());
    size_t plane = lines.rows * lines.width / 3;
    for (size_t index = 0; index < lines.values.size(); ++index)
      ASSERT_NEAR(lines.values[index], pixels.values[index % 3 * plane + index / 3], 2e-6)
          << answer.at("image") << ", number " << index;
  }
}

TEST(ImagePrompts, ThatAreWrongAreRefused) {
  Model model = Model::open(library(kName));
  features::Image image = picture(answers()[0]);
  auto refusal = [&](const std::string &prompt, const Image &given) {
    return errorOf([&] { model.describe(given, {.imagePrompt = prompt}); });
  };
  EXPECT_THAT(refusal("", viewOf(image)), HasSubstr("one of the tasks <OCR>, <OCR_WITH_REGION>"));
  EXPECT_THAT(errorOf([&] { model.encodeImage(viewOf(image)); }), HasSubstr("none was given"));
  std::string tooLong;
  for (int word = 0; word < 100; ++word)
    tooLong += "word ";
  EXPECT_THAT(refusal(tooLong, viewOf(image)), HasSubstr("tokens, but must have 1 to 57"));
  Image gray = viewOf(image);
  gray.pixels = gray.pixels.first(image.height * image.width);
  EXPECT_THAT(refusal("<OD>", gray), HasSubstr("must have 3 for each of"));
  EXPECT_THAT(refusal("<OD>", {}), HasSubstr("there is nothing in it"));
  EXPECT_THAT(errorOf([&] { model.translate("a text", {.imagePrompt = "<OD>"}); }),
              HasSubstr("reads no texts"));
  Model words = Model::open(library("number_words"));
  EXPECT_THAT(errorOf([&] { words.translate("nine", {.imagePrompt = "<OD>"}); }),
              HasSubstr("is for images, not for texts"));
  Model captions = Model::open(library("captions"));
  EXPECT_THAT(errorOf([&] { captions.describe(viewOf(image), {.imagePrompt = "<OD>"}); }),
              HasSubstr("captions reads none beside an image"));
}

} // namespace
} // namespace transept::endtoend
