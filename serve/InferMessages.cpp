// SPDX-License-Identifier: Apache-2.0
//
// Only types that a model takes or gives are converted; others are refused by name.

#include "serve/InferMessages.h"

#include "serve/Errors.h"

#include "base/Json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>

namespace transept::serve {

namespace {

using Json = nlohmann::ordered_json;
using inference::InferTensorContents;

/// Options that are texts, whatever they look like.
constexpr std::string_view kTexts[] = {"source_language", "target_language", "prefix"};

/// The protocol's parameters are booleans, integers and texts; other options are JSON in a text.
Json valueOf(const std::string &name, const inference::InferParameter &parameter) {
  switch (parameter.parameter_choice_case()) {
  case inference::InferParameter::kBoolParam:
    return parameter.bool_param();
  case inference::InferParameter::kInt64Param:
    return parameter.int64_param();
  case inference::InferParameter::kDoubleParam:
    return parameter.double_param();
  case inference::InferParameter::kUint64Param:
    return parameter.uint64_param();
  default:
    break;
  }
  const std::string &text = parameter.string_param();
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  bool isText = json.is_discarded() || std::ranges::find(kTexts, name) != std::end(kTexts);
  return isText ? Json(text) : json;
}

template <typename Values> Json listOf(const Values &values) {
  Json list = Json::array();
  for (const auto &each : values)
    list.push_back(each);
  return list;
}

Json contentsOf(const std::string &where, const std::string &type,
                const InferTensorContents &contents) {
  if (type == "BYTES")
    return listOf(contents.bytes_contents());
  if (type == "INT64")
    return listOf(contents.int64_contents());
  if (type == "INT32")
    return listOf(contents.int_contents());
  if (type == "UINT8")
    return listOf(contents.uint_contents());
  if (type == "BOOL")
    return listOf(contents.bool_contents());
  throw HttpError(400, fmt::format("{}: datatype is {}, but must be BYTES, INT64, INT32, UINT8 or "
                                   "BOOL",
                                   where, quoteText(type)));
}

/// Numbers of one size, one after another.
template <typename Number> Json numbersOf(const std::string &where, std::string_view raw) {
  if (raw.size() % sizeof(Number) != 0)
    throw HttpError(400, fmt::format("{}: {} raw bytes are no elements of {} bytes", where,
                                     raw.size(), sizeof(Number)));
  Json list = Json::array();
  for (; !raw.empty(); raw.remove_prefix(sizeof(Number))) {
    Number number{};
    std::memcpy(&number, raw.data(), sizeof(Number));
    list.push_back(number);
  }
  return list;
}

Json textsOf(const std::string &where, std::string_view raw) {
  Json list = Json::array();
  while (!raw.empty()) {
    uint32_t size = 0;
    bool isWhole = raw.size() >= sizeof(size);
    if (isWhole) {
      std::memcpy(&size, raw.data(), sizeof(size));
      raw.remove_prefix(sizeof(size));
      isWhole = size <= raw.size();
    }
    if (!isWhole)
      throw HttpError(400, where + ": the raw bytes end within an element");
    list.push_back(std::string(raw.substr(0, size)));
    raw.remove_prefix(size);
  }
  return list;
}

Json rawOf(const std::string &where, const std::string &type, const std::string &raw) {
  if (type == "BYTES")
    return textsOf(where, raw);
  if (type == "INT64")
    return numbersOf<int64_t>(where, raw);
  if (type == "INT32")
    return numbersOf<int32_t>(where, raw);
  if (type == "UINT8" || type == "BOOL")
    return numbersOf<uint8_t>(where, raw);
  return contentsOf(where, type, {}); // refuses the type
}

template <typename Number> void append(std::string &raw, Number number) {
  raw.append(reinterpret_cast<const char *>(&number), sizeof(number));
}

std::string rawBytes(const Json &output) {
  std::string raw, type = output["datatype"];
  for (const Json &each : output["data"]) {
    if (type == "BYTES") {
      std::string text = each;
      append(raw, uint32_t(text.size()));
      raw += text;
    } else if (type == "INT64") {
      append(raw, each.get<int64_t>());
    } else {
      append(raw, each.is_null() ? 0.0f : each.get<float>());
    }
  }
  return raw;
}

void fillContents(InferTensorContents &contents, const Json &output) {
  std::string type = output["datatype"];
  for (const Json &each : output["data"]) {
    if (type == "BYTES")
      contents.add_bytes_contents(each.get<std::string>());
    else if (type == "INT64")
      contents.add_int64_contents(each.get<int64_t>());
    else
      contents.add_fp32_contents(each.is_null() ? 0.0f : each.get<float>());
  }
}

} // namespace

Json bodyOf(const inference::ModelInferRequest &request) {
  bool isRaw = request.raw_input_contents_size() != 0;
  if (isRaw && request.raw_input_contents_size() != request.inputs_size())
    throw HttpError(400, fmt::format("raw_input_contents has {} entries, but there are {} inputs",
                                     request.raw_input_contents_size(), request.inputs_size()));
  Json inputs = Json::array();
  for (int index = 0; index < request.inputs_size(); ++index) {
    const auto &input = request.inputs(index);
    std::string where = fmt::format("inputs[{}]", index);
    inputs.push_back(
        {{"name", input.name()},
         {"datatype", input.datatype()},
         {"shape", listOf(input.shape())},
         {"data", isRaw ? rawOf(where, input.datatype(), request.raw_input_contents(index))
                        : contentsOf(where, input.datatype(), input.contents())}});
  }
  Json parameters = Json::object();
  for (const auto &[name, value] : request.parameters())
    parameters[name] = valueOf(name, value);
  Json body = {{"id", request.id()}, {"inputs", inputs}, {"parameters", parameters}};
  for (const auto &output : request.outputs())
    body["outputs"].push_back({{"name", output.name()}});
  return body;
}

void fill(inference::ModelInferResponse &response, const Json &answer, bool isRaw) {
  response.set_model_name(answer["model_name"].get<std::string>());
  response.set_id(answer.value("id", ""));
  for (const Json &output : answer["outputs"]) {
    auto &tensor = *response.add_outputs();
    tensor.set_name(output["name"].get<std::string>());
    tensor.set_datatype(output["datatype"].get<std::string>());
    for (const Json &each : output["shape"])
      tensor.add_shape(each.get<int64_t>());
    if (isRaw)
      response.add_raw_output_contents(rawBytes(output));
    else
      fillContents(*tensor.mutable_contents(), output);
  }
}

void fill(inference::ModelMetadataResponse &response, const Json &facts) {
  response.set_name(facts["name"].get<std::string>());
  response.set_platform(facts["platform"].get<std::string>());
  auto add = [](auto &tensor, const Json &each) {
    tensor.set_name(each["name"].template get<std::string>());
    tensor.set_datatype(each["datatype"].template get<std::string>());
    for (const Json &size : each["shape"])
      tensor.add_shape(size.template get<int64_t>());
  };
  for (const Json &each : facts["inputs"])
    add(*response.add_inputs(), each);
  for (const Json &each : facts["outputs"])
    add(*response.add_outputs(), each);
}

} // namespace transept::serve
