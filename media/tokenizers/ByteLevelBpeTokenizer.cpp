// SPDX-License-Identifier: Apache-2.0
//
// Byte-level BPE from vocab.json and merges.txt: any text has pieces, because any byte has one.
// Settings: "vocabulary_file", "merges_file", "add_prefix_space"; for transcripts
// "timestamps_after" (the token whose successors are timestamps), "prompt_token", "start_token".

#include "base/Error.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/ByteLevel.h"
#include "media/tokenizers/BytePairs.h"
#include "media/tokenizers/CompiledAsset.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/SlowTokenizer.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>

namespace transept::text {

namespace {

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Bytes of a match of <\|\d+\.\d+\|> at the beginning; 0 when there is none.
size_t timestampLength(std::string_view text) {
  size_t at = 2;
  auto digits = [&] {
    size_t begin = at;
    while (at < text.size() && isDigit(text[at]))
      ++at;
    return at > begin;
  };
  if (!text.starts_with("<|") || !digits() || !text.substr(at).starts_with('.'))
    return 0;
  ++at;
  return digits() && text.substr(at).starts_with("|>") ? at + 2 : 0;
}

std::string removeTimestamps(std::string_view text) {
  std::string rest;
  for (size_t position = 0; position < text.size();) {
    size_t length = timestampLength(text.substr(position));
    if (length == 0)
      rest += text[position];
    position += std::max<size_t>(length, 1);
  }
  return rest;
}

class ByteLevelBpeTokenizer final : public SlowTokenizer {
public:
  ByteLevelBpeTokenizer(const Settings &settings, std::span<const Asset> assets)
      : vocabularyFile(textSetting(settings, "vocabulary_file", "vocab.json")),
        mergesFile(textSetting(settings, "merges_file", "merges.txt")),
        vocabulary(readVocabulary(needAsset(assets, vocabularyFile))),
        merges(needAsset(assets, mergesFile), "", TextPairs::Alphabet::Bytes),
        addsBlank(booleanSetting(settings, "add_prefix_space", false)) {
    setTokens(readTokenizerConfig(settings, assets), settings, int32_t(vocabulary.size()),
              vocabulary.highestId(),
              [&](const std::string &token) { return vocabulary.idOf(token); });
    if (unknownId() < 0)
      checkComplete();
    if (!isCompiled(needAsset(assets, mergesFile).bytes))
      checkMerges();
    auto id = [&](const std::string &key) {
      std::string token = textSetting(settings, key, "");
      return addedId(token) >= 0 ? addedId(token) : vocabulary.idOf(token);
    };
    if (int32_t last = id("timestamps_after"); last >= 0)
      firstTimestamp = int64_t(last) + 1;
    promptId = id("prompt_token");
    startId = id("start_token");
  }

  std::vector<CompiledFile> compile() const override {
    return {{vocabularyFile, vocabulary.compile()}, {mergesFile, merges.compile()}};
  }

  std::string decode(std::span<const int32_t> ids, const DecodeOptions &options) const override {
    if (firstTimestamp < 0)
      return SlowTokenizer::decode(ids, options);
    if (options.skipSpecialTokens && !ids.empty() && ids.front() == promptId)
      ids = ids.subspan(size_t(std::find(ids.begin(), ids.end(), startId) - ids.begin()));
    return options.withTimestamps ? decodeTimestamps(ids, options) : decodeSegment(ids, options);
  }

private:
  /// Without an unknown token each piece of any text must be a token.
  void checkComplete() const {
    auto check = [&](std::string_view piece) {
      if (vocabulary.idOf(piece) < 0)
        throw InputError(fmt::format("tokenizer_config.json: unk_token: found none, but '{}' is "
                                     "not in the vocabulary",
                                     piece));
    };
    for (int byte = 0; byte < 256; ++byte)
      check(bytesToCharacters(std::string(1, char(byte))));
    merges.forEachResult(check);
  }

  /// A file that was cut has fewer merges, and texts get other ids. Tokens that no merge makes are
  /// few: they are special, or were added.
  void checkMerges() const {
    std::set<std::string, std::less<>> made;
    merges.forEachResult([&](std::string_view token) { made.emplace(token); });
    size_t longer = 0, unmade = 0;
    std::string first;
    for (size_t place = 0; place < vocabulary.size(); ++place) {
      std::optional<std::string_view> token = vocabulary.tokenOf(vocabulary.idAt(int32_t(place)));
      if (!token || token->size() <= characterLength(*token, 0) || addedId(*token) >= 0)
        continue;
      ++longer;
      if (made.contains(*token))
        continue;
      if (unmade++ == 0)
        first = *token;
    }
    if (unmade > longer / 10)
      throw InputError(fmt::format("{}: found merges for {} of the {} tokens of {} that need one, "
                                   "not for '{}'; allowed is nine of ten or more; is it cut?",
                                   mergesFile, longer - unmade, longer, vocabularyFile, first));
  }

  std::string prepare(std::string_view text) const override {
    return (addsBlank && !text.empty() && !startsWithSpace(text) ? " " : "") + validUtf8(text);
  }

  void segment(std::string_view text, Side, const PieceSink &add) const override {
    auto split = [&](std::string_view part, const PieceSink &pieces) {
      merges.split(bytesToCharacters(part), [&](std::string_view each) { pieces(each, -1); });
    };
    for (size_t length; !text.empty(); text.remove_prefix(length)) {
      length = wordLength(text);
      addParts(text.substr(0, length), merges.joints(), words, add, split);
    }
  }

  int32_t pieceId(std::string_view piece, Side) const override {
    int32_t id = vocabulary.idOf(piece);
    return id < 0 ? unknownId() : id;
  }

  std::string piece(int32_t id) const override { return vocabulary.pieceOf(id); }

  std::string join(std::vector<std::string> pieces) const override {
    std::string text;
    for (const std::string &each : pieces)
      text += tokenToBytes(each);
    return validUtf8(text);
  }

  /// Timestamps that are no tokens of the vocabulary are left out, too.
  std::string decodeSegment(std::span<const int32_t> ids, const DecodeOptions &options) const {
    std::vector<int32_t> known;
    for (int32_t id : ids)
      if (id < firstTimestamp)
        known.push_back(id);
    // Transcripts are not cleaned up, whatever the checkpoint says, as in the original.
    DecodeOptions plain = options;
    plain.cleanUpSpaces = options.cleanUpSpaces.value_or(false);
    return removeTimestamps(SlowTokenizer::decode(known, plain));
  }

  /// A timestamp below the one before it begins a new window, whose times are counted on.
  std::string decodeTimestamps(std::span<const int32_t> ids, const DecodeOptions &options) const {
    constexpr double secondsPerTimestamp = 0.02;
    std::string text;
    double highest = 0, offset = 0;
    size_t begin = 0;
    for (size_t index = 0; index < ids.size(); ++index) {
      if (ids[index] < firstTimestamp)
        continue;
      double time = double(ids[index] - firstTimestamp) * secondsPerTimestamp;
      if (time < highest)
        offset += highest;
      highest = time;
      text += decodeSegment(ids.subspan(begin, index - begin), options);
      text += fmt::format("<|{:.2f}|>", time + offset);
      begin = index + 1;
    }
    return text + decodeSegment(ids.subspan(begin), options);
  }

  std::string vocabularyFile, mergesFile;
  Vocabulary vocabulary;
  TextPairs merges;
  WordCache words;
  bool addsBlank;
  int64_t firstTimestamp = -1;
  int32_t promptId = -1, startId = -1;
};

} // namespace

} // namespace transept::text

extern "C" const transept::text::Kind transept_tokenizer_byte_level_bpe = {
    "byte-level-bpe", transept::text::createKind<transept::text::ByteLevelBpeTokenizer>};
