// SPDX-License-Identifier: Apache-2.0
//
// Follows transformers 4.44, tokenization_utils.py: tokenize, prepare_for_model, _decode.

#include "media/tokenizers/SlowTokenizer.h"

#include "media/text/Characters.h"
#include "media/text/Unicode.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace transept::text {

int32_t SlowTokenizer::addSpecial(const AddedToken &token, int32_t &nextId,
                                  const Frame::IdOf &baseId) {
  if (token.content.empty())
    return -1;
  specialTokens.insert(token.content);
  if (!addedIds.contains(token.content)) {
    int32_t id = baseId(token.content);
    id = id < 0 ? nextId++ : id;
    addedById[id] = token;
    addedIds[token.content] = id;
  }
  int32_t id = addedIds[token.content];
  specialIds.insert(id);
  return id;
}

void SlowTokenizer::setTokens(const TokenizerConfig &config, const Settings &settings,
                              int32_t baseSize, int32_t highestBaseId, const Frame::IdOf &baseId) {
  addedById = config.addedTokens;
  int32_t nextId = baseSize;
  for (const auto &[id, token] : addedById) {
    addedIds[token.content] = id;
    nextId += baseId(token.content) < 0 ? 1 : 0;
  }
  std::array<int32_t, roleCount> ids;
  for (size_t role = 0; role < roleCount; ++role)
    ids[role] = addSpecial(config.tokens[role], nextId, baseId);
  for (const AddedToken &token : config.additionalTokens.value_or(std::vector<AddedToken>())) {
    addSpecial(token, nextId, baseId);
    additionalTokens.insert(token.content);
  }
  if (booleanSetting(settings, "writes_additional_tokens", false))
    specialIds = {ids.begin(), ids.end()};
  unknownToken = config.token(Role::Unknown).content;
  endTokenId = ids[size_t(Role::End)];
  unknownTokenId = ids[size_t(Role::Unknown)];
  paddingTokenId = ids[size_t(Role::Padding)];
  highestTokenId = highestBaseId;
  if (!addedById.empty())
    highestTokenId = std::max(highestTokenId, addedById.rbegin()->first);
  cleansUpSpaces = config.cleansUpSpaces;
  addedVocabulary = Vocabulary(TokenIds(addedIds.begin(), addedIds.end()));
  indexAddedTokens(baseSize, booleanSetting(settings, "separates_added_tokens", false));
  if (endTokenId >= 0)
    frame = Frame({}, {endTokenId});
  frame.configure(settings, config, [&](const std::string &token) {
    int32_t id = addedId(token);
    return id >= 0 ? id : baseId(token);
  });
}

int32_t SlowTokenizer::addedId(std::string_view token) const {
  return addedVocabulary.idOf(token);
}

void SlowTokenizer::indexAddedTokens(int32_t baseSize, bool separatesAll) {
  separator = separatesAll ? "" : " ";
  for (const auto &[id, token] : addedById) {
    matcher.add(token.content);
    if (separatesAll || !isSpecial(token.content) ||
        (additionalTokens.contains(token.content) && id >= baseSize))
      separateTokens.insert(token.content);
  }
}

std::string SlowTokenizer::lowerAroundAddedTokens(std::string_view text) const {
  std::string result;
  while (!text.empty()) {
    size_t length = matcher.matchAt(text);
    if (length > 0) {
      result += text.substr(0, length);
    } else {
      length = characterLength(text, 0);
      length += matcher.skip(text.substr(length));
      result += lowerEach(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return result;
}

/// The leftmost, there the longest, added tokens and the texts between them.
std::vector<std::string> SlowTokenizer::split(std::string_view text) const {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t position = matcher.skip(text); position < text.size();
       position += matcher.skip(text.substr(position))) {
    size_t length = matcher.matchAt(text.substr(position));
    if (length == 0) {
      ++position;
      continue;
    }
    if (begin < position)
      parts.emplace_back(text.substr(begin, position - begin));
    parts.emplace_back(text.substr(position, length));
    begin = position += length;
  }
  if (begin < text.size())
    parts.emplace_back(text.substr(begin));
  return parts;
}

void SlowTokenizer::tokenize(std::string_view text, Side side, const PieceSink &add) const {
  std::vector<std::string> parts = split(text);
  if (!parts.empty() && parts.front().size() == text.size() && !addedIds.contains(text))
    return segment(text, side, add);
  tokenizeParts(std::move(parts), side, add);
}

void SlowTokenizer::tokenizeParts(std::vector<std::string> parts, Side side,
                                  const PieceSink &add) const {
  for (size_t index = 0; index < parts.size(); ++index) {
    auto found = addedIds.find(parts[index]);
    if (found == addedIds.end())
      continue;
    const AddedToken &token = addedById.at(found->second);
    std::string *left = index > 0 ? &parts[index - 1] : nullptr;
    std::string *right = index + 1 < parts.size() ? &parts[index + 1] : nullptr;
    if (token.stripsRight && right)
      *right = std::string(stripLeft(*right));
    if (token.stripsLeft && left)
      *left = std::string(stripRight(*left));
    if (token.isSingleWord && left && !left->empty() && left->back() != ' ') {
      *left += parts[index];
      parts[index].clear();
    } else if (token.isSingleWord && right && !right->empty() && right->front() != ' ') {
      right->insert(0, parts[index]);
      parts[index].clear();
    }
  }
  for (const std::string &part : parts) {
    if (part.empty())
      continue;
    if (addedIds.contains(part))
      add(part, -1);
    else
      segment(part, side, add);
  }
}

int32_t SlowTokenizer::tokenId(std::string_view token, Side side) const {
  int32_t added = addedId(token);
  return added >= 0 ? added : pieceId(token, side);
}

void SlowTokenizer::rememberIds(int32_t count) {
  rememberedCount = count;
  for (auto &ids : remembered)
    ids.reset(new std::atomic<int32_t>[size_t(count)]());
}

int32_t SlowTokenizer::rememberedId(std::string_view piece, int32_t id, Side side) const {
  if (id >= rememberedCount)
    return tokenId(piece, side);
  std::atomic<int32_t> &place = remembered[size_t(side)][size_t(id)];
  if (int32_t known = place.load(std::memory_order_relaxed); known > 0)
    return known - 2;
  int32_t found = tokenId(piece, side);
  if (found <= std::numeric_limits<int32_t>::max() - 2)
    place.store(found + 2, std::memory_order_relaxed);
  return found;
}

bool SlowTokenizer::addKnown(std::string_view word, const WordCache &cache,
                             const PieceSink &add) const {
  auto known = cache.find(word);
  if (known)
    for (int32_t id : *known)
      add({}, id);
  return known.has_value();
}

void SlowTokenizer::addNew(std::string_view word, const WordCache &cache, const PieceSink &add,
                           const std::function<void(const PieceSink &)> &split) const {
  std::vector<int32_t> found;
  split([&](std::string_view piece, int32_t) { found.push_back(tokenId(piece, Side::Source)); });
  cache.insert(word, found);
  for (int32_t id : found)
    add({}, id);
}

std::vector<int32_t> SlowTokenizer::encodeSide(std::string_view text, Side side,
                                               const EncodeOptions &options) const {
  auto idsOf = [&](std::string_view part) {
    std::vector<int32_t> ids;
    tokenize(prepare(part), side, [&](std::string_view token, int32_t id) {
      ids.push_back(id < 0                 ? tokenId(token, side)
                    : rememberedCount == 0 ? id
                                           : rememberedId(token, id, side));
    });
    return ids;
  };
  std::vector<int32_t> second;
  if (options.second)
    second = idsOf(*options.second);
  std::vector<int32_t> framed = frame.wrap(idsOf(text), side, options, second);
  if (options.addSpecialTokens && !repeatsEnd() && framed.size() > 1 &&
      framed[framed.size() - 2] == endTokenId && framed.back() == endTokenId)
    framed.pop_back();
  return framed;
}

std::vector<int32_t> SlowTokenizer::encode(std::string_view text,
                                           const EncodeOptions &options) const {
  return encodeSide(text, Side::Source, options);
}

std::vector<int32_t> SlowTokenizer::encodeTarget(std::string_view text,
                                                 const EncodeOptions &options) const {
  return encodeSide(text, Side::Target, options);
}

std::vector<std::string> SlowTokenizer::pieces(std::string_view text) const {
  std::vector<std::string> result;
  tokenize(prepare(text), Side::Source, [&](std::string_view token, int32_t id) {
    result.push_back(token.empty() && id >= 0 ? sourcePiece(id) : std::string(token));
  });
  return result;
}

std::string SlowTokenizer::decode(std::span<const int32_t> ids,
                                  const DecodeOptions &options) const {
  std::string text;
  bool isFirst = true;
  auto append = [&](const std::string &part) {
    text += isFirst ? "" : separator;
    text += part;
    isFirst = false;
  };
  std::vector<std::string> pieces;
  for (int32_t id : ids) {
    if (options.skipSpecialTokens && specialIds.contains(id))
      continue;
    auto added = addedById.find(id);
    std::string token = added != addedById.end() ? added->second.content
                        : options.isSource       ? sourcePiece(id)
                                                 : piece(id);
    if (token.empty())
      token = unknownToken;
    if (!separateTokens.contains(token)) {
      pieces.push_back(std::move(token));
      continue;
    }
    if (!pieces.empty())
      if (std::string before = join(std::exchange(pieces, {})); !before.empty())
        append(before);
    append(token);
  }
  if (!pieces.empty())
    append(join(std::move(pieces)));
  return options.cleanUpSpaces.value_or(cleansUpSpaces) ? text::cleanUpSpaces(std::move(text))
                                                        : text;
}

} // namespace transept::text
