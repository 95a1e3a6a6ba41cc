// SPDX-License-Identifier: Apache-2.0
//
// Asks the architecture what each instruction needs, and takes the rest out of the target.

#include "compiler/targets/UsedFeatures.h"

#include "compiler/targets/Architecture.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/InstIterator.h"

namespace transept::targets {

Target withoutUnusedFeatures(const Target &target, const llvm::Module &code) {
  const Architecture &architecture = *target.architecture;
  uint64_t used = 0;
  for (const llvm::Function &function : code)
    for (const llvm::Instruction &instruction : llvm::instructions(function))
      used |= architecture.featuresUsedBy(instruction);

  Target result = target;
  for (const Feature &feature : architecture.features)
    if (target.requiredFeatures & feature.bit)
      result.requiredFeatures |= feature.includes;
  llvm::SmallVector<llvm::StringRef> switches;
  llvm::StringRef(target.features).split(switches, ',');
  for (const Feature &feature : architecture.features)
    if (!feature.switches.empty() && !(used & feature.bit)) {
      result.requiredFeatures &= ~feature.bit;
      llvm::erase_if(switches, [&](llvm::StringRef name) {
        return llvm::is_contained(feature.switches, name);
      });
    }
  result.features = llvm::join(switches, ",");
  return result;
}

} // namespace transept::targets
