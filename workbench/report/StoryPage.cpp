// SPDX-License-Identifier: Apache-2.0
//
// The story as JSON, with the profile beside it launch by launch; the page itself is in
// workbench/report.

#include "workbench/report/StoryPage.h"

#include "workbench/report/Report.h"
#include "workbench/story/StoryJson.h"

namespace transept::workbench {
namespace {

using story::Json;

Json limitsOf(const MachineLimits &limits) {
  Json operations = Json::object();
  const char *names[] = {"f32", "bf16", "int8"}; // by TRANSEPT_ARITHMETIC_*
  for (uint32_t arithmetic = 0; arithmetic < std::size(names); ++arithmetic)
    if (limits.operations(arithmetic) > 0)
      operations[names[arithmetic]] = limits.operations(arithmetic);
  auto reading = [](const MachineLimits::Reading &reading) {
    return Json{{"bytes_per_second", reading.bytesPerSecond},
                {"buffer_bytes", reading.bufferBytes},
                {"from", reading.from},
                {"capacity", reading.capacity}};
  };
  return {{"encode_weights", reading(limits.encodeWeights)},
          {"decode_weights", reading(limits.decodeWeights)},
          {"few", reading(limits.few)},
          {"rows", reading(limits.rows)},
          {"operations_per_second", operations}};
}

/// One entry for each launch of the program, barriers too, whose time is with the launch before.
Json launchesOf(const WorkloadProfile &profile, const story::Program &program) {
  Json launches = Json::array();
  size_t next = 0;
  for (const story::Launch &launch : program.launches) {
    LaunchFigure figure;
    if (launch.kind != "barrier" && next != profile.launches.size())
      figure = profile.launches[next++];
    launches.push_back({{"seconds", figure.seconds},
                        {"longest_seconds", figure.longestSeconds},
                        {"waiting_seconds", figure.waitingSeconds},
                        {"memory_seconds", figure.memorySeconds},
                        {"memory_seconds_in_turn", figure.memorySecondsInTurn},
                        {"arithmetic_seconds", figure.arithmeticSeconds},
                        {"least_seconds", figure.leastSeconds()},
                        {"bound_by", figure.isBoundByMemory() ? "memory" : "arithmetic"},
                        {"bytes", figure.bytes},
                        {"operations", figure.operations}});
  }
  return launches;
}

Json jsonOf(const ProfileReport &report, const story::Story &story) {
  Json runs = Json::array();
  for (const WorkloadProfile &profile : report.workloads)
    for (const story::Program &program : story.programs)
      if (program.name == profile.program && program.level == report.level)
        runs.push_back({{"program", program.name},
                        {"level", program.level},
                        {"workload", profile.workload},
                        {"sources", profile.request.sources},
                        {"source_tokens", profile.request.sourceTokens},
                        {"hypotheses", profile.request.hypotheses},
                        {"steps", profile.request.steps},
                        {"invocations", profile.invocations},
                        {"seconds", profile.seconds},
                        {"launches", launchesOf(profile, program)}});
  return {{"limits", limitsOf(report.limits)}, {"threads", report.threads}, {"runs", runs}};
}

} // namespace

std::string storyPage(const story::Story &story, const ProfileReport *profile) {
  Json json = story;
  if (story.sizes)
    json["sizes"] = *story.sizes;
  if (profile)
    json["profile"] = jsonOf(*profile, story);
  return reportPage(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

} // namespace transept::workbench
