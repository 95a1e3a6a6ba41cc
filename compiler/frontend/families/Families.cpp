// SPDX-License-Identifier: Apache-2.0
//
// The registry, and choosing a family by model_type and architectures.

#include "compiler/frontend/families/Families.h"

#include "compiler/frontend/Error.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr std::array<std::string_view, 2> marianClasses = {"MarianMTModel", "MarianModel"};
constexpr std::array<std::string_view, 3> t5Classes = {"T5ForConditionalGeneration",
                                                       "T5WithLMHeadModel", "T5Model"};
constexpr std::array<std::string_view, 2> mt5Classes = {"MT5ForConditionalGeneration", "MT5Model"};
constexpr std::array<std::string_view, 2> umt5Classes = {"UMT5ForConditionalGeneration",
                                                         "UMT5Model"};

constexpr std::array<Family, 4> families = {{
    {"marian", marianClasses, describeMarian},
    {"t5", t5Classes, describeT5},
    {"mt5", mt5Classes, describeT5},
    {"umt5", umt5Classes, describeT5},
}};

/// Older checkpoints may have been converted between these classes, whose weights are alike.
bool isAccepted(const Family &family, const std::string &architecture) {
  auto has = [&](std::span<const std::string_view> names) {
    return std::find(names.begin(), names.end(), architecture) != names.end();
  };
  return has(family.architectures) || (family.modelType == "mt5" && has(t5Classes));
}

} // namespace

const Family &findFamily(JsonFields &config) {
  std::string supported;
  for (const Family &family : families)
    supported += fmt::format("{}\"{}\"", supported.empty() ? "" : ", ", family.modelType);
  const auto *type = config.find("model_type");
  if (!type)
    throw Error(
        fmt::format("{} is missing, supported are {}", config.where("model_type"), supported));
  std::string modelType = toText(*type, config.where("model_type"));
  auto family = std::find_if(families.begin(), families.end(),
                             [&](const Family &each) { return each.modelType == modelType; });
  if (family == families.end())
    refuseValue(*type, config.where("model_type"), "one of " + supported);

  if (const auto *architectures = config.find("architectures")) {
    if (!architectures->is_array())
      refuseValue(*architectures, config.where("architectures"), "an array of class names");
    for (const auto &each : *architectures)
      if (!isAccepted(*family, toText(each, config.where("architectures"))))
        refuseValue(each, config.where("architectures"),
                    fmt::format("one of {}", fmt::join(family->architectures, ", ")));
  }
  return *family;
}

} // namespace transept::frontend
