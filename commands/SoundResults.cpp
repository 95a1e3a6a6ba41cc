// SPDX-License-Identifier: Apache-2.0
//
// Texts and ids of a sound are one line, which grows; times are a line each.

#include "commands/SoundResults.h"

#include "media/text/Unicode.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace transept::commands {

namespace {

using Json = nlohmann::ordered_json;

std::string oneLine(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

} // namespace

SoundResult::SoundResult(const Model &model, const SoundFormat &format,
                         const GenerateSource &source,
                         std::function<void(const std::string &)> write)
    : model(model), format(format), source(source), write(std::move(write)), writer(format.name) {
  if (!format.name.empty())
    this->write(writer.begin());
}

void SoundResult::add(const SoundSegment &segment) {
  media::WrittenSegment written{.segment = segment, .text = {}, .words = {}};
  const text::Tokenizer *tokenizer = format.lines.tokenizer;
  if (tokenizer) {
    std::vector<Id> ids = segment.ids;
    std::erase_if(ids, [&](Id id) { return id >= model.table().speech->first_timestamp_id; });
    written.text = tokenizer->decode(ids);
    if (format.wantsWords)
      written.words = media::wordsOf(model, segment, *tokenizer);
  }
  written.segment.begin += format.offset;
  written.segment.end += format.offset;
  written.segment.firstFrame += size_t(std::llround(format.offset / format.secondsPerFrame));
  for (media::TimedText &word : written.words)
    for (double *time : {&word.begin, &word.end})
      *time = format.offset + std::min(*time, format.seconds);
  if (!format.name.empty())
    write(writer.add(written));
  else if (format.lines.isJson)
    kept.push_back(std::move(written));
  else
    write(format.wantsTimes && !format.lines.showsIds ? linesOf(written) : textOf(written));
  hasText = true;
}

/// A line for the segment, or for each word.
std::string SoundResult::linesOf(const media::WrittenSegment &written) const {
  auto line = [](double begin, double end, const std::string &text) {
    return fmt::format("[{:.2f} --> {:.2f}] {}\n", begin, end,
                       oneLine(std::string(text::strip(text))));
  };
  if (!format.wantsWords)
    return line(written.segment.begin, written.segment.end, written.text);
  std::string lines;
  for (const media::TimedText &word : written.words)
    if (!text::strip(word.text).empty())
      lines += line(word.begin, word.end, word.text);
  return lines;
}

/// What goes behind the text or the ids so far.
std::string SoundResult::textOf(const media::WrittenSegment &written) const {
  if (format.lines.showsIds)
    return fmt::format("{}{}", hasText ? " " : "", fmt::join(written.segment.ids, " "));
  return oneLine(hasText ? written.text : std::string(text::strip(written.text)));
}

std::string SoundResult::jsonLine(const std::string &language) const {
  Json segments = Json::array();
  std::vector<Id> ids;
  std::string text;
  for (const media::WrittenSegment &written : kept) {
    segments.push_back(media::segmentJson(written, segments.size()));
    ids.insert(ids.end(), written.segment.ids.begin(), written.segment.ids.end());
    text += written.text;
  }
  Json object = {{"file", source.file}, {"rank", 0}, {"ids", ids}};
  if (format.lines.tokenizer)
    object["text"] = text::strip(text);
  if (!language.empty())
    object["language"] = language;
  object["segments"] = segments;
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void SoundResult::finish(const std::string &language) {
  if (!format.name.empty())
    write(writer.end(language));
  else if (format.lines.isJson)
    write(jsonLine(language));
  else if (format.lines.showsIds || !format.wantsTimes)
    write("\n");
}

} // namespace transept::commands
