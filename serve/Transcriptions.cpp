// SPDX-License-Identifier: Apache-2.0
//
// OpenAI's transcriptions and translations of sounds, as `transept generate` transcribes them.

#include "serve/Bodies.h"
#include "serve/Handlers.h"
#include "serve/Multipart.h"
#include "serve/Sounds.h"

#include "media/TranscriptWriter.h"
#include "media/text/Unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace transept::serve {

namespace {

struct SoundRequest {
  ModelPointer served;
  std::string_view file;
  std::string fileName, format = "json", language, prompt;
  std::optional<float> temperature;
  bool wantsWords = false, wantsSegments = false, isStreamed = false;
};

/// One field of the form; each but timestamp_granularities[] may be there once.
void readField(const FormPart &part, SoundRequest &result, std::string &model) {
  const std::string &name = part.name;
  std::string value(part.content);
  auto refuse = [&](const std::string &allowed) {
    throw HttpError(400, fmt::format("{} is {}, but must be {}", name, quoteText(value), allowed),
                    name);
  };
  if (name == "model") {
    model = value;
  } else if (name == "file") {
    result.file = part.content;
    result.fileName = part.fileName.empty() ? "file" : part.fileName;
  } else if (name == "language") {
    result.language = value;
  } else if (name == "prompt") {
    result.prompt = value;
  } else if (name == "response_format") {
    constexpr std::string_view formats[] = {"json", "text", "srt", "verbose_json", "vtt"};
    if (std::ranges::find(formats, value) == std::end(formats))
      refuse("json, text, srt, verbose_json or vtt");
    result.format = value;
  } else if (name == "temperature") {
    float number = 0;
    char *end = nullptr;
    number = std::strtof(value.c_str(), &end);
    if (value.empty() || *end != '\0' || !(number >= 0 && number <= 1))
      refuse("0 to 1");
    result.temperature = number;
  } else if (name == "stream") {
    if (value != "true" && value != "false" && value != "True" && value != "False")
      refuse("true or false");
    result.isStreamed = value == "true" || value == "True";
  } else if (name == "timestamp_granularities[]" || name == "timestamp_granularities") {
    if (value != "word" && value != "segment")
      refuse("word or segment");
    (value == "word" ? result.wantsWords : result.wantsSegments) = true;
  } else {
    throw HttpError(400,
                    fmt::format("the form has a field {}, allowed are file, model, language, "
                                "prompt, response_format, temperature, stream and "
                                "timestamp_granularities[]",
                                quoteText(name)),
                    name);
  }
}

void check(const SoundRequest &request) {
  if (!request.served->transcribesSounds())
    throw HttpError(400, request.served->name + " does not transcribe sounds", "model");
  if ((request.wantsWords || request.wantsSegments) && request.format != "verbose_json")
    throw HttpError(400,
                    "timestamp_granularities[] needs response_format verbose_json, but it is " +
                        request.format,
                    "timestamp_granularities[]");
  if (request.isStreamed && request.format != "json")
    throw HttpError(400, "stream needs response_format json, but it is " + request.format,
                    "stream");
}

SoundRequest readSound(Call &call) {
  SoundRequest result;
  std::string model;
  std::vector<std::string> seen;
  for (const FormPart &part : parseMultipart(call.request.body, call.request.contentType)) {
    bool isList = part.name.starts_with("timestamp_granularities");
    if (!isList && std::ranges::find(seen, part.name) != seen.end())
      throw HttpError(400, fmt::format("the form has {} twice", quoteText(part.name)), part.name);
    seen.push_back(part.name);
    readField(part, result, model);
  }
  for (const char *needed : {"file", "model"})
    if (std::ranges::find(seen, needed) == seen.end())
      throw HttpError(400, fmt::format("the form needs a field \"{}\"", needed), needed);
  result.served = call.service.models.find(model);
  check(result);
  return result;
}

SoundOptions optionsOf(const SoundRequest &request, SpeechTask task, const Call &call) {
  SoundOptions options = soundOptions(request.language, task, call);
  options.tokenTimes = request.wantsWords;
  if (request.temperature)
    options.temperatures = {*request.temperature};
  // As Hugging Face's get_prompt_ids: the text stands behind a blank.
  if (!request.prompt.empty())
    options.previousText =
        request.served->tokenizer->encodeTarget(" " + request.prompt, {.addSpecialTokens = false});
  return options;
}

media::WrittenSegment written(const SoundRequest &request, const SoundSegment &segment) {
  const ServedModel &served = *request.served;
  media::WrittenSegment result{.segment = segment, .text = textOf(served, segment), .words = {}};
  if (request.wantsWords)
    result.words = media::wordsOf(served.model, segment, *served.tokenizer);
  return result;
}

/// A transcript that is written while it is found.
class Answer {
public:
  Answer(const SoundRequest &request, Call &call)
      : request(request), call(call), writer(request.format == "text" ? "txt" : request.format) {
    if (isSubtitles())
      body = writer.begin();
  }

  void add(const SoundSegment &segment, double seconds) {
    media::WrittenSegment each = written(request, segment);
    text += each.text;
    tokens += segment.ids.size();
    if (isSubtitles())
      body += writer.add(each);
    if (request.format == "verbose_json")
      addFacts(each, seconds);
    if (request.isStreamed)
      send({{"type", "transcript.text.delta"},
            {"delta",
             tokens == segment.ids.size() ? std::string(text::strip(each.text)) : each.text}});
  }

  HttpResponse finish(const std::string &task, const std::string &language, double seconds) {
    call.service.metrics.generated(request.served->name, tokens);
    std::string whole(text::strip(text));
    Json usage = {{"type", "duration"}, {"seconds", std::llround(std::ceil(seconds))}};
    if (request.isStreamed)
      return send({{"type", "transcript.text.done"}, {"text", whole}, {"usage", usage}}),
             HttpResponse();
    if (isSubtitles())
      return {.contentType =
                  request.format == "vtt" ? "text/vtt; charset=utf-8" : "text/plain; charset=utf-8",
              .body = body};
    if (request.format == "text")
      return {.contentType = "text/plain; charset=utf-8", .body = whole + "\n"};
    if (request.format == "json")
      return {.body = dump({{"text", whole}, {"usage", usage}})};
    Json answer = {{"task", task}, {"language", language}, {"duration", seconds}, {"text", whole}};
    if (request.wantsSegments || !request.wantsWords)
      answer["segments"] = segments;
    if (request.wantsWords)
      answer["words"] = words;
    answer["usage"] = usage;
    return {.body = dump(answer)};
  }

private:
  bool isSubtitles() const { return request.format == "srt" || request.format == "vtt"; }

  void addFacts(media::WrittenSegment &each, double seconds) {
    for (const media::TimedText &word : each.words) {
      std::string_view bare = text::strip(word.text);
      if (!bare.empty())
        words.push_back({{"word", bare},
                         {"start", std::round(std::min(word.begin, seconds) * 1000) / 1000},
                         {"end", std::round(std::min(word.end, seconds) * 1000) / 1000}});
    }
    each.words.clear();
    segments.push_back(media::segmentJson(each, segments.size()));
  }

  void send(const Json &event) {
    if (!call.exchange.isStreaming())
      call.exchange.beginStream("text/event-stream");
    call.exchange.write("data: " + dump(event) + "\n\n");
  }

  const SoundRequest &request;
  Call &call;
  media::TranscriptWriter writer;
  std::string body, text;
  size_t tokens = 0;
  Json segments = Json::array(), words = Json::array();
};

HttpResponse answerSound(Call &call, SpeechTask task, const std::string &taskName) {
  SoundRequest request = readSound(call);
  const ServedModel &served = *request.served;
  features::WhisperSound sound = served.sounds->openSound(
      std::shared_ptr<const features::SoundBytes>(features::bytesInMemory(request.file)),
      request.fileName);
  Answer answer(request, call);
  SoundTranscript transcript = transept::transcribeSound(
      served.model, featuresOf(sound), optionsOf(request, task, call),
      [&](const SoundSegment &segment) { answer.add(segment, sound.seconds()); });
  return answer.finish(taskName, transcript.language, sound.seconds());
}

} // namespace

HttpResponse transcribeSound(Call &call) {
  return answerSound(call, SpeechTask::Transcribe, "transcribe");
}

HttpResponse translateSound(Call &call) {
  return answerSound(call, SpeechTask::Translate, "translate");
}

} // namespace transept::serve
