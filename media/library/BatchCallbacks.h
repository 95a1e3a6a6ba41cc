// SPDX-License-Identifier: Apache-2.0
//
// A caller's functions during one batch: the runtime counts the batch's sources and knows ids, the
// caller counts its texts and wants words.

#ifndef TRANSEPT_MEDIA_LIBRARY_BATCHCALLBACKS_H
#define TRANSEPT_MEDIA_LIBRARY_BATCHCALLBACKS_H

#include "media/library/GenerationSources.h"
#include "media/library/TextModel.h"

namespace transept::media {

/// The text of a result while its tokens come.
class TextStream {
public:
  /// `given`: ids that the result begins with. `tokenizer` must outlive this.
  TextStream(const text::Tokenizer &tokenizer, std::vector<int32_t> given)
      : tokenizer(&tokenizer), ids(std::move(given)) {}

  /// What is new and certain of the text: whole words. The blank behind a word waits for the next
  /// one, because punctuation may take its place.
  std::string add(int32_t id);
  /// The rest of `text`, which is what the result is in the end.
  std::string finish(const std::string &text);

private:
  std::string takeUpTo(const std::string &text, size_t end);

  const text::Tokenizer *tokenizer;
  std::vector<int32_t> ids;
  std::string given;
};

class BatchCallbacks {
public:
  /// Puts itself between `batch`, whose prompts are set, and the caller's functions. Everything
  /// must outlive this.
  BatchCallbacks(const transept_text &text, const transept_text_options &options,
                 std::span<const GenerationPiece> pieces, transept_generation_options &batch);
  BatchCallbacks(const BatchCallbacks &) = delete;

  /// To be called with each result's whole text once it is there.
  void finish(size_t index, const std::string &text);
  /// Whether on_text asked to stop.
  bool wasStopped() const { return isStopped; }

private:
  void give(size_t index, const std::string &part);

  const transept_text_options &options;
  std::span<const GenerationPiece> pieces;
  transept_allowed_function allowed;
  void *allowedContext;
  std::vector<TextStream> streams; // of each source, where somebody listens
  bool isStopped = false;
};

} // namespace transept::media

#endif
