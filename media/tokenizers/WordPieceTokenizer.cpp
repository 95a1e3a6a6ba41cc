// SPDX-License-Identifier: Apache-2.0
//
// WordPiece from vocab.txt. Settings: "vocabulary_file", "do_lower_case", "do_basic_tokenize",
// "tokenize_chinese_chars", "strip_accents" (default: as do_lower_case); or "pieces": "characters",
// where each character is a token, as behind MeCab, whose words' borders then do not matter.

#include "base/Error.h"
#include "base/PointerFile.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/CompiledAsset.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/SlowTokenizer.h"
#include "media/tokenizers/WordPiece.h"

#include <fmt/format.h>

namespace transept::text {

namespace {

constexpr size_t maximumWordCharacters = 100;
constexpr std::string_view continuation = "##";

/// One token a line; its number is its id.
Vocabulary readVocabularyLines(const Asset &asset) {
  if (isCompiled(asset.bytes))
    return Vocabulary(asset.bytes, asset.name);
  refusePointerFile(asset.bytes, std::string(asset.name));
  TokenIds ids;
  int32_t line = 0;
  for (std::string_view rest = asset.bytes; !rest.empty(); ++line) {
    size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view token = rest.substr(0, end);
    if (token.ends_with('\r'))
      token.remove_suffix(1);
    ids.insert_or_assign(std::string(token), line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (ids.empty())
    throw InputError(fmt::format("{}: found no token, allowed is one a line", asset.name));
  return Vocabulary(ids);
}

class WordPieceTokenizer final : public SlowTokenizer {
public:
  WordPieceTokenizer(const Settings &settings, std::span<const Asset> assets)
      : vocabularyFile(textSetting(settings, "vocabulary_file", "vocab.txt")),
        words(readVocabularyLines(needAsset(assets, vocabularyFile)), continuation,
              maximumWordCharacters),
        areCharacters(choiceSetting(settings, "pieces", {"words", "characters"}) == 1),
        splitsWords(!areCharacters && booleanSetting(settings, "do_basic_tokenize", true)),
        lowers(booleanSetting(settings, "do_lower_case", true)),
        spacesIdeographs(booleanSetting(settings, "tokenize_chinese_chars", true)),
        stripsAccents(booleanSetting(settings, "strip_accents", lowers)) {
    setTokens(readTokenizerConfig(settings, assets), settings, int32_t(words.tokens().size()),
              words.tokens().highestId(),
              [&](const std::string &token) { return words.tokens().idOf(token); });
    if (unknownId() < 0)
      throw InputError("tokenizer_config.json: unk_token: found none, but words need one");
  }

  std::vector<CompiledFile> compile() const override {
    return {{vocabularyFile, words.tokens().compile()}};
  }

private:
  std::string prepare(std::string_view text) const override {
    return lowers && splitsWords ? lowerAroundAddedTokens(validUtf8(text)) : validUtf8(text);
  }

  void segment(std::string_view text, Side, const PieceSink &add) const override {
    if (areCharacters)
      return addCharacters(normalize(text, NormalForm::KC), add);
    std::string clean;
    if (splitsWords) {
      clean = cleanControls(text, Unassigned::Count);
      if (spacesIdeographs)
        clean = spaceIdeographs(clean);
      clean = normalize(clean, NormalForm::C);
      text = clean;
    }
    for (std::string_view word : splitAtSpaces(text))
      addWord(word, cache, add, [&](const PieceSink &pieces) {
        if (splitsWords)
          addBasicWord(word, pieces);
        else
          addPieces(word, pieces);
      });
  }

  void addCharacters(std::string text, const PieceSink &add) const {
    if (lowers)
      text = lowerEach(text);
    for (std::string_view word : splitAtSpaces(text))
      for (size_t position = 0; position < word.size();) {
        size_t length = characterLength(word, position);
        add(word.substr(position, length), -1);
        position += length;
      }
  }

  void addPieces(std::string_view word, const PieceSink &add) const {
    std::vector<int32_t> ids;
    if (!words.split(word, ids))
      return add(unknownToken, -1);
    for (int32_t id : ids)
      add(words.tokens().pieceOf(id), -1);
  }

  void addBasicWord(std::string_view given, const PieceSink &add) const {
    std::string word(given);
    if (stripsAccents)
      word = removeNonSpacingMarks(normalize(word, NormalForm::D));
    for (std::string_view part : splitAtPunctuation(word))
      addPieces(part, add);
  }

  int32_t pieceId(std::string_view piece, Side) const override {
    int32_t id = words.tokens().idOf(piece);
    return id < 0 ? unknownId() : id;
  }

  std::string piece(int32_t id) const override { return words.tokens().pieceOf(id); }

  std::string join(std::vector<std::string> pieces) const override {
    std::string text;
    for (const std::string &each : pieces)
      text += (text.empty() ? "" : " ") + each;
    return std::string(strip(replaceAll(text, " ##", "")));
  }

  std::string vocabularyFile;
  WordPieces words;
  WordCache cache;
  bool areCharacters, splitsWords, lowers, spacesIdeographs, stripsAccents;
};

} // namespace

} // namespace transept::text

extern "C" const transept::text::Kind transept_tokenizer_wordpiece = {
    "wordpiece", transept::text::createKind<transept::text::WordPieceTokenizer>};
