// SPDX-License-Identifier: Apache-2.0
//
// A function a call, over the C++ headers.

#include "bindings/web/Calls.h"

namespace transept::web {

namespace {

constexpr const char *reasonOf(FinishReason reason) {
  return reason == FinishReason::End      ? "end"
         : reason == FinishReason::Stop   ? "stop"
         : reason == FinishReason::Length ? "length"
                                          : "cancelled";
}

void write(JsonText &json, const Sequence &sequence) {
  json.begin('{').key("ids").numbers(sequence.ids).key("score").number(sequence.score);
  json.key("finishReason").string(reasonOf(sequence.finishReason));
  if (!sequence.tokenScores.empty())
    json.key("tokenScores").numbers(sequence.tokenScores);
  json.end('}');
}

void write(JsonText &json, const std::vector<TextRange> &ranges) {
  json.begin('[');
  for (const TextRange &range : ranges)
    json.begin('[').number(double(range.begin)).number(double(range.end)).end(']');
  json.end(']');
}

void write(JsonText &json, const TokenPlaces &places) {
  json.begin('{').key("target");
  write(json, places.target);
  json.key("source");
  write(json, places.source);
  json.key("sourceIds").numbers(places.sourceIds).key("weights").begin('[');
  for (std::size_t row = 0; row < places.weights.size(); ++row)
    json.numbers(places.weights[row]);
  json.end(']').end('}');
}

void write(JsonText &json, const TextResult &result) {
  json.begin('{').key("text").string(result.text).key("sequences").begin('[');
  for (const Sequence &sequence : result.sequences)
    write(json, sequence);
  json.end(']');
  if (!result.places.empty()) {
    json.key("places").begin('[');
    for (const TokenPlaces &places : result.places)
      write(json, places);
    json.end(']');
  }
  json.end('}');
}

std::string describe(const OpenModel &opened, Call &) {
  JsonText json;
  const transept_model_table &table = opened.library.table();
  json.begin('{').key("name").string(table.name).key("level").string(opened.model.level().name);
  json.key("weightBytes").number(double(table.weights_size));
  json.key("takesTexts")
      .number(table.text != nullptr)
      .key("takesSounds")
      .number(table.sound != nullptr);
  json.key("featureWidth").number(double(table.source_feature_width));
  return json.end('}').take();
}

std::string translate(const OpenModel &opened, Call &call) {
  std::vector<std::string> texts = call.takeTexts("text");
  TextOptions options = call.settings.textOptions();
  call.settings.refuseUnread();
  if (call.onPart)
    options.onText = [&](std::size_t, std::string_view part) { return call.onPart(part); };
  std::vector<transept_string> strings;
  for (const std::string &text : texts)
    strings.push_back({text.data(), text.size()});
  auto results = detail::textResults(
      opened.library, texts.size(), options,
      [&](const transept_text *text, const transept_text_options *textOptions,
          const transept_generation_options *generation, transept_text_results **handle) {
        transept_generation_options stoppable = call.stoppable(*generation);
        opened.library.call(opened.library.table().text->generate_texts, text, strings.data(),
                            std::uint64_t(strings.size()), textOptions, &stoppable, handle);
      });
  JsonText json;
  json.begin('[');
  for (const TextGeneration &generation : results) {
    json.begin('[');
    for (const TextResult &result : generation.results)
      write(json, result);
    json.end(']');
  }
  return json.end(']').take();
}

std::string generate(const OpenModel &opened, Call &call) {
  std::vector<Id> ids = call.takeIds("ids");
  GenerateOptions options = call.settings.generateOptions();
  call.settings.refuseUnread();
  const Model &model = opened.model;
  Source source = call.floats.empty() ? model.encode(ids) : model.encodeFeatures(call.floats);
  options.onToken = [&](std::size_t, Id) { return call.goesOn(); };
  if (options.returnCount.value_or(1) != 1)
    options.onToken = {};
  JsonText json;
  json.begin('[');
  for (const Sequence &sequence : model.generate(source, options).sequences)
    write(json, sequence);
  return json.end(']').take();
}

/// A transept_segment_function: `context` is a Call.
std::int32_t tellSegment(void *context, const transept_segment *segment) {
  const Call &call = *static_cast<const Call *>(context);
  return call.onPart({segment->text.data, segment->text.size}) ? 0 : 1;
}

std::string write(const transept_sound_functions &functions,
                  const transept_transcript *transcript) {
  std::uint64_t count = 0;
  const transept_segment *views = functions.view_segments(transcript, &count);
  std::span<const transept_segment> segments(views, std::size_t(count));
  std::string text;
  for (const transept_segment &segment : segments)
    text.append(segment.text.data, segment.text.size);
  JsonText json;
  json.begin('{').key("text").string(text);
  json.key("language").string(functions.transcript_language(transcript));
  json.key("segments").begin('[');
  for (const transept_segment &segment : segments) {
    json.begin('{').key("begin").number(segment.begin).key("end").number(segment.end);
    json.key("text").string({segment.text.data, segment.text.size});
    json.key("ids").numbers(std::span(segment.ids, std::size_t(segment.id_count))).end('}');
  }
  return json.end(']').end('}').take();
}

std::string transcribe(const OpenModel &opened, Call &call) {
  const transept_model_table &table = opened.library.table();
  if (!table.sound)
    throw Error(ErrorCode::Unsupported, std::string(table.name) + " takes no sounds");
  SoundSettings settings = call.settings.soundSettings();
  call.settings.refuseUnread();
  transept_transcribe_options options{};
  options.structure_size = sizeof options;
  options.language = settings.language.empty() ? nullptr : settings.language.c_str();
  options.task = settings.task;
  options.conditions_on_previous = settings.conditionsOnPrevious;
  if (call.onPart)
    options.on_segment = tellSegment;
  options.on_segment_context = &call;
  transept_pcm pcm{call.floats.data(), call.floats.size(), settings.sampleRate, 1};
  detail::GenerationOptions generation(settings.generate, 1);
  transept_generation_options stoppable = call.stoppable(*generation.get());
  transept_transcript *transcript = nullptr;
  opened.library.call(table.sound->transcribe, &table, opened.library.model(), &pcm, &options,
                      &stoppable, &transcript);
  std::unique_ptr<transept_transcript, void (*)(transept_transcript *)> owner(
      transcript, table.sound->release_transcript);
  return write(*table.sound, transcript);
}

std::string tokenize(const OpenModel &opened, Call &call) {
  std::vector<std::string> texts = call.takeTexts("text");
  TokenizeOptions options;
  call.settings.read("sourceLanguage", options.sourceLanguage);
  call.settings.refuseUnread();
  return JsonText()
      .numbers(detail::tokenize(opened.library, opened.library.text(),
                                texts.empty() ? "" : texts.front(), options))
      .take();
}

std::string detokenize(const OpenModel &opened, Call &call) {
  std::vector<Id> ids = call.takeIds("ids");
  DetokenizeOptions options;
  call.settings.read("keepsSpecialTokens", options.keepsSpecialTokens);
  call.settings.refuseUnread();
  return JsonText()
      .string(detail::detokenize(opened.library, opened.library.text(), ids, options))
      .take();
}

struct Verb {
  std::string_view name;
  std::string (*perform)(const OpenModel &opened, Call &call);
};

constexpr Verb kVerbs[] = {{"describe", describe}, {"translate", translate},
                           {"generate", generate}, {"transcribe", transcribe},
                           {"tokenize", tokenize}, {"detokenize", detokenize}};

} // namespace

std::vector<std::string> Call::takeTexts(std::string_view name) {
  Setting &setting = settings[name];
  setting.isRead = true;
  return std::move(setting.texts);
}

std::vector<Id> Call::takeIds(std::string_view name) {
  Setting &setting = settings[name];
  setting.isRead = true;
  std::vector<Id> ids;
  ids.reserve(setting.numbers.size());
  for (double number : setting.numbers) {
    if (!(number >= INT32_MIN && number <= INT32_MAX) || number != std::floor(number))
      throw Error(ErrorCode::InvalidArgument, "ids must be integers");
    ids.push_back(Id(number));
  }
  return ids;
}

transept_generation_options Call::stoppable(transept_generation_options options) {
  options.should_stop = [](void *context) -> std::int32_t {
    return static_cast<Call *>(context)->goesOn() ? 0 : 1;
  };
  options.should_stop_context = this;
  return options;
}

std::string perform(const OpenModel &opened, std::string_view name, Call &call) {
  for (const Verb &verb : kVerbs)
    if (verb.name == name)
      return verb.perform(opened, call);
  throw Error(ErrorCode::InvalidArgument, "unknown call '" + std::string(name) + "'");
}

} // namespace transept::web
