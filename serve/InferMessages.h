// SPDX-License-Identifier: Apache-2.0
//
// Messages of gRPC as the JSON of the same protocol over REST, and back: both are answered by the
// same handler.

#ifndef TRANSEPT_SERVE_INFERMESSAGES_H
#define TRANSEPT_SERVE_INFERMESSAGES_H

#include "generated/inference.pb.h"

#include <nlohmann/json_fwd.hpp>

namespace transept::serve {

/// The body of POST /v2/models/{}/infer. Throws HttpError (400) for tensors whose contents do not
/// fit their type, and for raw contents that are cut or not as many as inputs.
nlohmann::ordered_json bodyOf(const inference::ModelInferRequest &request);

/// What the route answers to it; with `isRaw`, tensors as raw contents.
void fill(inference::ModelInferResponse &response, const nlohmann::ordered_json &answer,
          bool isRaw);

/// What GET /v2/models/{} answers.
void fill(inference::ModelMetadataResponse &response, const nlohmann::ordered_json &facts);

} // namespace transept::serve

#endif
