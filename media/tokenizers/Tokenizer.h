// SPDX-License-Identifier: Apache-2.0
//
// Strings to token ids and back, as the checkpoint's own tokenizer does it. Tokenizers are created
// from bytes in memory, because a compiled library carries the checkpoint's files inside.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_H
#define TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_H

#include "base/Error.h"
#include "media/tokenizers/Assets.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace transept::text {

struct EncodeOptions {
  bool addSpecialTokens = true;
  /// Longest result, special tokens included; the text's end is cut off. 0 = unbounded. Where not
  /// one id of the text would be left, nothing is cut off, as in Hugging Face.
  size_t maximumLength = 0;
  /// Id of the text's language instead of the settings' (languageId gives it); ignored by
  /// tokenizers that do not mark languages.
  std::optional<int32_t> language = std::nullopt;
  /// The second text of a pair; what is too long is cut off the first.
  std::optional<std::string_view> second = std::nullopt;
};

/// A file of the checkpoint as a library carries it (CompiledAsset.h).
struct CompiledFile {
  std::string name, bytes;
};

struct DecodeOptions {
  bool skipSpecialTokens = true;
  /// Hugging Face's clean_up_tokenization_spaces ("word ." -> "word."); unset: as the checkpoint
  /// says, which is true where it says nothing.
  std::optional<bool> cleanUpSpaces = std::nullopt;
  /// Writes the timestamps of transcripts, "<|0.40|>", which are left out otherwise.
  bool withTimestamps = false;
  /// The ids are a source's, whose vocabulary may be another one.
  bool isSource = false;
};

/// Equal to Hugging Face's slow tokenizers (transformers 4.44), or, made from tokenizer.json, to
/// the fast ones. Immutable: any number of threads
/// may use one. Texts are UTF-8; invalid bytes become U+FFFD. Ids outside the vocabulary are
/// decoded as the unknown token.
class Tokenizer {
public:
  virtual ~Tokenizer() = default;

  /// Ids of a source text.
  virtual std::vector<int32_t> encode(std::string_view text,
                                      const EncodeOptions &options = {}) const = 0;
  /// Ids of a target text, for scoring and prefixes.
  virtual std::vector<int32_t> encodeTarget(std::string_view text,
                                            const EncodeOptions &options = {}) const = 0;
  /// What stands for each id of a source text, special tokens aside, as the model of the tokenizer
  /// writes it ("▁word", "##ing"); nothing where it does not tell.
  virtual std::vector<std::string> pieces(std::string_view /*text*/) const { return {}; }
  /// Text of target ids.
  virtual std::string decode(std::span<const int32_t> ids,
                             const DecodeOptions &options = {}) const = 0;

  /// -1 where the checkpoint has no such token.
  virtual int32_t endId() const = 0;
  virtual int32_t paddingId() const = 0;
  virtual int32_t unknownId() const = 0;
  /// The highest id that a text can have.
  virtual int32_t highestId() const = 0;

  /// The languages that the tokenizer can mark, as the checkpoint names them ("de", "deu_Latn").
  virtual std::vector<std::string> languages() const = 0;
  /// Id of a language, by that name or by its token ("__de__"); -1 for another name. It is what
  /// generation is forced to begin with in many multilingual models.
  virtual int32_t languageId(std::string_view name) const = 0;

  /// What opens faster in place of files of these names.
  virtual std::vector<CompiledFile> compile() const = 0;
};

using Settings = std::map<std::string, std::string>;

/// Kinds and their settings: media/tokenizers/README.md. Settings and assets are those of the
/// description's `tokenizer`. Compiled assets must stay where they are as long as the tokenizer; of
/// others nothing is kept. Throws InputError.
std::unique_ptr<Tokenizer> createTokenizer(std::string_view kind, const Settings &settings,
                                           std::span<const Asset> assets);

} // namespace transept::text

#endif
