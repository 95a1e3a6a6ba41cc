// SPDX-License-Identifier: Apache-2.0
//
// The sequences of all sentences of a result count as one.

#include "commands/SentenceResults.h"

namespace transept::commands {

namespace {

Sequence together(const std::vector<Sequence> &sequences) {
  Sequence all;
  for (const Sequence &each : sequences) {
    all.ids.insert(all.ids.end(), each.ids.begin(), each.ids.end());
    all.tokenScores.insert(all.tokenScores.end(), each.tokenScores.begin(), each.tokenScores.end());
    all.score += each.score;
    all.finishReason = each.finishReason;
  }
  return all;
}

/// "texts[3]: has ..." in the words of whoever counts sources and gives flags.
std::string asSources(std::string message) {
  constexpr std::string_view beginning = "texts[", end = "]: ", option = "; truncates cuts";
  if (!message.starts_with(beginning))
    return message;
  message.replace(0, beginning.size(), "sources[");
  if (size_t at = message.find(end); at != message.npos)
    message.replace(at, end.size(), "]."); // what follows is of it: "sentence 2 has ..."
  if (size_t at = message.find(option); at != message.npos)
    message.replace(at, option.size(), "; --truncate cuts");
  return message;
}

} // namespace

std::vector<std::string> translateTexts(const Model &model, const Sources &given,
                                        const TextOptions &options, const ResultFormat &format) {
  std::vector<std::string> texts, lines;
  for (const GenerateSource *source : given)
    texts.push_back(source->text);
  std::vector<TextGeneration> results;
  try {
    results = model.generateTexts(texts, options);
  } catch (const Error &error) {
    throw Error(error.code(), asSources(error.what()));
  }
  for (size_t index = 0; index < results.size(); ++index) {
    std::string &text = lines.emplace_back();
    for (size_t rank = 0; rank < results[index].results.size(); ++rank) {
      const TextResult &each = results[index].results[rank];
      Sequence sequence = together(each.sequences);
      TranscriptText shown;
      shown.text = each.text;
      Result result{*given[index], rank, sequence};
      result.transcript = &shown;
      text += formatResult(format, result);
    }
  }
  return lines;
}

} // namespace transept::commands
