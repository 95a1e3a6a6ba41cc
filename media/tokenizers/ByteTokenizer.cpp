// SPDX-License-Identifier: Apache-2.0
//
// Bytes as tokens, behind the three special ones: ByT5's tokenizer, which has no file of its own.

#include "media/text/Unicode.h"
#include "media/tokenizers/Kinds.h"
#include "media/tokenizers/SlowTokenizer.h"

#include <algorithm>

namespace transept::text {

namespace {

class ByteTokenizer final : public SlowTokenizer {
public:
  ByteTokenizer(const Settings &settings, std::span<const Asset> assets) {
    // Hugging Face does not count the special tokens either, and puts the added ones behind them.
    setTokens(readTokenizerConfig(settings, assets), settings, byteCount, firstByte + byteCount - 1,
              [](const std::string &) { return -1; });
  }

  std::vector<CompiledFile> compile() const override { return {}; }

private:
  static constexpr int32_t firstByte = 3, byteCount = 256;

  std::string prepare(std::string_view text) const override { return validUtf8(text); }

  void segment(std::string_view text, Side, const PieceSink &add) const override {
    for (size_t index = 0; index < text.size(); ++index)
      add(text.substr(index, 1), firstByte + uint8_t(text[index]));
  }

  int32_t pieceId(std::string_view, Side) const override { return unknownId(); }

  std::string piece(int32_t id) const override {
    bool isByte = id >= firstByte && id < firstByte + byteCount;
    return isByte ? std::string(1, char(id - firstByte)) : "";
  }

  /// What is no UTF-8 is left out.
  std::string join(std::vector<std::string> pieces) const override {
    std::string bytes, text;
    for (const std::string &each : pieces)
      bytes += each;
    for (size_t position = 0; position < bytes.size();) {
      size_t length = validLength(std::string_view(bytes).substr(position));
      text.append(bytes, position, length);
      position += std::max<size_t>(length, 1);
    }
    return text;
  }

  bool repeatsEnd() const override { return false; }
};

} // namespace

} // namespace transept::text

extern "C" const transept::text::Kind transept_tokenizer_bytes = {
    "bytes", transept::text::createKind<transept::text::ByteTokenizer>};
