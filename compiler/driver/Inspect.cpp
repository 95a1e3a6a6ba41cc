// SPDX-License-Identifier: Apache-2.0
//
// `transept inspect`: what is in a library, without running it.

#include "compiler/driver/Commands.h"
#include "compiler/driver/LibraryFile.h"

#include "transept/abi.h"

#include <fmt/format.h>

namespace transept::driver {

namespace {

using Json = nlohmann::ordered_json;

struct InspectOptions {
  std::string library;
  bool isJson = false;
};

std::string formatBytes(uint64_t bytes) {
  if (bytes < 10000)
    return fmt::format("{} bytes", bytes);
  if (bytes < 1000000)
    return fmt::format("{:.1f} kB", double(bytes) / 1e3);
  return fmt::format("{:.1f} MB", double(bytes) / 1e6);
}

void line(const char *label, const std::string &text) {
  fmt::print("{:<15}{}\n", label, text);
}

std::string describeStack(const Json &stack) {
  const Json &attention = stack.at("selfAttention"), &feedForward = stack.at("feedForward");
  std::string text =
      fmt::format("{} layers, hidden size {}, {} heads of {}, {}feed-forward {} ({}), {}-norm",
                  stack.at("layerCount").get<int64_t>(), stack.at("hiddenSize").get<int64_t>(),
                  attention.at("headCount").get<int64_t>(), attention.at("headDim").get<int64_t>(),
                  feedForward.contains("gate") ? "gated " : "",
                  feedForward.at("input").at("outputs").get<int64_t>(),
                  feedForward.at("activation").get<std::string>(),
                  stack.at("normPlacement").get<std::string>());
  const Json &positions = stack.at("embedding").at("positions");
  int64_t length = positions.at("length").get<int64_t>();
  if (attention.contains("relativeBias"))
    text += fmt::format(", relative positions ({} buckets)",
                        attention["relativeBias"].at("bucketCount").get<int64_t>());
  else
    text += fmt::format(", {} positions", positions.at("kind").get<std::string>());
  return text + (length ? fmt::format(" up to {}", length) : ", any length");
}

std::string describeGeneration(const Json &generation) {
  std::string text;
  for (const auto &[name, value] : generation.items()) {
    bool isLong = value.is_array() && value.size() > 8;
    std::string shown = isLong              ? fmt::format("{} entries", value.size())
                        : value.is_string() ? value.get<std::string>()
                                            : value.dump();
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, shown);
  }
  return text;
}

std::string describeProcessor(const LibraryFile &library) {
  __builtin_cpu_init();
  bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                 __builtin_cpu_supports("f16c");
  bool hasAvx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl");
  std::string needed, missing;
  auto need = [&](uint64_t bit, const char *name, bool hasIt) {
    if (!(library.requiredFeatures & bit))
      return;
    needed += (needed.empty() ? "" : ", ") + std::string(name);
    if (!hasIt)
      missing += (missing.empty() ? "" : ", ") + std::string(name);
  };
  need(TRANSEPT_CPU_AVX2_FMA, "AVX2 with FMA", hasAvx2);
  need(TRANSEPT_CPU_AVX512, "AVX-512", hasAvx512);
  return fmt::format("needs {} ({}); compiled for {}", needed.empty() ? "x86-64" : needed,
                     missing.empty() ? "this machine has it" : "this machine lacks " + missing,
                     library.manifest.at("cpu").at("compiled_for").get<std::string>());
}

std::string describeTokenizer(const LibraryFile &library) {
  std::string kind = library.manifest.at("tokenizer").at("kind").get<std::string>();
  if (kind.empty())
    return "none; the library takes token ids";
  std::string text = kind + ":";
  for (const LibraryFile::Asset &asset : library.assets)
    text += fmt::format(" {} ({})", asset.name, formatBytes(asset.bytes));
  return text;
}

void printWorkingMemory(const char *label, const Json &memory) {
  line(label, fmt::format("{} a row + {} a thread + {} a thread and key",
                          formatBytes(memory.at("bytes_per_row").get<uint64_t>()),
                          formatBytes(memory.at("bytes_per_worker").get<uint64_t>()),
                          formatBytes(memory.at("bytes_per_worker_and_key").get<uint64_t>())));
}

void printText(const LibraryFile &library) {
  const Json &manifest = library.manifest, &description = manifest.at("description");
  const Json &memory = manifest.at("memory"), &weights = manifest.at("weights");
  line("name", library.name);
  line("family", manifest.at("family").get<std::string>());
  line("encoder", describeStack(description.at("source")));
  line("decoder", describeStack(description.at("target")));
  auto vocabulary = [&](const char *side) {
    return description.at(side).at("embedding").at("vocabularySize").get<int64_t>();
  };
  line("vocabulary",
       fmt::format("source {}, target {}", vocabulary("source"), vocabulary("target")));
  line("weights", fmt::format("{} of {}", formatBytes(library.weightBytes),
                              weights.at("type").get<std::string>()));
  line("processor", describeProcessor(library));
  line("encoder cache",
       fmt::format("{} a source token, in blocks of {} tokens",
                   formatBytes(memory.at("encoder_cache_bytes_per_source_token").get<uint64_t>()),
                   memory.at("cache_block_tokens").get<int64_t>()));
  line("self cache",
       fmt::format(
           "{} a target token and beam, in blocks of {} tokens",
           formatBytes(memory.at("self_cache_bytes_per_target_token_and_beam").get<uint64_t>()),
           memory.at("cache_block_tokens").get<int64_t>()));
  printWorkingMemory("encode memory", memory.at("encode"));
  printWorkingMemory("decode memory", memory.at("decode"));
  line("tokenizer", describeTokenizer(library));
  line("generation", describeGeneration(description.at("generation")));
  line("exports", library.symbol);
  line("file", fmt::format("{}: weights {}, code of the model {}, of the runtime {}",
                           formatBytes(library.fileBytes), formatBytes(library.weightBytes),
                           library.programBytes ? formatBytes(library.programBytes) : "unknown",
                           formatBytes(library.runtimeBytes)));
}

} // namespace

void addInspectCommand(CLI::App &program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App *command =
      program.add_subcommand("inspect", "show what is in a library; it is read, not run");
  command->add_option("LIB", options->library, "the library")->required();
  command->add_flag("--json", options->isJson, "print the library's manifest");
  command->callback([options] {
    LibraryFile library = readLibraryFile(options->library);
    if (options->isJson)
      fmt::print("{}\n", library.manifest.dump(2, ' ', false, Json::error_handler_t::replace));
    else
      printText(library);
  });
}

} // namespace transept::driver
