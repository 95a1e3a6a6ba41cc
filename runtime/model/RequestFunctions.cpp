// SPDX-License-Identifier: Apache-2.0
//
// Checks of what C hands in, and waiting.

#include "runtime/model/RequestFunctions.h"

#include "runtime/base/Durations.h"
#include "runtime/model/Results.h"
#include "runtime/model/UsableHandle.h"
#include "runtime/schedule/Submissions.h"

namespace transept::runtime {

transept_status submit(transept_model *model, const transept_source_input *inputs,
                       std::uint64_t count, const transept_generation_options *options,
                       transept_ended_function onEnded, void *onEndedContext,
                       transept_request **request, char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(model, "model");
    requirePointer(request, "request");
    if (count != 0)
      requirePointer(inputs, "inputs");
    if (options)
      checkStructure(*options, "options");
    requireTokens(engine);
    auto made = std::make_unique<transept_request>();
    made->engine = model->engine;
    made->request = model->submissions->submit({inputs, count}, options, {onEnded, onEndedContext});
    *request = made.release();
  });
}

std::int32_t waitRequest(transept_request *request, std::uint64_t microseconds) {
  if (!isUsable(request))
    return 0;
  std::optional<std::chrono::microseconds> patience;
  if (microseconds != UINT64_MAX)
    patience = boundedMicroseconds(microseconds);
  return request->request->wait(patience) ? 1 : 0;
}

transept_status takeResults(transept_request *request, transept_results **results, char **message) {
  return guarded(message, [&] {
    usable(request, "request");
    requirePointer(results, "results");
    *results = viewed(request->request->take());
  });
}

void viewRequest(const transept_request *request, transept_request_view *view) {
  if (view)
    *view = isUsable(request) ? request->request->view()
                              : transept_request_view{TRANSEPT_REQUEST_ENDED, 0, 0};
}

void cancelRequest(transept_request *request) {
  if (isUsable(request))
    request->request->cancel();
}

void releaseRequest(transept_request *request) {
  if (!isUsable(request))
    return;
  request->request->cancel();
  delete request;
}

} // namespace transept::runtime
