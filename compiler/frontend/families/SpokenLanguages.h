// SPDX-License-Identifier: Apache-2.0
//
// Configurations name the language of a model of speech by its code or by its English name.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_SPOKENLANGUAGES_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_SPOKENLANGUAGES_H

#include <string>
#include <string_view>

namespace transept::frontend {

/// "de" of "German", "de" and "<|de|>", in capital letters or small ones; other names in small
/// ones.
std::string spokenLanguageCode(std::string_view name);

} // namespace transept::frontend

#endif
