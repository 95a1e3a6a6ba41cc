// SPDX-License-Identifier: Apache-2.0
//
// BPE of lower-cased words and punctuation marks: "@@" marks pieces that are continued, newlines
// are a word of their own. Settings: "vocabulary_file", "merges_file".

#include "media/text/Characters.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/BytePairs.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/SlowTokenizer.h"

#include <fmt/format.h>

namespace transept::text {

namespace {

constexpr std::string_view continued = "@@";

bool isSpaceAt(std::string_view text, size_t position) {
  return startsWithSpace(text.substr(position, characterLength(text, position)));
}

/// The matches of \S+\n?
std::vector<std::string_view> splitWords(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t position = 0; position < text.size();) {
    size_t begin = position;
    while (position < text.size() && !isSpaceAt(text, position))
      position += characterLength(text, position);
    bool isWord = position > begin;
    if (position < text.size() && (!isWord || text[position] == '\n'))
      position += characterLength(text, position);
    if (isWord)
      words.push_back(text.substr(begin, position - begin));
  }
  return words;
}

/// Blanks before punctuation and around apostrophes; two white spaces or more become one blank.
std::string separatePunctuation(std::string_view word) {
  std::string spaced;
  for (char c : word) {
    bool isApostrophe = c == '\'';
    if (isApostrophe || std::string_view(".,!?()").find(c) != std::string_view::npos)
      spaced += ' ';
    spaced += c;
    if (isApostrophe)
      spaced += ' ';
  }
  std::string result;
  for (size_t position = 0; position < spaced.size();) {
    size_t end = position;
    while (end < spaced.size() && (spaced[end] == ' ' || spaced[end] == '\n'))
      ++end;
    if (end - position > 1)
      result += ' ';
    else
      result += spaced.substr(position, std::max<size_t>(end - position, 1));
    position = std::max(end, position + 1);
  }
  return replaceAll(result, "\n", " __newln__");
}

class WordBpeTokenizer final : public SlowTokenizer {
public:
  WordBpeTokenizer(const Settings &settings, std::span<const Asset> assets)
      : vocabulary(readVocabulary(
            needAsset(assets, textSetting(settings, "vocabulary_file", "vocab.json")))),
        merges(needAsset(assets, textSetting(settings, "merges_file", "merges.txt")), "</w>") {
    for (const auto &[token, id] : vocabulary)
      tokens[id] = token;
    setTokens(readTokenizerConfig(settings, assets), settings, int32_t(vocabulary.size()),
              [&](const std::string &token) {
                auto found = vocabulary.find(token);
                return found == vocabulary.end() ? -1 : found->second;
              });
  }

private:
  std::string prepare(std::string_view text) const override { return validUtf8(text); }

  std::vector<std::string> segment(std::string_view text, Side) const override {
    std::vector<std::string> pieces;
    for (std::string_view each : splitWords(text)) {
      std::string spaced = separatePunctuation(each);
      for (std::string_view rest = spaced; !rest.empty();) {
        size_t end = std::min(rest.find(' '), rest.size());
        appendPieces(pieces, lower(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return pieces;
  }

  void appendPieces(std::vector<std::string> &pieces, const std::string &word) const {
    std::vector<std::string_view> parts = merges.split(word);
    for (size_t index = 0; index < parts.size(); ++index)
      pieces.push_back(std::string(parts[index]) +=
                       index + 1 < parts.size() ? continued : std::string_view());
  }

  int32_t pieceId(const std::string &piece, Side) const override {
    auto found = vocabulary.find(lower(piece));
    return found == vocabulary.end() ? unknownId() : found->second;
  }

  std::string piece(int32_t id) const override {
    auto found = tokens.find(id);
    return found == tokens.end() ? std::string() : found->second;
  }

  std::string join(std::vector<std::string> pieces) const override {
    std::string text;
    for (const std::string &each : pieces)
      text += (text.empty() ? "" : " ") + each;
    return std::string(strip(replaceAll(text, "@@ ", "")));
  }

  std::unordered_map<std::string, int32_t> vocabulary;
  std::unordered_map<int32_t, std::string> tokens;
  TextPairs merges;
};

} // namespace

std::unique_ptr<Tokenizer> createWordBpeTokenizer(const Settings &settings,
                                                  std::span<const Asset> assets) {
  return std::make_unique<WordBpeTokenizer>(settings, assets);
}

} // namespace transept::text
