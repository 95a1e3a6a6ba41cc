// SPDX-License-Identifier: Apache-2.0
//
// Both forms hold the same numbers; JSON's are not rounded.

#include "compiler/driver/BenchReport.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::driver {

using Json = nlohmann::ordered_json;

void printJson(const BenchReport &report) {
  Json list = Json::array();
  for (const Figure &figure : report.figures)
    list.push_back({{"name", figure.name},
                    {"unit", figure.unit},
                    {"best", figure.best},
                    {"median", figure.median},
                    {"limit", figure.limit},
                    {"fraction_of_limit", figure.fraction()}});
  const MachineLimits &limits = report.limits;
  Json object = {{"library", report.library},
                 {"name", report.model},
                 {"threads", report.threads},
                 {"limits",
                  {{"instructions", limits.instructions},
                   {"float_operations_per_second", limits.floatOperations},
                   {"read_bytes_per_second", limits.readBytes},
                   {"read_buffer_bytes", limits.bufferBytes}}},
                 {"decode_weight_bytes", report.decodeBytes},
                 {"figures", list}};
  fmt::print("{}\n", object.dump());
}

void printTable(const BenchReport &report) {
  const MachineLimits &limits = report.limits;
  fmt::print("{}, {} thread(s). Limits now: {:.0f} GFLOP/s (f32 {}), reads {:.1f} GB/s over the "
             "{:.1f} MB of a decode step\n\n",
             report.model, report.threads, limits.floatOperations / 1e9, limits.instructions,
             limits.readBytes / 1e9, double(limits.bufferBytes) / 1e6);
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

} // namespace transept::driver
