// SPDX-License-Identifier: Apache-2.0
//
// The parts of a tokenizer.json, in the order in which a text meets them. Each create function
// reads one object of the file; a type that is not supported is refused by name.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_JSON_PARTS_H
#define TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_JSON_PARTS_H

#include "media/tokenizers/tokenizer_json/Fields.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace transept::text {

/// Valid UTF-8 in and out.
using Normalizer = std::function<std::string(std::string)>;
Normalizer createNormalizer(const Fields &fields);

/// Takes the words of a text, one after another, and whether each is from the beginning of the
/// whole text; none is empty.
using WordSink = std::function<void(std::string_view word, bool isFirst)>;
struct PreTokenizer {
  std::function<void(std::string_view text, bool isFirst, const WordSink &)> split;
  /// Words are those of a text whose bytes are yet to be written as characters.
  bool endsInBytes = false;
};
/// `isLast`: nothing follows, so that bytes may be left to be written.
PreTokenizer createPreTokenizer(const Fields &fields, bool isLast = true);

class TokenModel {
public:
  virtual ~TokenModel() = default;
  /// Appends the ids of a piece.
  virtual void encode(std::string_view piece, std::vector<int32_t> &ids) const = 0;
  /// -1 when there is no such token.
  virtual int32_t idOf(const std::string &token) const = 0;
  /// Nothing when there is no such id.
  virtual std::optional<std::string_view> tokenOf(int32_t id) const = 0;
  virtual int32_t highestId() const = 0;
  /// What createModel takes in place of the file's vocabulary and merges.
  virtual std::vector<std::string> tables() const = 0;
  /// Bytes at the beginning of a piece whose ids do not depend on the rest. Where tokens are of
  /// bytes (createModel), the piece is of bytes as well.
  virtual size_t partLength(std::string_view piece) const { return piece.size(); }
};
/// `tables` are views that must stay where they are; none: the file has all of it. `isOfBytes`:
/// tokens are bytes written as characters.
using Tables = std::span<const std::string_view>;
std::unique_ptr<TokenModel> createModel(const Fields &fields, Tables tables, bool isOfBytes);
std::unique_ptr<TokenModel> createUnigramModel(const Fields &fields, Tables tables);
/// One of them; throws InputError where it is missing.
std::string_view tableAt(const Fields &fields, Tables tables, size_t index);

struct TokenFrame {
  std::vector<int32_t> prefix, suffix, between = {}; // the last: of the texts of a pair
};
TokenFrame readPostProcessor(const Fields &fields);

/// Tokens to parts of the text, which are then put together.
using TokenDecoder = std::function<std::vector<std::string>(std::vector<std::string>)>;
TokenDecoder createDecoder(const Fields &fields);

/// Without Unicode's white space at the beginning, at the end.
std::string_view trim(std::string_view text, bool left, bool right);

/// How many times as long a text may come out of a normalizer, pre-tokenizer or decoder at most,
/// but for what is added once. Throws InputError where that is more than texts ever need, or where
/// there are more steps: a few lines could double a text a hundred times.
void checkGrowth(const Fields &fields);

[[noreturn]] void refuseType(const Fields &fields, std::string_view allowed);

} // namespace transept::text

#endif
