// SPDX-License-Identifier: Apache-2.0
//
// Lists in config.json: one value for each stage of an encoder.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_LISTFIELDS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_LISTFIELDS_H

#include "base/Json.h"

#include <string>
#include <vector>

namespace transept::frontend {

/// `fallback` where the key is absent. Throws InputError for what is no list of integers in the
/// range.
std::vector<int64_t> numbersField(JsonFields &config, const std::string &key,
                                  std::vector<int64_t> fallback, IntegerRange range);

/// The same for a list of true and false.
std::vector<bool> flagsField(JsonFields &config, const std::string &key,
                             std::vector<bool> fallback);

} // namespace transept::frontend

#endif
