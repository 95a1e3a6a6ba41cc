// SPDX-License-Identifier: Apache-2.0
//
// Writing and reading a whole story.

#include "base/Error.h"
#include "workbench/story/StoryJson.h"

namespace transept::story {

std::string toJson(const Story &story) {
  return Json(story).dump();
}

/// Refers a list of one part of a story to another part: throws where there is no such entry.
static void check(const std::vector<uint32_t> &indices, size_t count, const char *what) {
  for (uint32_t index : indices)
    if (index >= count)
      throw InputError(std::string("the story of this library refers to ") + what + " " +
                       std::to_string(index) + " of " + std::to_string(count));
}

static void checkIndices(const Story &story) {
  for (const Stage &stage : story.stages)
    for (const Operation &operation : stage.operations) {
      check(operation.operands, stage.operations.size(), "operation");
      if (!operation.launch)
        continue;
      check({operation.launch->first}, story.programs.size(), "program");
      check({operation.launch->second}, story.programs[operation.launch->first].launches.size(),
            "launch");
    }
  for (const Program &program : story.programs) {
    for (const Launch &launch : program.launches) {
      check(launch.kernels, story.kernels.size(), "kernel");
      check(launch.reads, program.buffers.size(), "buffer");
      check(launch.writes, program.buffers.size(), "buffer");
    }
    for (const Buffer &buffer : program.buffers)
      check({buffer.first, buffer.last}, program.launches.size(), "launch");
  }
  for (const Kernel &kernel : story.kernels)
    check(kernel.calls, story.kernels.size(), "kernel");
}

Story storyOf(std::string_view text) {
  try {
    Json json = Json::parse(text);
    if (int format = json.at("format"); format != Story().format)
      throw InputError("the story of this library has format " + std::to_string(format) +
                       ", but this program reads format " + std::to_string(Story().format));
    Story story = json.get<Story>();
    checkIndices(story);
    return story;
  } catch (const Json::exception &error) {
    throw InputError(std::string("the story of this library is damaged: ") + error.what());
  }
}

} // namespace transept::story
