// SPDX-License-Identifier: Apache-2.0
//
// What the public description says: a line {"type", "data", "data_length", "payload_length"}, then
// as many bytes of more data (JSON, whose members come before those of the line) and of payload.

#include "serve/Wyoming.h"

#include "serve/Bodies.h"
#include "serve/Sounds.h"

#include "media/text/Unicode.h"

#include <fmt/format.h>

namespace transept::serve {

namespace {

constexpr const char *kProgram = "transept";
constexpr int kDepth = 16;
constexpr int kSampleBytes = 2; // what all clients send

/// What the list of services says of who made something; clients need each member.
Json artifact(const std::string &name, const std::string &description) {
  return {{"name", name},
          {"attribution", {{"name", "Transept"}, {"url", ""}}},
          {"installed", true},
          {"description", description},
          {"version", TRANSEPT_VERSION}};
}

Json languagesOf(const ServedModel &served) {
  Json codes = Json::array();
  const transept_speech_defaults &speech = *served.model.table().speech;
  for (const transept_language &each : std::span(speech.languages, speech.language_count))
    codes.push_back(each.code);
  return codes;
}

std::string written(const char *type, Json data) {
  return WyomingEvent{.type = type, .data = std::move(data)}.bytes();
}

Json objectOf(std::string_view text) {
  Json json = parseJson(text, "event", {.depth = kDepth});
  if (!json.is_object())
    refuseValue(json, "event", "an object");
  return json;
}

} // namespace

std::string WyomingEvent::bytes() const {
  std::string text = dump(data);
  Json header = {{"type", type}, {"data_length", text.size()}};
  if (!payload.empty())
    header["payload_length"] = payload.size();
  return dump(header) + "\n" + text + payload;
}

WyomingReader::Header WyomingReader::readHeader(std::string_view line) const {
  Json json = objectOf(line);
  JsonFields fields(json, "event");
  Header result{.event = {}, .dataSize = 0, .payloadSize = 0};
  result.event.type = fields.text("type", "");
  if (const Json *data = fields.find("data"))
    result.event.data = *data;
  if (result.event.type.empty() || !result.event.data.is_object())
    throw HttpError(400, "event: expects \"type\", a text, and \"data\", an object or nothing");
  result.dataSize = uint64_t(fields.integer("data_length", 0, {0, int64_t(mostText)}));
  result.payloadSize = uint64_t(fields.integer("payload_length", 0, {0, int64_t(mostPayload)}));
  return result;
}

void WyomingReader::add(std::string_view piece) {
  bytes.erase(0, used);
  used = 0;
  bytes += piece;
}

std::string_view WyomingReader::take(uint64_t count) {
  std::string_view result = left().substr(0, count);
  used += count;
  return result;
}

std::optional<WyomingEvent> WyomingReader::next() {
  if (!header) {
    size_t end = left().find('\n');
    if (std::min(end, left().size()) > mostText)
      throw HttpError(400, fmt::format("an event's line has more than {} bytes", mostText));
    if (end == std::string_view::npos)
      return std::nullopt;
    header = readHeader(take(end));
    take(1);
  }
  if (left().size() < header->dataSize + header->payloadSize)
    return std::nullopt;
  WyomingEvent event = std::move(header->event);
  if (header->dataSize != 0)
    event.data.update(objectOf(take(header->dataSize)));
  event.payload = take(header->payloadSize);
  header.reset();
  return event;
}

std::string WyomingConversation::describe() const {
  Json models = Json::array();
  for (const ModelPointer &each : service.models.all())
    if (each->transcribesSounds()) {
      Json model = artifact(each->name, "a compiled model");
      model["languages"] = languagesOf(*each);
      models.push_back(model);
    }
  Json info;
  for (const char *others : {"tts", "handle", "intent", "wake", "mic", "snd"})
    info[others] = Json::array();
  Json program = artifact(kProgram, "models of speech, compiled by Transept");
  program["models"] = models;
  info["asr"] = models.empty() ? Json::array() : Json::array({program});
  return written("info", info);
}

/// The model that is named, or the first one that transcribes.
ModelPointer WyomingConversation::modelFor(const Json &data) const {
  JsonFields fields(data, "transcribe");
  std::string name = fields.text("name", "");
  if (!name.empty() && name != kProgram) {
    ModelPointer served = service.models.find(name);
    if (!served->transcribesSounds())
      throw HttpError(400, name + " does not transcribe sounds");
    return served;
  }
  for (const ModelPointer &each : service.models.all())
    if (each->transcribesSounds())
      return each;
  throw HttpError(404, "no model here transcribes sounds");
}

void WyomingConversation::begin(const Json &data) {
  JsonFields fields(data, "audio-start");
  int64_t width = fields.integer("width", 0, {});
  if (width != kSampleBytes)
    throw HttpError(400,
                    fmt::format("audio-start: width is {}, but must be {}", width, kSampleBytes));
  utterance.format.pcm.sampleRate =
      int(fields.integer("rate", 0, {features::minimumRate, features::maximumRate}));
  utterance.format.pcm.channels =
      int(fields.integer("channels", 0, {1, features::maximumChannels}));
  utterance.samples.clear();
  if (!utterance.served)
    utterance.served = modelFor(Json::object());
  hasBegun = true;
}

void WyomingConversation::addChunk(const WyomingEvent &event) {
  if (!hasBegun)
    begin(event.data);
  uint64_t most = service.limits.soundBytes;
  if (event.payload.size() > most - std::min<uint64_t>(most, utterance.samples.size()))
    throw HttpError(413, fmt::format("the sound has more than {} bytes", most));
  utterance.samples += event.payload;
}

WyomingConversation::Step WyomingConversation::take(WyomingEvent event) {
  if (event.type == "describe")
    return {.answer = describe()};
  if (event.type == "ping")
    return {.answer = written("pong", event.data)};
  if (event.type == "transcribe") {
    utterance = {.served = modelFor(event.data), .language = {}, .samples = {}, .format = {}};
    utterance.language = JsonFields(event.data, "transcribe").text("language", "");
  } else if (event.type == "audio-start") {
    begin(event.data);
  } else if (event.type == "audio-chunk") {
    addChunk(event);
  } else if (event.type == "audio-stop" && hasBegun) {
    hasBegun = false;
    return {.utterance = std::exchange(utterance, {})};
  }
  return {};
}

std::string transcriptOf(const Utterance &utterance, const Call &call) {
  const ServedModel &served = *utterance.served;
  std::string text, language = utterance.language;
  size_t tokens = 0;
  if (!utterance.samples.empty()) {
    features::WhisperSound sound = served.sounds->openSound(
        std::shared_ptr<const features::SoundBytes>(features::bytesInMemory(utterance.samples)),
        "sound", {}, utterance.format);
    SoundTranscript transcript =
        transept::transcribeSound(served.model, featuresOf(sound),
                                  soundOptions(utterance.language, SpeechTask::Transcribe, call),
                                  [&](const SoundSegment &segment) {
                                    text += textOf(served, segment);
                                    tokens += segment.ids.size();
                                  });
    language = transcript.language;
  }
  call.service.metrics.generated(served.name, tokens);
  Json data = {{"text", std::string(text::strip(text))}};
  if (!language.empty())
    data["language"] = language;
  return written("transcript", data);
}

std::string wyomingError(const Problem &problem) {
  return written("error", {{"text", problem.message}, {"code", std::to_string(problem.status)}});
}

} // namespace transept::serve
