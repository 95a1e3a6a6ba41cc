// SPDX-License-Identifier: Apache-2.0
//
// Bodies of requests as fields, and fields as options of generation.

#ifndef TRANSEPT_SERVE_BODIES_H
#define TRANSEPT_SERVE_BODIES_H

#include "serve/HttpMessages.h"
#include "serve/Models.h"

#include "base/Json.h"

#include <nlohmann/json.hpp>

#include <map>

namespace transept::serve {

using Json = nlohmann::ordered_json;

/// Throws HttpError (415) for a body of another type, InputError for what is no JSON object.
Json jsonBody(const HttpRequest &request);

/// The fields of application/x-www-form-urlencoded. Throws HttpError for what is none.
Json formBody(const HttpRequest &request);

/// "text/plain" of "text/plain; charset=utf-8", in small letters.
std::string mediaType(const std::string &contentType);

/// Throws HttpError (400) for the first key that nobody has asked for; `allowed` ends its sentence.
void refuseUnknown(const JsonFields &fields, const std::string &allowed);

/// Reads options of generation by their names in Hugging Face's transformers, and those of texts.
/// Throws HttpError or InputError, which name the parameter and what is allowed.
TextOptions textOptions(const Json &parameters, const std::string &where);

/// A body of JSON that is sent.
std::string dump(const Json &json);

} // namespace transept::serve

#endif
