// SPDX-License-Identifier: Apache-2.0
//
// The functions that Hugging Face calls for allowed tokens, as goldens record them: as tries of all
// results that they allow.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_GOLDENTRIES_H
#define TRANSEPT_WORKBENCH_GOLDENS_GOLDENTRIES_H

#include "transept/options.h"

#include <functional>
#include <nlohmann/json.hpp>

namespace transept::workbench {

/// `tries` is a list of objects in objects, with ids as keys; trie i % count is that of source i, a
/// leaf is followed by one of `ends`. Throws InputError for anything else.
std::function<std::vector<Id>(const TokenPrefix &)>
readGoldenTries(const nlohmann::ordered_json &tries, std::vector<Id> ends);

} // namespace transept::workbench

#endif
