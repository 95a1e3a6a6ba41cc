// SPDX-License-Identifier: Apache-2.0
//
// The functions behind the routes, by protocol.

#ifndef TRANSEPT_SERVE_HANDLERS_H
#define TRANSEPT_SERVE_HANDLERS_H

#include "serve/Service.h"

namespace transept::serve {

// The server itself.
HttpResponse showPage(Call &call);
HttpResponse showMetrics(Call &call);

// Open Inference Protocol, version 2.
HttpResponse checkLive(Call &call);
HttpResponse checkReady(Call &call);
HttpResponse describeServer(Call &call);
HttpResponse describeModel(Call &call);
HttpResponse checkModelReady(Call &call);
HttpResponse infer(Call &call);
HttpResponse generateText(Call &call);
HttpResponse streamText(Call &call);

// LibreTranslate.
HttpResponse translate(Call &call);
HttpResponse listLanguages(Call &call);
HttpResponse detectLanguage(Call &call);

// OpenAI.
HttpResponse listModels(Call &call);
HttpResponse retrieveModel(Call &call);
HttpResponse transcribeSound(Call &call);
HttpResponse translateSound(Call &call);

} // namespace transept::serve

#endif
