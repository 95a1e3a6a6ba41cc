// SPDX-License-Identifier: Apache-2.0
//
// Reads goldens with the front end's own readers, so that a damaged file is an error, not a crash.

#include "workbench/goldens/Goldens.h"
#include "checkpoints/Safetensors.h"

#include "base/Error.h"
#include "base/Json.h"
#include "base/MappedFile.h"

#include <fmt/format.h>

#include <cstring>

namespace transept::workbench {

using checkpoints::ElementType;
using Json = nlohmann::ordered_json;

namespace {

std::map<std::string, std::string> readNames(JsonFields &fields, const char *key) {
  std::map<std::string, std::string> names;
  const Json *object = fields.find(key);
  if (!object)
    return names;
  if (!object->is_object())
    refuseValue(*object, fields.where(key), "an object of tensor names");
  for (const auto &[name, tensor] : object->items())
    names[name] = transept::toText(tensor, fields.where(key) + "." + name);
  return names;
}

GoldenCase readCase(const Json &object, const std::string &origin) {
  if (!object.is_object())
    refuseValue(object, origin, "an object");
  JsonFields fields(object, origin);
  GoldenCase result;
  result.name = fields.text("name", "");
  result.kind = fields.text("kind", "");
  result.inputs = readNames(fields, "inputs");
  result.outputs = readNames(fields, "outputs");
  result.usesGenerationConfig = fields.boolean("uses_generation_config_json", false);
  if (const Json *given = fields.find("generation_args")) {
    if (!given->is_object())
      refuseValue(*given, fields.where("generation_args"), "an object");
    result.generationArguments = *given;
  }
  if (const Json *extra = fields.find("extra")) {
    if (!extra->is_object())
      refuseValue(*extra, fields.where("extra"), "an object");
    result.extra = *extra;
  }
  if (const Json *segments = fields.find("segments"))
    result.segments = *segments;
  if (const Json *prompt = fields.find("decoder_prompt")) {
    if (!prompt->is_array())
      refuseValue(*prompt, fields.where("decoder_prompt"), "a list of ids");
    for (const Json &id : *prompt)
      result.decoderPrompt.push_back(toInteger(id, fields.where("decoder_prompt"),
                                               {.minimum = INT32_MIN, .maximum = INT32_MAX}));
  }
  return result;
}

template <typename Number> int64_t numberAt(std::span<const std::byte> bytes, int64_t index) {
  Number value;
  std::memcpy(&value, bytes.data() + index * int64_t(sizeof(value)), sizeof(value));
  return int64_t(value);
}

/// Some models of many languages are told the target's by its name in generation_config.json: its
/// token stands behind the first one.
void addLanguage(GoldenCase &result, const std::string &directory) {
  auto language = result.generationArguments.find("tgt_lang");
  if (language == result.generationArguments.end())
    return;
  std::string path = directory + "/generation_config.json", name = toText(*language, "tgt_lang");
  Json config = readJsonFile(path);
  JsonFields fields(config, path);
  const Json *languages = fields.find("text_decoder_lang_to_code_id");
  if (!languages || !languages->is_object() || !languages->contains(name))
    refuseValue(*language, "generation argument tgt_lang",
                "a language of " + fields.where("text_decoder_lang_to_code_id"));
  constexpr IntegerRange ids{.minimum = 0, .maximum = INT32_MAX};
  result.decoderPrompt = {fields.integer("decoder_start_token_id", 0, ids),
                          toInteger((*languages)[name], name, ids)};
  result.generationArguments.erase("tgt_lang");
}

} // namespace

Goldens::Goldens(std::string path) : path(std::move(path)) {}
Goldens::Goldens(Goldens &&) noexcept = default;
Goldens::~Goldens() = default;

Goldens Goldens::read(const std::string &directory) {
  Goldens goldens(directory + "/goldens.safetensors");
  std::string listPath = directory + "/goldens.json";
  Json list = readJsonFile(listPath);
  if (!list.is_object() || !list.contains("cases") || !list["cases"].is_array())
    throw InputError(listPath + ": expects an object with a list of cases");
  for (const Json &item : list["cases"]) {
    goldens.caseList.push_back(
        readCase(item, fmt::format("{}: cases[{}]", listPath, goldens.caseList.size())));
    addLanguage(goldens.caseList.back(), directory);
  }
  if (goldens.caseList.empty())
    throw InputError(listPath + ": expects one case or more, but got none");
  goldens.file = std::make_unique<MappedFile>(goldens.path);
  for (checkpoints::TensorInfo &info :
       checkpoints::parseSafetensors(goldens.file->bytes(), goldens.path))
    goldens.tensors.emplace(info.name, info);
  return goldens;
}

const checkpoints::TensorInfo &Goldens::find(const std::string &tensor) const {
  auto found = tensors.find(tensor);
  if (found == tensors.end())
    throw InputError(fmt::format("{}: there is no tensor {}", path, tensor));
  return found->second;
}

IntegerTable Goldens::integers(const std::string &tensor) const {
  const checkpoints::TensorInfo &info = find(tensor);
  if (info.shape.empty() || info.shape.size() > 2)
    throw InputError(fmt::format("{}: expects {} to have 1 or 2 dimensions, but got shape {}", path,
                                 tensor, checkpoints::formatShape(info.shape)));
  IntegerTable table;
  table.rowCount = size_t(info.shape[0]);
  table.columnCount = info.shape.size() == 2 ? size_t(info.shape[1]) : 1;
  for (int64_t index = 0; index < info.elementCount(); ++index) {
    switch (info.type) {
    case checkpoints::ElementType::I64:
      table.values.push_back(numberAt<int64_t>(info.data, index));
      break;
    case checkpoints::ElementType::I32:
      table.values.push_back(numberAt<int32_t>(info.data, index));
      break;
    case checkpoints::ElementType::Bool:
    case checkpoints::ElementType::U8:
      table.values.push_back(numberAt<uint8_t>(info.data, index));
      break;
    default:
      throw InputError(fmt::format("{}: expects {} to hold integers, but got {}", path, tensor,
                                   checkpoints::elementTypeName(info.type)));
    }
  }
  return table;
}

FloatTensor Goldens::floats(const std::string &tensor) const {
  const checkpoints::TensorInfo &info = find(tensor);
  if (info.type != checkpoints::ElementType::F32)
    throw InputError(fmt::format("{}: expects {} to be F32, but got {}", path, tensor,
                                 checkpoints::elementTypeName(info.type)));
  FloatTensor result{info.shape, std::vector<float>(size_t(info.elementCount()))};
  if (!result.values.empty())
    std::memcpy(result.values.data(), info.data.data(), info.data.size());
  return result;
}

} // namespace transept::workbench
