// SPDX-License-Identifier: Apache-2.0
//
// The interface of LibreTranslate: /translate, /languages and /detect.

#include "serve/Bodies.h"
#include "serve/Handlers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace transept::serve {

namespace {

bool has(const std::vector<std::string> &list, const std::string &text) {
  return std::ranges::find(list, text) != list.end();
}

/// JSON, or a form as HTML has it.
Json bodyOf(const HttpRequest &request) {
  return mediaType(request.contentType) == "application/x-www-form-urlencoded" ? formBody(request)
                                                                               : jsonBody(request);
}

std::string listed(const std::set<std::string> &codes) {
  return codes.empty() ? "none: no model here translates texts"
                       : fmt::format("one of {}", fmt::join(codes, ", "));
}

/// A model and the languages that it is to translate between; `source` may have been "auto".
struct Direction {
  ModelPointer served;
  std::string source, target;
};

/// The first model, by name, that translates from `source` to `target`.
Direction findDirection(const Models &models, const std::string &source,
                        const std::string &target) {
  std::set<std::string> sources, targets;
  for (const ModelPointer &each : models.all()) {
    if (!each->takesTexts())
      continue;
    targets.insert(each->targetLanguages.begin(), each->targetLanguages.end());
    if (!has(each->targetLanguages, target))
      continue;
    sources.insert(each->sourceLanguages.begin(), each->sourceLanguages.end());
    bool isOnly = source == "auto" && each->sourceLanguages.size() == 1;
    if (isOnly || has(each->sourceLanguages, source))
      return {each, isOnly ? each->sourceLanguages.front() : source, target};
  }
  if (!targets.contains(target))
    throw HttpError(
        400, fmt::format("target is {}, but must be {}", quoteText(target), listed(targets)));
  if (source == "auto")
    throw HttpError(400,
                    fmt::format("source is \"auto\", but no model here detects the language of "
                                "a text; it must be {}",
                                listed(sources)));
  throw HttpError(400, fmt::format("source is {}, but must be {} for the target {}",
                                   quoteText(source), listed(sources), target));
}

struct TranslateRequest {
  std::vector<std::string> texts;
  bool isList = false;
  std::string source, target;
  int alternatives = 0;
};

void readTexts(const Json *given, const Limits &limits, TranslateRequest &result) {
  if (!given)
    throw HttpError(400, "body: expects \"q\", a text or a list of texts");
  result.isList = given->is_array();
  if (!result.isList) {
    result.texts.push_back(toText(*given, "body: q"));
    return;
  }
  if (given->size() > limits.texts)
    throw HttpError(
        400, fmt::format("body: q has {} texts, allowed are {}", given->size(), limits.texts));
  for (const Json &each : *given)
    result.texts.push_back(toText(each, "body: q"));
}

/// A number in JSON, or its text in a form.
int alternativesOf(const Json *given) {
  if (!given)
    return 0;
  if (given->is_string() && given->get<std::string>().size() == 1)
    return int(toInteger(Json(given->get<std::string>()[0] - '0'), "body: alternatives", {0, 9}));
  return int(toInteger(*given, "body: alternatives", {0, 9}));
}

TranslateRequest readTranslate(const Json &body, Call &call) {
  JsonFields fields(body, "body");
  TranslateRequest result;
  std::string key = fields.text("api_key", "");
  if (call.caller.number == 0)
    call.caller = call.service.callerOf(key);
  readTexts(fields.find("q"), call.service.limits, result);
  result.source = fields.text("source", "auto");
  result.target = fields.text("target", "");
  std::string format = fields.text("format", "text");
  result.alternatives = alternativesOf(fields.find("alternatives"));
  refuseUnknown(fields, "q, source, target, format, alternatives, api_key");
  if (format != "text")
    throw HttpError(400, fmt::format("format is {}, but must be text", quoteText(format)));
  return result;
}

TextOptions optionsOf(const TranslateRequest &request, const Direction &direction, Call &call) {
  const ServedModel &served = *direction.served;
  TextOptions options;
  bool hasPrefix = served.settings.targetPrefixes.contains(direction.target);
  if (!served.model.languages().empty()) {
    options.sourceLanguage = served.languageName(direction.source);
    options.targetLanguage = served.languageName(direction.target);
  }
  // A prefix would stand before the first sentence alone, and a text in sentences has one result.
  options.splitsSentences =
      served.settings.splitsSentences && !hasPrefix && request.alternatives == 0;
  options.generate.stop = call.exchange.stop();
  options.generate.schedule = call.schedule();
  if (request.alternatives > 0) {
    const transept_generation_defaults *defaults = served.model.table().generation;
    int count = request.alternatives + 1;
    options.generate.returnCount = count;
    options.generate.beams = std::max(count, defaults ? int(defaults->beams) : 1);
  }
  return options;
}

} // namespace

HttpResponse translate(Call &call) {
  TranslateRequest request = readTranslate(bodyOf(call.request), call);
  Direction direction = findDirection(call.service.models, request.source, request.target);
  const ServedModel &served = *direction.served;
  auto prefix = served.settings.targetPrefixes.find(direction.target);
  std::vector<std::string> texts = request.texts;
  if (prefix != served.settings.targetPrefixes.end())
    for (std::string &text : texts)
      text = prefix->second + text;
  Json translated = Json::array(), alternatives = Json::array();
  for (const TextGeneration &each :
       served.model.generateTexts(texts, optionsOf(request, direction, call))) {
    translated.push_back(each.text());
    Json others = Json::array();
    for (const TextResult &result : each.results)
      if (&result != &each.results.front())
        others.push_back(result.text);
    call.generated(served, each);
    alternatives.push_back(others);
  }
  Json answer = {{"translatedText", request.isList ? translated : translated[0]}};
  if (request.alternatives > 0)
    answer["alternatives"] = request.isList ? alternatives : alternatives[0];
  return {.body = dump(answer)};
}

HttpResponse listLanguages(Call &call) {
  std::map<std::string, std::set<std::string>> targets;
  for (const ModelPointer &served : call.service.models.all())
    if (served->takesTexts())
      for (const std::string &source : served->sourceLanguages)
        targets[source].insert(served->targetLanguages.begin(), served->targetLanguages.end());
  Json list = Json::array();
  for (const auto &[code, reached] : targets)
    list.push_back({{"code", code}, {"name", code}, {"targets", reached}});
  return {.body = dump(list)};
}

HttpResponse detectLanguage(Call &) {
  throw HttpError(501, "no model here detects the language of a text; models of speech detect that "
                       "of a sound: POST /v1/audio/transcriptions");
}

} // namespace transept::serve
