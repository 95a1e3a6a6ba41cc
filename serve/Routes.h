// SPDX-License-Identifier: Apache-2.0
//
// The table of what can be asked.

#ifndef TRANSEPT_SERVE_ROUTES_H
#define TRANSEPT_SERVE_ROUTES_H

#include "serve/Service.h"

#include <span>

namespace transept::serve {

std::span<const Route> allRoutes();

/// The route of a request, with what its path has in the places of {}. `form` becomes that of
/// errors about it. Throws HttpError (404, 405).
const Route &findRoute(const HttpRequest &request, std::vector<std::string> &parameters,
                       ErrorForm &form);

} // namespace transept::serve

#endif
