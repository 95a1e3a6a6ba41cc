// SPDX-License-Identifier: Apache-2.0
//
// The part of YAML that lists of options are written in, as JSON, so that it is read through the
// same accessors as every configuration.

#ifndef TRANSEPT_BASE_FLATYAML_H
#define TRANSEPT_BASE_FLATYAML_H

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace transept {

/// Reads keys whose values are scalars or lists of scalars, at most 1 MiB of them; a key without a
/// value is null. `origin` (a file's path) begins every error. Throws InputError, with the number
/// of the line, for what else YAML has.
nlohmann::ordered_json parseFlatYaml(std::string_view text, const std::string &origin);

} // namespace transept

#endif
