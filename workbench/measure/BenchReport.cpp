// SPDX-License-Identifier: Apache-2.0
//
// Both forms hold the same numbers; JSON's are not rounded.

#include "workbench/measure/BenchReport.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iterator>

namespace transept::workbench {

using Json = nlohmann::ordered_json;

Json toJson(const MachineLimits &limits) {
  Json products = Json::object();
  const char *names[] = {"f32", "bf16", "int8"};
  for (size_t index = 0; index < std::size(limits.products); ++index)
    if (limits.products[index].operations > 0)
      products[names[index]] = {{"instructions", limits.products[index].instructions},
                                {"operations_per_second", limits.products[index].operations}};
  auto reading = [](const MachineLimits::Reading &reading) {
    return Json{{"bytes_per_second", reading.bytesPerSecond},
                {"buffer_bytes", reading.bufferBytes},
                {"from", reading.from}};
  };
  return {{"products", products},
          {"read_bytes_per_second", limits.decodeWeights.bytesPerSecond},
          {"read_buffer_bytes", limits.decodeWeights.bufferBytes},
          {"cached_bytes_per_second", limits.rows.bytesPerSecond},
          {"reading",
           {{"encode_weights", reading(limits.encodeWeights)},
            {"decode_weights", reading(limits.decodeWeights)},
            {"first_level", reading(limits.few)},
            {"rows", reading(limits.rows)}}}};
}

std::string toText(const MachineLimits &limits) {
  std::string products;
  const char *names[] = {"f32", "bf16", "int8"};
  for (size_t index = 0; index < std::size(limits.products); ++index)
    if (limits.products[index].operations > 0)
      products += fmt::format("{:.0f} Gop/s ({} {}), ", limits.products[index].operations / 1e9,
                              names[index], limits.products[index].instructions);
  auto reading = [](const MachineLimits::Reading &reading) {
    return fmt::format("{:.1f} GB/s{}{}", reading.bytesPerSecond / 1e9,
                       reading.from.empty() ? "" : " from ", reading.from);
  };
  return fmt::format(
      "Limits now: {}reads the {:.1f} MB of weights of encode at {}, the {:.1f} MB of "
      "a decode step at {}, rows at {}",
      products, double(limits.encodeWeights.bufferBytes) / 1e6, reading(limits.encodeWeights),
      double(limits.decodeWeights.bufferBytes) / 1e6, reading(limits.decodeWeights),
      reading(limits.rows));
}

void printJson(const BenchReport &report) {
  Json list = Json::array();
  for (const Figure &figure : report.figures)
    list.push_back({{"name", figure.name},
                    {"unit", figure.unit},
                    {"best", figure.best},
                    {"median", figure.median},
                    {"limit", figure.limit},
                    {"fraction_of_limit", figure.fraction()}});
  Json object = {{"library", report.library},
                 {"name", report.model},
                 {"level", report.level},
                 {"threads", report.threads},
                 {"limits", toJson(report.limits)},
                 {"decode_weight_bytes", report.decodeBytes},
                 {"figures", list}};
  fmt::print("{}\n", object.dump(-1, ' ', false, decltype(object)::error_handler_t::replace));
}

void printTable(const BenchReport &report) {
  fmt::print("{} as {}, {} thread(s). {}\n\n", report.model, report.level, report.threads,
             toText(report.limits));
  fmt::print("{:<24}{:>12}{:>12}{:>12}  {:<10}{}\n", "", "best", "median", "limit", "",
             "of the limit");
  for (const Figure &figure : report.figures) {
    int digits = figure.isRate ? 0 : 3;
    fmt::print("{:<24}{:>12.{}f}{:>12.{}f}{:>12.{}f}  {:<10}{:>6.0f} %\n", figure.name, figure.best,
               digits, figure.median, digits, figure.limit, digits, figure.unit,
               figure.fraction() * 100);
  }
  fmt::print("\n{}\n", report.notes);
}

} // namespace transept::workbench
