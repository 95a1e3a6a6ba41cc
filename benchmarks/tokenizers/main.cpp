// SPDX-License-Identifier: Apache-2.0
//
// How fast texts become ids, in bytes a second of one thread's own time, and how long a tokenizer
// takes to open: from the checkpoint's files, and from what a library carries of them. Arguments in
// front of Google Benchmark's: folders of checkpoints (default: those of the tests, whose
// vocabularies are small) and texts, files whose lines are encoded one after another.

#include "compiler/frontend/tokenizers/TokenizerFiles.h"
#include "media/tokenizers/Tokenizer.h"

#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace transept::benchmarks {

namespace {

struct Checkpoint {
  std::string name;
  frontend::Tokenizer tokenizer;
  std::vector<std::string> contents; // in the order of the tokenizer's files
};

struct Text {
  std::string name;
  std::vector<std::string> lines;
};

std::string readAll(const std::filesystem::path &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Checkpoint readCheckpoint(const std::filesystem::path &folder) {
  std::vector<std::string> warnings;
  Checkpoint checkpoint{.name = folder.filename(),
                        .tokenizer = frontend::findTokenizer(folder, "", warnings),
                        .contents = {}};
  for (const std::string &file : checkpoint.tokenizer.files)
    checkpoint.contents.push_back(readAll(folder / file));
  return checkpoint;
}

Text readText(const std::filesystem::path &path) {
  Text text{.name = path.stem(), .lines = {}};
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);)
    text.lines.push_back(line);
  return text;
}

Text builtInText() {
  return {.name = "built-in",
          .lines = {"The second half of the journey took them through the hills, slowly.",
                    "Am nächsten Morgen waren die Straßen leer; nur ein Hund bellte.",
                    "次の日の朝、通りには誰もいませんでした。"}};
}

std::vector<text::Asset> assetsOf(const Checkpoint &checkpoint) {
  std::vector<text::Asset> assets;
  for (size_t index = 0; index < checkpoint.contents.size(); ++index)
    assets.push_back({checkpoint.tokenizer.files[index], checkpoint.contents[index]});
  return assets;
}

void encode(benchmark::State &state, const Checkpoint &checkpoint, const Text &text) {
  auto tokenizer = text::createTokenizer(checkpoint.tokenizer.kind, checkpoint.tokenizer.settings,
                                         assetsOf(checkpoint));
  // Whatever a run's length, words are known, as they are of the peers.
  for (const std::string &line : text.lines)
    benchmark::DoNotOptimize(tokenizer->encode(line));
  int64_t bytes = 0, ids = 0;
  for (auto _ : state)
    for (const std::string &line : text.lines) {
      ids += int64_t(tokenizer->encode(line).size());
      bytes += int64_t(line.size());
    }
  state.SetBytesProcessed(bytes);
  state.counters["bytes_an_id"] = double(bytes) / double(ids);
}

/// With the assets that a library carries.
Checkpoint compiled(Checkpoint checkpoint) {
  auto tokenizer = text::createTokenizer(checkpoint.tokenizer.kind, checkpoint.tokenizer.settings,
                                         assetsOf(checkpoint));
  for (text::CompiledFile &file : tokenizer->compile())
    for (size_t index = 0; index < checkpoint.contents.size(); ++index)
      if (checkpoint.tokenizer.files[index] == file.name)
        checkpoint.contents[index] = std::move(file.bytes);
  return checkpoint;
}

void open(benchmark::State &state, const Checkpoint &checkpoint) {
  const std::vector<text::Asset> assets = assetsOf(checkpoint);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        text::createTokenizer(checkpoint.tokenizer.kind, checkpoint.tokenizer.settings, assets));
}

void addBenchmarks(const Checkpoint &checkpoint, const std::vector<Text> &texts) {
  std::string name = checkpoint.name + " (" + checkpoint.tokenizer.kind + ")";
  for (const Text &text : texts)
    benchmark::RegisterBenchmark(("encode/" + name + "/" + text.name).c_str(),
                                 [&](benchmark::State &state) { encode(state, checkpoint, text); });
  auto addOpening = [&](const char *what, Checkpoint opened) {
    benchmark::RegisterBenchmark((what + name).c_str(), [opened = std::move(opened)](
                                                            benchmark::State &state) {
      open(state, opened);
    })->Unit(benchmark::kMillisecond);
  };
  addOpening("open/files/", checkpoint);
  addOpening("open/library/", compiled(checkpoint));
}

int run(int argumentCount, char **arguments) {
  std::vector<Checkpoint> checkpoints;
  std::vector<Text> texts;
  int first = 1;
  for (; first < argumentCount && arguments[first][0] != '-'; ++first)
    if (std::filesystem::is_directory(arguments[first]))
      checkpoints.push_back(readCheckpoint(arguments[first]));
    else
      texts.push_back(readText(arguments[first]));
  if (checkpoints.empty())
    for (const auto &entry :
         std::filesystem::directory_iterator(TRANSEPT_SOURCE_DIR "/tests/golden/tokenizers"))
      checkpoints.push_back(readCheckpoint(entry.path()));
  if (texts.empty())
    texts.push_back(builtInText());
  for (const Checkpoint &checkpoint : checkpoints)
    addBenchmarks(checkpoint, texts);
  argumentCount -= first - 1;
  arguments[first - 1] = arguments[0];
  benchmark::Initialize(&argumentCount, arguments + first - 1);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

} // namespace

} // namespace transept::benchmarks

int main(int argumentCount, char **arguments) {
  return transept::benchmarks::run(argumentCount, arguments);
}
