// SPDX-License-Identifier: Apache-2.0
//
// Follows transformers 4.44, tokenization_utils.py: tokenize, prepare_for_model, _decode.

#include "text/SlowTokenizer.h"

#include "text/Unicode.h"

#include <algorithm>
#include <utility>

namespace transept::text {

void SlowTokenizer::indexAddedTokens(int32_t baseSize) {
  for (const auto &[id, token] : addedById) {
    if (token.content.empty())
      continue;
    addedByFirst[token.content.front()].push_back(&token);
    if (!isSpecial(token.content) || (additionalTokens.contains(token.content) && id >= baseSize))
      separateTokens.insert(token.content);
  }
  for (auto &[first, tokens] : addedByFirst)
    std::sort(tokens.begin(), tokens.end(), [](const auto *left, const auto *right) {
      return left->content.size() > right->content.size();
    });
}

const AddedToken *SlowTokenizer::matchAt(std::string_view text) const {
  auto candidates = addedByFirst.find(text.front());
  if (candidates != addedByFirst.end())
    for (const AddedToken *token : candidates->second)
      if (text.starts_with(token->content))
        return token;
  return nullptr;
}

/// The leftmost, there the longest, added tokens and the texts between them.
std::vector<std::string> SlowTokenizer::split(std::string_view text) const {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t position = 0; position < text.size();) {
    const AddedToken *token = matchAt(text.substr(position));
    if (!token) {
      ++position;
      continue;
    }
    if (begin < position)
      parts.emplace_back(text.substr(begin, position - begin));
    parts.push_back(token->content);
    begin = position += token->content.size();
  }
  if (begin < text.size())
    parts.emplace_back(text.substr(begin));
  return parts;
}

std::vector<std::string> SlowTokenizer::tokenize(std::string_view text, Side side) const {
  std::vector<std::string> parts = split(text);
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
  std::vector<std::string> tokens;
  for (std::string &part : parts) {
    if (part.empty())
      continue;
    if (addedIds.contains(part)) {
      tokens.push_back(std::move(part));
      continue;
    }
    for (std::string &each : segment(part, side))
      tokens.push_back(std::move(each));
  }
  return tokens;
}

std::vector<int32_t> SlowTokenizer::encodeSide(std::string_view text, Side side,
                                               const EncodeOptions &options) const {
  std::vector<int32_t> ids;
  for (const std::string &token : tokenize(text, side)) {
    auto added = addedIds.find(token);
    ids.push_back(added != addedIds.end() ? added->second : pieceId(token, side));
  }
  const size_t specialCount = options.addSpecialTokens ? 1 : 0;
  if (options.maximumLength > 0 && ids.size() + specialCount > options.maximumLength)
    ids.resize(std::max(options.maximumLength, specialCount) - specialCount);
  if (options.addSpecialTokens && addsEnd(ids))
    ids.push_back(endTokenId);
  return ids;
}

std::vector<int32_t> SlowTokenizer::encode(std::string_view text,
                                           const EncodeOptions &options) const {
  return encodeSide(text, Side::Source, options);
}

std::vector<int32_t> SlowTokenizer::encodeTarget(std::string_view text,
                                                 const EncodeOptions &options) const {
  return encodeSide(text, Side::Target, options);
}

std::string SlowTokenizer::decode(std::span<const int32_t> ids,
                                  const DecodeOptions &options) const {
  std::string text;
  bool isFirst = true;
  auto append = [&](const std::string &part) {
    text += isFirst ? "" : " ";
    text += part;
    isFirst = false;
  };
  std::vector<std::string> pieces;
  for (int32_t id : ids) {
    if (options.skipSpecialTokens && specialIds.contains(id))
      continue;
    auto added = addedById.find(id);
    std::string token = added != addedById.end() ? added->second.content : piece(id);
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
