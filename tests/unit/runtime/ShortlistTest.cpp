// SPDX-License-Identifier: Apache-2.0
//
// Shortlists in the format of marian-dev, and searches that keep to them.

#include "ToyModel.h"

#include "transept/detail/Shortlist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace transept::tests {
namespace {

using detail::Shortlist;
using testing::AnyOfArray;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

struct Lists {
  std::uint64_t frequentCount = 3;
  std::vector<std::vector<std::uint32_t>> ofWords;

  std::vector<std::byte> file() const {
    std::vector<std::byte> bytes;
    auto add = [&](auto number) {
      auto *from = reinterpret_cast<const std::byte *>(&number);
      bytes.insert(bytes.end(), from, from + sizeof(number));
    };
    std::uint64_t total = 0;
    for (const auto &list : ofWords)
      total += list.size();
    for (std::uint64_t each : {std::uint64_t(0xF11A48D5013417F5), std::uint64_t(0), frequentCount,
                               std::uint64_t(100), std::uint64_t(ofWords.size() + 1), total})
      add(each);
    std::uint64_t end = 0;
    add(end);
    for (const auto &list : ofWords)
      add(end += list.size());
    for (const auto &list : ofWords)
      for (std::uint32_t id : list)
        add(id);
    return bytes;
  }
};

const Lists example{.frequentCount = 3, .ofWords = {{}, {9, 12}, {12, 30}, {4}, {39}, {}}};

TEST(Shortlist, HasFrequentTokensThoseOfEachWordAndAFewMoreUpToAMultipleOfEight) {
  std::vector<std::byte> file = example.file();
  Shortlist list(file, 40, false);
  list.check();
  EXPECT_THAT(list.idsFor(std::vector<Id>{1, 2, 1}), ElementsAre(0, 1, 2, 3, 4, 9, 12, 30));
  EXPECT_THAT(list.idsFor(std::vector<Id>{4}), ElementsAre(0, 1, 2, 3, 4, 5, 6, 39));
  EXPECT_THAT(list.idsFor(std::vector<Id>{}), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  // A word behind the last list has none.
  EXPECT_THAT(list.idsFor(std::vector<Id>{17}), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(Shortlist, HasTheSourceTooWhereItsIdsMeanTheSame) {
  std::vector<std::byte> file = example.file();
  EXPECT_THAT(Shortlist(file, 40, true).idsFor(std::vector<Id>{17}),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 17));
}

TEST(Shortlist, IsTheWholeOfASmallVocabulary) {
  std::vector<std::byte> file = Lists{.frequentCount = 100, .ofWords = {{}}}.file();
  EXPECT_THAT(Shortlist(file, 3, false).idsFor(std::vector<Id>{0}), ElementsAre(0, 1, 2));
}

std::string errorOf(const std::vector<std::byte> &file) {
  try {
    Shortlist(file, 40, false).check();
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

TEST(Shortlist, ThatIsDamagedIsAnError) {
  std::vector<std::byte> whole = example.file();
  EXPECT_EQ(errorOf(whole), "");
  EXPECT_THAT(errorOf({}), HasSubstr("does not begin"));
  for (std::size_t size = 0; size != whole.size(); ++size)
    EXPECT_NE(errorOf({whole.begin(), whole.begin() + std::ptrdiff_t(size)}), "") << size;
  for (std::size_t at : {0, 32, 40}) { // magic, count of places, count of ids
    std::vector<std::byte> damaged = whole;
    damaged[at + 7] ^= std::byte(0x40);
    EXPECT_NE(errorOf(damaged), "") << at;
  }
  Lists foreign = example;
  foreign.ofWords[3] = {40};
  EXPECT_EQ(errorOf(foreign.file()), "the shortlist has id 40, but ids are 0 to 39");
  std::vector<std::byte> falling = whole;
  falling[48 + 8] = std::byte(5); // where the second list begins
  EXPECT_THAT(errorOf(falling), HasSubstr("list of token 1 begins at 5, but ends at 2"));
}

TEST(Shortlist, OfADamagedListReadsNothingOutside) {
  std::vector<std::byte> file = example.file();
  for (std::size_t at = 48; at != file.size(); ++at) {
    std::vector<std::byte> damaged = file;
    damaged[at] ^= std::byte(0xff);
    for (Id id : Shortlist(damaged, 40, false).idsFor(std::vector<Id>{0, 1, 2, 3, 4, 5, 6}))
      ASSERT_LT(id, 40);
  }
}

class ModelWithShortlist : public testing::Test {
protected:
  ModelWithShortlist() {
    toy.table.shortlist = file.data();
    toy.table.shortlist_size = file.size();
  }

  static std::vector<Id> generatedOf(const Sequence &sequence) {
    return {sequence.ids.begin() + 1, sequence.ids.end()};
  }

  std::vector<std::byte> file = example.file();
  ToyModel toy{7, 40, -100};
};

TEST_F(ModelWithShortlist, ChoosesFromItOnlyWhereAsked) {
  Model model = toy.open();
  GenerateOptions options;
  options.maximumNewTokens = 30;
  Source first = model.encode(std::vector<Id>{1, 2}), second = model.encode(std::vector<Id>{4});
  std::vector<Id> free = generatedOf(model.generate(first, options).best());
  EXPECT_THAT(free, testing::Not(Each(AnyOfArray({0, 1, 2, 3, 4, 9, 12, 30}))));
  options.shortlist = true;
  std::vector<Source> both{first, second};
  std::vector<transept::Generation> results = model.generateBatch(both, options);
  EXPECT_THAT(generatedOf(results[0].best()), Each(AnyOfArray({0, 1, 2, 3, 4, 9, 12, 30})));
  EXPECT_THAT(generatedOf(results[1].best()), Each(AnyOfArray({0, 1, 2, 3, 4, 5, 6, 39})));
  // Whatever else is in the batch.
  EXPECT_EQ(results[0].ids(), model.generate(first, options).ids());
  EXPECT_EQ(results[1].best().score, model.generate(second, options).best().score);
}

TEST_F(ModelWithShortlist, AddsEndsAndForcedWords) {
  Model model = toy.open();
  GenerateOptions options;
  options.maximumNewTokens = 30;
  options.shortlist = true;
  options.ends = std::vector<Id>{33};
  options.beams = 2;
  options.forcedWords = {{{21}}};
  Source source = model.encode(std::vector<Id>{1, 2});
  EXPECT_THAT(generatedOf(model.generate(source, options).best()), testing::Contains(21));
}

std::string errorOf(const Model &model, const GenerateOptions &options) {
  try {
    model.generate(model.encode(std::vector<Id>{1}), options);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

TEST_F(ModelWithShortlist, RefusesWhatContradictsIt) {
  GenerateOptions options;
  options.shortlist = true;
  EXPECT_EQ(errorOf(ToyModel().open(), options),
            "shortlist is true, but must be false: this model has none");
  options.vocabulary = std::vector<Id>{1, 5};
  EXPECT_EQ(errorOf(toy.open(), options), "shortlist is true, but must be false beside vocabulary");
}

} // namespace
} // namespace transept::tests
