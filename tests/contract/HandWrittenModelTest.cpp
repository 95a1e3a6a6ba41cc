// SPDX-License-Identifier: Apache-2.0
//
// The hand-written model library, opened the way a program opens a compiled one: as a file, through
// model.h alone.

#include "tests/support/Rounds.h"
#include "transept/model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <thread>
#include <unistd.h>

namespace transept {
namespace {

using testing::HasSubstr;

std::string libraryPath = HAND_WRITTEN_MODEL;

std::vector<Id> someIds(int count, int first) {
  std::vector<Id> ids;
  for (int index = 0; index < count; ++index)
    ids.push_back((first + index * 5) % 29);
  return ids;
}

TEST(HandWrittenModel, TellsWhatItIs) {
  Model model = Model::open(libraryPath);
  EXPECT_EQ(model.name(), "hand_written");
  EXPECT_THAT(std::string(model.manifest()), HasSubstr("architecture"));
  EXPECT_EQ(model.asset("notes.txt"), "hand-written");
  EXPECT_EQ(model.asset("missing"), std::nullopt);
  EXPECT_EQ(model.sourceVocabularySize(), 29u);
  EXPECT_GE(model.statistics().workers, 1u);
}

TEST(HandWrittenModel, RunsALevelOfThisProcessorAndNoOther) {
  Model model = Model::open(libraryPath);
  EXPECT_STREQ(model.level().name, "x86-64");
  EXPECT_EQ(model.levels().size(), 2u);
  EXPECT_STREQ(Model::open(libraryPath, {.level = "x86-64"}).level().name, "x86-64");
  EXPECT_THROW(Model::open(libraryPath, {.level = "of-tomorrow"}), Error);
}

TEST(HandWrittenModel, GivesTheSameBitsStepByStepAndAtOnceWithAnyThreads) {
  std::vector<Id> target = someIds(45, 1);
  std::vector<float> expected;
  for (unsigned threads : {1u, 2u, 5u}) {
    Model model = Model::open(libraryPath, {.threads = threads});
    Source source = model.encode(someIds(33, 4));
    Rows atOnce = model.logits(source, target);
    if (expected.empty())
      expected = atOnce.values;
    EXPECT_EQ(atOnce.values, expected);
    Decoder decoder = source.decode();
    for (std::size_t at = 0; at < target.size(); ++at) {
      std::vector<float> row = decoder.append(target[at]);
      EXPECT_TRUE(std::equal(row.begin(), row.end(), atOnce[at].begin())) << "position " << at;
    }
  }
}

TEST(HandWrittenModel, GivesASequenceTheSameBitsInAnyBatch) {
  Model model = Model::open(libraryPath, {.threads = 2});
  std::vector<std::vector<Id>> ids, targets;
  for (int index = 0; index < 40; ++index) {
    ids.push_back(someIds(1 + index, index));
    targets.push_back(someIds(1 + index % 17, 3 * index));
  }
  std::vector<Source> sources = model.encodeBatch(ids);
  std::vector<Rows> together = model.logitsBatch(sources, targets);
  Model fresh = Model::open(libraryPath, {.threads = 1});
  for (std::size_t index = 0; index < ids.size(); ++index) {
    Source alone = fresh.encode(ids[index]);
    EXPECT_TRUE(
        std::equal(alone.states().begin(), alone.states().end(), sources[index].states().begin()));
    EXPECT_EQ(fresh.logits(alone, targets[index]).values, together[index].values);
  }
}

/// Greedy search over dense logits with the model's default of no repeated pair.
std::vector<Id> denseGreedy(Decoder decoder) {
  std::vector<Id> ids{1};
  while (true) {
    std::vector<float> logits = decoder.append(ids.back());
    for (std::size_t at = 0; at + 1 < ids.size(); ++at)
      if (ids[at] == ids.back())
        logits[std::size_t(ids[at + 1])] = -INFINITY;
    ids.push_back(Id(std::max_element(logits.begin(), logits.end()) - logits.begin()));
    if (ids.back() == 2)
      return ids;
    if (ids.size() == 39) {
      ids.push_back(2); // forced
      return ids;
    }
  }
}

TEST(HandWrittenModel, GeneratesWhatItsLogitsSay) {
  Model model = Model::open(libraryPath, {.threads = 2});
  for (int seed = 0; seed < 20; ++seed) {
    Source source = model.encode(someIds(1 + seed, seed));
    EXPECT_EQ(model.generate(source, {.beams = 1}).ids(), denseGreedy(source.decode()));
  }
}

TEST(HandWrittenModel, ScoresBeamsAsItsLogitsSay) {
  Model model = Model::open(libraryPath, {.threads = 2});
  Source source = model.encode(someIds(20, 3));
  Generation result = model.generate(source, {.ignoreModelDefaults = true,
                                              .beams = 4,
                                              .returnCount = 4,
                                              .maximumLength = 30,
                                              .lengthPenalty = 0.0f,
                                              .decoderStart = 1,
                                              .ends = std::vector<Id>{2}});
  ASSERT_EQ(result.sequences.size(), 4u);
  for (const Sequence &sequence : result.sequences) {
    Rows logits = model.logits(source, sequence.ids);
    double score = 0;
    for (std::size_t at = 0; at + 1 != sequence.ids.size(); ++at) {
      double sum = 0;
      for (float logit : logits[at])
        sum += std::exp(double(logit));
      score += logits[at][std::size_t(sequence.ids[at + 1])] - std::log(sum);
    }
    EXPECT_NEAR(sequence.score, score, 1e-3);
  }
}

TEST(HandWrittenModel, OpensUnderAnyFileNameAndTwice) {
  std::string renamed = testing::TempDir() + "/another name " + std::to_string(getpid()) + ".bin";
  {
    std::ifstream from(libraryPath, std::ios::binary);
    std::ofstream(renamed, std::ios::binary) << from.rdbuf();
  }
  Model first = Model::open(libraryPath, {.threads = 1}), second = Model::open(renamed);
  Source one = first.encode({4, 5}), two = second.encode({4, 5});
  EXPECT_EQ(first.generate(one).ids(), second.generate(two).ids());
  EXPECT_THROW(first.generate(two), Error);
  std::remove(renamed.c_str());
}

/// Files of the hand-written model and of one that differs in an asset.
class ReplacedFile : public testing::Test {
protected:
  ReplacedFile()
      : folder(testing::TempDir() + "/replaced_model-" + std::to_string(getpid())),
        path(folder + "/model.so") {
    std::filesystem::create_directory(folder);
    std::ifstream from(libraryPath, std::ios::binary);
    first.assign(std::istreambuf_iterator<char>(from), {});
    second = first;
    second[second.find("hand-written\0", 0, 13)] = 'H';
    write(path, first);
  }
  ~ReplacedFile() override { std::filesystem::remove_all(folder); }

  static void write(const std::string &file, const std::string &bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
  }
  void replace(const std::string &file, const std::string &bytes) {
    write(folder + "/new.so", bytes);
    std::filesystem::rename(folder + "/new.so", file);
  }
  static std::string notesOf(const Model &model) { return std::string(*model.asset("notes.txt")); }

  std::string folder, path, first, second;
};

TEST_F(ReplacedFile, OpensAsItIsNow) {
  Model old = Model::open(path, {.threads = 1});
  replace(path, second);
  Model fresh = Model::open(path, {.threads = 1});
  EXPECT_EQ(notesOf(old), "hand-written");
  EXPECT_EQ(notesOf(fresh), "Hand-written");
  replace(path, first);
  EXPECT_EQ(notesOf(Model::open(path, {.threads = 1})), "hand-written");
  EXPECT_EQ(notesOf(fresh), "Hand-written");
  EXPECT_EQ(old.generate(old.encode({4, 5})).ids(), fresh.generate(fresh.encode({4, 5})).ids());
}

TEST_F(ReplacedFile, OpensAsItIsNowThroughLinks) {
  std::string hard = folder + "/hard.so", soft = folder + "/soft.so";
  std::filesystem::create_hard_link(path, hard);
  std::filesystem::create_symlink("model.so", soft);
  Model old = Model::open(path, {.threads = 1}), same = Model::open(hard, {.threads = 1}),
        alike = Model::open(soft, {.threads = 1});
  EXPECT_EQ(notesOf(same), "hand-written");
  EXPECT_EQ(notesOf(alike), "hand-written");
  // The loader knows the first library by the names of the links as well.
  replace(hard, second);
  EXPECT_EQ(notesOf(Model::open(hard, {.threads = 1})), "Hand-written");
  EXPECT_EQ(notesOf(Model::open(soft, {.threads = 1})), "hand-written");
  replace(path, second);
  EXPECT_EQ(notesOf(Model::open(soft, {.threads = 1})), "Hand-written");
  EXPECT_EQ(notesOf(old), "hand-written");
}

TEST_F(ReplacedFile, IsRefusedWhereItWasWrittenOverInUse) {
  std::string copy = folder + "/copy.so";
  write(copy, first);
  auto before = std::filesystem::last_write_time(copy);
  std::optional<Model> old = Model::open(copy, {.threads = 1});
  std::optional<Model> same = Model::open(copy, {.threads = 1});
  // The bytes stay the same here: those of a library in use are its code.
  std::filesystem::last_write_time(copy, before + std::chrono::seconds(2));
  try {
    Model::open(copy);
    FAIL() << "expected an error";
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("was written again while a model that was opened from it"));
  }
  EXPECT_EQ(notesOf(*old), "hand-written");
  old.reset();
  same.reset();
  EXPECT_EQ(notesOf(Model::open(copy, {.threads = 1})), "hand-written");
}

/// Truncating a file takes even the pages away that the loader has written to, so that the open
/// model cannot be closed any more, but asking for another is an error.
TEST_F(ReplacedFile, IsRefusedWhereItWasTruncatedInUse) {
  auto openAgain = [&] {
    new Model(Model::open(path, {.threads = 1}));
    write(path, second);
    try {
      Model::open(path, {.threads = 1});
    } catch (const Error &error) {
      _exit(std::string(error.what()).find("was written again") != std::string::npos ? 7 : 1);
    }
    _exit(0);
  };
  EXPECT_EXIT(openAgain(), testing::ExitedWithCode(7), "");
}

TEST(HandWrittenModel, OpensInMilliseconds) {
  Model::open(libraryPath, {.threads = 1}); // reads the file from the disk
  auto begin = std::chrono::steady_clock::now();
  for (int count = 0; count < 20; ++count)
    Model::open(libraryPath, {.threads = 1});
  std::chrono::duration<double> all = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(all.count() / 20, 0.01 * 5) << "a loaded machine counted in";
}

TEST(HandWrittenModel, IsUnloadedWithItsLastHandle) {
  auto isLoaded = [] {
    void *handle = ::dlopen(libraryPath.c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (handle)
      ::dlclose(handle);
    return handle != nullptr;
  };
  {
    std::optional<Model> model = Model::open(libraryPath, {.threads = 2});
    Source source = model->encode({4, 5});
    model.reset();
    EXPECT_TRUE(isLoaded());
    EXPECT_EQ(source.length(), 2u);
  }
  EXPECT_FALSE(isLoaded());
}

TEST(HandWrittenModel, ServesManyThreads) {
  Model model = Model::open(libraryPath, {.threads = 2, .encoderCacheBytes = 20000});
  std::vector<std::vector<Id>> expected;
  for (int which = 0; which < 5; ++which)
    expected.push_back(model.generate(model.encode(someIds(9, which))).ids());
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 20; ++round) {
        int which = (thread + round) % 5;
        EXPECT_EQ(model.generate(model.encode(someIds(9, which))).ids(),
                  expected[std::size_t(which)]);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

std::string openingError(const std::string &path) {
  try {
    Model::open(path);
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::Library);
    return error.what();
  }
  return "no error";
}

class DamagedFile : public testing::Test {
protected:
  DamagedFile() : path(testing::TempDir() + "/damaged_model-" + std::to_string(getpid()) + ".so") {
    std::ifstream from(libraryPath, std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(from), {});
  }
  ~DamagedFile() override { std::remove(path.c_str()); }

  std::string opening(const std::string &bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
    return openingError(path);
  }

  std::string path, content;
};

TEST_F(DamagedFile, IsRefusedWithAReason) {
  EXPECT_THAT(openingError("/does/not/exist.so"), HasSubstr("No such file"));
  EXPECT_THAT(openingError("/"), HasSubstr("not a regular file"));
  EXPECT_THAT(openingError("/dev/null"), HasSubstr("not a regular file"));
  EXPECT_THAT(opening(""), HasSubstr("no ELF header"));
  EXPECT_THAT(opening("hello, this is not a library at all; it is just a text, as one sees, but "
                      "longer than a header"),
              HasSubstr("no ELF header"));
  std::string other = content;
  other[18] = 40; // the machine: 32-bit ARM
  EXPECT_THAT(opening(other), HasSubstr("not for x86-64"));
  EXPECT_THAT(openingError("/proc/self/exe"), HasSubstr("transept_model_"));
}

TEST_F(DamagedFile, IsRefusedWhereverItIsCutOff) {
  // What the loader maps ends with the last loaded segment; symbols and section headers follow.
  Elf64_Ehdr header;
  std::memcpy(&header, content.data(), sizeof(header));
  std::size_t needed = 0;
  for (int index = 0; index < header.e_phnum; ++index) {
    Elf64_Phdr segment;
    std::memcpy(&segment, content.data() + header.e_phoff + index * sizeof(segment),
                sizeof(segment));
    if (segment.p_type == PT_LOAD)
      needed = std::max<std::size_t>(needed, segment.p_offset + segment.p_filesz);
  }
  ASSERT_GT(needed, 0u);
  for (std::size_t size = 0; size < needed; size += 1 + size / 20)
    EXPECT_NE(opening(content.substr(0, size)), "no error") << "cut off at " << size;
  EXPECT_NE(opening(content.substr(0, needed - 1)), "no error");
  EXPECT_EQ(opening(content), "no error");
}

TEST_F(DamagedFile, NeverCrashesTheCheckBeforeLoading) {
  std::mt19937 random(1);
  for (int round = 0; round < roundsOf(500); ++round) {
    std::string bytes = content;
    // Headers and dynamic tables lie at the beginning: damage those most.
    for (int count = 0; count < 4; ++count) {
      std::size_t range = count % 2 == 0 ? 0x400 : bytes.size();
      bytes[random() % range] = char(random());
    }
    std::ofstream(path, std::ios::binary) << bytes;
    try {
      (void)platform::modelSymbol(platform::ElfFile(path));
    } catch (const Error &) {
      // Refused, as it should be where the damage matters.
    }
  }
}

} // namespace
} // namespace transept
