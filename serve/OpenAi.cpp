// SPDX-License-Identifier: Apache-2.0
//
// OpenAI's list of models.

#include "serve/Bodies.h"
#include "serve/Handlers.h"

namespace transept::serve {

namespace {

Json factsOf(const ServedModel &served) {
  return {{"id", served.name},
          {"object", "model"},
          {"created", served.openedAt},
          {"owned_by", "transept"}};
}

} // namespace

HttpResponse listModels(Call &call) {
  Json list = Json::array();
  for (const ModelPointer &served : call.service.models.all())
    list.push_back(factsOf(*served));
  return {.body = dump({{"object", "list"}, {"data", list}})};
}

HttpResponse retrieveModel(Call &call) {
  return {.body = dump(factsOf(*call.model()))};
}

} // namespace transept::serve
