// SPDX-License-Identifier: Apache-2.0
//
// safetensors: 8 bytes with the size of a JSON header, the header, the data.

#include "workbench/trace/TraceFile.h"

#include "base/MappedFile.h"
#include "checkpoints/FloatConversion.h"
#include "checkpoints/Safetensors.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstring>

namespace transept::workbench {

using Json = nlohmann::ordered_json;

const TracedValue *Trace::find(const std::string &name) const {
  for (const TracedValue &value : values)
    if (value.name == name)
      return &value;
  return nullptr;
}

void writeTrace(const Trace &trace, OutputFile &file) {
  Json header = {{"__metadata__", trace.facts}};
  uint64_t offset = 0;
  for (const TracedValue &value : trace.values) {
    uint64_t end = offset + value.rows.size() * sizeof(float);
    header[value.name] = {{"dtype", "F32"},
                          {"shape", {value.rowCount(), value.width}},
                          {"data_offsets", {offset, end}}};
    offset = end;
  }
  for (const TracedIds &ids : trace.ids) {
    uint64_t end = offset + ids.rows.size() * sizeof(int32_t);
    header[ids.name] = {{"dtype", "I32"},
                        {"shape", {int64_t(ids.rows.size()) / ids.width, ids.width}},
                        {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  uint64_t size = text.size();
  auto write = [&](const void *bytes, size_t count) {
    file.write({static_cast<const char *>(bytes), count});
  };
  write(&size, sizeof(size));
  write(text.data(), text.size());
  for (const TracedValue &value : trace.values)
    write(value.rows.data(), value.rows.size() * sizeof(float));
  for (const TracedIds &ids : trace.ids)
    write(ids.rows.data(), ids.rows.size() * sizeof(int32_t));
}

/// The metadata of a file that parseSafetensors has accepted.
static std::map<std::string, std::string> factsIn(std::span<const std::byte> bytes) {
  uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof(size));
  auto *text = reinterpret_cast<const char *>(bytes.data()) + sizeof(size);
  Json header = Json::parse(text, text + size);
  std::map<std::string, std::string> facts;
  Json metadata = header.value("__metadata__", Json::object());
  for (auto &[name, value] : metadata.items())
    if (value.is_string())
      facts[name] = value.get<std::string>();
  return facts;
}

Trace readTrace(const std::string &path) {
  MappedFile file(path);
  Trace trace;
  for (const checkpoints::TensorInfo &tensor : checkpoints::parseSafetensors(file.bytes(), path)) {
    if (!checkpoints::isWeightType(tensor.type))
      continue;
    TracedValue value{.name = tensor.name, .width = tensor.shape.empty() ? 1 : tensor.shape.back()};
    value.rows.resize(size_t(tensor.elementCount()));
    checkpoints::convertToFloat(tensor.type, tensor.data.data(), value.rows);
    trace.values.push_back(std::move(value));
  }
  trace.facts = factsIn(file.bytes());
  return trace;
}

} // namespace transept::workbench
