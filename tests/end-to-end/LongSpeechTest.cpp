// SPDX-License-Identifier: Apache-2.0
//
// Sounds that are longer than a model's window, from files to transcripts in every format. The
// checkpoint is small and its window a second.

#include "tests/end-to-end/Command.h"
#include "tests/end-to-end/Waves.h"

#include "media/MediaSources.h"
#include "media/TranscriptWriter.h"
#include "media/library/CompressedSize.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <regex>
#include <sys/resource.h>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

CommandResult generate(std::vector<std::string> options, const std::string &input = "") {
  options.insert(options.begin(), {"generate", library("sounds")});
  return run(options, input);
}

class LongSpeech : public testing::Test {
protected:
  LongSpeech() { writeFile(sound, waveOf(80000)); }

  Json transcript(std::vector<std::string> options, const std::string &file = "") {
    options.insert(options.begin(),
                   {file.empty() ? sound : file, "--format", "json", "--language", "de"});
    CommandResult result = generate(options);
    EXPECT_EQ(result.status, 0) << result.errors;
    return Json::parse(result.output);
  }

  TemporaryFolder folder;
  std::string sound = folder.file("sound.wav");
};

TEST_F(LongSpeech, IsTranscribedWindowByWindow) {
  CommandResult lines = generate({sound, "--timestamps"});
  ASSERT_EQ(lines.status, 0) << lines.errors;
  EXPECT_EQ(lines.errors, "");
  std::regex form(R"(\[(\d+\.\d\d) --> (\d+\.\d\d)\] .*)");
  double last = 0;
  for (const std::string &line : linesOf(lines.output)) {
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, form)) << line;
    EXPECT_LE(std::stod(match[1]), std::stod(match[2]));
    last = std::stod(match[2]);
  }
  EXPECT_GT(last, 3);
  EXPECT_EQ(linesOf(generate({sound}).output).size(), 1u);
  CommandResult three = generate({sound, media("chirp.wav"), sound, "--json"});
  ASSERT_EQ(linesOf(three.output).size(), 3u) << three.errors;
  EXPECT_EQ(linesOf(three.output)[0], linesOf(three.output)[2]);
  EXPECT_EQ(Json::parse(linesOf(three.output)[1]).at("file"), media("chirp.wav"));
}

TEST_F(LongSpeech, HasTheFieldsOfOpenAIWhisper) {
  Json json = transcript({});
  EXPECT_EQ(json.at("language"), "de");
  std::string text;
  size_t number = 0;
  for (const Json &segment : json.at("segments")) {
    EXPECT_EQ(segment.at("id"), number++);
    EXPECT_LE(segment.at("start"), segment.at("end"));
    EXPECT_LE(double(segment.at("seek")) / 100, segment.at("start"));
    EXPECT_LT(segment.at("avg_logprob"), 0);
    EXPECT_GT(segment.at("compression_ratio"), 0);
    EXPECT_GT(segment.at("no_speech_prob"), 0);
    EXPECT_LT(segment.at("no_speech_prob"), 1);
    EXPECT_EQ(segment.at("temperature"), 0);
    EXPECT_FALSE(segment.at("tokens").empty());
    text += segment.at("text");
  }
  EXPECT_GT(number, 3u);
  EXPECT_EQ(json.at("text"), text);
}

TEST_F(LongSpeech, AllFormatsHaveAllSegments) {
  size_t count = transcript({}).at("segments").size();
  auto output = [&](const std::string &format) {
    return generate({sound, "--format", format, "--language", "de"}).output;
  };
  auto matches = [](const std::string &text, const std::string &form) {
    std::regex regex(form);
    return size_t(std::distance(std::sregex_iterator(text.begin(), text.end(), regex), {}));
  };
  EXPECT_EQ(linesOf(output("txt")).size(), count);
  EXPECT_EQ(linesOf(output("tsv")).size(), count + 1);
  EXPECT_EQ(linesOf(output("tsv")).front(), "start\tend\ttext");
  EXPECT_EQ(matches(output("srt"), R"(\d+\n00:00:\d\d,\d{3} --> 00:00:\d\d,\d{3}\n.*\n\n)"), count);
  EXPECT_EQ(output("vtt").substr(0, 8), "WEBVTT\n\n");
  EXPECT_EQ(matches(output("vtt"), R"(00:\d\d\.\d{3} --> 00:\d\d\.\d{3}\n.*\n\n)"), count);
}

TEST_F(LongSpeech, GoesToAFolderFileByFile) {
  std::string other = folder.file("other.wav"), results = folder.file("results");
  writeFile(other, waveOf(40000));
  CommandResult result =
      generate({sound, other, "--format", "srt", "--output-folder", results, "--language", "de"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.output, "");
  for (const std::string &name : {std::string("sound"), std::string("other")})
    EXPECT_EQ(readFile(results + "/" + name + ".srt"),
              generate({folder.file(name + ".wav"), "--format", "srt", "--language", "de"}).output);
}

TEST_F(LongSpeech, APartIsTranscribedAsIfThereWasNothingElse) {
  std::string wave = readFile(sound);
  std::string cut = folder.file("cut.wav");
  writeFile(cut, waveWith(wave.substr(44 + 2 * 16000, 2 * 32000)));
  Json expected = transcript({}, cut), part = transcript({"--offset", "1", "--duration", "2"});
  ASSERT_EQ(part.at("segments").size(), expected.at("segments").size());
  for (size_t index = 0; index < part.at("segments").size(); ++index) {
    const Json &segment = part.at("segments")[index], &wanted = expected.at("segments")[index];
    EXPECT_EQ(segment.at("tokens"), wanted.at("tokens"));
    EXPECT_NEAR(segment.at("start"), double(wanted.at("start")) + 1, 1e-9);
    EXPECT_EQ(segment.at("seek"), int(wanted.at("seek")) + 100);
  }
  expectFailure(generate({sound, "--offset", "5.5"}), 1, "the sound ends before 5.50 seconds");
}

TEST_F(LongSpeech, ComesFromStandardInputToo) {
  CommandResult result = generate({"-", "--format", "srt", "--language", "de"}, readFile(sound));
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.output, generate({sound, "--format", "srt", "--language", "de"}).output);
}

TEST_F(LongSpeech, PoorWindowsAreSampled) {
  auto temperatures = [&](const std::string &threshold) {
    std::vector<double> found;
    Json json = transcript({"--temperatures", "0,0.4,0.8", "--logprob-threshold", threshold});
    for (const Json &segment : json.at("segments"))
      found.push_back(segment.at("temperature"));
    return found;
  };
  EXPECT_THAT(temperatures("0"), testing::Each(testing::DoubleNear(0.8, 1e-12)));
  EXPECT_THAT(temperatures("-1000"), testing::Each(0));
  std::vector<std::string> sampled = {"--temperatures", "1", "--seed"};
  auto withSeed = [&](const char *seed) {
    std::vector<std::string> options = sampled;
    options.push_back(seed);
    return transcript(options);
  };
  EXPECT_EQ(withSeed("1"), withSeed("1"));
  EXPECT_NE(withSeed("1"), withSeed("2"));
  Json repetitive = transcript({"--temperatures", "0,1", "--compression-ratio-threshold", "0"});
  EXPECT_EQ(repetitive.at("segments").at(0).at("temperature"), 1);
}

TEST_F(LongSpeech, SilenceHasNoSegments) {
  Json silent = transcript({"--no-speech-threshold", "0"});
  EXPECT_TRUE(silent.at("segments").empty());
  EXPECT_EQ(silent.at("text"), "");
  EXPECT_FALSE(transcript({"--no-speech-threshold", "0", "--logprob-threshold", "-1000"})
                   .at("segments")
                   .empty());
}

TEST_F(LongSpeech, TextFromBeforeAWindowCounts) {
  Json plain = transcript({}), prompted = transcript({"--initial-prompt", "names"}),
       conditioned = transcript({"--condition-on-previous"}),
       both = transcript(
           {"--initial-prompt", "names", "--condition-on-previous", "--prompt-all-windows"});
  EXPECT_NE(prompted, plain);
  EXPECT_NE(conditioned, plain);
  EXPECT_NE(both, conditioned);
  EXPECT_EQ(conditioned.at("segments").at(0).at("tokens"), plain.at("segments").at(0).at("tokens"));
}

TEST_F(LongSpeech, WordsHaveTimes) {
  double last = 0;
  size_t count = 0;
  Json json = transcript({"--word-timestamps"});
  for (const Json &segment : json.at("segments"))
    if (segment.contains("words"))
      for (const Json &word : segment.at("words")) {
        EXPECT_LE(word.at("start"), word.at("end"));
        last = word.at("end");
        ++count;
      }
  EXPECT_GT(count, 3u);
  EXPECT_GT(last, 3);
  std::string lines = generate({sound, "--word-timestamps", "--language", "de"}).output;
  EXPECT_GE(linesOf(lines).size(), count / 2);
}

TEST_F(LongSpeech, BadFilesAreNamed) {
  std::string bad = folder.file("bad.wav");
  writeFile(bad, readFile(sound).substr(0, 100000));
  expectFailure(generate({bad, "--format", "txt"}), 1, "bad.wav: the file ends early");
  CommandResult result = generate(
      {bad, sound, "--format", "txt", "--output-folder", folder.file("results"), "--skip-invalid"});
  EXPECT_EQ(result.status, 1);
  EXPECT_FALSE(fs::exists(folder.file("results/bad.txt")));
  EXPECT_TRUE(fs::exists(folder.file("results/sound.txt")));
  expectFailure(generate({sound, "--json", "--attention"}), 1, "attention");
}

TEST_F(LongSpeech, WrongUsageEndsWithStatus2) {
  expectFailure(generate({sound, "--format", "doc"}), 2, "expects one of txt, srt");
  expectFailure(generate({sound, sound, "--format", "srt"}), 2, "--output-folder");
  expectFailure(generate({sound, "--output-folder", folder.file("results")}), 2, "--format");
  expectFailure(generate({sound, "--format", "srt", "--json"}), 2, "--json");
  expectFailure(generate({sound, "--offset", "-1"}), 2, "0 or more");
  expectFailure(generate({sound, "--prompt-all-windows"}), 2, "--initial-prompt");
  expectFailure(generate({sound, "--temperatures", "0.2", "--sample"}), 2, "--temperatures");
  expectFailure(generate({sound, "--offset", "1", "--short-context"}), 2, "--short-context");
  expectFailure(run({"generate", library("t5"), "--ids", "--offset", "1"}, "5 1\n"), 2, "--offset");
}

TEST(CompressedSize, IsThatOfPythonsZlib) {
  auto sizeOf = [](const std::vector<Id> &ids, size_t vocabulary) {
    return media::compressedSize(transept::detail::bytesOf(ids, vocabulary));
  };
  std::vector<Id> ascending, repeated, random, rough;
  for (Id id = 0; id < 400; ++id)
    ascending.push_back(id);
  for (int index = 0; index < 210; ++index)
    repeated.push_back(7 + index % 3);
  uint32_t state = 1;
  for (int index = 0; index < 448; ++index) {
    state = 1664525 * state + 1013904223;
    random.push_back(Id((state >> 16) % 51865));
    rough.push_back(random.back() % 50);
  }
  EXPECT_EQ(sizeOf({}, 420), 8u);
  EXPECT_EQ(sizeOf({5}, 420), 10u);
  EXPECT_EQ(sizeOf(ascending, 51865), 582u);
  EXPECT_EQ(sizeOf(repeated, 51865), 19u);
  EXPECT_EQ(sizeOf({363, 110, 233, 129, 375}, 420), 18u);
  EXPECT_EQ(sizeOf(random, 51865), 907u);
  EXPECT_EQ(sizeOf(rough, 51865), 490u);
}

TEST(TranscriptWriter, WritesTimesAsTheFormatsWantThem) {
  media::WrittenSegment written;
  written.segment.begin = 3661.5;
  written.segment.end = 3723.0456;
  written.text = " a --> b\tc";
  EXPECT_EQ(media::TranscriptWriter("srt").add(written),
            "1\n01:01:01,500 --> 01:02:03,046\na -> b\tc\n\n");
  EXPECT_EQ(media::TranscriptWriter("vtt").add(written),
            "01:01:01.500 --> 01:02:03.046\na -> b\tc\n\n");
  EXPECT_EQ(media::TranscriptWriter("tsv").add(written), "3661500\t3723046\ta --> b c\n");
  EXPECT_EQ(media::TranscriptWriter("txt").add(written), "a --> b\tc\n");
}

size_t largestChild() {
  struct rusage usage = {};
  getrusage(RUSAGE_CHILDREN, &usage);
  return size_t(usage.ru_maxrss) << 10;
}

/// An hour has 3600 windows of a second. The system counts what a program's parent has in memory,
/// so the file is written second by second.
TEST(LongSpeechMemory, AnHourNeedsNoMoreThanAMinute) {
  TemporaryFolder folder;
  auto transcribe = [&](size_t seconds) {
    std::string file = folder.file(std::to_string(seconds) + ".wav");
    std::string second = waveOf(16000).substr(44);
    std::ofstream stream(file, std::ios::binary);
    stream << waveHeader(seconds * second.size());
    for (size_t count = 0; count < seconds; ++count)
      stream << second;
    stream.close();
    CommandResult result = generate(
        {file, "--format", "tsv", "--max-new-tokens", "3", "--language", "de", "--threads", "1"});
    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_GT(linesOf(result.output).size(), seconds / 2);
  };
  transcribe(60);
  size_t before = largestChild();
  transcribe(3600);
  size_t after = largestChild();
  std::printf("%zu MB for a minute, %zu MB for an hour\n", before >> 20, after >> 20);
  EXPECT_LT(after, before + (size_t(8) << 20));
}

} // namespace
} // namespace transept::endtoend
