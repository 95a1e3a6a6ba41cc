// SPDX-License-Identifier: Apache-2.0
//
// The words of a segment for callers of C.

#ifndef TRANSEPT_MEDIA_LIBRARY_LIBRARYWORDS_H
#define TRANSEPT_MEDIA_LIBRARY_LIBRARYWORDS_H

#include "media/library/SpokenWords.h"
#include "media/library/TextModel.h"

#include "transept/sound_abi.h"

struct transept_words {
  /// Throws Error for a model that does not transcribe speech.
  transept_words(const transept_text &text, const transept_spoken_ids &spoken);

  std::vector<transept_word> views;

private:
  std::vector<transept::media::TimedText> words;
};

#endif
