// SPDX-License-Identifier: Apache-2.0
//
// The C functions of requests; abi.h says what they do.
#ifndef TRANSEPT_RUNTIME_MODEL_REQUESTFUNCTIONS_H
#define TRANSEPT_RUNTIME_MODEL_REQUESTFUNCTIONS_H

#include "transept/abi.h"

#include <cstdint>

namespace transept::runtime {

transept_status submit(transept_model *model, const transept_source_input *inputs,
                       std::uint64_t count, const transept_generation_options *options,
                       transept_ended_function onEnded, void *onEndedContext,
                       transept_request **request, char **message);
std::int32_t waitRequest(transept_request *request, std::uint64_t microseconds);
transept_status takeResults(transept_request *request, transept_results **results, char **message);
void viewRequest(const transept_request *request, transept_request_view *view);
void cancelRequest(transept_request *request);
void releaseRequest(transept_request *request);

} // namespace transept::runtime

#endif
