// SPDX-License-Identifier: Apache-2.0
//
// The Open Inference Protocol, version 2, over REST: texts (BYTES) or token ids (INT32, INT64) in,
// texts or ids out.

#include "serve/Bodies.h"
#include "serve/Handlers.h"
#include "serve/Tensors.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::serve {

namespace {

constexpr const char *kVersion = TRANSEPT_VERSION;

Json tensorFacts(const char *name, const char *type, std::vector<int> shape) {
  return {{"name", name}, {"datatype", type}, {"shape", std::move(shape)}};
}

Json parametersOf(JsonFields &fields) {
  const Json *given = fields.find("parameters");
  return given ? *given : Json::object();
}

/// The members that clients may know a request by again.
Json answerOf(const ServedModel &served, JsonFields &fields) {
  Json answer = {{"model_name", served.name}};
  if (std::string id = fields.text("id", ""); !id.empty())
    answer["id"] = id;
  return answer;
}

void requireTexts(const ServedModel &served) {
  if (!served.takesTexts())
    throw HttpError(400, served.sounds
                             ? served.name + " takes sounds: POST /v1/audio/transcriptions"
                             : served.name + " has no tokenizer: give it token ids, in an input "
                                             "named \"ids\"");
}

void prepare(GenerateOptions &generate, const Call &call) {
  generate.stop = call.exchange.stop();
  generate.schedule = call.schedule();
}

/// Results of n sources: [n], or [n, k] where each has k.
std::vector<size_t> shapeOf(size_t sources, size_t results) {
  return results == sources ? std::vector<size_t>{sources}
                            : std::vector<size_t>{sources, results / std::max<size_t>(1, sources)};
}

Json inferTexts(const Call &call, const ServedModel &served, const InputTensor &input,
                TextOptions options) {
  requireTexts(served);
  prepare(options.generate, call);
  std::vector<std::string> texts = textsOf(input);
  Json results = Json::array(), scores = Json::array();
  for (const TextGeneration &generation : served.model.generateTexts(texts, options)) {
    call.generated(served, generation);
    for (const TextResult &result : generation.results) {
      results.push_back(result.text);
      scores.push_back(result.sequences.size() == 1 ? Json(result.sequences[0].score)
                                                    : Json(nullptr));
    }
  }
  std::vector<size_t> shape = shapeOf(texts.size(), results.size());
  Json outputs = {{{"name", "text"}, {"datatype", "BYTES"}, {"shape", shape}, {"data", results}}};
  if (!options.splitsSentences)
    outputs.push_back(
        {{"name", "score"}, {"datatype", "FP32"}, {"shape", shape}, {"data", scores}});
  return outputs;
}

Json inferIds(const Call &call, const ServedModel &served, const InputTensor &input,
              const InputTensor *mask, TextOptions options) {
  if (served.model.sourceVocabularySize() == 0)
    throw HttpError(400, served.name + " takes no token ids");
  if (!options.sourceLanguage.empty() || !options.targetLanguage.empty() || !options.prefix.empty())
    throw HttpError(400, "languages and prefix are for texts: give forced_bos_token_id or "
                         "decoder_start_token_id beside ids");
  prepare(options.generate, call);
  IdRows rows = idRowsOf(input, mask);
  std::vector<SourceInput> inputs;
  inputs.reserve(rows.count);
  for (size_t row = 0; row < rows.count; ++row)
    inputs.push_back(rows[row]);
  std::vector<Source> sources = served.model.encodeBatch(inputs, options.generate.stop);
  std::vector<const Sequence *> sequences;
  std::vector<Generation> generations = served.model.generateBatch(sources, options.generate);
  for (const Generation &generation : generations)
    for (const Sequence &sequence : generation.sequences)
      sequences.push_back(&sequence);
  return idOutputs(call, served, rows.count, sequences);
}

/// Leaves out the outputs that are not asked for.
void select(Json &outputs, const Json *wanted) {
  if (!wanted)
    return;
  if (!wanted->is_array())
    refuseValue(*wanted, "body: outputs", "a list of {\"name\": ...}");
  Json selected = Json::array();
  for (const Json &each : *wanted) {
    std::string name = each.is_object() ? each.value("name", "") : "", names;
    for (const Json &output : outputs) {
      names += (names.empty() ? "" : ", ") + output["name"].get<std::string>();
      if (output["name"] == name)
        selected.push_back(output);
    }
    if (names.find(name) == names.npos || name.empty())
      refuseValue(each, "body: outputs", "objects whose name is one of " + names);
  }
  outputs = selected;
}

} // namespace

HttpResponse checkLive(Call &) {
  return {.body = dump({{"live", true}})};
}

HttpResponse checkReady(Call &call) {
  bool isReady = !call.service.isDraining && !call.service.models.all().empty();
  return {.status = isReady ? 200 : 503, .body = dump({{"ready", isReady}})};
}

HttpResponse describeServer(Call &) {
  return {
      .body = dump(
          {{"name", "transept-serve"}, {"version", kVersion}, {"extensions", {"model_generate"}}})};
}

HttpResponse describeModel(Call &call) {
  ModelPointer served = call.model();
  Json inputs = Json::array(), outputs = Json::array();
  if (served->takesTexts()) {
    inputs.push_back(tensorFacts("text", "BYTES", {-1}));
    outputs.push_back(tensorFacts("text", "BYTES", {-1}));
  }
  if (served->model.sourceVocabularySize() != 0) {
    inputs.push_back(tensorFacts("ids", "INT64", {-1, -1}));
    inputs.push_back(tensorFacts("mask", "INT64", {-1, -1}));
    outputs.push_back(tensorFacts("ids", "INT64", {-1, -1}));
    outputs.push_back(tensorFacts("lengths", "INT64", {-1}));
    outputs.push_back(tensorFacts("score", "FP32", {-1}));
  }
  return {.body = dump({{"name", served->name},
                        {"platform", "transept"},
                        {"inputs", inputs},
                        {"outputs", outputs}})};
}

HttpResponse checkModelReady(Call &call) {
  bool isReady = call.model() && !call.service.isDraining;
  return {.status = isReady ? 200 : 503,
          .body = dump({{"name", call.parameters[0]}, {"ready", isReady}})};
}

HttpResponse infer(Call &call) {
  ModelPointer served = call.model();
  Json body = jsonBody(call.request);
  JsonFields fields(body, "body");
  Json answer = answerOf(*served, fields);
  TextOptions options = textOptions(parametersOf(fields), "body: parameters");
  std::vector<InputTensor> inputs = readInputs(fields.find("inputs"), call.service.limits.texts);
  const Json *wanted = fields.find("outputs");
  refuseUnknown(fields, "id, inputs, outputs, parameters");
  const InputTensor *text = find(inputs, "text"), *ids = find(inputs, "ids");
  if ((text == nullptr) == (ids == nullptr))
    throw HttpError(400, "body: inputs: expects one tensor, \"text\" (BYTES) or \"ids\" (INT32, "
                         "INT64; \"mask\" may be beside it)");
  answer["outputs"] = text ? inferTexts(call, *served, *text, options)
                           : inferIds(call, *served, *ids, find(inputs, "mask"), options);
  select(answer["outputs"], wanted);
  return {.body = dump(answer)};
}

namespace {

struct GenerateRequest {
  ModelPointer served;
  std::string text;
  TextOptions options;
};

GenerateRequest readGenerate(Call &call) {
  GenerateRequest result{.served = call.model(), .text = {}, .options = {}};
  Json body = jsonBody(call.request);
  JsonFields fields(body, "body");
  if (!fields.find("text_input"))
    throw HttpError(400, "body: expects \"text_input\", a text", "text_input");
  result.text = fields.text("text_input", "");
  fields.text("id", "");
  result.options = textOptions(parametersOf(fields), "body: parameters");
  refuseUnknown(fields, "id, text_input, parameters");
  requireTexts(*result.served);
  prepare(result.options.generate, call);
  return result;
}

} // namespace

HttpResponse generateText(Call &call) {
  GenerateRequest request = readGenerate(call);
  TextGeneration result = request.served->model.generateText(request.text, request.options);
  call.generated(*request.served, result);
  return {.body = dump({{"model_name", request.served->name}, {"text_output", result.text()}})};
}

/// Server-sent events, one for each part of the text as soon as it is certain.
HttpResponse streamText(Call &call) {
  GenerateRequest request = readGenerate(call);
  auto send = [&](std::string_view part) {
    if (!call.exchange.isStreaming())
      call.exchange.beginStream("text/event-stream");
    Json event = {{"model_name", request.served->name}, {"text_output", part}};
    call.exchange.write("data: " + dump(event) + "\n\n");
  };
  request.options.onText = [&](size_t, std::string_view part) {
    send(part);
    return true;
  };
  TextGeneration result = request.served->model.generateText(request.text, request.options);
  call.generated(*request.served, result);
  if (!call.exchange.isStreaming())
    send(""); // an empty result is a result
  return {};
}

} // namespace transept::serve
