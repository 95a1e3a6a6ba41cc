// SPDX-License-Identifier: Apache-2.0
//
// Opening, looking at and closing libraries from C.

#include "bindings/c/Library.h"

using namespace transept::bindings;
using transept::Error;
using transept::ErrorCode;
using transept::detail::OpenLibrary;

namespace {

transept_open_options orDefault(const transept_open_options *options) {
  return options ? *options : transept_default_open_options();
}

} // namespace

transept_open_options transept_default_open_options(void) {
  transept_open_options options{};
  options.structure_size = sizeof(options);
  options.encoder_cache_bytes = std::uint64_t(256) << 20;
  return options;
}

transept_text_options transept_default_text_options(void) {
  transept_text_options options{};
  options.structure_size = sizeof(options);
  return options;
}

transept_generation_options transept_default_generation_options(void) {
  transept_generation_options options;
  transept_unset_generation_options(&options);
  return options;
}

transept_library *transept_open(const char *path, const transept_open_options *options,
                                transept_error *error) {
  return guarded(error, [&]() -> transept_library * {
    require(path, "path");
    return new transept_library{std::make_shared<OpenLibrary>(path, orDefault(options))};
  });
}

transept_library *transept_open_linked(transept_model_function model,
                                       const transept_open_options *options,
                                       transept_error *error) {
  return guarded(error, [&]() -> transept_library * {
    if (!model)
      throw Error(ErrorCode::InvalidArgument, "model is null");
    return new transept_library{std::make_shared<OpenLibrary>(model(), orDefault(options))};
  });
}

transept_library *transept_open_sharing(const char *path, const transept_library *workers,
                                        const transept_open_options *options,
                                        transept_error *error) {
  return guarded(error, [&]() -> transept_library * {
    require(path, "path");
    const OpenLibrary &shared = opened(workers);
    transept_open_options sharing = orDefault(options);
    if (sharing.executor)
      throw Error(ErrorCode::InvalidArgument,
                  "executor is set, but the threads are those of another model");
    transept_statistics statistics{};
    statistics.structure_size = sizeof(statistics);
    shared.runtime().statistics(shared.model(), &statistics);
    if (sharing.threads > statistics.workers)
      throw Error(ErrorCode::InvalidArgument, "threads is " + std::to_string(sharing.threads) +
                                                  ", but the shared model has " +
                                                  std::to_string(statistics.workers));
    if (sharing.threads == 0)
      sharing.threads = std::uint32_t(statistics.workers);
    sharing.executor = shared.runtime().run_workers;
    sharing.executor_context = shared.model();
    return new transept_library{std::make_shared<OpenLibrary>(path, sharing, workers->opened)};
  });
}

void transept_close(transept_library *library) {
  delete library;
}

const transept_model_table *transept_table(const transept_library *library) {
  return library ? &library->opened->table() : nullptr;
}

transept_status transept_count(const transept_library *library, transept_statistics *statistics,
                               transept_error *error) {
  return guardedStatus(error, [&] {
    const OpenLibrary &model = opened(library);
    require(statistics, "statistics");
    transept_statistics counted{};
    counted.structure_size = sizeof(counted);
    model.runtime().statistics(model.model(), &counted);
    if (counted.structure_size == 0)
      throw Error(ErrorCode::Unsupported, "the model was opened before fork(), by the parent of "
                                          "this process; open it again in this process");
    *statistics = counted;
  });
}

const char *transept_language_name(const transept_library *library, size_t index) {
  return guarded(nullptr, [&]() -> const char * {
    const OpenLibrary &model = opened(library);
    const transept_text *text = model.text();
    return model.table().text->language(text, index);
  });
}
