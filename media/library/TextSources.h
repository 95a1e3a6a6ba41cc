// SPDX-License-Identifier: Apache-2.0
//
// Texts as sources: cut into sentences where that is wanted, and tokenized.

#ifndef TRANSEPT_MEDIA_LIBRARY_TEXTSOURCES_H
#define TRANSEPT_MEDIA_LIBRARY_TEXTSOURCES_H

#include "media/library/GenerationSources.h"
#include "media/library/TextModel.h"

#include <deque>

namespace transept::media {

class TextSources final : public GenerationSources {
public:
  /// Throws Error where the model reads no texts, and for a text that is refused and not to be
  /// skipped. The strings must outlive this.
  TextSources(const transept_text &text, std::span<const transept_string> strings,
              const transept_text_options &options);

  /// A decoder alone has no source: its texts are the beginnings of targets.
  std::vector<transept_source_input> inputsOf(std::span<const GenerationPiece> pieces) override;

private:
  void add(std::string_view string, size_t index);
  std::vector<int32_t> read(std::string_view string) const;
  std::vector<int32_t> readSentence(std::string_view sentence, size_t number) const;

  const transept_text &text;
  const transept_text_options &options;
  text::EncodeOptions encoding;
  std::deque<std::string> valid; // texts whose bytes are UTF-8, where they were not
};

} // namespace transept::media

#endif
