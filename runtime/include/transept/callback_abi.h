/* SPDX-License-Identifier: Apache-2.0
 *
 * What a call asks and tells the program while it lasts, in the C ABI. A part of abi.h, which
 * includes it.
 */
#ifndef TRANSEPT_CALLBACK_ABI_H
#define TRANSEPT_CALLBACK_ABI_H

#include <stdint.h>

/* Called by generate with each new token (not those of the prompt) of source number `source`, as
 * soon as it is certain: in beam search, when all hypotheses that can still become the best one
 * agree on it. Anything but 0 makes generate return TRANSEPT_CANCELLED. It is called while the call
 * lasts, by one thread at a time, which may be that of another call whose steps this one shares: it
 * should be quick, and must not call the model back. */
typedef int32_t (*transept_token_function)(void *context, uint64_t source, int32_t id);

/* Asked before each step of a call, or every ten milliseconds while another call's thread runs the
 * steps of both, on the calling thread (of a request, by whoever runs its steps); anything but 0
 * makes the call return TRANSEPT_CANCELLED. Must not call the model back. */
typedef int32_t (*transept_stop_function)(void *context);
/* Called by generate before each token that is chosen: `ids` are what source
 * number `source` has so far, those before `generated_from` are no choice (decoder start, prompt,
 * forced beginning). *allowed and *allowed_count receive the ids that may follow, in any order: one
 * or more, which stay valid until the next call or the end of generate. Anything but 0 makes
 * generate return TRANSEPT_CANCELLED. It must depend on nothing but these arguments, and must not
 * call the model back. */
typedef int32_t (*transept_allowed_function)(void *context, uint64_t source, const int32_t *ids,
                                             uint64_t id_count, uint64_t generated_from,
                                             const int32_t **allowed, uint64_t *allowed_count);

/* Called by generate before a step: `ids` are what source number `source` has so far, those before
 * `generated_from` are no choice. Writes ids that may follow to `guessed`, at most `limit`, and
 * returns how many: the step checks them all, and results are those without them. A negative number
 * makes generate return TRANSEPT_CANCELLED. It must not call the model back; another one, it may.
 */
typedef int64_t (*transept_guess_function)(void *context, uint64_t source, const int32_t *ids,
                                           uint64_t id_count, uint64_t generated_from,
                                           int32_t *guessed, uint64_t limit);

/* Gives the text of a token, as it is behind others: writes its first `capacity` bytes to `text`
 * and returns how many it has. UINT64_MAX makes generate return TRANSEPT_CANCELLED. It must give
 * the same each time, and must not call the model back. */
typedef uint64_t (*transept_token_text_function)(void *context, int32_t id, char *text,
                                                 uint64_t capacity);

/* Called when `done` of `total` sources or texts are; anything but 0 ends the call with
 * TRANSEPT_CANCELLED. Must not call the model back. */
typedef int32_t (*transept_progress_function)(void *context, uint64_t done, uint64_t total);

#endif
