// SPDX-License-Identifier: Apache-2.0
//
// Opens a tokenizer once, through the table that the text layer has in the library.

#include "runtime/engine/LibraryTexts.h"

#include "runtime/base/Messages.h"

#include <cstdlib>
#include <memory>

namespace transept::runtime {

LibraryTexts::~LibraryTexts() {
  if (text)
    table.text->close_text(text);
}

transept_text *LibraryTexts::open(const char *instead) {
  if (!table.text)
    fail(ErrorCode::Unsupported, "the texts of tokens are needed, but ",
         table.name ? table.name : "this model", " has no tokenizer; ", instead);
  std::lock_guard lock(mutex);
  if (text)
    return text;
  char *given = nullptr;
  transept_status status = table.text->open_text(&table, /*model=*/nullptr, &text, &given);
  std::unique_ptr<char, void (*)(void *)> message(given, std::free);
  if (status != TRANSEPT_OK)
    throw Error(static_cast<ErrorCode>(status), message ? message.get() : "");
  return text;
}

} // namespace transept::runtime
