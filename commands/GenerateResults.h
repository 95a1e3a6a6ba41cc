// SPDX-License-Identifier: Apache-2.0
//
// Results of `transept generate` as lines: plain texts, ids, or JSON.

#ifndef TRANSEPT_COMMANDS_GENERATERESULTS_H
#define TRANSEPT_COMMANDS_GENERATERESULTS_H

#include "commands/GenerateSources.h"
#include "media/Transcripts.h"
#include "workbench/alignment/AttentionReport.h"

namespace transept::commands {

struct ResultFormat {
  const text::Tokenizer *tokenizer = nullptr; // may be null
  bool isJson = false, showsIds = false, showsTokenScores = false;
};

/// A transcript as it is shown.
struct TranscriptText {
  std::string text; // without the prompt
  std::string language;
  std::vector<media::TimedText> segments, words; // empty where they are not wanted
  bool wantsTimes = false;
};

struct Result {
  const GenerateSource &source;
  size_t rank; // among the results of its source, 0 is the best
  const Sequence &sequence;
  const workbench::AttentionReport *attention = nullptr; // for JSON
  const TranscriptText *transcript = nullptr;            // for speech
};

/// One line with its end, whatever was generated; one for each segment or word with its time.
std::string formatResult(const ResultFormat &format, const Result &result);

/// What stands in the place of the `count` results of a source that has none: empty lines, or one
/// object with the error.
std::string formatProblem(const ResultFormat &format, const GenerateSource &source,
                          const std::string &problem, size_t count);

} // namespace transept::commands

#endif
