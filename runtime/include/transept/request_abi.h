/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests in the C ABI: generations that nobody waits for. A part of abi.h, which includes it.
 */
#ifndef TRANSEPT_REQUEST_ABI_H
#define TRANSEPT_REQUEST_ABI_H

/* Called once when a request has ended, well or not, by a thread of the model's, or of another call
 * on it. It should be quick, and must not use or close the model; it may take the results, and
 * release the request. Others that wait for the request do so until this has returned. */
typedef void (*transept_ended_function)(void *context);

/* state of a request */
#define TRANSEPT_REQUEST_ENCODING 0u /* its sources are encoded, or wait for that */
#define TRANSEPT_REQUEST_WAITING 1u  /* one of its sources waits for room in a step */
#define TRANSEPT_REQUEST_RUNNING 2u
#define TRANSEPT_REQUEST_ENDED 3u

typedef struct transept_request_view {
#define TRANSEPT_REQUEST_VIEW_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_REQUEST_VIEW_FIELDS
} transept_request_view;

/* Encodes sources and generates from them without a thread that waits: *request receives a handle,
 * for release_request. The inputs, and the options but for what its callbacks need, may be gone
 * when this returns. All is checked before; TRANSEPT_OVERLOADED where maximum_requests have not
 * ended. The first request starts two threads. on_ended may be null. */
typedef transept_status (*transept_submit_function)(
    transept_model *model, const transept_source_input *inputs, uint64_t count,
    const transept_generation_options *options, transept_ended_function on_ended,
    void *on_ended_context, transept_request **request, char **message);
/* Waits until the request has ended, for so long at most (UINT64_MAX: for ever). 1 if it has. */
typedef int32_t (*transept_wait_request_function)(transept_request *request, uint64_t microseconds);
/* Waits, and gives the results of the request (once), or what ended it. */
typedef transept_status (*transept_take_results_function)(transept_request *request,
                                                          transept_results **results,
                                                          char **message);
typedef void (*transept_view_request_function)(const transept_request *request,
                                               transept_request_view *view);
/* Ends it within a step. */
typedef void (*transept_cancel_request_function)(transept_request *request);
/* Cancels what has not ended. Closing the model ends all requests, whose handles stay valid. */
typedef void (*transept_release_request_function)(transept_request *request);

#endif
