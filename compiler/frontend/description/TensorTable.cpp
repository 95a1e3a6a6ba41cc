// SPDX-License-Identifier: Apache-2.0
//
// Columns are as wide as their widest cell.

#include "compiler/frontend/description/TensorTable.h"

#include "compiler/frontend/description/DescriptionTensors.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace transept::frontend {

std::string tensorTable(const Description &description) {
  auto checkpoint = checkpoints::Checkpoint::open(description.checkpoint, description.weights);
  std::map<std::string, std::string> roles;
  for (const TensorUse &use : listTensors(description)) {
    std::string &role = roles[checkpoints::layerName(use.reference.name, use.layer)];
    role += (role.empty() ? "" : ", ") + use.role;
  }
  std::vector<std::array<std::string, 5>> rows;
  std::array<size_t, 5> widths = {};
  for (const auto &[name, info] : checkpoint.tensors()) {
    auto role = roles.find(name);
    rows.push_back({name, std::string(checkpoints::elementTypeName(info.type)),
                    checkpoints::formatShape(info.shape), info.file,
                    role == roles.end() ? "not used" : role->second});
    for (size_t column = 0; column < widths.size(); ++column)
      widths[column] = std::max(widths[column], rows.back()[column].size());
  }
  std::string text;
  for (const auto &[name, type, shape, file, role] : rows)
    text += fmt::format("{:{}}  {:{}}  {:{}}  {:{}}  {}\n", name, widths[0], type, widths[1], shape,
                        widths[2], file, widths[3], role);
  return text;
}

} // namespace transept::frontend
