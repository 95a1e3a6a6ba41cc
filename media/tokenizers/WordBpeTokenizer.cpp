// SPDX-License-Identifier: Apache-2.0
//
// BPE of lower-cased words and punctuation marks: "@@" marks pieces that are continued, newlines
// are a word of their own. Settings: "vocabulary_file", "merges_file".

#include "base/Error.h"
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
      : vocabularyFile(textSetting(settings, "vocabulary_file", "vocab.json")),
        mergesFile(textSetting(settings, "merges_file", "merges.txt")),
        vocabulary(readVocabulary(needAsset(assets, vocabularyFile))),
        merges(needAsset(assets, mergesFile), "</w>") {
    setTokens(readTokenizerConfig(settings, assets), settings, int32_t(vocabulary.size()),
              vocabulary.highestId(),
              [&](const std::string &token) { return vocabulary.idOf(token); });
    if (unknownId() < 0)
      throw InputError("tokenizer_config.json: unk_token: found none, but pieces need one");
  }

  std::vector<CompiledFile> compile() const override {
    return {{vocabularyFile, vocabulary.compile()}, {mergesFile, merges.compile()}};
  }

private:
  std::string prepare(std::string_view text) const override { return validUtf8(text); }

  void segment(std::string_view text, Side, const PieceSink &add) const override {
    for (std::string_view each : splitWords(text)) {
      std::string spaced = separatePunctuation(each);
      for (std::string_view rest = spaced; !rest.empty();) {
        size_t end = std::min(rest.find(' '), rest.size());
        addCased(rest.substr(0, end), add);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }

  void addCased(std::string_view word, const PieceSink &add) const {
    if (addKnown(word, words, add))
      return;
    const std::string lowered = lower(word);
    std::string_view rest = lowered;
    for (size_t length; !rest.empty(); rest.remove_prefix(length)) {
      length = merges.joints().partLength(rest);
      const std::string_view part = rest.substr(0, length);
      const bool isEnd = length == rest.size();
      // A word that is not cut is kept as it was.
      addWord(length == lowered.size() ? word : part, isEnd ? words : beginnings, add,
              [&](const PieceSink &pieces) { addPieces(part, isEnd, pieces); });
    }
  }

  void addPieces(std::string_view word, bool isEnd, const PieceSink &add) const {
    merges.split(
        word,
        [&](std::string_view part) {
          bool isLast = isEnd && part.data() + part.size() == word.data() + word.size();
          add(std::string(part) += isLast ? std::string_view() : continued, -1);
        },
        isEnd);
  }

  int32_t pieceId(std::string_view piece, Side) const override {
    int32_t id = vocabulary.idOf(lower(piece));
    return id < 0 ? unknownId() : id;
  }

  std::string piece(int32_t id) const override { return vocabulary.pieceOf(id); }

  std::string join(std::vector<std::string> pieces) const override {
    std::string text;
    for (const std::string &each : pieces)
      text += (text.empty() ? "" : " ") + each;
    return std::string(strip(replaceAll(text, "@@ ", "")));
  }

  std::string vocabularyFile, mergesFile;
  Vocabulary vocabulary;
  TextPairs merges;
  WordCache words, beginnings; // whole or last, and not last parts of words
};

} // namespace

} // namespace transept::text

extern "C" const transept::text::Kind transept_tokenizer_word_bpe = {
    "word-bpe", transept::text::createKind<transept::text::WordBpeTokenizer>};
