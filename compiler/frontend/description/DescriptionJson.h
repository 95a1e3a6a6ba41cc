// SPDX-License-Identifier: Apache-2.0
//
// A description as text, and back, exactly: what `transept describe` prints is what `transept
// compile x.json` reads.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONJSON_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONJSON_H

#include "compiler/frontend/description/Description.h"

#include <string>
#include <string_view>

namespace transept::frontend {

/// Pretty JSON, keys in the order of Description.h, ends with a newline. `checkpoint` is left out
/// when it is empty.
std::string toJson(const Description &description);

/// The inverse. Strict: throws InputError with the JSON path for unknown keys, missing keys, wrong
/// types and numbers out of range; `origin` (a file's path) begins the text. Does not check that
/// the description makes sense as a whole: checkDescription does.
Description fromJson(std::string_view text, const std::string &origin = "description");

/// The JSON Schema (2020-12) of the format: docs/description.schema.json.
std::string descriptionSchema();

} // namespace transept::frontend

#endif
