// SPDX-License-Identifier: Apache-2.0
//
// After CTranslate2's replace_unknowns. The tokens around an unknown one are decoded as they would
// be without it; whether there is a blank between them and what takes its place, their own texts
// say.

#include "media/library/UnknownTokens.h"

#include "base/Error.h"
#include "media/library/LastCrossAttention.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/TokenText.h"

#include <algorithm>

namespace transept::media {

namespace {

/// A piece as it is in a text.
std::string plain(const std::string &piece) {
  return piece.starts_with("##") ? piece.substr(2) : text::replaceAll(piece, "\u2581", " ");
}

} // namespace

bool UnknownTokens::areIn(std::span<const int32_t> ids) const {
  int32_t unknown = text.tokenizer->unknownId();
  return unknown >= 0 && std::ranges::find(ids, unknown) != ids.end();
}

/// The sum over the heads, [ids, keyCount].
std::vector<float> UnknownTokens::attention(std::span<const int32_t> ids, transept_source *source,
                                            size_t keyCount) const {
  const transept_model_table &table = text.table;
  if (table.cross_attention_count == 0)
    throw Error(ErrorCode::Unsupported, "unknown tokens cannot be replaced: the model has no "
                                        "cross-attention");
  transept_source_view view{};
  table.runtime->view_source(source, &view);
  if (view.length != keyCount)
    throw Error(ErrorCode::Unsupported,
                "unknown tokens cannot be replaced: the model encodes other "
                "rows than the source's tokens");
  const std::vector<float> weights = lastCrossAttention(text, source, ids, keyCount).weights;
  std::vector<float> sums(ids.size() * keyCount);
  for (size_t index = 0; index < weights.size(); ++index)
    sums[index % sums.size()] += weights[index];
  return sums;
}

/// The text of each source id; empty for what is none of the text, or does not tell.
std::vector<std::string> UnknownTokens::sourceTexts(const GenerationPiece &piece) const {
  const text::Tokenizer &tokenizer = *text.tokenizer;
  std::vector<std::string> texts(piece.ids.size());
  std::vector<int32_t> alone =
      tokenizer.encode(std::string(piece.text), {.addSpecialTokens = false});
  // The end may have been cut off.
  size_t count = std::min(alone.size(), piece.ids.size());
  auto begin = std::ranges::search(piece.ids, std::span(alone).first(count)).begin();
  for (; begin == piece.ids.end() && count != 0; --count)
    begin = std::ranges::search(piece.ids, std::span(alone).first(count - 1)).begin();
  std::vector<std::string> pieces = tokenizer.pieces(std::string(piece.text));
  for (size_t index = 0; index < count; ++index) {
    std::string &mine = texts[size_t(begin - piece.ids.begin()) + index];
    if (alone[index] != tokenizer.unknownId())
      mine = text::tokenText(tokenizer, alone[index], /*isSource=*/true);
    else if (pieces.size() == alone.size() &&
             pieces[index] != tokenizer.decode({{alone[index]}}, {.skipSpecialTokens = false}))
      mine = plain(pieces[index]);
  }
  // A blank by itself belongs to what is behind it; a code of a language, as Marian writes it, is
  // no text.
  for (size_t index = texts.size(); index-- != 0;) {
    bool isCode = texts[index].starts_with(">>") && texts[index].ends_with("<<");
    if (index != 0 && texts[index - 1] == " " && !texts[index].empty())
      texts[index].insert(texts[index].begin(), ' ');
    if (isCode || text::strip(texts[index]).empty())
      texts[index].clear();
  }
  return texts;
}

std::string UnknownTokens::decode(std::span<const int32_t> ids, transept_source *source,
                                  const GenerationPiece &piece,
                                  const text::DecodeOptions &options) const {
  std::vector<float> weights = attention(ids, source, piece.ids.size());
  std::vector<std::string> texts = sourceTexts(piece);
  std::string result;
  size_t done = 0;
  auto addRun = [&](size_t end) {
    std::span<const int32_t> run = ids.subspan(done, end - done);
    std::string decoded = text.tokenizer->decode(run, options);
    bool hasBlank = !run.empty() && text::tokenText(*text.tokenizer, run.front()).starts_with(' ');
    result += (hasBlank && !result.empty() && !decoded.empty() ? " " : "") + decoded;
    done = end + 1;
  };
  // Row p - 1 has chosen token p; what the source's frame is looked at for is no text.
  for (size_t at = 1; at < ids.size(); ++at) {
    if (ids[at] != text.tokenizer->unknownId())
      continue;
    addRun(at);
    std::span row = std::span(weights).subspan((at - 1) * texts.size(), texts.size());
    size_t best = texts.size();
    for (size_t key = 0; key < texts.size(); ++key)
      if (!texts[key].empty() && (best == texts.size() || row[key] > row[best]))
        best = key;
    if (best == texts.size())
      continue;
    bool isFirst = result.empty();
    result += isFirst ? std::string(text::strip(texts[best])) : texts[best];
  }
  addRun(ids.size());
  return result;
}

} // namespace transept::media
