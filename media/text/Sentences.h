// SPDX-License-Identifier: Apache-2.0
//
// Where a text's sentences end, for models that were trained on single ones.
//
// A line break ends a sentence, and so do . ! ? and the ellipsis, with the quotation marks and
// brackets that close behind them, where white space follows and then no small letter; in scripts
// that write no blanks, their full stop does alone. A full stop ends none behind a single letter
// ("J. Bach"), a number of one or two digits ("3. March") and a short list of abbreviations.

#ifndef TRANSEPT_MEDIA_TEXT_SENTENCES_H
#define TRANSEPT_MEDIA_TEXT_SENTENCES_H

#include <string_view>
#include <vector>

namespace transept::text {

struct Sentence {
  std::string_view text;
  /// The white space up to the next one.
  std::string_view gap;
};

/// All of a text of valid UTF-8, in order. Only the first sentence may be empty: where the text
/// begins with white space, or is nothing.
std::vector<Sentence> splitSentences(std::string_view text);

} // namespace transept::text

#endif
