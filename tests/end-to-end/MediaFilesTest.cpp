// SPDX-License-Identifier: Apache-2.0
//
// Sounds and images from files to results, with small checkpoints that nobody trained on them: what
// comes out means nothing, but must not depend on anything but the file.

#include "tests/end-to-end/Command.h"
#include "tests/end-to-end/Waves.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

TEST(MediaFiles, GiveOneResultALineInOrder) {
  std::vector<std::string> files = {media("rgb.png"), media("rgb.jpg"), media("gray.png"),
                                    media("rgb.png")};
  std::vector<std::string> command = {"generate", library("images"), "--ids", "--batch", "2"};
  std::string alone;
  for (const std::string &file : files)
    alone += run({"generate", library("images"), file, "--ids"}).output;
  command.insert(command.end(), files.begin(), files.end());
  CommandResult together = run(command);
  ASSERT_EQ(together.status, 0) << together.errors;
  EXPECT_EQ(together.output, alone);
  std::vector<std::string> lines = linesOf(alone);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], lines[3]);
  EXPECT_NE(lines[0], lines[2]);
}

TEST(MediaFiles, JsonNamesTheFile) {
  CommandResult result =
      run({"generate", library("images"), media("rgb.png"), media("gray.jpg"), "--json", "--ids"});
  ASSERT_EQ(result.status, 0) << result.errors;
  std::vector<std::string> lines = linesOf(result.output);
  ASSERT_EQ(lines.size(), 2u);
  Json object = Json::parse(lines[1]);
  EXPECT_EQ(object.at("file"), media("gray.jpg"));
  EXPECT_TRUE(object.at("ids").is_array());
  EXPECT_TRUE(object.at("score").is_number());
  EXPECT_FALSE(object.contains("line"));
}

TEST(MediaFiles, ResultsBeforeABadFileAreWritten) {
  TemporaryFolder folder;
  writeFile(folder.file("empty.png"), "");
  writeFile(folder.file("cut.png"), readFile(media("rgb.png")).substr(0, 60));
  fs::create_directory(folder.file("folder.png"));
  std::string good = run({"generate", library("images"), media("rgb.png"), "--ids"}).output;
  for (const std::string &bad :
       {folder.file("empty.png"), folder.file("cut.png"), folder.file("folder.png"),
        folder.file("missing.png"), media("chirp.wav")}) {
    CommandResult result =
        run({"generate", library("images"), media("rgb.png"), bad, media("gray.png"), "--ids"});
    expectFailure(result, 1, bad);
    EXPECT_EQ(result.output, good);
  }
}

TEST(MediaFiles, WrongUsageEndsWithStatus2) {
  expectFailure(run({"generate", library("images"), "--ids"}, "5 1\n"), 2, "SOURCE");
  expectFailure(run({"generate", library("t5"), "--ids", media("rgb.png")}, "5 1\n"), 2,
                media("rgb.png"));
  expectFailure(run({"generate", library("t5"), "--ids", "--short-context"}), 2, "reads text");
  expectFailure(run({"generate", library("images"), "--ids", "--short-context", media("rgb.png")}),
                2, "--short-context");
  expectFailure(run({"generate", library("images"), media("rgb.png")}), 1, "--ids");
}

TEST(MediaFiles, ListsOfIdsEndBeforeFiles) {
  CommandResult result =
      run({"generate", library("images"), "--ids", "--eos", "2,5", media("rgb.png")});
  EXPECT_EQ(result.status, 0) << result.errors;
}

TEST(MediaFiles, KeepTheirOrderAroundAttention) {
  CommandResult result = run({"generate", library("images"), "--ids", "--json", media("rgb.png"),
                              "--attention", media("gray.png"), media("rgb.jpg")});
  ASSERT_EQ(result.status, 0) << result.errors;
  std::vector<std::string> files;
  for (const std::string &line : linesOf(result.output)) {
    files.push_back(Json::parse(line).at("file"));
    EXPECT_EQ(Json::parse(line).at("attention").at("matrices").size(), 1u);
  }
  EXPECT_THAT(files, testing::ElementsAre(media("rgb.png"), media("gray.png"), media("rgb.jpg")));
}

TEST(MediaFiles, ShortSoundsAreFilledUpUnlessAskedOtherwise) {
  auto generate = [](std::vector<std::string> options) {
    options.insert(options.begin(), {"generate", library("sounds"), "--json", "--attention"});
    CommandResult result = run(options);
    EXPECT_EQ(result.status, 0) << result.errors;
    return Json::parse(result.output);
  };
  Json filled = generate({media("chirp.wav")});
  Json kept = generate({media("chirp.wav"), "--short-context"});
  EXPECT_EQ(filled["attention"]["source_tokens"].size(), 50u);
  EXPECT_LT(kept["attention"]["source_tokens"].size(), 50u);
}

TEST(MediaFiles, LongSoundsAreCutWithAWarningWhereTheirBeginningIsGiven) {
  TemporaryFolder folder;
  writeFile(folder.file("long.wav"), waveOf(40000));
  writeFile(folder.file("enough.wav"), waveOf(16000));
  std::vector<std::string> command = {"generate", library("sounds"), "--prefix-ids", "40"};
  auto generate = [&](const char *file) {
    std::vector<std::string> whole = command;
    whole.push_back(folder.file(file));
    return run(whole);
  };
  CommandResult cut = generate("long.wav");
  EXPECT_EQ(cut.status, 0);
  EXPECT_THAT(cut.errors, HasSubstr("long.wav: only its first 100 frames"));
  EXPECT_EQ(generate("enough.wav").errors, "");
}

TEST(MediaFiles, APreprocessorMustFitTheModel) {
  TemporaryFolder folder;
  fs::create_directory(folder.file("checkpoint"));
  for (const char *name : {"config.json", "generation_config.json", "model.safetensors"})
    fs::copy(checkpoint("trocr") + "/" + name, folder.file("checkpoint"));
  auto compile = [&] {
    return run({"compile", folder.file("checkpoint"), "-o", folder.file("lib.so")});
  };
  EXPECT_EQ(compile().status, 0);
  expectFailure(run({"generate", folder.file("lib.so"), media("rgb.png"), "--ids"}), 1,
                "has no preprocessor_config.json");
  writeFile(folder.file("checkpoint/preprocessor_config.json"),
            R"({"image_processor_type": "ViTImageProcessor", "size": 64})");
  expectFailure(compile(), 1,
                "preprocessor_config.json: it makes 64 patches of a file, but the model takes 16");
}

TEST(MediaFiles, SamplesAreNoFrames) {
  TemporaryFolder folder;
  fs::create_directory(folder.file("checkpoint"));
  for (const char *name : {"config.json", "generation_config.json", "model.safetensors"})
    fs::copy(checkpoint("whisper") + "/" + name, folder.file("checkpoint"));
  writeFile(folder.file("checkpoint/preprocessor_config.json"),
            R"({"feature_extractor_type": "Wav2Vec2FeatureExtractor"})");
  expectFailure(run({"compile", folder.file("checkpoint"), "-o", folder.file("lib.so")}), 1,
                "preprocessor_config.json: it makes rows of 1 numbers, but the model takes 80");
}

TEST(MediaFiles, ThePreprocessorMayLieInTheProcessorsFile) {
  TemporaryFolder folder;
  fs::create_directory(folder.file("checkpoint"));
  for (const char *name : {"config.json", "generation_config.json", "model.safetensors"})
    fs::copy(checkpoint("trocr") + "/" + name, folder.file("checkpoint"));
  auto write = [&](const char *name, const std::string &text) {
    writeFile(folder.file("checkpoint/" + std::string(name)), text);
  };
  auto compile = [&] {
    return run({"compile", folder.file("checkpoint"), "-o", folder.file("lib.so")});
  };
  // As transformers 5 writes it; older files of that name have no extractor.
  const std::string images = R"({"image_processor_type": "ViTImageProcessor", "size": 32})",
                    nested = R"({"processor_class": "TrOCRProcessor", "image_processor": )";
  write("processor_config.json", nested + images + "}");
  write("preprocessor_config.json", R"({"image_processor_type": "SiglipImageProcessor"})");
  ASSERT_EQ(compile().status, 0);
  EXPECT_EQ(run({"generate", folder.file("lib.so"), media("rgb.png"), "--ids"}).output,
            run({"generate", library("images"), media("rgb.png"), "--ids"}).output);
  EXPECT_THAT(run({"inspect", folder.file("lib.so")}).output, HasSubstr("processor_config.json ("));
  write("processor_config.json", nested + R"({"image_processor_type": "SiglipImageProcessor"}})");
  expectFailure(compile(), 1, "processor_config.json: image_processor: feature_extractor_type");
  write("processor_config.json", R"({"processor_class": "TrOCRProcessor"})");
  write("preprocessor_config.json", images);
  EXPECT_EQ(compile().status, 0);
}

TEST(MediaFiles, InspectShowsWhatALibraryReads) {
  EXPECT_THAT(run({"inspect", library("sounds")}).output,
              testing::AllOf(HasSubstr("100 frames of 80 numbers, 2 of them one position"),
                             HasSubstr("preprocessor_config.json")));
  EXPECT_THAT(run({"inspect", library("images")}).output,
              testing::AllOf(HasSubstr("16 patches of 192 numbers (8 x 8 pixels)"),
                             HasSubstr("preprocessor_config.json")));
}

TEST(MediaFiles, BenchMeasuresWithRandomFeatures) {
  for (const char *name : {"sounds", "images"}) {
    CommandResult result = run({"bench", library(name), "--quick", "--json", "--threads", "1"});
    ASSERT_EQ(result.status, 0) << result.errors;
    Json figures = Json::parse(result.output).at("figures");
    EXPECT_EQ(figures.size(), 7u);
    for (const Json &figure : figures)
      EXPECT_GT(figure.at("best"), 0) << figure;
  }
}

TEST(Sounds, OfAnyLengthAreFilledUp) {
  TemporaryFolder folder;
  for (size_t samples : {1, 2, 159, 160, 200, 201}) {
    writeFile(folder.file("short.wav"), waveOf(samples));
    CommandResult result = run({"generate", library("sounds"), folder.file("short.wav"), "--json"});
    EXPECT_EQ(result.status, 0) << samples << ": " << result.errors;
    EXPECT_EQ(linesOf(result.output).size(), 1u);
  }
  writeFile(folder.file("short.wav"), waveOf(2));
  expectFailure(run({"generate", library("sounds"), folder.file("short.wav"), "--short-context"}),
                1, "its 0 frames become 0");
}

} // namespace
} // namespace transept::endtoend
