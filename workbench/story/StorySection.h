// SPDX-License-Identifier: Apache-2.0
//
// How a story lies in a library: 8 bytes, little-endian, with the size of its JSON, and a zlib
// stream of the JSON.

#ifndef TRANSEPT_WORKBENCH_STORY_STORYSECTION_H
#define TRANSEPT_WORKBENCH_STORY_STORYSECTION_H

#include "workbench/story/Story.h"

namespace transept::story {

/// The name of the section.
inline constexpr const char *kStorySection = ".transept.story";

/// The bytes of the section.
std::string packed(const Story &story);

/// Throws InputError where the bytes are damaged.
Story unpacked(std::string_view section);

} // namespace transept::story

#endif
