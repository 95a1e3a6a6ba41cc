// SPDX-License-Identifier: Apache-2.0
//
// A library carries the story of its compilation (compiler/story/Story.h), compressed, in a section
// that is not loaded with the code and that `strip` removes.

#ifndef TRANSEPT_COMPILER_EMIT_STORYSECTION_H
#define TRANSEPT_COMPILER_EMIT_STORYSECTION_H

#include "llvm/IR/Module.h"

#include <string_view>

namespace transept::emit {

/// The section: 8 bytes, little-endian, with the size of the text, and a zlib stream of the text.
inline constexpr const char *kStorySection = ".transept.story";

/// Adds the section to `code`; nothing for an empty text.
void addStory(llvm::Module &code, std::string_view story);

} // namespace transept::emit

#endif
