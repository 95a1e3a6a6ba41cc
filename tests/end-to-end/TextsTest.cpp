// SPDX-License-Identifier: Apache-2.0
//
// Texts in and out of C++ with nothing beside the library.

#include "tests/end-to-end/Command.h"
#include "tests/unit/runtime/ErrorOf.h"

#include "transept/model.h"

#include <nlohmann/json.hpp>
#include <thread>

namespace transept::endtoend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using tests::errorOf;

const std::string kData = TRANSEPT_DEMO_DATA;

std::vector<std::string> heldOutSources(size_t count) {
  std::vector<std::string> sources;
  for (const std::string &line : linesOf(readFile(kData + "/heldout.tsv"))) {
    size_t begin = line.find('\t') + 1;
    sources.push_back(line.substr(begin, line.find('\t', begin) - begin));
    if (sources.size() == count)
      break;
  }
  return sources;
}

Model demo(unsigned threads = 2) {
  return Model::open(library("number_words"), {.threads = threads});
}

TEST(Texts, AreTranslatedAsTheCommandDoes) {
  std::vector<std::string> sources = heldOutSources(300);
  std::string lines;
  for (const std::string &source : sources)
    lines += source + "\n";
  CommandResult command = run({"generate", library("number_words")}, lines);
  ASSERT_EQ(command.status, 0) << command.errors;
  EXPECT_EQ(demo().translateBatch(sources), linesOf(command.output));
}

TEST(Texts, BecomeTheRecordedIdsAndBack) {
  Model model = demo();
  auto reference = nlohmann::json::parse(readFile(kData + "/reference.json"));
  ASSERT_FALSE(reference.at("cases").empty());
  for (const auto &item : reference.at("cases")) {
    auto source = item.at("source").get<std::string>();
    EXPECT_EQ(model.tokenize(source), item.at("source_ids").get<std::vector<Id>>());
    auto ids = item.at("output_ids").get<std::vector<Id>>();
    EXPECT_EQ(model.detokenize(ids), item.at("output").get<std::string>());
    EXPECT_EQ(model.generateText(source).best().sequence().ids, ids);
  }
  std::vector<Id> framed = model.tokenize("nine"),
                  alone = model.tokenize("nine", {.textAlone = true});
  ASSERT_EQ(framed.size(), alone.size() + 1);
  EXPECT_EQ(model.tokenize("nine nine nine", {.maximumLength = 2}).size(), 2u);
  EXPECT_THAT(model.detokenize(framed, {.keepsSpecialTokens = true}), HasSubstr("</s>"));
}

TEST(Texts, HaveTheSameResultsInAnyBatch) {
  std::vector<std::string> sources = heldOutSources(50);
  std::vector<std::string> expected = demo(1).translateBatch(sources);
  for (size_t batch : {1, 7, 1000})
    for (unsigned threads : {1u, 2u})
      EXPECT_EQ(demo(threads).translateBatch(sources, {.batchSize = batch}), expected);
  Model model = demo();
  TextOptions sampled{.generate = {.beams = 1, .sample = true, .temperature = 2, .seed = 5}};
  std::vector<std::string> samples = model.translateBatch(sources, sampled);
  EXPECT_NE(samples, expected);
  sampled.batchSize = 3;
  EXPECT_EQ(model.translateBatch(sources, sampled), samples);
}

TEST(Texts, HaveSeveralResultsWithScores) {
  TextGeneration found =
      demo().generateText(">>de<< nine", {.generate = {.beams = 4, .returnCount = 3}});
  ASSERT_EQ(found.results.size(), 3u);
  EXPECT_EQ(found.text(), "neun");
  EXPECT_GE(found.results[0].sequence().score, found.results[1].sequence().score);
  EXPECT_NE(found.results[0].text, found.results[1].text);
}

TEST(Texts, ComeInPartsThatTogetherAreTheResult) {
  Model model = demo();
  std::vector<std::string> sources = linesOf(readFile(kData + "/sentences.txt"));
  std::vector<std::string> streamed(sources.size());
  size_t parts = 0;
  TextOptions options{.batchSize = 3, .generate = {.beams = 1}};
  options.onText = [&](size_t text, std::string_view part) {
    streamed[text] += part;
    ++parts;
    return true;
  };
  EXPECT_EQ(model.translateBatch(sources, options), streamed);
  EXPECT_GT(parts, sources.size());
}

TEST(Texts, EndAtStopStringsWithIdsToo) {
  Model model = demo();
  const std::string source = ">>de<< forty-eight";
  GenerateOptions stops{.stopStrings = {{"vier"}}};
  TextGeneration texts = model.generateText(source, {.generate = stops});
  EXPECT_EQ(texts.best().sequence().finishReason, FinishReason::Stop);
  EXPECT_THAT(texts.text(), testing::AllOf(StartsWith("acht"), HasSubstr("vier")));
  // The runtime asks the library's tokenizer then.
  Sequence ids = model.generate(model.encode(model.tokenize(source)), stops).best();
  EXPECT_EQ(ids.ids, texts.best().sequence().ids);
  EXPECT_EQ(ids.finishReason, FinishReason::Stop);
  // A blank belongs to the word behind it.
  stops.stopStrings = {{" Uhr"}};
  stops.beams = 4;
  EXPECT_THAT(model.translate(source, {.prefix = "acht Uhr", .generate = stops}),
              StartsWith("acht Uhr"));
}

TEST(Texts, HaveWhatStandsInTheSourceInPlaceOfUnknownTokens) {
  Model model = demo();
  const std::string source = "nine \xe2\x98\x83";
  Id unknown = model.tokenize("\xe2\x98\x83", {.textAlone = true}).back();
  TextOptions options{.generate = {.beams = 4}};
  options.generate.forcedWords = {{{unknown}}};
  TextGeneration plain = model.generateText(source, options);
  EXPECT_THAT(plain.best().sequence().ids, testing::Contains(unknown));
  options.replacesUnknowns = true;
  TextGeneration replaced = model.generateText(source, options);
  EXPECT_EQ(replaced.best().sequence().ids, plain.best().sequence().ids);
  EXPECT_NE(replaced.text(), plain.text());
  EXPECT_THAT(replaced.text(), testing::AnyOf(HasSubstr("\xe2\x98\x83"), HasSubstr("n")));
  EXPECT_EQ(model.translate("nine", {.replacesUnknowns = true}), model.translate("nine"));
  options.keepsSpecialTokens = true;
  EXPECT_EQ(errorOf([&] { model.translate(source, options); }),
            "unknown tokens cannot be replaced where special tokens are kept");
}

TEST(Texts, StopWhenACallbackSaysSo) {
  Model model = demo();
  std::vector<std::string> sources = heldOutSources(9);
  size_t calls = 0;
  TextOptions options{.batchSize = 2, .generate = {.beams = 1}};
  options.onText = [&](size_t, std::string_view) { return ++calls < 3; };
  EXPECT_THROW(
      {
        try {
          model.translateBatch(sources, options);
        } catch (const Error &error) {
          EXPECT_EQ(error.code(), ErrorCode::Cancelled);
          throw;
        }
      },
      Error);
  EXPECT_EQ(calls, 3u);
  options.onText = [](size_t, std::string_view) -> bool { throw std::runtime_error("mine"); };
  EXPECT_THROW(model.translateBatch(sources, options), std::runtime_error);
  options.generate.keepPartial = true;
  EXPECT_THROW(model.translateBatch(sources, options), std::runtime_error);
  options.generate.keepPartial = false;
  std::vector<std::pair<size_t, size_t>> progress;
  options.onText = {};
  options.onProgress = [&](size_t done, size_t total) {
    progress.emplace_back(done, total);
    return done < 4;
  };
  EXPECT_THROW(model.translateBatch(sources, options), Error);
  EXPECT_THAT(progress, ElementsAre(std::pair(0, 9), std::pair(2, 9), std::pair(4, 9)));
}

TEST(Texts, AreTranslatedSentenceBySentence) {
  Model model = demo();
  std::string first = model.translate(">>de<< nine."), second = model.translate(">>de<< ten!");
  EXPECT_EQ(model.translate("  >>de<< nine.\n\n>>de<< ten!  ", {.splitsSentences = true}),
            "  " + first + "\n\n" + second + "  ");
  TextGeneration blank = model.generateText(" \n", {.splitsSentences = true});
  EXPECT_EQ(blank.text(), " \n");
  EXPECT_THAT(errorOf([&] { (void)blank.best().sequence(); }),
              HasSubstr("nothing was generated for this text"));
  std::string tooLong = "nine. Ten";
  for (size_t index = 0; index < model.maximumSourceLength(); ++index)
    tooLong += " nine";
  EXPECT_THAT(errorOf([&] { model.translate(tooLong, {.splitsSentences = true}); }),
              StartsWith("texts[0]: sentence 2 has "));
  TextGeneration both = model.generateText(">>de<< nine.\n>>de<< ten!", {.splitsSentences = true});
  EXPECT_EQ(both.best().sequences.size(), 2u);
  EXPECT_THAT(errorOf([&] {
                model.generateText("a", {.splitsSentences = true, .generate = {.returnCount = 2}});
              }),
              HasSubstr("the number of results is 2, but must be 1 where sentences are split"));
}

TEST(Texts, AreSplitIntoSentencesByTheCommand) {
  std::string line = ">>de<< nine.  >>de<< ten!";
  std::string expected = demo().translate(line, {.splitsSentences = true});
  CommandResult result =
      run({"generate", library("number_words"), "--split", "sentences"}, line + "\n\nnine\n");
  ASSERT_EQ(result.status, 0) << result.errors;
  std::vector<std::string> lines = linesOf(result.output);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], expected);
  EXPECT_EQ(lines[1], "");
  std::string tooLong(5000, 'x');
  CommandResult skipped =
      run({"generate", library("number_words"), "--split", "sentences", "--skip-invalid", "--json"},
          "nine.\n" + tooLong + "\nten.\n");
  EXPECT_EQ(skipped.status, 1);
  EXPECT_THAT(skipped.errors, HasSubstr("line 2: its sentence 1 has "));
  EXPECT_THAT(skipped.errors, HasSubstr("; --truncate cuts it"));
  EXPECT_EQ(linesOf(skipped.output).size(), 3u);
  expectFailure(run({"generate", library("number_words"), "--split", "words"}), 2, "--split");
  expectFailure(run({"generate", library("t5"), "--ids", "--split", "sentences"}, "5 1\n"), 2,
                "--split");
}

TEST(Texts, ThatAreTooLongAreNamedCutOrSkipped) {
  Model model = demo();
  std::string tooLong;
  for (size_t index = 0; index < 3 * model.maximumSourceLength(); ++index)
    tooLong += "nine ";
  std::vector<std::string> texts{">>de<< nine", tooLong, ">>de<< ten"};
  EXPECT_THAT(errorOf([&] { model.translateBatch(texts); }),
              testing::AllOf(StartsWith("texts[1]: has "), HasSubstr("tokens, but must have 128"),
                             HasSubstr("truncates cuts it")));
  EXPECT_EQ(model.translateBatch(texts, {.truncates = true}).size(), 3u);
  std::vector<TextGeneration> found = model.generateTexts(texts, {.skipsInvalid = true});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].text(), "neun");
  EXPECT_EQ(found[1].text(), "");
  EXPECT_THAT(found[1].best().problem, StartsWith("has "));
  EXPECT_TRUE(found[2].best().problem.empty());
  EXPECT_EQ(found[2].text(), "zehn");
  EXPECT_TRUE(model.generateTexts({}).empty());
}

std::vector<std::string> partsOf(const std::string &text, const std::vector<TextRange> &ranges) {
  std::vector<std::string> parts;
  for (const TextRange &range : ranges)
    parts.push_back(text.substr(range.begin, range.end - range.begin));
  return parts;
}

TEST(Texts, KnowTheBytesOfTheirTokens) {
  Model model = demo();
  const std::string source = ">>de<< forty-eight";
  TextResult result = model.generateText(source, {.tokenOffsets = true}).best();
  ASSERT_EQ(result.places.size(), 1u);
  const TokenPlaces &places = result.places[0];
  EXPECT_EQ(places.sourceIds, model.tokenize(source));
  EXPECT_THAT(partsOf(source, places.source), ElementsAre(">>de<<", "forty", "-", "eight", ""));
  EXPECT_THAT(partsOf(result.text, places.target), ElementsAre("", "acht", "undvierzig", ""));
  EXPECT_TRUE(places.weights.values.empty());
  EXPECT_TRUE(model.generateText(source).best().places.empty());
}

TEST(Texts, KnowTheBytesOfTokensInSentences) {
  const std::string source = "  >>de<< nine.\n\n>>de<< ten!";
  TextResult result =
      demo().generateText(source, {.splitsSentences = true, .tokenOffsets = true}).best();
  ASSERT_EQ(result.places.size(), 2u);
  EXPECT_EQ(result.text, "  neun\n\nzehn Stunden");
  EXPECT_THAT(partsOf(source, result.places[1].source), ElementsAre(">>de<<", "ten", "!", ""));
  EXPECT_EQ(partsOf(result.text, result.places[0].target)[1], "neun");
  EXPECT_EQ(partsOf(result.text, result.places[1].target)[1], "zehn");
}

TEST(Texts, AreAlignedAsTheirIdsAre) {
  Model model = demo();
  std::vector<std::string> sources = heldOutSources(6);
  for (const TextGeneration &each : model.generateTexts(
           sources, {.alignment = true, .generate = {.beams = 2, .returnCount = 2}}))
    for (const TextResult &result : each.results) {
      const TokenPlaces &places = result.places.at(0);
      std::span ids(result.sequence().ids);
      const size_t last = model.crossAttentionCount() - 1;
      AttentionWeights expected =
          model
              .crossAttention(model.encode(places.sourceIds), ids.first(ids.size() - 1),
                              std::span(&last, 1))
              .front()
              .averaged();
      ASSERT_EQ(places.weights.size(), ids.size());
      ASSERT_EQ(places.weights.width, places.sourceIds.size());
      for (float weight : places.weights[0])
        EXPECT_EQ(weight, 0);
      for (size_t row = 0; row < expected.rows; ++row)
        EXPECT_TRUE(std::ranges::equal(places.weights[row + 1], expected(0, row)));
    }
}

TEST(Texts, BeginWithAPrefix) {
  Model model = demo();
  EXPECT_THAT(errorOf([&] { model.translate("a", {.prefix = std::string("a\0b", 3)}); }),
              HasSubstr("the prefix must not have a zero byte"));
  EXPECT_THAT(model.translate(">>de<< nine", {.prefix = "zehn"}), StartsWith("zehn"));
}

TEST(Texts, HaveLanguages) {
  Model model = Model::open(library("languages"));
  EXPECT_THAT(model.languages(), testing::Contains("de"));
  TextOptions options{.targetLanguage = "de", .generate = {.maximumNewTokens = 3}};
  // Its vocabulary is smaller than its tokenizer's, so that the language's id is beyond it.
  EXPECT_THAT(errorOf([&] { model.translate("a", options); }), HasSubstr("but"));
  options.targetLanguage = "Klingon";
  EXPECT_THAT(errorOf([&] { model.translate("a", options); }),
              StartsWith("the target language is \"Klingon\", but must be one of af, am"));
  EXPECT_THAT(errorOf([&] { demo().translate("a", {.sourceLanguage = "en"}); }),
              HasSubstr("marks no languages"));
  options.targetLanguage = "de";
  options.generate.forcedBeginning = 3;
  EXPECT_THAT(errorOf([&] { model.translate("a", options); }),
              HasSubstr("so do a forced beginning and a decoder start"));
}

TEST(Texts, AreRefusedByLibrariesThatHaveNone) {
  EXPECT_THAT(errorOf([] { Model::open(library("t5")).translate("a"); }),
              HasSubstr("t5 has no tokenizer, so it takes token ids and no texts"));
  EXPECT_THAT(errorOf([] { Model::open(library("t5")).tokenize("a"); }),
              HasSubstr("has no tokenizer"));
  EXPECT_THAT(errorOf([] { Model::open(library("sounds")).translate("a"); }),
              HasSubstr("sounds reads no texts, but sounds or images"));
}

TEST(Texts, MayBeUsedByManyThreads) {
  Model model = demo();
  std::vector<std::string> sources = heldOutSources(24), expected = model.translateBatch(sources);
  Model fresh = demo();
  std::vector<std::thread> threads;
  std::vector<std::string> found(sources.size());
  for (size_t thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (size_t index = thread; index < sources.size(); index += 4)
        found[index] = fresh.translate(sources[index]);
    });
  for (std::thread &each : threads)
    each.join();
  EXPECT_EQ(found, expected);
}

} // namespace
} // namespace transept::endtoend
