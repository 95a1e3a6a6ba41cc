// SPDX-License-Identifier: Apache-2.0
//
// The C side of an open model, owned: the loaded library (if it was loaded by file name) and the
// runtime's model handle. Every handle of the C++ API shares one of these.
#ifndef TRANSEPT_DETAIL_OPENLIBRARY_H
#define TRANSEPT_DETAIL_OPENLIBRARY_H

#include "transept/platform/LoadedLibrary.h"
#include "transept/text_abi.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace transept::detail {

class OpenLibrary {
public:
  /// Loads a library file and opens its model. `owner` is kept as long as this.
  OpenLibrary(const std::string &path, const transept_open_options &options,
              std::shared_ptr<const void> owner = {})
      : owner(std::move(owner)), loaded(std::make_unique<platform::LoadedLibrary>(path)) {
    open(reinterpret_cast<transept_model_function>(loaded->modelFunction())(), options);
  }

  /// Opens the model of a library that the program is linked with.
  OpenLibrary(const transept_model_table *table, const transept_open_options &options,
              std::shared_ptr<const void> owner = {})
      : owner(std::move(owner)) {
    open(table, options);
  }

  /// A model that somebody else has opened, and keeps open as long as this.
  OpenLibrary(const transept_model_table &table, transept_model *borrowed)
      : modelTable(&table), handle(borrowed), isBorrowed(true) {}

  OpenLibrary(const OpenLibrary &) = delete;
  OpenLibrary &operator=(const OpenLibrary &) = delete;

  ~OpenLibrary() {
    if (texts)
      table().text->close_text(texts);
    if (!isBorrowed)
      runtime().close(handle);
  }

  const transept_model_table &table() const { return *modelTable; }
  const transept_runtime &runtime() const { return *modelTable->runtime; }
  transept_model *model() const { return handle; }
  /// Numbers in a row of logits.
  std::size_t logitsWidth() const {
    return table().classifier           ? std::size_t(table().classifier->label_count)
           : table().target_state_width ? std::size_t(table().target_state_width)
                                        : std::size_t(table().target_vocabulary_size);
  }

  /// The library's tokenizer, read at the first call. Throws Error where there is none.
  const transept_text *text() const {
    if (!table().text)
      throw Error(ErrorCode::Unsupported, std::string(table().name) +
                                              " has no tokenizer, so it takes token ids and no "
                                              "texts");
    std::lock_guard lock(textsMutex);
    if (!texts)
      call(table().text->open_text, modelTable, handle, &texts);
    return texts;
  }

  /// Calls a function of the runtime whose last argument is the message; throws Error if it fails.
  template <typename Function, typename... Arguments>
  void call(Function function, Arguments... arguments) const {
    char *message = nullptr;
    transept_status status = function(arguments..., &message);
    if (status == TRANSEPT_OK)
      return;
    std::string text = message ? message : "there is not enough memory for an error message";
    runtime().release_message(message);
    throw Error(static_cast<ErrorCode>(status), text);
  }

private:
  void open(const transept_model_table *table, const transept_open_options &options) {
    if (!table)
      throw Error(ErrorCode::Library, "the model library returned no table");
    if (table->abi_version != TRANSEPT_ABI_VERSION)
      throw Error(ErrorCode::Unsupported,
                  "the model library has ABI version " + std::to_string(table->abi_version) +
                      ", but this program was compiled for version " +
                      std::to_string(TRANSEPT_ABI_VERSION) + "; compile the model again");
    if (table->structure_size < sizeof(transept_model_table) || !table->runtime ||
        table->runtime->structure_size < sizeof(transept_runtime))
      throw Error(ErrorCode::Unsupported, "the model library is older than this program's "
                                          "transept headers; compile the model again");
    modelTable = table;
    call(runtime().open, table, &options, &handle);
  }

  std::shared_ptr<const void> owner;
  std::unique_ptr<platform::LoadedLibrary> loaded; // null: the program is linked with it
  const transept_model_table *modelTable = nullptr;
  transept_model *handle = nullptr;
  bool isBorrowed = false;
  mutable std::mutex textsMutex;
  mutable transept_text *texts = nullptr;
};

/// The library of a handle of the C++ API, `what` in messages. Throws Error if the handle was moved
/// from, and is therefore empty.
inline const OpenLibrary &opened(const std::shared_ptr<const OpenLibrary> &library,
                                 const std::string &what) {
  if (!library)
    throw Error(ErrorCode::InvalidArgument,
                what +
                    " was moved from, so there is nothing in it; use the object it was moved to");
  return *library;
}

} // namespace transept::detail

#endif
