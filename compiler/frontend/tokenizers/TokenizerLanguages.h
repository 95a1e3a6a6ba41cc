// SPDX-License-Identifier: Apache-2.0
//
// Languages of multilingual tokenizers, where a checkpoint's files do not list them.

#ifndef TRANSEPT_COMPILER_FRONTEND_TOKENIZERS_TOKENIZERLANGUAGES_H
#define TRANSEPT_COMPILER_FRONTEND_TOKENIZERS_TOKENIZERLANGUAGES_H

#include <string>
#include <string_view>
#include <vector>

namespace transept::frontend {

/// The list of that name, in its order: "FAIRSEQ", "ML50", "m2m100", "wmt21", "nllb", "mustc",
/// "base", "multi", "whisper", "indic_trans"; nothing for another name.
std::vector<std::string> tokenizerLanguages(std::string_view name);

} // namespace transept::frontend

#endif
