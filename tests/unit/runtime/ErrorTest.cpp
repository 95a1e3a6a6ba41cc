// SPDX-License-Identifier: Apache-2.0
//
// Wrong arguments: each is an Error that says what, which value, and what is allowed.

#include "ToyModel.h"

#include "runtime/platform/CpuFeatures.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace transept::tests {
namespace {

using testing::HasSubstr;

template <typename Call> std::string messageOf(Call &&call) {
  try {
    call();
  } catch (const Error &error) {
    return error.what();
  }
  return "no error";
}

class Errors : public testing::Test {
protected:
  Errors() : model(toy.open()), source(model.encode({4, 5})) {}

  std::string generating(const GenerateOptions &options) {
    return messageOf([&] { model.generate(source, options); });
  }

  ToyModel toy;
  Model model;
  Source source;
};

TEST_F(Errors, NameTheSourceArgument) {
  EXPECT_EQ(messageOf([&] { model.encode(std::vector<Id>{}); }),
            "sources[0] has 0 tokens, but must have 1 to 6000");
  EXPECT_EQ(messageOf([&] { model.encodeBatch({{1}, {2, 23}}); }),
            "sources[1].ids[1] is 23, but must be 0 to 22");
  EXPECT_EQ(messageOf([&] { model.encode({-1}); }), "sources[0].ids[0] is -1, but must be 0 to 22");
  EXPECT_EQ(messageOf([&] { model.encode(std::vector<Id>(6001, 4)); }),
            "sources[0] has 6001 tokens, but must have 1 to 6000");
  std::vector<Id> ids{4, 5};
  std::vector<std::uint8_t> nothing{0, 0}, wrong{1, 2}, three{1, 1, 1};
  std::vector<std::int32_t> negative{0, -3};
  EXPECT_EQ(messageOf([&] { model.encode({.ids = ids, .mask = nothing}); }),
            "sources[0] has 0 unmasked tokens, but must have 1 to 6000");
  EXPECT_EQ(messageOf([&] { model.encode({.ids = ids, .mask = wrong}); }),
            "sources[0].mask[1] is 2, but must be 0 or 1");
  EXPECT_EQ(messageOf([&] { model.encode({.ids = ids, .mask = three}); }),
            "sources[0].mask has 3 numbers, but must have none or 2, one for each id");
  EXPECT_EQ(messageOf([&] { model.encode({.ids = ids, .positions = negative}); }),
            "sources[0].positions[1] is -3, but must be 0 to 5999");
}

TEST_F(Errors, NameTheGenerationOption) {
  EXPECT_EQ(generating({.beams = 0}), "beams is 0, but must be 1 to 1024");
  EXPECT_EQ(generating({.beams = 2, .returnCount = 3}), "returnCount is 3, but must be 1 to 2");
  EXPECT_EQ(generating({.maximumLength = 0}), "maximumLength is 0, but must be 1 or more");
  EXPECT_EQ(generating({.maximumLength = 2002}), "maximumLength is 2002, but must be 1 to 2001");
  EXPECT_EQ(generating({.maximumNewTokens = 0}), "maximumNewTokens is 0, but must be 1 or more");
  EXPECT_EQ(generating({.minimumLength = -1}), "minimumLength is -1, but must be 0 or more");
  EXPECT_EQ(generating({.lengthPenalty = INFINITY}),
            "lengthPenalty is inf, but must be -1000000 to 1000000");
  EXPECT_EQ(generating({.repetitionPenalty = 0.0f}),
            "repetitionPenalty is 0, but must be 1e-09 to 1000000000");
  EXPECT_EQ(generating({.noRepeatNgramSize = -2}),
            "noRepeatNgramSize is -2, but must be 0 or more");
  EXPECT_EQ(generating({.decoderStart = 23}),
            "decoderStart is 23, but must be -1 (none) or 0 to 22");
  EXPECT_EQ(generating({.ends = std::vector<Id>{2, 99}}), "ends[1] is 99, but must be 0 to 22");
  EXPECT_EQ(generating({.badWords = std::vector<std::vector<Id>>{{1}, {}}}),
            "the length of badWords[1] is 0, but must be 1 or more");
  EXPECT_EQ(generating({.prompt = {1, 77}}), "prompt[1] is 77, but must be 0 to 22");
  EXPECT_EQ(generating({.maximumLength = 3, .prompt = {1, 3, 4}}),
            "the length of the prompt of sources[0] is 3, but must be below the maximum length 3");
  EXPECT_EQ(generating({.prompt = {5, 77}}), "prompt[1] is 77, but must be 0 to 22");
  EXPECT_EQ(generating({.prompts = {{1, 2, -1}}}), "prompts[0][2] is -1, but must be 0 to 22");
  EXPECT_EQ(generating({.beams = INT32_MIN}), "beams is -2147483648, which no option can be");
  EXPECT_EQ(generating({.decoderStart = -1}),
            "there is neither a decoderStart nor a prompt to begin with");
  EXPECT_THAT(generating({.prompts = {{1}, {2}}}), HasSubstr("prompts has 2 prompts"));
}

TEST_F(Errors, RefuseSourcesOfAnotherModel) {
  ToyModel other;
  Source foreign = other.open().encode({4});
  EXPECT_EQ(messageOf([&] { model.generate(foreign); }),
            "sources[0] is from another model, but must be encoded by this one");
  EXPECT_THAT(messageOf([&] { model.logits(source, std::vector<Id>{}); }),
              HasSubstr("targets[0] has 0 tokens"));
  EXPECT_THAT(messageOf([&] { model.logits(source, std::vector<Id>{40}); }),
              HasSubstr("targets[0][0] is 40, but must be 0 to 22"));
}

TEST_F(Errors, RefuseALeastLengthAboveTheLongest) {
  EXPECT_THAT(generating({.maximumLength = 20, .minimumLength = 30}),
              HasSubstr("minimumLength is 30, but must be at most 20, where maximumLength"));
  EXPECT_THAT(generating({.maximumNewTokens = 4, .minimumNewTokens = 5}),
              HasSubstr("minimumNewTokens is 5, but must be at most 4, where maximumNewTokens"));
  // Counted with the decoder start.
  EXPECT_THAT(generating({.maximumLength = 5, .minimumNewTokens = 5}),
              HasSubstr("minimumNewTokens is 5, but must be at most 4"));
  EXPECT_EQ(generating({.maximumLength = 5, .minimumLength = 5}), "no error");
  // A short result is what was asked for, whatever the model's default is.
  toy.defaults.minimum_length = 30;
  EXPECT_EQ(generating({.maximumLength = 20}), "no error");
}

TEST_F(Errors, RefuseToLeaveNoIdThatMayFollow) {
  std::vector<Id> all(23);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(generating({.suppressed = all}),
            "suppressed together with badWords leave none of the 23 ids of the vocabulary, but "
            "must leave one or more");
  EXPECT_THAT(generating({.beams = 3, .beginningSuppressed = all}),
              HasSubstr("leave none of the 23 ids of the vocabulary to begin with"));
  std::vector<std::vector<Id>> words(all.size());
  for (std::size_t index = 0; index < all.size(); ++index)
    words[index] = {all[index]};
  all.resize(20);
  EXPECT_EQ(generating({.suppressed = all}), "no error");
  EXPECT_THAT(generating({.ends = std::vector<Id>{}, .suppressed = all, .badWords = words}),
              HasSubstr("leave none of the 23 ids"));
}

TEST_F(Errors, CountAnIdThatIsGivenOftenOnce) {
  std::vector<Id> often;
  for (int time = 0; time < 30; ++time)
    often.insert(often.end(), {5, 6, 5});
  std::vector<std::vector<Id>> words(often.size());
  for (std::size_t index = 0; index < often.size(); ++index)
    words[index] = {often[index]};
  EXPECT_EQ(generating({.suppressed = often}), "no error");
  EXPECT_EQ(generating({.beginningSuppressed = often}), "no error");
  EXPECT_EQ(generating({.badWords = words}), "no error");
}

TEST_F(Errors, RefuseWhatHasNoEffectOnAModel) {
  toy.table.source_vocabulary_size = 0;
  toy.table.source_feature_width = 2;
  EXPECT_THAT(generating({.encoderNoRepeatNgramSize = 2}),
              HasSubstr("encoderNoRepeatNgramSize is 2, but must be 0: the sources of this model"));
  EXPECT_THAT(generating({.encoderRepetitionPenalty = 2.0f}),
              HasSubstr("encoderRepetitionPenalty is 2, but must be 1: the sources of this model"));
  toy.table.source_feature_width = 0;
  toy.table.source_vocabulary_size = 23;
  std::vector<Id> ids{4, 5};
  EXPECT_THAT(messageOf([&] { model.encode({.ids = ids, .allowFewerFeatures = true}); }),
              HasSubstr("fewer features are allowed for sources[0]"));
}

TEST_F(Errors, ReportScoresThatAreNoNumbersWithStepAndSource) {
  std::vector<Source> sources{source, model.encode({6})};
  auto failing = [&](float bias, int beams) {
    toy.parameters.endBias = bias;
    return messageOf([&] { model.generateBatch(sources, {.beams = beams}); });
  };
  EXPECT_EQ(failing(NAN, 1),
            "the scores for token 1 of sources[0] are not numbers (their log-sum-exp is nan): the "
            "model overflows here, or its weights are damaged");
  EXPECT_THAT(failing(INFINITY, 1), HasSubstr("token 1 of sources[0] are not numbers"));
  EXPECT_THAT(failing(NAN, 4), HasSubstr("token 1 of sources[0] in beam 0 are not numbers"));
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
  // One token at -inf is nothing wrong.
  EXPECT_EQ(failing(-INFINITY, 4), "no error");
  toy.parameters.badSource = 6;
  EXPECT_THAT(failing(0, 2), HasSubstr("token 1 of sources[1] in beam 0 are not numbers"));
  toy.parameters.badLength = 5;
  EXPECT_THAT(failing(-100, 2), HasSubstr("token 5 of sources[1] in beam"));
}

TEST_F(Errors, NameAHandleThatWasMovedFrom) {
  Source second = model.encode({7});
  Decoder decoder = source.decode();
  Model movedModel = std::move(model);
  Source movedSource = std::move(source);
  Decoder movedDecoder = std::move(decoder);
  EXPECT_THAT(messageOf([&] { model.encode({4}); }), HasSubstr("this Model was moved from"));
  EXPECT_THAT(messageOf([&] { (void)model.name(); }), HasSubstr("this Model was moved from"));
  EXPECT_THAT(messageOf([&] { model.statistics(); }), HasSubstr("this Model was moved from"));
  EXPECT_THAT(messageOf([&] { model.generate(second); }), HasSubstr("this Model was moved from"));
  EXPECT_THAT(messageOf([&] { (void)source.length(); }), HasSubstr("this Source was moved from"));
  EXPECT_THAT(messageOf([&] { (void)source.states(); }), HasSubstr("this Source was moved from"));
  EXPECT_THAT(messageOf([&] { source.decode(); }), HasSubstr("this Source was moved from"));
  EXPECT_THAT(messageOf([&] { movedModel.generate(source); }),
              HasSubstr("sources[0] was moved from"));
  EXPECT_THAT(messageOf([&] { decoder.append(4); }), HasSubstr("this Decoder was moved from"));
  EXPECT_THAT(messageOf([&] { decoder.fork(); }), HasSubstr("this Decoder was moved from"));
  EXPECT_THAT(messageOf([&] { (void)decoder.length(); }), HasSubstr("this Decoder was moved from"));
  Decoder *both[] = {&movedDecoder, &decoder};
  EXPECT_THAT(
      messageOf([&] { Decoder::appendBatch(both, std::vector<std::vector<Id>>{{4}, {4}}); }),
      HasSubstr("decoders[1] was moved from"));
  model = movedModel; // and can be filled again
  EXPECT_EQ(model.generate(movedSource).ids(), movedModel.generate(movedSource).ids());
}

TEST(Opening, RefusesTablesThatThisRuntimeCannotRun) {
  ToyModel toy;
  toy.level.required_features = std::uint64_t(1) << 60;
  EXPECT_THAT(messageOf([&] { toy.open(); }), HasSubstr("feature number 60"));
  toy.level.required_features = runtime::cpuFeatures() & ~std::uint64_t(TRANSEPT_CPU_AMX);
  toy.open();
  EXPECT_EQ(messageOf([&] { toy.open({.level = "other"}); }),
            "level is other, but must be one that the library has: any");
  toy.table.level_count = 0;
  EXPECT_THAT(messageOf([&] { toy.open(); }), HasSubstr("lists no levels"));
  toy.table.level_count = 1;
  toy.level.decode = nullptr;
  EXPECT_THAT(messageOf([&] { toy.open(); }), HasSubstr("a program of a level"));
  toy.table.abi_version = 99;
  EXPECT_THAT(messageOf([&] { toy.open(); }), HasSubstr("ABI version 99"));
  toy.table.abi_version = TRANSEPT_ABI_VERSION;
  toy.table.structure_size = 8;
  EXPECT_THAT(messageOf([&] { toy.open(); }), HasSubstr("older"));
  EXPECT_EQ(messageOf([] { ToyModel().open({.threads = 100000}); }),
            "threads is 100000, but must be 0 to 1024");
  EXPECT_EQ(messageOf([] { ToyModel().open({.threads = 1025}); }),
            "threads is 1025, but must be 0 to 1024");
  ToyModel().open({.threads = 1024});
}

TEST(Opening, NullPointersFromCAreErrors) {
  const transept_runtime &runtime = transept_runtime_functions;
  char *message = nullptr;
  EXPECT_EQ(runtime.open(nullptr, nullptr, nullptr, &message), TRANSEPT_INVALID_ARGUMENT);
  EXPECT_STREQ(message, "table is null, but must be given");
  runtime.release_message(message);
  EXPECT_EQ(runtime.encode(nullptr, nullptr, 1, nullptr, nullptr), TRANSEPT_INVALID_ARGUMENT);
  EXPECT_EQ(runtime.generate(nullptr, nullptr, 1, nullptr, nullptr, nullptr),
            TRANSEPT_INVALID_ARGUMENT);
  EXPECT_EQ(runtime.open_decoder(nullptr, nullptr, nullptr), TRANSEPT_INVALID_ARGUMENT);
  runtime.close(nullptr);
  runtime.release_source(nullptr);
  runtime.retain_source(nullptr);
  runtime.release_results(nullptr);
  runtime.close_decoder(nullptr);
  EXPECT_EQ(runtime.decoder_length(nullptr), 0u);
}

} // namespace
} // namespace transept::tests
