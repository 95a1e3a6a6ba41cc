// SPDX-License-Identifier: Apache-2.0
//
// Tables are of f32 whatever the weights are.

#include "compiler/session/ImpliedSizes.h"

#include "base/Error.h"
#include "base/Json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <unistd.h>

namespace transept::session {

namespace {

struct ImpliedTable {
  std::string field; // of the description
  int64_t value;
  uint64_t bytes;
};

/// Of positions that are computed.
void addTable(const frontend::Positions &positions, int64_t width, const std::string &name,
              std::vector<ImpliedTable> &tables) {
  bool isComputed = positions.kind != frontend::PositionKind::None &&
                    positions.kind != frontend::PositionKind::Learned;
  if (isComputed)
    tables.push_back(
        {name + ".length", positions.length,
         uint64_t(positions.length + positions.offset) * uint64_t(width) * sizeof(float)});
}

std::vector<ImpliedTable> tablesOf(const frontend::Stack &stack, const std::string &side) {
  std::vector<ImpliedTable> tables;
  addTable(stack.embedding.positions, stack.hiddenSize, side + ".embedding.positions", tables);
  if (const auto &bias = stack.selfAttention.relativeBias)
    tables.push_back({side + ".selfAttention.relativeBias.maximumDistance", bias->maximumDistance,
                      uint64_t(stack.selfAttention.headCount) *
                          (2 * uint64_t(bias->maximumDistance) + 1) * sizeof(float)});
  const auto &scores = stack.selfAttention.relativeScores;
  if (scores && scores->projection)
    tables.push_back(
        {side + ".selfAttention.relativeScores.before", scores->before,
         uint64_t(scores->distances()) * uint64_t(scores->projection->outputs) * sizeof(float)});
  return tables;
}

/// " (max_positions in config.json)": whoever compiles a checkpoint has not written the
/// description.
std::string configFields(const frontend::Description &description, int64_t value) {
  std::string path = description.checkpoint + "/config.json", names;
  if (!std::filesystem::is_regular_file(path))
    return "";
  auto config = readJsonFile(path);
  for (const auto &[name, field] : config.items())
    if (field.is_number_integer() && field == value)
      names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "" : fmt::format(" ({} in config.json)", names);
}

uint64_t machineMemory() {
  return uint64_t(sysconf(_SC_PHYS_PAGES)) * uint64_t(sysconf(_SC_PAGESIZE));
}

} // namespace

void checkImpliedSizes(const frontend::Description &description, const OutputFile &library,
                       bool needsMemory) {
  std::vector<ImpliedTable> tables;
  if (description.hasSource())
    tables = tablesOf(description.source, "source");
  addTable(description.memoryPositions, description.source.hiddenSize, "memoryPositions", tables);
  if (description.hasTarget())
    for (ImpliedTable &table : tablesOf(description.target, "target"))
      tables.push_back(std::move(table));
  uint64_t all = 0;
  for (const ImpliedTable &table : tables) {
    auto what = [&] {
      return fmt::format("{} is {}{}, whose table takes {} bytes", table.field, table.value,
                         configFields(description, table.value), table.bytes);
    };
    all += table.bytes;
    library.requireSpace(all, what);
    if (needsMemory && table.bytes > machineMemory())
      throw InputError(fmt::format("{}, but this machine has {} bytes of memory to verify it in",
                                   what(), machineMemory()));
  }
}

} // namespace transept::session
