// SPDX-License-Identifier: Apache-2.0
//
// Data may be nested as the shape is, or flat: the protocol allows both.

#include "serve/Tensors.h"

#include "serve/Errors.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::serve {

namespace {

void flatten(const Json &value, std::vector<Json> &flat) {
  if (!value.is_array())
    return flat.push_back(value);
  for (const Json &each : value)
    flatten(each, flat);
}

InputTensor readTensor(const Json &json, size_t mostRows) {
  if (!json.is_object())
    refuseValue(json, "body: inputs", "objects with name, datatype, shape and data");
  JsonFields fields(json, "body: inputs");
  InputTensor tensor;
  tensor.name = fields.text("name", "");
  tensor.datatype = fields.text("datatype", "");
  const Json *shape = fields.find("shape"), *data = fields.find("data");
  fields.markRead("parameters");
  refuseUnknown(fields, "name, datatype, shape, data, parameters");
  if (!shape || !shape->is_array() || shape->empty() || shape->size() > 2)
    throw HttpError(400, tensor.where() + ": expects \"shape\", a list of one or two numbers");
  size_t elements = 1;
  for (const Json &each : *shape) {
    tensor.shape.push_back(size_t(toInteger(each, tensor.where() + ".shape", {0, 1 << 24})));
    elements *= tensor.shape.back();
  }
  if (tensor.shape.front() > mostRows && (tensor.shape.size() == 2 || tensor.datatype == "BYTES"))
    throw HttpError(400, fmt::format("{}: the shape has {} rows, allowed are {}", tensor.where(),
                                     tensor.shape.front(), mostRows));
  if (!data)
    throw HttpError(400, tensor.where() + ": expects \"data\"");
  flatten(*data, tensor.data);
  if (tensor.data.size() != elements)
    throw HttpError(400, fmt::format("{}: data has {} elements, but the shape says {}",
                                     tensor.where(), tensor.data.size(), elements));
  return tensor;
}

void requireType(const InputTensor &tensor, std::initializer_list<std::string_view> types) {
  if (std::ranges::find(types, tensor.datatype) != types.end())
    return;
  std::string allowed;
  for (std::string_view type : types)
    allowed += (allowed.empty() ? "" : ", ") + std::string(type);
  throw HttpError(400, fmt::format("{}: datatype is {}, but must be {}", tensor.where(),
                                   quoteText(tensor.datatype), allowed));
}

} // namespace

std::vector<InputTensor> readInputs(const Json *inputs, size_t mostRows) {
  if (!inputs || !inputs->is_array())
    throw HttpError(400, "body: expects \"inputs\", a list of tensors", "inputs");
  std::vector<InputTensor> result;
  for (const Json &each : *inputs) {
    result.push_back(readTensor(each, mostRows));
    const std::string &name = result.back().name;
    if (name != "text" && name != "ids" && name != "mask")
      throw HttpError(400,
                      fmt::format("body: inputs: found a tensor {}, allowed are text, ids, mask",
                                  quoteText(name)));
    if (find(result, name) != &result.back())
      throw HttpError(400, "body: inputs: " + name + " is there twice");
  }
  return result;
}

const InputTensor *find(const std::vector<InputTensor> &inputs, std::string_view name) {
  auto found = std::ranges::find(inputs, name, &InputTensor::name);
  return found == inputs.end() ? nullptr : &*found;
}

std::vector<std::string> textsOf(const InputTensor &tensor) {
  requireType(tensor, {"BYTES"});
  std::vector<std::string> texts;
  texts.reserve(tensor.data.size());
  for (const Json &each : tensor.data)
    texts.push_back(toText(each, tensor.where() + ".data"));
  return texts;
}

SourceInput IdRows::operator[](size_t row) const {
  return {.ids = std::span(ids).subspan(row * length, length),
          .mask = mask.empty() ? std::span<const uint8_t>()
                               : std::span(mask).subspan(row * length, length)};
}

IdRows idRowsOf(const InputTensor &tensor, const InputTensor *mask) {
  requireType(tensor, {"INT64", "INT32"});
  IdRows rows{.count = tensor.shape.size() == 2 ? tensor.shape[0] : 1,
              .length = tensor.shape.back(),
              .ids = {},
              .mask = {}};
  rows.ids.reserve(tensor.data.size());
  for (const Json &each : tensor.data)
    rows.ids.push_back(Id(toInteger(each, tensor.where() + ".data", {INT32_MIN, INT32_MAX})));
  if (!mask)
    return rows;
  requireType(*mask, {"INT64", "INT32", "UINT8", "BOOL"});
  if (mask->shape != tensor.shape)
    throw HttpError(400, "body: inputs: mask must have the shape of ids");
  for (const Json &each : mask->data)
    rows.mask.push_back(each.is_boolean()
                            ? uint8_t(each.get<bool>())
                            : uint8_t(toInteger(each, mask->where() + ".data", {0, 2})));
  return rows;
}

Json idOutputs(const Call &call, const ServedModel &served, size_t sources,
               const std::vector<const Sequence *> &sequences) {
  size_t longest = 0, tokens = 0;
  for (const Sequence *each : sequences) {
    longest = std::max(longest, each->ids.size());
    tokens += each->ids.size();
  }
  call.service.metrics.generated(served.name, tokens);
  Json ids = Json::array(), lengths = Json::array(), scores = Json::array();
  for (const Sequence *each : sequences) {
    for (size_t at = 0; at < longest; ++at)
      ids.push_back(at < each->ids.size() ? each->ids[at] : -1);
    lengths.push_back(each->ids.size());
    scores.push_back(each->score);
  }
  std::vector<size_t> shape{sources};
  if (sources != 0 && sequences.size() != sources)
    shape.push_back(sequences.size() / sources);
  auto output = [](const char *name, const char *type, std::vector<size_t> shape, Json data) {
    return Json{
        {"name", name}, {"datatype", type}, {"shape", std::move(shape)}, {"data", std::move(data)}};
  };
  std::vector<size_t> idShape = shape;
  idShape.push_back(longest);
  return Json::array({output("ids", "INT64", idShape, std::move(ids)),
                      output("lengths", "INT64", shape, std::move(lengths)),
                      output("score", "FP32", shape, std::move(scores))});
}

} // namespace transept::serve
