// SPDX-License-Identifier: Apache-2.0
//
// The tokenizers library's file as a tokenizer: added tokens are cut out, what is between them is
// normalized, split into pieces and encoded by the model.

#include "media/text/Characters.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/AddedTokens.h"
#include "media/tokenizers/ByteLevel.h"
#include "media/tokenizers/CompiledAsset.h"
#include "media/tokenizers/Frame.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/WordCache.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

#include <fmt/format.h>
#include <set>

namespace transept::text {

namespace {

struct Added {
  AddedToken token;
  int32_t id;
  bool isSpecial;
};

/// Either an added token or a text that is none.
struct Part {
  std::string_view text;
  const Added *added;
};

bool isWordCharacter(std::string_view text, size_t position) {
  const char32_t character = nextCharacter(text, position);
  return character == '_' || isLetter(character) || isNumber(character) || isMark(character);
}

bool endsWithWord(std::string_view text) {
  size_t last = text.size();
  while (last > 0 && (static_cast<unsigned char>(text[--last]) & 0xc0) == 0x80)
    ;
  return !text.empty() && isWordCharacter(text, last);
}

/// The added tokens that are looked for at one stage.
class AddedTokens {
public:
  void add(const std::string &pattern, const Added &added) {
    matcher.add(pattern);
    byPattern.try_emplace(pattern, &added);
  }

  std::vector<Part> split(std::string_view text) const {
    std::vector<Part> parts;
    size_t done = 0;
    for (size_t position = matcher.skip(text); position < text.size();
         position += matcher.skip(text.substr(position))) {
      size_t length = matcher.matchAt(text.substr(position));
      if (length == 0) {
        ++position;
        continue;
      }
      size_t begin = position, end = position += length;
      const Added *added = byPattern.find(text.substr(begin, length))->second;
      if (added->token.isSingleWord && (endsWithWord(text.substr(0, begin)) ||
                                        (end < text.size() && isWordCharacter(text, end))))
        continue;
      if (added->token.stripsLeft)
        begin = done + trim(text.substr(done, begin - done), false, true).size();
      if (added->token.stripsRight)
        end = text.size() - trim(text.substr(end), true, false).size();
      if (done < begin)
        parts.push_back({text.substr(done, begin - done), nullptr});
      parts.push_back({text.substr(begin, end - begin), added});
      done = end;
      position = std::max(position, end);
    }
    if (done < text.size())
      parts.push_back({text.substr(done), nullptr});
    return parts;
  }

private:
  AddedTokenMatcher matcher;
  std::map<std::string, const Added *, std::less<>> byPattern;
};

class JsonTokenizer final : public Tokenizer {
public:
  JsonTokenizer(const Settings &settings, std::span<const Asset> assets) {
    std::string name = "tokenizer.json";
    std::string_view bytes = needAsset(assets, name).bytes;
    std::vector<std::string_view> tables;
    if (isCompiled(bytes)) {
      tables = readCompiled(bytes, name, CompiledKind::Model, 2);
      bytes = tables.front();
      tables.erase(tables.begin());
    }
    Json json = parseObject(bytes, name);
    const Fields fields(json, name);
    auto part = [&](const char *key, auto create) {
      const Json *found = fields.find(key);
      if (!found)
        return;
      const Fields each(*found, name + ": " + key);
      checkGrowth(each);
      create(each);
    };
    part("normalizer", [&](const Fields &each) { normalizer = createNormalizer(each); });
    part("pre_tokenizer", [&](const Fields &each) { preTokenizer = createPreTokenizer(each); });
    model = createModel(Fields(fields.need("model"), name + ": model"), tables,
                        preTokenizer.endsInBytes);
    part("decoder", [&](const Fields &each) { decoder = createDecoder(each); });
    part("post_processor", [&](const Fields &each) {
      TokenFrame ends = readPostProcessor(each);
      frame = Frame(std::move(ends.prefix), std::move(ends.suffix), std::move(ends.between));
    });
    if (fields.find("added_tokens"))
      readAddedTokens(fields.objects("added_tokens"));
    const TokenizerConfig config = readTokenizerConfig(settings, assets);
    if (booleanSetting(settings, "writes_additional_tokens", false))
      std::erase_if(specialTokens, [&](const std::string &token) {
        return std::ranges::none_of(config.tokens,
                                    [&](const auto &role) { return role.content == token; });
      });
    auto id = [&](const std::string &token) { return idOf(token); };
    frame.configure(settings, config, id);
    ends = {idOf(config.token(Role::End).content), idOf(config.token(Role::Padding).content),
            idOf(config.token(Role::Unknown).content)};
    cleansUpSpaces = config.cleansUpSpaces;
    // What is left tells which model it is.
    for (const char *heavy : {"vocab", "merges"})
      if (auto found = json["model"].find(heavy); found != json["model"].end())
        found->clear();
    document = std::move(json);
  }

  std::vector<CompiledFile> compile() const override {
    std::vector<std::string> tables = model->tables();
    const std::string small = document.dump();
    std::vector<std::string_view> sections = {small};
    sections.insert(sections.end(), tables.begin(), tables.end());
    return {{"tokenizer.json", writeCompiled(CompiledKind::Model, sections)}};
  }

  std::vector<int32_t> encode(std::string_view text, const EncodeOptions &options) const override {
    return encodeSide(text, Side::Source, options);
  }

  std::vector<int32_t> encodeTarget(std::string_view text,
                                    const EncodeOptions &options) const override {
    return encodeSide(text, Side::Target, options);
  }

  std::string decode(std::span<const int32_t> ids, const DecodeOptions &options) const override {
    std::vector<std::string> tokens;
    for (int32_t id : ids) {
      auto found = addedById.find(id);
      std::optional<std::string_view> token =
          found != addedById.end() ? found->second.token.content : model->tokenOf(id);
      if (token && !(options.skipSpecialTokens && specialTokens.contains(*token)))
        tokens.emplace_back(*token);
    }
    std::string text;
    const char *separator = decoder ? "" : " ";
    if (decoder && !tokens.empty())
      tokens = decoder(std::move(tokens));
    for (size_t index = 0; index < tokens.size(); ++index)
      text += (index > 0 ? separator : "") + tokens[index];
    return options.cleanUpSpaces.value_or(cleansUpSpaces) ? text::cleanUpSpaces(text) : text;
  }

  int32_t endId() const override { return ends[0]; }
  int32_t paddingId() const override { return ends[1]; }
  int32_t unknownId() const override { return ends[2]; }
  int32_t highestId() const override {
    int32_t added = addedById.empty() ? -1 : addedById.rbegin()->first;
    return std::max(added, model->highestId());
  }
  std::vector<std::string> languages() const override { return frame.languages(); }
  int32_t languageId(std::string_view name) const override { return frame.languageId(name); }

private:
  std::vector<int32_t> encodeSide(std::string_view text, Side side,
                                  const EncodeOptions &options) const {
    std::vector<int32_t> second;
    if (options.second)
      second = tokenIds(*options.second);
    return frame.wrap(tokenIds(text), side, options, second);
  }

  int32_t idOf(const std::string &token) const {
    auto found = addedIds.find(token);
    if (found != addedIds.end())
      return found->second;
    return token.empty() ? -1 : model->idOf(token);
  }

  void readAddedTokens(const std::vector<Fields> &entries) {
    for (const Fields &entry : entries) {
      Added added{.token = {.content = entry.text("content"),
                            .stripsLeft = entry.boolean("lstrip", false),
                            .stripsRight = entry.boolean("rstrip", false),
                            .isSingleWord = entry.boolean("single_word", false)},
                  .id = parseId(entry.need("id"), entry.where("id")),
                  .isSpecial = entry.boolean("special", false)};
      std::string content = added.token.content;
      if (content.empty() || addedIds.contains(content))
        continue;
      if (int32_t known = model->idOf(content); known >= 0)
        added.id = known;
      if (added.isSpecial)
        specialTokens.insert(content);
      addedIds[content] = added.id;
      const Added &kept = addedById.insert_or_assign(added.id, std::move(added)).first->second;
      if (entry.boolean("normalized", !kept.isSpecial))
        lateTokens.add(normalizer ? normalizer(validUtf8(content)) : content, kept);
      else
        earlyTokens.add(content, kept);
    }
  }

  std::vector<int32_t> tokenIds(std::string_view input) const {
    std::string text = validUtf8(input);
    std::vector<int32_t> ids;
    for (const Part &part : earlyTokens.split(text)) {
      if (part.added) {
        ids.push_back(part.added->id);
        continue;
      }
      std::string between(part.text);
      bool isFirst = part.text.data() == text.data();
      if (normalizer)
        between = normalizer(std::move(between));
      for (const Part &late : lateTokens.split(between)) {
        if (late.added)
          ids.push_back(late.added->id);
        else
          encodeText(late.text, isFirst && late.text.data() == between.data(), ids);
      }
    }
    return ids;
  }

  void encodeText(std::string_view text, bool isFirst, std::vector<int32_t> &ids) const {
    auto add = [&](std::string_view word, bool) {
      if (addKnown(word, ids))
        return;
      for (size_t length; !word.empty(); word.remove_prefix(length)) {
        length = model->partLength(word);
        addPart(word.substr(0, length), ids);
      }
    };
    if (preTokenizer.split)
      preTokenizer.split(text, isFirst, add);
    else
      add(text, isFirst);
  }

  bool addKnown(std::string_view word, std::vector<int32_t> &ids) const {
    auto known = cache.find(word);
    if (known)
      ids.insert(ids.end(), known->begin(), known->end());
    return known.has_value();
  }

  void addPart(std::string_view part, std::vector<int32_t> &ids) const {
    if (addKnown(part, ids))
      return;
    const size_t first = ids.size();
    if (preTokenizer.endsInBytes)
      model->encode(bytesToCharacters(part), ids);
    else
      model->encode(part, ids);
    cache.insert(part, std::span(ids).subspan(first));
  }

  Json document; // without what the model has tables of
  std::unique_ptr<TokenModel> model;
  WordCache cache;
  Normalizer normalizer;
  PreTokenizer preTokenizer;
  TokenDecoder decoder;
  Frame frame;
  std::map<int32_t, Added> addedById;
  std::map<std::string, int32_t> addedIds;
  std::set<std::string, std::less<>> specialTokens;
  /// Cut out before and after normalization.
  AddedTokens earlyTokens, lateTokens;
  /// End, padding, unknown.
  std::array<int32_t, 3> ends;
  bool cleansUpSpaces = true;
};

} // namespace

} // namespace transept::text

extern "C" const transept::text::Kind transept_tokenizer_tokenizer_json = {
    "tokenizer-json", transept::text::createKind<transept::text::JsonTokenizer>};
