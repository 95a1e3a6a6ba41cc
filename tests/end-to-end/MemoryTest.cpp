// SPDX-License-Identifier: Apache-2.0
//
// A program that has closed its models is as large as before it opened them.

#include "tests/end-to-end/Command.h"

#include "transept/model.h"

#include <cstdio>
#include <unistd.h>

namespace transept::endtoend {
namespace {

size_t residentBytes() {
  std::FILE *file = std::fopen("/proc/self/statm", "r");
  unsigned long all = 0, resident = 0;
  EXPECT_EQ(std::fscanf(file, "%lu %lu", &all, &resident), 2);
  std::fclose(file);
  return resident * size_t(::sysconf(_SC_PAGESIZE));
}

/// What a program does with a model: many sources, many beams, long results.
void work(const Model &model) {
  std::vector<std::vector<Id>> ids;
  for (int source = 0; source < 64; ++source) {
    std::vector<Id> &each = ids.emplace_back();
    for (int position = 0; position < 100; ++position)
      each.push_back(Id(2 + (source * 7 + position) % 700));
  }
  model.generateBatch(model.encodeBatch(ids), {.beams = 8, .maximumLength = 100});
}

TEST(Memory, GoesBackWhenModelsAreClosed) {
  Model::open(library("number_words"), {.threads = 2}); // what a first one leaves behind
  size_t before = residentBytes(), whileOpen = 0;
  {
    Model first = Model::open(library("number_words"), {.threads = 2});
    Model second = Model::open(library("languages"), {.threads = 2});
    work(first);
    work(first);
    second.generate(second.encode({5, 6, 7}));
    whileOpen = residentBytes();
  }
  size_t after = residentBytes();
  std::printf("%zu MB before, %zu MB with two models, %zu MB after\n", before >> 20,
              whileOpen >> 20, after >> 20);
  EXPECT_LT(after, before + (size_t(12) << 20));
}

} // namespace
} // namespace transept::endtoend
