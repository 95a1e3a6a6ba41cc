// SPDX-License-Identifier: Apache-2.0
//
// The parts of a story as JSON: their fields are those of the structures.

#ifndef TRANSEPT_WORKBENCH_STORY_STORYJSON_H
#define TRANSEPT_WORKBENCH_STORY_STORYJSON_H

#include "workbench/story/Story.h"

#include <nlohmann/json.hpp>

namespace transept::story {

using Json = nlohmann::json;

#define STORY_FIELDS NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE

STORY_FIELDS(Pass, argument, stage, summary)
STORY_FIELDS(Remark, pass, category, kind, name, origins, text)
STORY_FIELDS(Tensor, name, type, shape)
STORY_FIELDS(CacheSlot, name, heads, head_dim, bytes_per_token)
STORY_FIELDS(Cache, bytes_per_token, page_tokens, slots)
STORY_FIELDS(Caches, encoder, self)
STORY_FIELDS(Weight, name, layout, bytes, tensors)
// Stories without windows are of launches that look at all keys.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Launch, name, kind, origins, symbol, address,
                                                code_bytes, kernels, strategy, arithmetic, rows,
                                                keys, keys_before, keys_behind, weight_bytes,
                                                bytes_per_row, bytes_per_key, operations_per_row,
                                                operations_per_row_and_key, weights, reads, writes)
STORY_FIELDS(Buffer, name, space, width, stride, offset, bytes, first, last)
STORY_FIELDS(Program, name, level, arena_bytes_per_row, spare_rows, launches, buffers)
STORY_FIELDS(Kernel, symbol, level, address, bytes, calls)
STORY_FIELDS(Options, weights, cache, cpu)
// Stories without lines are of rows that are no places of a grid.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RowStep, kernel, stride, padding, leading,
                                                line_before, line_behind)
STORY_FIELDS(Sizes, has_source, has_target, feature_width, usual_feature_rows, row_steps,
             maximum_source_positions, maximum_target_positions, block_positions,
             source_bytes_per_block, source_bytes_per_position, source_bytes_per_feature_row,
             source_bytes, self_bytes_per_block)

inline void to_json(Json &json, const Operation &operation) {
  json = {{"name", operation.name},         {"kind", operation.kind},
          {"function", operation.function}, {"line", operation.line},
          {"operands", operation.operands}, {"type", operation.type},
          {"side", operation.side},         {"values", operation.values},
          {"origins", operation.origins},   {"passes", operation.passes},
          {"tensors", operation.tensors}};
  if (operation.launch)
    json["launch"] = {operation.launch->first, operation.launch->second};
}

/// Stories that do not say it have it in the name of the type's space: source.convolved0 x 512.
inline std::string sideOfType(std::string_view type) {
  for (std::string_view side : {"source", "target"})
    if (type.starts_with(side) && type.find_first_of(" .", 0) == side.size())
      return std::string(side);
  return "";
}

inline void from_json(const Json &json, Operation &operation) {
  json.at("name").get_to(operation.name);
  json.at("kind").get_to(operation.kind);
  json.at("function").get_to(operation.function);
  json.at("line").get_to(operation.line);
  json.at("operands").get_to(operation.operands);
  json.at("type").get_to(operation.type);
  operation.side = json.value("side", sideOfType(operation.type));
  json.at("values").get_to(operation.values);
  json.at("origins").get_to(operation.origins);
  json.at("passes").get_to(operation.passes);
  json.at("tensors").get_to(operation.tensors);
  if (json.contains("launch"))
    operation.launch = json.at("launch").get<std::pair<uint32_t, uint32_t>>();
}

STORY_FIELDS(Stage, name, level, sentence, text, operations)
STORY_FIELDS(Story, format, model, family, options, stages, passes, remarks, tensors, caches,
             programs, kernels)

#undef STORY_FIELDS

} // namespace transept::story

#endif
