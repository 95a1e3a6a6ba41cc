// SPDX-License-Identifier: Apache-2.0
//
// `transept forecast`: series of numbers in, quantiles of how they go on out.

#include "commands/Checks.h"
#include "commands/Commands.h"
#include "commands/LineCommand.h"

#include "base/Error.h"
#include "base/Json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>

namespace transept::commands {

namespace {

using Json = nlohmann::ordered_json;

struct ForecastCommand {
  LineCommand lines;
  size_t horizon = 0;
};

bool isNan(std::string_view text) {
  return text.size() == 3 && (text[0] | 32) == 'n' && (text[1] | 32) == 'a' &&
         (text[2] | 32) == 'n';
}

/// Numbers between blanks or single commas; "nan", or nothing between two commas, is missing.
std::vector<float> parseSeries(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  std::vector<float> series;
  auto take = [&](std::string_view text) {
    float value = std::numeric_limits<float>::quiet_NaN();
    auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool isNumber = problem == std::errc() && end == text.data() + text.size();
    if (!text.empty() && !isNan(text) && (!isNumber || !std::isfinite(value)))
      throw InputError(fmt::format("value {} is {}, but must be a finite number of f32, or nan",
                                   series.size() + 1, quoteText(text)));
    series.push_back(value);
  };
  bool isBehindComma = false; // a value must follow, or is missing
  for (size_t at = 0;;) {
    at = std::min(line.find_first_not_of(blanks, at), line.size());
    size_t end = std::min(line.find_first_of(" \t\r,", at), line.size());
    if (end != at || isBehindComma || (at < line.size() && line[at] == ','))
      take(line.substr(at, end - at));
    end = std::min(line.find_first_not_of(blanks, end), line.size());
    isBehindComma = end < line.size() && line[end] == ',';
    if (end == line.size())
      break;
    at = isBehindComma ? end + 1 : end;
  }
  if (series.empty())
    throw InputError("expects one number or more, but got none");
  return series;
}

std::string resultOf(const ForecastCommand &command, const GenerateSource &source,
                     const Forecast &result) {
  if (command.lines.isJson) {
    Json object = {{"line", source.line}, {"horizon", result.horizon}};
    Json &quantiles = object["quantiles"] = Json::object();
    for (size_t index = 0; index < result.quantiles.size(); ++index)
      quantiles[fmt::format("{}", result.quantiles[index])] = result.row(index);
    return object.dump() + "\n";
  }
  std::string text;
  for (size_t index = 0; index < result.quantiles.size(); ++index)
    text += fmt::format("{}\t{}\n", result.quantiles[index], fmt::join(result.row(index), " "));
  return text + "\n";
}

void forecast(const ForecastCommand &command) {
  const Model model = command.lines.open();
  if (!model.table().forecaster)
    throw InputError(command.lines.library + " forecasts no series");
  auto read = [](const std::string &line, GenerateSource &source) {
    source.features = parseSeries(line);
  };
  runLines(command.lines, read, [&](const Sources &given) {
    std::vector<std::span<const float>> series;
    for (const GenerateSource *source : given)
      series.emplace_back(source->features);
    std::vector<std::string> results;
    for (const Forecast &each : model.forecastBatch(series, command.horizon))
      results.push_back(resultOf(command, *given[results.size()], each));
    return results;
  });
}

} // namespace

void addForecastCommand(CLI::App &program) {
  auto options = std::make_shared<ForecastCommand>();
  CLI::App *command = program.add_subcommand(
      "forecast",
      "say how series of numbers go on\n"
      "A line is a series, oldest first, its numbers divided by blanks or commas; nan is "
      "one that is missing.\n"
      "Writes a line a quantile: the share of outcomes below, a tab, a number for each "
      "step; and an empty line behind each series.");
  options->lines.addTo(*command, "series", LineContent::Numbers);
  command
      ->add_option("--horizon", options->horizon,
                   "steps to forecast [the model's]; beyond the model's, each quantile is "
                   "continued by itself")
      ->check(between(1, 65536));
  command->callback([options] { forecast(*options); });
}

} // namespace transept::commands
