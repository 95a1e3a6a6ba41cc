// SPDX-License-Identifier: Apache-2.0
//
// The tokenizer of a library, for the runtime itself: searches ask for the texts of tokens. Whoever
// calls with texts has one of their own.
#ifndef TRANSEPT_RUNTIME_ENGINE_LIBRARYTEXTS_H
#define TRANSEPT_RUNTIME_ENGINE_LIBRARYTEXTS_H

#include "transept/text_abi.h"

#include <mutex>

namespace transept::runtime {

/// Any number of threads may use one.
class LibraryTexts {
public:
  explicit LibraryTexts(const transept_model_table &table) : table(table) {}
  LibraryTexts(const LibraryTexts &) = delete;
  ~LibraryTexts();

  /// The context of the table's token_text, opened at the first call. Throws Error if the library
  /// has no tokenizer; the message ends with `instead`.
  transept_text *open(const char *instead);

private:
  const transept_model_table &table;
  std::mutex mutex;
  transept_text *text = nullptr;
};

} // namespace transept::runtime

#endif
