// SPDX-License-Identifier: Apache-2.0
//
// Looks up everything that shares origins with the subject.

#include "workbench/explain/Explanation.h"
#include "base/Error.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::workbench {
namespace {

template <typename List, typename Value> bool contains(const List &list, const Value &value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Operations that only stand beside those that people ask for.
bool isAccessory(const story::Operation &operation) {
  return operation.kind == "transept.parameter" || operation.kind.starts_with("transept.weight_") ||
         operation.kind == "plan.weight" || operation.kind == "plan.barrier";
}

class Explainer {
public:
  Explainer(const story::Story &story, const std::string &subject) : story(story) {
    result.subject = subject;
  }

  Explanation explain() {
    if (!findOperation() && !findTensor() && !findKernel())
      throw InputError(notFound());
    collect();
    return std::move(result);
  }

private:
  bool findOperation() {
    for (const story::Stage &stage : story.stages)
      for (const story::Operation &operation : stage.operations)
        if (operation.name == result.subject || contains(operation.values, result.subject)) {
          // A value's own name is more exact than those of all that its operation does.
          if (contains(operation.origins, result.subject))
            result.origins = {result.subject};
          else
            result.origins.insert(operation.origins.begin(), operation.origins.end());
          return true;
        }
    return false;
  }

  bool findTensor() {
    if (std::none_of(story.tensors.begin(), story.tensors.end(),
                     [&](const story::Tensor &tensor) { return tensor.name == result.subject; }))
      return false;
    result.kind = Explanation::Kind::Tensor;
    if (!story.stages.empty())
      for (const story::Operation &operation : story.stages.front().operations)
        if (contains(operation.tensors, result.subject) && !isAccessory(operation))
          result.origins.insert(operation.origins.begin(), operation.origins.end());
    return true;
  }

  bool isSubject(const std::string &symbol, const std::string &level) const {
    return !symbol.empty() && (symbol == result.subject || symbol + "." + level == result.subject);
  }

  bool findKernel() {
    result.kind = Explanation::Kind::Kernel;
    std::vector<bool> reaches(story.kernels.size()); // the subject, by whatever calls
    for (uint32_t number = 0; number < story.kernels.size(); ++number)
      if (isSubject(story.kernels[number].symbol, story.kernels[number].level)) {
        reaches[number] = true;
        result.kernels.push_back(&story.kernels[number]);
      }
    auto isReached = [&](uint32_t kernel) { return reaches[kernel]; };
    for (bool hasNew = true; hasNew;) {
      hasNew = false;
      for (uint32_t number = 0; number < story.kernels.size(); ++number)
        if (!reaches[number] && std::ranges::any_of(story.kernels[number].calls, isReached))
          reaches[number] = hasNew = true;
    }
    for (const story::Program &program : story.programs)
      for (size_t index = 0; index < program.launches.size(); ++index) {
        const story::Launch &launch = program.launches[index];
        if (std::ranges::any_of(launch.kernels, isReached) ||
            isSubject(launch.symbol, program.level))
          result.launches.push_back({&program, index});
      }
    return !result.launches.empty();
  }

  bool isAbout(const std::vector<std::string> &origins) const {
    return std::any_of(origins.begin(), origins.end(),
                       [&](const std::string &origin) { return result.origins.contains(origin); });
  }

  /// Of a pass that gave an operation the work of others beside its own.
  bool isOfWorkTakenOver(const story::Remark &remark) const {
    return remark.kind == "passed" &&
           std::any_of(result.operations.begin(), result.operations.end(),
                       [&](const Explanation::StageOperation &each) {
                         return contains(each.operation->passes, remark.pass) &&
                                contains(each.operation->origins, remark.name);
                       });
  }

  void collect() {
    if (result.kind == Explanation::Kind::Kernel)
      return;
    std::set<std::string> passes, tensors;
    for (const story::Stage &stage : story.stages)
      for (const story::Operation &operation : stage.operations) {
        if (!isAbout(operation.origins) || isAccessory(operation))
          continue;
        result.operations.push_back({&stage, &operation});
        passes.insert(operation.passes.begin(), operation.passes.end());
        if (&stage == &story.stages.front())
          tensors.insert(operation.tensors.begin(), operation.tensors.end());
      }
    if (result.kind == Explanation::Kind::Tensor)
      tensors = {result.subject};
    for (const story::Pass &pass : story.passes)
      if (passes.contains(pass.argument))
        result.passes.push_back(&pass);
    for (const story::Remark &remark : story.remarks)
      if (isAbout(remark.origins) || isOfWorkTakenOver(remark))
        result.remarks.push_back(&remark);
    for (const story::Tensor &tensor : story.tensors)
      if (tensors.contains(tensor.name))
        result.tensors.push_back(&tensor);
    for (const story::Program &program : story.programs)
      for (size_t index = 0; index < program.launches.size(); ++index)
        if (isAbout(program.launches[index].origins))
          result.launches.push_back({&program, index});
  }

  /// Names of operations that contain, or are contained in, what was asked for.
  std::string notFound() const {
    std::vector<std::string> similar;
    auto consider = [&](const std::string &name) {
      if (!name.empty() &&
          (name.find(result.subject) != std::string::npos ||
           result.subject.find(name) != std::string::npos) &&
          !contains(similar, name))
        similar.push_back(name);
    };
    for (const story::Stage &stage : story.stages)
      for (const story::Operation &operation : stage.operations)
        if (!isAccessory(operation))
          consider(operation.name);
    for (const story::Tensor &tensor : story.tensors)
      consider(tensor.name);
    std::string message =
        fmt::format("no operation, tensor or kernel is called '{}'", result.subject);
    constexpr size_t kMostSuggestions = 12;
    size_t count = std::min(similar.size(), kMostSuggestions);
    if (count == 0)
      return message + "; `transept report` shows all names";
    similar.resize(count);
    return fmt::format("{}; similar names are {}", message, fmt::join(similar, ", "));
  }

  const story::Story &story;
  Explanation result;
};

} // namespace

Explanation explain(const story::Story &story, const std::string &subject) {
  return Explainer(story, subject).explain();
}

story::Json jsonOf(const story::Story &story, const Explanation &explanation) {
  using story::Json;
  Json json = {{"subject", explanation.subject}, {"origins", explanation.origins},
               {"operations", Json::array()},    {"passes", Json::array()},
               {"remarks", Json::array()},       {"tensors", Json::array()},
               {"launches", Json::array()},      {"kernels", Json::array()}};
  for (auto [stage, operation] : explanation.operations) {
    Json entry = *operation;
    entry["stage"] = stage->name;
    entry["level"] = stage->level;
    Json operands = Json::array();
    for (uint32_t operand : operation->operands)
      operands.push_back(stage->operations[operand].name);
    entry["operands"] = operands;
    entry.erase("launch");
    json["operations"].push_back(entry);
  }
  for (const story::Pass *pass : explanation.passes)
    json["passes"].push_back(*pass);
  for (const story::Remark *remark : explanation.remarks)
    json["remarks"].push_back(*remark);
  for (const story::Tensor *tensor : explanation.tensors)
    json["tensors"].push_back(*tensor);
  for (const Explanation::ProgramLaunch &each : explanation.launches) {
    Json entry = each.launch();
    entry["program"] = each.program->name;
    entry["level"] = each.program->level;
    entry["index"] = each.index;
    for (const char *list : {"reads", "writes"})
      for (Json &buffer : entry[list])
        buffer = each.program->buffers[buffer.get<uint32_t>()];
    for (Json &kernel : entry["kernels"])
      kernel = story.kernels[kernel.get<uint32_t>()];
    json["launches"].push_back(entry);
  }
  for (const story::Kernel *kernel : explanation.kernels)
    json["kernels"].push_back(*kernel);
  return json;
}

} // namespace transept::workbench
