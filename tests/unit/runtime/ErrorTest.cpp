// SPDX-License-Identifier: Apache-2.0
//
// Wrong arguments: each is an Error that says what, which value, and what is allowed.

#include "ToyModel.h"

#include "runtime/platform/CpuFeatures.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
            "the length of sources[0] is 0, but must be 1 to 6000");
  EXPECT_EQ(messageOf([&] { model.encodeBatch({{1}, {2, 23}}); }),
            "sources[1].ids[1] is 23, but must be 0 to 22");
  EXPECT_EQ(messageOf([&] { model.encode({-1}); }), "sources[0].ids[0] is -1, but must be 0 to 22");
  EXPECT_EQ(messageOf([&] { model.encode(std::vector<Id>(6001, 4)); }),
            "the position of sources[0].ids[6000] is 6000, but must be 0 to 5999");
  std::vector<Id> ids{4, 5};
  std::vector<std::uint8_t> nothing{0, 0}, wrong{1, 2}, three{1, 1, 1};
  std::vector<std::int32_t> negative{0, -3};
  EXPECT_EQ(messageOf([&] { model.encode({.ids = ids, .mask = nothing}); }),
            "the length of sources[0] (unmasked) is 0, but must be 1 to 6000");
  EXPECT_EQ(messageOf([&] { model.encode({.ids = ids, .mask = wrong}); }),
            "sources[0].mask[1] is 2, but must be 0 or 1");
  EXPECT_EQ(messageOf([&] { model.encode({.ids = ids, .mask = three}); }),
            "sources[0].mask has 3 numbers, but must have none or 2, one for each id");
  EXPECT_EQ(messageOf([&] { model.encode({.ids = ids, .positions = negative}); }),
            "sources[0].positions[1] is -3, but must be 0 to 5999");
}

TEST_F(Errors, NameTheGenerationOption) {
  EXPECT_EQ(generating({.beams = 0}), "beams is 0, but must be 1 to 1024");
  EXPECT_EQ(generating({.beams = 2, .returnCount = 3}), "return_count is 3, but must be 1 to 2");
  EXPECT_EQ(generating({.maximumLength = 0}), "maximum_length is 0, but must be 1 or more");
  EXPECT_EQ(generating({.maximumLength = 2002}), "maximum_length is 2002, but must be 1 to 2001");
  EXPECT_EQ(generating({.maximumNewTokens = 0}), "maximum_new_tokens is 0, but must be 1 or more");
  EXPECT_EQ(generating({.minimumLength = -1}), "minimum_length is -1, but must be 0 or more");
  EXPECT_EQ(generating({.lengthPenalty = INFINITY}),
            "length_penalty is inf, but must be -1000000 to 1000000");
  EXPECT_EQ(generating({.repetitionPenalty = 0.0f}),
            "repetition_penalty is 0, but must be 1e-09 to 1000000000");
  EXPECT_EQ(generating({.noRepeatNgramSize = -2}),
            "no_repeat_ngram_size is -2, but must be 0 or more");
  EXPECT_EQ(generating({.decoderStart = 23}),
            "decoder_start_id is 23, but must be -1 (none) or 0 to 22");
  EXPECT_EQ(generating({.ends = std::vector<Id>{2, 99}}), "end_ids[1] is 99, but must be 0 to 22");
  EXPECT_EQ(generating({.badWords = std::vector<std::vector<Id>>{{1}, {}}}),
            "the length of bad_words[1] is 0, but must be 1 or more");
  EXPECT_EQ(generating({.prompt = {1, 77}}), "prompt_ids[1] is 77, but must be 0 to 22");
  EXPECT_EQ(generating({.maximumLength = 3, .prompt = {1, 3, 4}}),
            "the length of the prompt of sources[0] is 3, but must be below the maximum length 3");
  EXPECT_EQ(generating({.decoderStart = -1}),
            "there is neither a decoder_start_id nor a prompt to begin with");
  EXPECT_THAT(generating({.prompts = {{1}, {2}}}), HasSubstr("prompts has 2 prompts"));
  EXPECT_THAT(generating({.beams = 2, .onToken = [](std::size_t, Id) { return true; }}),
              HasSubstr("beams is 2, but must be 1 when on_token is given"));
}

TEST_F(Errors, RefuseSourcesOfAnotherModel) {
  ToyModel other;
  Source foreign = other.open().encode({4});
  EXPECT_EQ(messageOf([&] { model.generate(foreign); }),
            "sources[0] is from another model, but must be encoded by this one");
  EXPECT_THAT(messageOf([&] { model.logits(source, std::vector<Id>{}); }),
              HasSubstr("the length of targets[0] is 0"));
  EXPECT_THAT(messageOf([&] { model.logits(source, std::vector<Id>{40}); }),
              HasSubstr("targets[0][0] is 40, but must be 0 to 22"));
}

TEST_F(Errors, ReportNumbersThatAreNone) {
  toy.parameters.endBias = NAN;
  EXPECT_THAT(generating({}), HasSubstr("are not numbers"));
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
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
