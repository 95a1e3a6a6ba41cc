// SPDX-License-Identifier: Apache-2.0
//
// Token ids and features in, token ids and logits out, from C.

#include "bindings/c/Library.h"

#include <vector>

using namespace transept::bindings;
using transept::Error;
using transept::ErrorCode;
using transept::detail::OpenLibrary;

namespace {

transept_source *handleOf(const transept_library *library, const transept_encoded *source,
                          const std::string &name) {
  require(source, name.c_str());
  if (source->opened != library->opened)
    throw Error(ErrorCode::InvalidArgument,
                name + " is from another model, but must be encoded by this one");
  return source->handle;
}

} // namespace

transept_encoded *transept_encode_input(const transept_library *library,
                                        const transept_source_input *input, transept_error *error) {
  return guarded(error, [&]() -> transept_encoded * {
    const OpenLibrary &model = opened(library);
    require(input, "input");
    auto source = std::make_unique<transept_encoded>();
    source->opened = library->opened;
    model.call(model.runtime().encode, model.model(), input, std::uint64_t(1), &source->handle);
    return source.release();
  });
}

transept_encoded *transept_encode(const transept_library *library, const int32_t *ids, size_t count,
                                  transept_error *error) {
  transept_source_input input{};
  input.ids = ids;
  input.length = count;
  return transept_encode_input(library, &input, error);
}

transept_encoded *transept_encode_features(const transept_library *library, const float *features,
                                           size_t rows, transept_error *error) {
  transept_source_input input{};
  input.features = features;
  input.length = rows;
  return transept_encode_input(library, &input, error);
}

transept_source_view transept_view_encoded(const transept_encoded *source) {
  transept_source_view view{};
  if (source)
    source->opened->runtime().view_source(source->handle, &view);
  return view;
}

void transept_release_encoded(transept_encoded *source) {
  delete source;
}

transept_sequences *transept_generate(const transept_library *library,
                                      const transept_encoded *const *sources, size_t count,
                                      const transept_generation_options *options,
                                      transept_error *error) {
  return guarded(error, [&]() -> transept_sequences * {
    const OpenLibrary &model = opened(library);
    if (count != 0)
      require(sources, "sources");
    std::vector<transept_source *> handles;
    for (std::size_t index = 0; index < count; ++index)
      handles.push_back(
          handleOf(library, sources[index], "sources[" + std::to_string(index) + "]"));
    auto sequences = std::make_unique<transept_sequences>();
    sequences->opened = library->opened;
    model.call(model.runtime().generate, model.model(), handles.data(),
               std::uint64_t(handles.size()), options, &sequences->handle);
    return sequences.release();
  });
}

const transept_sequence *transept_sequence_at(const transept_sequences *sequences, size_t source,
                                              size_t rank) {
  if (!sequences)
    return nullptr;
  std::uint64_t count = 0;
  const transept_sequence *views =
      sequences->opened->runtime().view_sequences(sequences->handle, source, &count);
  return rank < count ? views + rank : nullptr;
}

void transept_release_sequences(transept_sequences *sequences) {
  delete sequences;
}

transept_pending *transept_submit(const transept_library *library,
                                  const transept_source_input *inputs, size_t count,
                                  const transept_generation_options *options,
                                  transept_ended_function on_ended, void *on_ended_context,
                                  transept_error *error) {
  return guarded(error, [&]() -> transept_pending * {
    const OpenLibrary &model = opened(library);
    auto request = std::make_unique<transept_pending>();
    request->opened = library->opened;
    model.call(model.runtime().submit, model.model(), inputs, std::uint64_t(count), options,
               on_ended, on_ended_context, &request->handle);
    return request.release();
  });
}

int32_t transept_wait(transept_pending *request, uint64_t microseconds) {
  return request ? request->opened->runtime().wait_request(request->handle, microseconds) : 0;
}

transept_sequences *transept_take(transept_pending *request, transept_error *error) {
  return guarded(error, [&]() -> transept_sequences * {
    require(request, "request");
    auto sequences = std::make_unique<transept_sequences>();
    sequences->opened = request->opened;
    request->opened->call(request->opened->runtime().take_results, request->handle,
                          &sequences->handle);
    return sequences.release();
  });
}

transept_request_view transept_view_pending(const transept_pending *request) {
  transept_request_view view{};
  if (request)
    request->opened->runtime().view_request(request->handle, &view);
  return view;
}

void transept_cancel(transept_pending *request) {
  if (request)
    request->opened->runtime().cancel_request(request->handle);
}

void transept_release_pending(transept_pending *request) {
  delete request;
}

transept_status transept_score(const transept_library *library, const transept_encoded *source,
                               const int32_t *target_ids, size_t count, float *logits,
                               transept_error *error) {
  return guardedStatus(error, [&] {
    const OpenLibrary &model = opened(library);
    transept_source *handle = handleOf(library, source, "source");
    std::uint64_t offsets[] = {0, count};
    model.call(model.runtime().logits, model.model(), &handle, std::uint64_t(1), target_ids,
               offsets, logits);
  });
}

transept_status transept_log_probabilities(const transept_library *library,
                                           const transept_encoded *source,
                                           const int32_t *target_ids, size_t count, float *scores,
                                           transept_error *error) {
  return guardedStatus(error, [&] {
    const OpenLibrary &model = opened(library);
    transept_source *handle = handleOf(library, source, "source");
    std::uint64_t offsets[] = {0, count};
    model.call(model.runtime().score, model.model(), &handle, std::uint64_t(1), target_ids, offsets,
               scores);
  });
}

transept_status transept_classify(const transept_library *library, const transept_encoded *source,
                                  float *scores, float *logits, transept_error *error) {
  return guardedStatus(error, [&] {
    const OpenLibrary &model = opened(library);
    transept_source *handle = handleOf(library, source, "source");
    model.call(model.runtime().classify, model.model(), &handle, std::uint64_t(1), logits, scores);
  });
}
