// SPDX-License-Identifier: Apache-2.0
//
// Opens a model library by name and translates a file of sources, one line of token ids each, from
// several threads that share the model and its encoder cache.

#include <transept/model.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

using transept::Id;

static std::vector<std::vector<Id>> readSources(const char *path) {
  std::ifstream file(path);
  if (!file)
    throw std::runtime_error(std::string("cannot read ") + path);
  std::vector<std::vector<Id>> sources;
  for (std::string line; std::getline(file, line);) {
    std::istringstream numbers(line);
    std::vector<Id> ids;
    for (Id id; numbers >> id;)
      ids.push_back(id);
    sources.push_back(std::move(ids));
  }
  return sources;
}

int main(int argumentCount, char **arguments) try {
  if (argumentCount != 3) {
    std::fprintf(stderr, "usage: translate_file LIBRARY FILE\n");
    return 2;
  }
  transept::Model model = transept::Model::open(arguments[1]);
  std::vector<std::vector<Id>> sources = readSources(arguments[2]);

  // Each thread takes batches of four; the model may be used by all of them at once.
  constexpr std::size_t batchSize = 4;
  std::vector<std::vector<Id>> results(sources.size());
  std::atomic<std::size_t> next = 0;
  std::string problem;
  auto work = [&] {
    for (std::size_t begin; (begin = next.fetch_add(batchSize)) < sources.size();) {
      std::size_t end = std::min(begin + batchSize, sources.size());
      std::vector<transept::SourceInput> inputs(sources.begin() + begin, sources.begin() + end);
      std::vector<transept::Source> encoded = model.encodeBatch(inputs);
      std::vector<transept::Generation> generated = model.generateBatch(encoded);
      for (std::size_t i = begin; i < end; ++i)
        results[i] = generated[i - begin].ids();
    }
  };
  std::thread other([&] {
    try {
      work();
    } catch (const transept::Error &error) {
      problem = error.what();
    }
  });
  work();
  other.join();
  if (!problem.empty())
    throw std::runtime_error(problem);

  for (const std::vector<Id> &ids : results) {
    for (Id id : ids)
      std::printf("%d ", id);
    std::printf("\n");
  }
  transept::Statistics cache = model.statistics();
  std::fprintf(stderr, "%zu sources; encoder cache: %llu hits, %llu misses\n", sources.size(),
               (unsigned long long)cache.encoder_hits, (unsigned long long)cache.encoder_misses);
} catch (const std::exception &error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
