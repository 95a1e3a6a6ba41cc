// SPDX-License-Identifier: Apache-2.0
//
// What the server does, one JSON object a line on standard error.

#ifndef TRANSEPT_SERVE_LOG_H
#define TRANSEPT_SERVE_LOG_H

#include <nlohmann/json.hpp>

#include <string>

namespace transept::serve {

/// Writes one line with the time, `event` and the members of `facts`. From any thread; a line is
/// written at once, so that lines do not mix.
void logEvent(const char *level, const char *event, const nlohmann::ordered_json &facts);

} // namespace transept::serve

#endif
