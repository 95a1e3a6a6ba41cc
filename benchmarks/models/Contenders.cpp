// SPDX-License-Identifier: Apache-2.0
//
// One list of the ways to open a contender.

#include "benchmarks/models/Contenders.h"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace transept::benchmarks {

namespace {

using Json = nlohmann::ordered_json;

std::vector<Phase> readPhases(const Json &item) {
  std::vector<Phase> phases;
  for (const auto &[name, phase] : {std::pair("encode", Phase::Encode),
                                    {"decode", Phase::Decode},
                                    {"end to end", Phase::EndToEnd}}) {
    auto place = item.find("phases");
    if (place == item.end() || std::ranges::count(*place, Json(name)) != 0)
      phases.push_back(phase);
  }
  return phases;
}

std::unique_ptr<Contender> open(const Json &item, unsigned threads) {
  if (item.contains("library"))
    return openTransept(item["library"], threads);
  if (item.contains("encoder"))
    return openOnnxRuntime({.encoder = item["encoder"], .steps = item.at("steps")}, threads);
  std::vector<std::string> command = item.at("command");
  for (std::string &argument : command)
    if (argument == "{threads}")
      argument = std::to_string(threads);
  return openProcess(command);
}

} // namespace

NamedContender openContender(const Json &item, unsigned threads) {
  return {.program = item.at("program"),
          .form = item.value("form", ""),
          .type = item.at("type"),
          .phases = readPhases(item),
          .contender = open(item, threads)};
}

} // namespace transept::benchmarks
