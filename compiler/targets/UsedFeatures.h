// SPDX-License-Identifier: Apache-2.0
//
// What of a processor generated code really uses: a model in f32 runs wherever there are vectors of
// that width, also when it was compiled for a processor with tiles.

#ifndef TRANSEPT_COMPILER_TARGETS_USEDFEATURES_H
#define TRANSEPT_COMPILER_TARGETS_USEDFEATURES_H

#include "compiler/targets/Target.h"

#include "llvm/IR/Module.h"

namespace transept::targets {

/// The target without those features with switches of their own (Architecture.h) that no
/// instruction of `code` needs: LLVM may then not choose them of its own accord, and the library
/// does not ask for them at open.
Target withoutUnusedFeatures(const Target &target, const llvm::Module &code);

} // namespace transept::targets

#endif
