// SPDX-License-Identifier: Apache-2.0
//
// Every row of generation_options.inc on its way from GenerateOptions and from a model's defaults
// into the settings of a search: a row that is lost somewhere fails here by name.

#include "ErrorOf.h"
#include "ToyModel.h"
#include "ToyTransformer.h"

#include "runtime/decode/GenerationSettings.h"
#include "transept/detail/GenerationOptions.h"
#include "transept/detail/OptionRange.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using runtime::BannedWords;
using runtime::BiasedSequence;
using runtime::GenerationSettings;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

constexpr std::int32_t kIds[] = {3, 5};
constexpr std::int32_t kWordIds[] = {7, 3, 5};
constexpr std::uint64_t kWordOffsets[] = {0, 1, 3};
constexpr float kValues[] = {2, -3};
constexpr const char *kTexts[] = {"ab", "c"};

/// Neither the neutral value nor a bound.
int numberIn(detail::OptionRange range) {
  return int(range.minimum) + 3;
}
float fractionIn(detail::OptionRange range) {
  return float(range.minimum + (range.maximum - range.minimum) / 4);
}

class GenerationOptions : public testing::Test {
protected:
  GenerationOptions() { toy.table.shortlist = ""; } // which no search reads here

  /// What a search gets to see.
  GenerationSettings resolve(const GenerateOptions &options) {
    detail::GenerationOptions converted(options, /*sourceCount=*/1);
    return runtime::resolveSettings(toy.table, converted.get());
  }

  std::string error(const GenerateOptions &options) {
    try {
      resolve(options);
    } catch (const Error &error) {
      return error.what();
    }
    return "no error";
  }

  /// Results need as many beams.
  GenerateOptions withBeams() { return {.beams = 8}; }

  ToyModel toy;
};

void expectWords(const BannedWords &words, const char *name) {
  EXPECT_THAT(words.ids, ElementsAre(7)) << name;
  EXPECT_THAT(words.sequences, ElementsAre(ElementsAre(3, 5))) << name;
}

/// {7}: 2, {3, 5}: -3, in the order of their last ids.
void expectBiases(const std::vector<BiasedSequence> &biases, const char *name) {
  ASSERT_EQ(biases.size(), 2u) << name;
  EXPECT_THAT(biases[0].ids, ElementsAre(3, 5)) << name;
  EXPECT_EQ(biases[0].bias, -3) << name;
  EXPECT_THAT(biases[1].ids, ElementsAre(7)) << name;
  EXPECT_EQ(biases[1].bias, 2) << name;
}

TEST_F(GenerationOptions, ReachTheSearchFromTheCaller) {
  GenerateOptions options;
#define CHECK_VALUE(name, value)                                                                   \
  options = withBeams();                                                                           \
  options.name = value;                                                                            \
  EXPECT_EQ(resolve(options).name, value) << #name;
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  CHECK_VALUE(name, numberIn(detail::range))
#define OPTION_LIMIT OPTION_NUMBER
#define OPTION_FRACTION(name, abi_name, key, flag, hugging_face_name, neutral, range, help)        \
  CHECK_VALUE(name, fractionIn(detail::range))
#define OPTION_EARLY_STOPPING(name, ...)                                                           \
  options.name = EarlyStopping::Never;                                                             \
  EXPECT_EQ(resolve(options).name, TRANSEPT_EARLY_STOPPING_NEVER) << #name;
#define OPTION_BOOLEAN(name, ...)                                                                  \
  options = {};                                                                                    \
  options.name = true;                                                                             \
  EXPECT_TRUE(resolve(options).name) << #name;                                                     \
  options.name = false;                                                                            \
  EXPECT_FALSE(resolve(options).name) << #name;
#define OPTION_ID(name, ...) CHECK_VALUE(name, 3)
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, ...)                                                                      \
  options.name = std::vector<Id>{3, 5};                                                            \
  EXPECT_THAT(resolve(options).name, IsSupersetOf({3, 5})) << #name; /* the vocabulary has ends */
#define OPTION_WORDS(name, ...)                                                                    \
  options.name = std::vector<std::vector<Id>>{{7}, {3, 5}};                                        \
  expectWords(resolve(options).name, #name);
#define OPTION_DECAY(name, ...)                                                                    \
  options.name = ExponentialDecay{4, 1.5f};                                                        \
  EXPECT_EQ(resolve(options).name.start, 4) << #name;                                              \
  EXPECT_EQ(resolve(options).name.factor, 1.5f) << #name;
#define OPTION_TEXTS(name, ...)                                                                    \
  options.name = std::vector<std::string>{"ab", "c"};                                              \
  EXPECT_THAT(resolve(options).name, ElementsAre("ab", "c")) << #name;
#define OPTION_BIASES(name, ...)                                                                   \
  options.name = std::vector<SequenceBias>{{{7}, 2}, {{3, 5}, -3}};                                \
  expectBiases(resolve(options).name, #name);
#include "transept/generation_options.inc"
#undef CHECK_VALUE
}

TEST_F(GenerationOptions, ReachTheSearchFromTheModelUnlessItsDefaultsAreIgnored) {
  toy.defaults.beams = 8;
#define CHECK_VALUE(name, abi_name, value, neutral)                                                \
  toy.defaults.abi_name = value;                                                                   \
  EXPECT_EQ(resolve({}).name, value) << #name;                                                     \
  EXPECT_EQ(resolve({.ignoreModelDefaults = true}).name, neutral) << #name;
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  CHECK_VALUE(name, abi_name, numberIn(detail::range), neutral)
#define OPTION_LIMIT OPTION_NUMBER
#define OPTION_FRACTION(name, abi_name, key, flag, hugging_face_name, neutral, range, help)        \
  CHECK_VALUE(name, abi_name, fractionIn(detail::range), neutral)
#define OPTION_EARLY_STOPPING(name, abi_name, key, flag, hugging_face_name, neutral, ...)          \
  CHECK_VALUE(name, abi_name, TRANSEPT_EARLY_STOPPING_NEVER, neutral)
#define OPTION_BOOLEAN(name, abi_name, key, flag, hugging_face_name, neutral, ...)                 \
  CHECK_VALUE(name, abi_name, true, neutral)                                                       \
  toy.defaults.abi_name = neutral;
#define OPTION_ID(name, abi_name, key, flag, hugging_face_name, neutral, ...)                      \
  CHECK_VALUE(name, abi_name, 3, neutral)
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, abi_name, ...)                                                            \
  toy.defaults.abi_name##s = kIds;                                                                 \
  toy.defaults.abi_name##_count = 2;                                                               \
  EXPECT_THAT(resolve({}).name, ElementsAre(3, 5)) << #name;                                       \
  EXPECT_THAT(resolve({.ignoreModelDefaults = true}).name, testing::IsEmpty()) << #name;           \
  toy.defaults.abi_name##_count = 0;
#define OPTION_WORDS(name, abi_name, ...)                                                          \
  toy.defaults.abi_name##s = kWordIds;                                                             \
  toy.defaults.abi_name##_offsets = kWordOffsets;                                                  \
  toy.defaults.abi_name##_count = 2;                                                               \
  expectWords(resolve({}).name, #name);                                                            \
  EXPECT_THAT(resolve({.ignoreModelDefaults = true}).name.ids, testing::IsEmpty()) << #name;
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, neutral, ...)                   \
  toy.defaults.abi_name##_start = 4;                                                               \
  toy.defaults.abi_name##_factor = 1.5f;                                                           \
  EXPECT_EQ(resolve({}).name.start, 4) << #name;                                                   \
  EXPECT_EQ(resolve({}).name.factor, 1.5f) << #name;                                               \
  EXPECT_EQ(resolve({.ignoreModelDefaults = true}).name.factor, neutral) << #name;                 \
  EXPECT_EQ(resolve({.name = ExponentialDecay{}}).name.factor, neutral) << #name;
#define OPTION_TEXTS(name, abi_name, ...)                                                          \
  toy.defaults.abi_name##s = kTexts;                                                               \
  toy.defaults.abi_name##_count = 2;                                                               \
  EXPECT_THAT(resolve({}).name, ElementsAre("ab", "c")) << #name;                                  \
  EXPECT_TRUE(resolve({.ignoreModelDefaults = true}).name.empty()) << #name;                       \
  EXPECT_TRUE(resolve({.name = std::vector<std::string>{}}).name.empty()) << #name;
#define OPTION_BIASES(name, abi_name, ...)                                                         \
  toy.defaults.abi_name##_ids = kWordIds;                                                          \
  toy.defaults.abi_name##_offsets = kWordOffsets;                                                  \
  toy.defaults.abi_name##_values = kValues;                                                        \
  toy.defaults.abi_name##_count = 2;                                                               \
  expectBiases(resolve({}).name, #name);                                                           \
  EXPECT_TRUE(resolve({.ignoreModelDefaults = true}).name.empty()) << #name;                       \
  EXPECT_TRUE(resolve({.name = std::vector<SequenceBias>{}}).name.empty()) << #name;
#include "transept/generation_options.inc"
#undef CHECK_VALUE
}

TEST_F(GenerationOptions, AreNamedWhenTheyAreOutOfRange) {
  GenerateOptions options;
#define CHECK_ERROR(name, shown, ...)                                                              \
  options = withBeams();                                                                           \
  options.name = __VA_ARGS__;                                                                      \
  EXPECT_THAT(error(options), HasSubstr(shown)) << #name;
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  CHECK_ERROR(name, #name " is ", int(detail::range.minimum) - 5)                                  \
  EXPECT_THAT(error(options), HasSubstr(detail::range.text())) << #name;
#define OPTION_LIMIT OPTION_NUMBER
#define OPTION_FRACTION(name, abi_name, key, flag, hugging_face_name, neutral, range, help)        \
  CHECK_ERROR(name, #name " is ", INFINITY)                                                        \
  EXPECT_THAT(error(options), HasSubstr(detail::range.text())) << #name;                           \
  CHECK_ERROR(name, #name " is nan, but must be " + detail::range.text(), NAN)                     \
  CHECK_ERROR(name, "nan, but must be", -NAN)
#define OPTION_EARLY_STOPPING(name, abi_name, ...)                                                 \
  CHECK_ERROR(name, #name " is 3", static_cast<EarlyStopping>(3))
#define OPTION_BOOLEAN(...) // bool has no others; C: RefuseNumbersThatAreNoTruthValues
#define OPTION_ID(name, abi_name, ...) CHECK_ERROR(name, #name " is 23", 23)
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, ...) CHECK_ERROR(name, #name "[1] is 23", std::vector<Id>{3, 23})
#define OPTION_WORDS(name, abi_name, ...)                                                          \
  CHECK_ERROR(name, #name "[1][1] is 23", std::vector<std::vector<Id>>{{7}, {3, 23}})
#define OPTION_TEXTS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  CHECK_ERROR(name,                                                                                \
              "the length of " #name "[1] is 0, but must be " + detail::range.text() + " bytes",   \
              std::vector<std::string>{"a", ""})                                                   \
  CHECK_ERROR(name, #name "[1] must not have a zero byte",                                         \
              std::vector<std::string>{"a", std::string(1, '\0')})
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  CHECK_ERROR(name, #name ".start is -1, but must be 0 or more", ExponentialDecay{-1, 2})          \
  CHECK_ERROR(name, #name ".factor is nan, but must be " + detail::range.text(),                   \
              ExponentialDecay{1, NAN})
#define OPTION_BIASES(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  CHECK_ERROR(name, #name "[1].ids[1] is 23", std::vector<SequenceBias>{{{7}, 2}, {{3, 23}, 2}})   \
  CHECK_ERROR(name, "the length of " #name "[0].ids is 0", std::vector<SequenceBias>{{{}, 2}})     \
  CHECK_ERROR(name, #name "[1].bias is nan, but must be " + detail::range.text(),                  \
              std::vector<SequenceBias>{{{7}, 2}, {{3}, NAN}})
#include "transept/generation_options.inc"
#undef CHECK_ERROR
}

/// What C callers get to see.
class OptionsFromC : public GenerationOptions {
protected:
  OptionsFromC() { transept_unset_generation_options(&options); }

  std::string refusal() {
    try {
      length = runtime::resolveSettings(toy.table, &options).lengthPenalty;
    } catch (const Error &error) {
      return error.what();
    }
    return "no error";
  }

  transept_generation_options options;
  float length = 0;
};

TEST_F(OptionsFromC, AreNamedAsCHasThem) {
#define CHECK_ERROR(abi_name, value)                                                               \
  transept_unset_generation_options(&options);                                                     \
  options.abi_name = value;                                                                        \
  EXPECT_THAT(refusal(), HasSubstr(#abi_name " is ")) << #abi_name;
#define OPTION_OF_ANY_TYPE(...)
#define OPTION_NUMBER(name, abi_name, ...) CHECK_ERROR(abi_name, -7)
#define OPTION_LIMIT OPTION_NUMBER
#define OPTION_ID OPTION_NUMBER
#define OPTION_FRACTION(name, abi_name, ...) CHECK_ERROR(abi_name, -INFINITY)
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
#undef CHECK_ERROR
}

TEST_F(OptionsFromC, AreUnsetByOneNaNOnly) {
  toy.defaults.length_penalty = 1.5f;
  EXPECT_EQ(refusal(), "no error");
  EXPECT_EQ(length, 1.5f);
  options.length_penalty = NAN;
  EXPECT_THAT(refusal(), HasSubstr("length_penalty is nan, but must be"));
  // Callers that do not know the one: each NaN of theirs is unset.
  options.conventions = 0;
  EXPECT_EQ(refusal(), "no error");
  EXPECT_EQ(length, 1.5f);
}

TEST_F(GenerationOptions, MayBeAtTheBoundsOfTheirRange) {
  GenerateOptions options;
#define CHECK_BOUND(name, bound)                                                                   \
  options = withBeams();                                                                           \
  options.name = bound;                                                                            \
  EXPECT_EQ(error(options), "no error") << #name;
#define OPTION_OF_ANY_TYPE(...)
#define OPTION_FRACTION(name, abi_name, key, flag, hugging_face_name, neutral, range, help)        \
  CHECK_BOUND(name, float(detail::range.minimum))                                                  \
  CHECK_BOUND(name, float(detail::range.maximum))
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  CHECK_BOUND(name, int(detail::range.minimum))
#define OPTION_LIMIT OPTION_NUMBER
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
#undef CHECK_BOUND
}

TEST_F(GenerationOptions, RefuseNumbersThatAreNoTruthValues) {
  transept_generation_options options;
#define OPTION_OF_ANY_TYPE(...)
#define OPTION_BOOLEAN(name, abi_name, ...)                                                        \
  transept_unset_generation_options(&options);                                                     \
  options.abi_name = 2;                                                                            \
  EXPECT_EQ(errorOf([&] { runtime::resolveSettings(toy.table, &options); }),                       \
            #abi_name " is 2, but must be 0 (false) or 1 (true)");
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
}

} // namespace
} // namespace transept::tests
