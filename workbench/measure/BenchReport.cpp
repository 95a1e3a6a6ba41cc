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
  return {{"products", products},
          {"read_bytes_per_second", limits.readBytes},
          {"read_buffer_bytes", limits.bufferBytes},
          {"cached_bytes_per_second", limits.cachedBytes}};
}

std::string toText(const MachineLimits &limits) {
  std::string products;
  const char *names[] = {"f32", "bf16", "int8"};
  for (size_t index = 0; index < std::size(limits.products); ++index)
    if (limits.products[index].operations > 0)
      products += fmt::format("{:.0f} Gop/s ({} {}), ", limits.products[index].operations / 1e9,
                              names[index], limits.products[index].instructions);
  return fmt::format(
      "Limits now: {}reads {:.1f} GB/s over the {:.1f} MB of a decode step, {:.0f} from caches",
      products, limits.readBytes / 1e9, double(limits.bufferBytes) / 1e6, limits.cachedBytes / 1e9);
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
