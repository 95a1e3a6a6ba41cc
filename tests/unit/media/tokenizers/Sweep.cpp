// SPDX-License-Identifier: Apache-2.0
//
// Our reader of sentencepiece models against the library that defines them, on as many random
// strings as one asks for, and over every model that is given: what is rare shows only among many.
//
// tokenizers_sweep --strings COUNT [--seed SEED] [--first INDEX] MODEL...
// The strings of a seed are always the same; --first begins with a later one. Models are files, or
// folders of which all files are taken that end in .model or .spm.

#include "base/MappedFile.h"
#include "media/tokenizers/SentencePiece.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <sentencepiece_processor.h>

namespace transept::text {

namespace {

namespace fs = std::filesystem;

/// Numbers that depend on the seed and the string's index alone (splitmix64).
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t next() {
    uint64_t value = state += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
  }
  size_t below(size_t limit) { return size_t(next() % limit); }
  template <typename List> const auto &oneOf(const List &list) {
    return list[below(std::size(list))];
  }

private:
  uint64_t state;
};

std::string characterOf(uint32_t code) {
  std::string text;
  auto tail = [&](unsigned shift) { text += char(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80)
    return {char(code)};
  if (code < 0x800) {
    text += char(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    text += char(0xe0 | code >> 12);
    tail(6);
  } else {
    text += char(0xf0 | code >> 18);
    tail(12);
    tail(6);
  }
  tail(0);
  return text;
}

struct Block {
  uint32_t first, last;
};

/// Any scalar value; and those of scripts, so that several of one stand together.
constexpr Block planes[] = {{1, 0x7f}, {0x80, 0xd7ff}, {0xe000, 0xffff}, {0x10000, 0x10ffff}};
constexpr Block scripts[] = {
    {'a', 'z'},         {'A', 'Z'},         {'0', '9'},       {'!', '/'},       {0xc0, 0x17f},
    {0x300, 0x36f},     {0x391, 0x3c9},     {0x410, 0x44f},   {0x5d0, 0x5ea},   {0x620, 0x64a},
    {0x905, 0x939},     {0xe01, 0xe3a},     {0x1100, 0x11ff}, {0x1e00, 0x1eff}, {0x2000, 0x206f},
    {0x2100, 0x214f},   {0x2460, 0x24ff},   {0x3040, 0x30ff}, {0x3300, 0x33ff}, {0x4e00, 0x4fff},
    {0xac00, 0xacff},   {0xfb00, 0xfb06},   {0xfe00, 0xfe2f}, {0xff01, 0xffee}, {0x1f600, 0x1f64f},
    {0x1d400, 0x1d4ff}, {0x1f1e6, 0x1f1ff}, {0x2581, 0x2581}};
constexpr std::string_view spaces[] = {
    " ",      "  ",     "\t",     "\n",           "\r\n",           "     ",   "\u00a0",
    "\u3000", "\u2003", "\u200b", "\xe2\x96\x81", " \xe2\x96\x81 ", "\u2028 ", "\u0085"};

class Strings {
public:
  Strings(const SentencePiece &model, uint64_t seed) : model(model), seed(seed) {}

  /// What string `index` is, and of which kind.
  std::pair<std::string, const char *> at(uint64_t index) const {
    Random random(seed ^ index * 0xd1342543de82ef95);
    // A few are long, since sums over a text are rounded.
    const size_t count = random.below(16) == 0 ? random.below(400) : random.below(24);
    const Kind &kind = random.oneOf(kinds);
    std::string text;
    for (size_t part = 0; part < count; ++part)
      (this->*kind.append)(random, text);
    return {text, kind.name};
  }

private:
  void appendPiece(Random &random, std::string &text) const {
    std::string_view piece = model.pieceOf(int32_t(random.below(size_t(model.size()))));
    if (piece.starts_with("\xe2\x96\x81") && random.below(8) != 0) {
      piece.remove_prefix(3);
      text += ' ';
    }
    text += piece;
  }

  void appendAny(Random &random, std::string &text) const {
    appendFrom(random.oneOf(planes), random, text);
  }

  void appendSpaces(Random &random, std::string &text) const {
    if (random.below(2) == 0)
      appendPiece(random, text);
    else
      text += random.oneOf(spaces);
  }

  void appendControl(Random &random, std::string &text) const {
    if (random.below(3) != 0)
      return appendPiece(random, text);
    text += random.below(4) == 0 ? characterOf(uint32_t(0x7f + random.below(0x21)))
                                 : std::string(1, char(1 + random.below(0x1f)));
  }

  void appendScript(Random &random, std::string &text) const {
    const Block &block = random.oneOf(scripts);
    for (size_t count = 1 + random.below(4); count-- > 0;)
      appendFrom(block, random, text);
    if (random.below(4) == 0)
      text += ' ';
  }

  /// Any bytes, and characters that are cut.
  void appendBytes(Random &random, std::string &text) const {
    switch (random.below(3)) {
    case 0:
      text += char(1 + random.below(255));
      break;
    case 1: {
      appendAny(random, text);
      text.pop_back();
      break;
    }
    default:
      appendPiece(random, text);
    }
  }

  static void appendFrom(const Block &block, Random &random, std::string &text) {
    text += characterOf(uint32_t(block.first + random.below(block.last - block.first + 1)));
  }

  struct Kind {
    const char *name;
    void (Strings::*append)(Random &, std::string &) const;
  };
  static constexpr Kind kinds[] = {
      {"pieces", &Strings::appendPiece},       {"any characters", &Strings::appendAny},
      {"white space", &Strings::appendSpaces}, {"control characters", &Strings::appendControl},
      {"scripts", &Strings::appendScript},     {"bytes", &Strings::appendBytes}};

  const SentencePiece &model;
  uint64_t seed;
};

std::string visible(std::string_view text) {
  std::string result;
  for (char c : text)
    if (c >= ' ' && c <= '~' && c != '\\')
      result += c;
    else
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return result;
}

std::string visible(const std::vector<std::string> &pieces) {
  std::string result;
  for (const std::string &piece : pieces)
    result += " '" + visible(piece) + "'";
  return result;
}

/// False, and the first difference on standard output, where there is one.
bool sweep(const fs::path &path, uint64_t seed, uint64_t first, uint64_t count) {
  const auto begin = std::chrono::steady_clock::now();
  MappedFile file(path.string());
  std::string_view bytes(reinterpret_cast<const char *>(file.bytes().data()), file.bytes().size());
  const SentencePiece ours(bytes, path.string());
  sentencepiece::SentencePieceProcessor library;
  if (!library.LoadFromSerializedProto(bytes).ok()) {
    fmt::print("{}: the library does not load it\n", path.string());
    return false;
  }
  const Strings strings(ours, seed);
  uint64_t size = 0;
  for (uint64_t index = first; index < first + count; ++index) {
    const auto [text, kind] = strings.at(index);
    std::vector<std::string> expected, found;
    const bool isDone = library.Encode(text, &expected).ok();
    ours.encode(text, [&](std::string_view piece, int32_t) { found.emplace_back(piece); });
    const bool isSame = found == expected && std::ranges::all_of(found, [&](const auto &piece) {
                          return ours.idOf(piece) == library.PieceToId(piece);
                        });
    size += text.size();
    if (isDone && isSame)
      continue;
    fmt::print("{}: string {} of seed {}, of {}: {}\n  the library:{}\n  found:{}\n", path.string(),
               index, seed, kind, visible(text), visible(expected), visible(found));
    return false;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  fmt::print("{}: {} strings of seed {}, {:.1f} MB, equal, in {:.1f} s\n", path.string(), count,
             seed, double(size) / 1e6, seconds.count());
  std::fflush(stdout);
  return true;
}

std::vector<fs::path> modelsOf(const fs::path &path) {
  if (!fs::is_directory(path))
    return {path};
  std::vector<fs::path> models;
  for (const auto &entry : fs::recursive_directory_iterator(path))
    if (entry.is_regular_file() &&
        (entry.path().extension() == ".model" || entry.path().extension() == ".spm"))
      models.push_back(entry.path());
  std::ranges::sort(models);
  return models;
}

int run(std::span<char *> arguments) {
  uint64_t seed = 1, first = 0, count = 0;
  std::vector<fs::path> models;
  for (size_t index = 0; index < arguments.size(); ++index) {
    const std::string argument = arguments[index];
    uint64_t *number = argument == "--strings" ? &count
                       : argument == "--seed"  ? &seed
                       : argument == "--first" ? &first
                                               : nullptr;
    if (number && index + 1 < arguments.size())
      *number = std::stoull(arguments[++index]);
    else
      for (const fs::path &model : modelsOf(argument))
        models.push_back(model);
  }
  if (models.empty() || count == 0) {
    fmt::print(stderr, "usage: tokenizers_sweep --strings COUNT [--seed SEED] [--first INDEX] "
                       "MODEL...\n");
    return 2;
  }
  bool areSame = true;
  for (const fs::path &model : models)
    areSame = sweep(model, seed, first, count) && areSame;
  return areSame ? 0 : 1;
}

} // namespace

} // namespace transept::text

int main(int argumentCount, char **arguments) {
  return transept::text::run(std::span(arguments + 1, size_t(argumentCount - 1)));
}
