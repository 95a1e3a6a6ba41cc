// SPDX-License-Identifier: Apache-2.0
//
// rope_parameters over rope_scaling over the fields of their own, as transformers 5 reads files of
// all versions.

#include "compiler/frontend/families/RotaryFields.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

constexpr NumberRange positiveRange{1e-9, 1e18};

/// The fields of one object of parameters.
void readParameters(JsonFields &parameters, RotaryDefaults &result) {
  std::string type = parameters.text("type", "default");
  type = parameters.text("rope_type", type);
  if (type != "default" && type != "linear")
    refuseValue(type, parameters.where("rope_type"), "\"default\" or \"linear\"");
  result.theta = parameters.number("rope_theta", result.theta, positiveRange);
  result.part = parameters.number("partial_rotary_factor", result.part, {0.0, 1.0});
  double factor = parameters.number("factor", 1.0, positiveRange);
  result.factor = type == "linear" ? factor : 1.0;
  if (auto keys = parameters.unreadKeys(); !keys.empty())
    refuseValue(*parameters.find(keys.front()), parameters.where(keys.front()),
                "left out: this is not supported");
}

} // namespace

Rotary rotaryField(JsonFields &config, int64_t headDim, const RotaryDefaults &defaults,
                   const std::string &layerType) {
  RotaryDefaults result = defaults;
  result.theta = config.number(defaults.thetaKey, result.theta, positiveRange);
  result.part = config.number("partial_rotary_factor", result.part, {0.0, 1.0});
  for (std::string key : {"rope_scaling", "rope_parameters"}) {
    const Json *object = config.find(key);
    if (!object || (key == "rope_scaling" && !defaults.isScaled))
      continue;
    std::string where = config.where(key);
    auto isOfTypes = [](const Json &each) { return each.is_object() || each.is_null(); };
    if (object->is_object() && !object->empty() &&
        std::all_of(object->begin(), object->end(), isOfTypes)) {
      where += "." + layerType;
      if (!object->contains(layerType) || (*object)[layerType].is_null())
        continue;
      object = &(*object)[layerType];
    }
    if (!object->is_object())
      refuseValue(*object, where, "an object");
    JsonFields parameters(*object, where);
    readParameters(parameters, result);
  }
  // As transformers: what is behind the point is cut off.
  auto dims = int64_t(double(headDim) * result.part);
  if (dims < 2 || dims % 2 != 0)
    refuseValue(dims, config.where("partial_rotary_factor"),
                fmt::format("a part of a head's {} columns that is an even number of them, 2 or "
                            "more",
                            headDim));
  return {.dims = dims, .theta = result.theta, .factor = result.factor};
}

} // namespace transept::frontend
