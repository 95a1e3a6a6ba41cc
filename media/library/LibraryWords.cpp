// SPDX-License-Identifier: Apache-2.0
//
// The library's tokenizer says where words are.

#include "media/library/LibraryWords.h"

#include "base/Error.h"

#include <fmt/format.h>

using namespace transept;

transept_words::transept_words(const transept_text &text, const transept_spoken_ids &spoken) {
  if (!text.table.speech)
    throw Error(
        ErrorCode::Unsupported,
        fmt::format("{} is not a model of speech, so it has no words with times", text.table.name));
  words =
      media::wordsOf(*text.tokenizer,
                     {.ids = {spoken.ids, spoken.count},
                      .times = {spoken.times, spoken.count},
                      .scores = {spoken.scores, spoken.scores ? spoken.count : 0},
                      .end = spoken.end},
                     text.table.speech->first_timestamp_id, spoken.language ? spoken.language : "");
  for (const media::TimedText &word : words)
    views.push_back(
        {word.begin, word.end, {word.text.c_str(), word.text.size()}, word.probability()});
}
