// SPDX-License-Identifier: Apache-2.0
//
// Data of LLVM modules lies in sections that are loaded, so this section is written as assembly.

#include "compiler/emit/link/UnloadedSection.h"

namespace transept::emit {

void addSection(llvm::Module &code, const UnloadedSection &section) {
  std::string assembly = ".pushsection " + section.name + ",\"\",@progbits";
  constexpr size_t kBytesOfLine = 64;
  size_t count = 0;
  for (unsigned char byte : section.bytes) {
    assembly += count++ % kBytesOfLine == 0 ? "\n.byte " : ",";
    assembly += std::to_string(byte);
  }
  code.appendModuleInlineAsm(assembly + "\n.popsection");
}

} // namespace transept::emit
