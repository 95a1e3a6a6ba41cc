// SPDX-License-Identifier: Apache-2.0
//
// Data of LLVM modules lies in sections that are loaded, so this section is written as assembly.

#include "compiler/emit/StorySection.h"

#include <zlib.h>

#include <charconv>
#include <stdexcept>
#include <string>
#include <vector>

namespace transept::emit {

static std::vector<unsigned char> compressed(std::string_view text) {
  uLongf size = compressBound(text.size());
  std::vector<unsigned char> bytes(size);
  if (compress2(bytes.data(), &size, reinterpret_cast<const Bytef *>(text.data()), text.size(),
                Z_BEST_COMPRESSION) != Z_OK)
    throw std::runtime_error("the story of the compilation cannot be compressed");
  bytes.resize(size);
  return bytes;
}

void addStory(llvm::Module &code, std::string_view story) {
  if (story.empty())
    return;
  std::string assembly = std::string(".pushsection ") + kStorySection + ",\"\",@progbits\n.quad " +
                         std::to_string(story.size());
  constexpr size_t kBytesOfLine = 64;
  size_t count = 0;
  for (unsigned char byte : compressed(story)) {
    assembly += count++ % kBytesOfLine == 0 ? "\n.byte " : ",";
    assembly += std::to_string(byte);
  }
  code.appendModuleInlineAsm(assembly + "\n.popsection");
}

} // namespace transept::emit
