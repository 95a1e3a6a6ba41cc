// SPDX-License-Identifier: Apache-2.0
//
// What of a processor generated code really uses: a model in f32 runs wherever there is AVX-512,
// also when it was compiled for a processor with tiles.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_USEDFEATURES_H
#define TRANSEPT_COMPILER_EMIT_LINK_USEDFEATURES_H

#include "compiler/targets/Target.h"

#include "llvm/IR/Module.h"

namespace transept::emit {

/// The target without the VNNI and AMX instructions that no intrinsic of `code` stands for: LLVM
/// may then not choose them of its own accord, and the library does not ask for them at open.
codegen::Target withoutUnusedFeatures(const codegen::Target &target, const llvm::Module &code);

} // namespace transept::emit

#endif
