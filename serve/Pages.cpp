// SPDX-License-Identifier: Apache-2.0
//
// What a browser and a Prometheus server see.

#include "serve/Handlers.h"

namespace transept::serve {

namespace {

constexpr const char *kPage =
#include "Page.inc"
    ;

} // namespace

HttpResponse showPage(Call &) {
  return {.contentType = "text/html; charset=utf-8",
          .body = kPage,
          .headers = {{"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                       "connect-src 'self'; form-action 'none'; frame-ancestors 'none'"}}};
}

HttpResponse showMetrics(Call &call) {
  return {.contentType = "text/plain; version=0.0.4; charset=utf-8",
          .body = call.service.metrics.text(call.service.gauges(), call.service.models.all())};
}

} // namespace transept::serve
