// SPDX-License-Identifier: Apache-2.0
//
// An explanation for people: one section for each thing there is to tell, none where there is
// nothing.

#include "workbench/explain/Explanation.h"

#include <fmt/format.h>

#include <set>

namespace transept::workbench {
namespace {

class Writer {
public:
  Writer(const story::Story &story, const Explanation &explanation)
      : story(story), explanation(explanation) {}

  std::string write() {
    text = explanation.subject + "\n";
    writeOperations();
    section("tensors", explanation.tensors, [&](const story::Tensor *tensor) {
      return fmt::format("{}  {} [{}]", tensor->name, tensor->type, fmt::join(tensor->shape, ", "));
    });
    section("passes", explanation.passes, [&](const story::Pass *pass) {
      return fmt::format("{}: {}", pass->argument, pass->summary);
    });
    section("remarks", explanation.remarks, [&](const story::Remark *remark) {
      return fmt::format("{} {}: {}{}", remark->kind, remark->pass, remark->text,
                         remark->name == explanation.subject ? "" : " (" + remark->name + ")");
    });
    section("kernel", explanation.kernels,
            [&](const story::Kernel *kernel) { return kernelText(*kernel); });
    if (!explanation.kernels.empty())
      section("launches", explanation.launches, [&](const Explanation::ProgramLaunch &each) {
        return fmt::format("{} {} of {}: {}", each.program->level, each.index, each.program->name,
                           each.launch().name);
      });
    else
      for (const Explanation::ProgramLaunch &each : explanation.launches)
        writeLaunch(each);
    return std::move(text);
  }

private:
  void beginSection() {
    text += "\n";
    lastHeading.clear();
  }

  /// A line under a heading, which stands before the first line only.
  void line(std::string_view heading, std::string_view content) {
    text += fmt::format("{:<9} {}\n", heading == lastHeading ? "" : heading, content);
    lastHeading = heading;
  }

  template <typename List, typename Function>
  void section(std::string_view heading, const List &list, Function textOfEntry) {
    if (!list.empty())
      beginSection();
    for (const auto &entry : list)
      line(heading, textOfEntry(entry));
  }

  void writeOperations() {
    if (!explanation.operations.empty())
      beginSection();
    for (auto [stage, operation] : explanation.operations) {
      line(stage->name,
           fmt::format("{} {}  line {} of {}{}", operation->kind, operation->name, operation->line,
                       stage->level.empty() ? "--emit " + stage->name
                                            : "the plan for " + stage->level,
                       operation->type.empty() ? "" : ": " + operation->type));
      std::vector<std::string> others;
      for (const std::string &origin : operation->origins)
        if (!explanation.origins.contains(origin))
          others.push_back(origin);
      if (!others.empty())
        line(stage->name, fmt::format("  does the work of {} as well", fmt::join(others, ", ")));
    }
  }

  static std::string codeText(uint64_t address, uint64_t bytes) {
    if (bytes == 0)
      return "inlined where it is called";
    return fmt::format("{:#x} to {:#x}, {} bytes", address, address + bytes, bytes);
  }

  static std::string kernelText(const story::Kernel &kernel) {
    return fmt::format("{}: {}", kernel.symbol, codeText(kernel.address, kernel.bytes));
  }

  /// How much code stands behind a kernel: it calls the same loop for other numbers of rows.
  std::string calledText(uint32_t kernel) const {
    std::set<uint32_t> called;
    collectCalled(kernel, called);
    uint64_t bytes = 0;
    for (uint32_t each : called)
      bytes += story.kernels[each].bytes;
    if (called.empty())
      return "";
    return fmt::format("; it calls {} others, {} bytes", called.size(), bytes);
  }

  void collectCalled(uint32_t kernel, std::set<uint32_t> &called) const {
    for (uint32_t each : story.kernels[kernel].calls)
      if (called.insert(each).second)
        collectCalled(each, called);
  }

  void writeLaunch(const Explanation::ProgramLaunch &each) {
    const story::Launch &launch = each.launch();
    beginSection();
    line("launch",
         fmt::format("{}, {} of {} in {} for {}", launch.name, each.index,
                     each.program->launches.size(), each.program->name, each.program->level));
    line("function",
         fmt::format("{}: {}", launch.symbol, codeText(launch.address, launch.code_bytes)));
    for (uint32_t kernel : launch.kernels)
      line("kernel", kernelText(story.kernels[kernel]) + calledText(kernel));
    if (!launch.strategy.empty())
      line("strategy", launch.strategy);
    for (const story::Weight &weight : launch.weights)
      line("weights", fmt::format("{} ({}; {} bytes){}", weight.name, weight.layout, weight.bytes,
                                  weight.tensors.empty()
                                      ? ""
                                      : fmt::format(" from {}", fmt::join(weight.tensors, ", "))));
    for (uint32_t buffer : launch.reads)
      line("reads", bufferText(each.program->buffers[buffer]));
    for (uint32_t buffer : launch.writes)
      line("writes", bufferText(each.program->buffers[buffer]));
    line("costs", costText(launch));
  }

  static std::string bufferText(const story::Buffer &buffer) {
    return fmt::format("{}: {} x {} numbers, at {} bytes a row, for {} bytes a row", buffer.name,
                       buffer.space, buffer.width, buffer.offset, buffer.bytes);
  }

  static std::string windowText(const story::Launch &launch) {
    auto reach = [](int64_t keys) { return keys < 0 ? "all" : "at most " + std::to_string(keys); };
    if (launch.keys_before < 0 && launch.keys_behind < 0)
      return "";
    return fmt::format("{} keys before a row and {} behind it", reach(launch.keys_before),
                       reach(launch.keys == "up_to_row" ? 0 : launch.keys_behind));
  }

  static std::string costText(const story::Launch &launch) {
    std::vector<std::string> parts;
    if (launch.weight_bytes)
      parts.push_back(fmt::format("{} bytes of weights", launch.weight_bytes));
    if (launch.bytes_per_row)
      parts.push_back(fmt::format("{} bytes for each row", launch.bytes_per_row));
    if (launch.bytes_per_key)
      parts.push_back(fmt::format("{} bytes for each key", launch.bytes_per_key));
    if (launch.operations_per_row)
      parts.push_back(fmt::format("{} {} operations for each row", launch.operations_per_row,
                                  launch.arithmetic));
    if (launch.operations_per_row_and_key)
      parts.push_back(fmt::format("{} {} operations for each row and key",
                                  launch.operations_per_row_and_key, launch.arithmetic));
    if (std::string window = windowText(launch); !window.empty())
      parts.push_back(window);
    return parts.empty() ? "next to nothing" : fmt::format("{}", fmt::join(parts, ", "));
  }

  const story::Story &story;
  const Explanation &explanation;
  std::string text;
  std::string lastHeading;
};

} // namespace

std::string textOf(const story::Story &story, const Explanation &explanation) {
  return Writer(story, explanation).write();
}

} // namespace transept::workbench
