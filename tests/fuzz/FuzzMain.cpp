// SPDX-License-Identifier: Apache-2.0
//
// A small deterministic stand-in for libFuzzer's main: mutates seed files and feeds them to
// LLVMFuzzerTestOneInput, bounded by count and time. The same targets link with -fsanitize=fuzzer
// when this file is left out. A failing run prints what is needed to repeat it.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/// Optional: seeds that a target makes itself.
extern "C" __attribute__((weak)) void addFuzzSeeds(std::vector<std::string> &seeds);

namespace {

using Random = std::mt19937_64;

constexpr std::array<std::string_view, 34> dictionary = {"{}",
                                                         "[]",
                                                         "null",
                                                         "true",
                                                         "false",
                                                         "0",
                                                         "-1",
                                                         "1",
                                                         "-0.0",
                                                         "1e308",
                                                         "1e999",
                                                         "0.5",
                                                         "2147483647",
                                                         "2147483648",
                                                         "4294967296",
                                                         "9223372036854775807",
                                                         "-9223372036854775808",
                                                         "18446744073709551615",
                                                         "18446744073709551616",
                                                         "\"\"",
                                                         "\"\\u0000\"",
                                                         "\"\\ud800\"",
                                                         ",",
                                                         ":",
                                                         "[[",
                                                         "]]",
                                                         "{\"a\":",
                                                         "\"dtype\":",
                                                         "\"shape\":[",
                                                         "\"data_offsets\":[",
                                                         "\"model_type\":\"t5\"",
                                                         "\xff",
                                                         "\xc3\x28",
                                                         "F64"};

size_t below(Random &random, size_t bound) {
  return bound == 0 ? 0 : random() % bound;
}

/// Begin and end of a run of digits somewhere in the text; numbers are where readers go wrong.
std::pair<size_t, size_t> someNumber(const std::string &text, Random &random) {
  size_t start = below(random, std::min<size_t>(text.size(), 8192));
  size_t begin = text.find_first_of("0123456789", start);
  if (begin == std::string::npos)
    return {0, 0};
  size_t end = text.find_first_not_of("0123456789", begin);
  return {begin, end == std::string::npos ? text.size() : end};
}

void mutate(std::string &text, const std::vector<std::string> &seeds, Random &random) {
  std::string word(dictionary[below(random, dictionary.size())]);
  // Headers are short and data is long: most changes belong into the first kilobytes.
  size_t reach = random() % 4 ? std::min<size_t>(text.size(), 2048) : text.size();
  size_t position = below(random, reach + 1);
  size_t length = below(random, std::min<size_t>(text.size() - position, 64) + 1);
  switch (random() % 8) {
  case 0:
    if (position < text.size())
      text[position] = char(text[position] ^ (1 << random() % 8));
    break;
  case 1:
    text.insert(position, word);
    break;
  case 2:
    text.erase(position, length);
    break;
  case 3:
    text.insert(position, text.substr(position, length));
    break;
  case 4:
  case 5: {
    auto [begin, end] = someNumber(text, random);
    text.replace(begin, end - begin, word);
    break;
  }
  case 6:
    text.resize(position);
    break;
  default: {
    const std::string &other = seeds[below(random, seeds.size())];
    size_t from = below(random, other.size());
    text.insert(position, other.substr(from, below(random, 256)));
  }
  }
  // Keeps a safetensors header's length honest now and then, so that its JSON is reached.
  if (random() % 2 && text.size() > 8 && text[8] == '{') {
    size_t end = text.find("}}", 8);
    if (uint64_t header = end == std::string::npos ? 0 : end + 2 - 8; header > 0)
      std::memcpy(text.data(), &header, sizeof(header));
  }
}

long option(const char *name, long fallback) {
  const char *value = std::getenv(name);
  return value ? std::atol(value) : fallback;
}

} // namespace

int main(int argc, char **argv) {
  std::vector<std::string> seeds;
  for (int index = 1; index < argc; ++index) {
    std::ifstream stream(argv[index], std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    if (!stream.is_open()) {
      std::fprintf(stderr, "error: %s cannot be read\n", argv[index]);
      return 2;
    }
  }
  if (addFuzzSeeds)
    addFuzzSeeds(seeds);
  auto seed = uint64_t(option("FUZZ_SEED", 1));
  const long count = option("FUZZ_COUNT", 20'000);
  const long milliseconds = option("FUZZ_MILLISECONDS", 5'000);
  auto start = std::chrono::steady_clock::now();
  Random random(seed);
  long round = 0;
  for (; round < count; ++round) {
    if (std::chrono::steady_clock::now() - start > std::chrono::milliseconds(milliseconds))
      break;
    std::string text = seeds[below(random, seeds.size())];
    for (size_t changes = round < static_cast<long>(seeds.size()) ? 0 : 1 + random() % 4;
         changes > 0; --changes)
      mutate(text, seeds, random);
    try {
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(text.data()), text.size());
    } catch (const std::exception &error) {
      std::ofstream("fuzz-failure.bin", std::ios::binary) << text;
      std::fprintf(stderr, "error: seed %llu, round %ld: %s (input in fuzz-failure.bin)\n",
                   static_cast<unsigned long long>(seed), round, error.what());
      return 1;
    }
  }
  std::printf("%ld inputs, seed %llu\n", round, static_cast<unsigned long long>(seed));
  return 0;
}
