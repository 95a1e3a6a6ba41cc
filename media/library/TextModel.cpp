// SPDX-License-Identifier: Apache-2.0
//
// Made from the library's own bytes, when texts are asked for and not before.

#include "media/library/TextModel.h"

#include "base/Error.h"
#include "base/Json.h"
#include "media/library/LibraryTokenizer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace transept;

transept_text::transept_text(const transept_model_table &table, transept_model *model)
    : table(table), model(model), tokenizer(media::openTokenizer(table)) {
  if (!tokenizer)
    throw Error(ErrorCode::Unsupported,
                fmt::format("{} has no tokenizer, so it takes token ids and no texts", table.name));
  languages = tokenizer->languages();
}

int32_t transept_text::languageId(const char *what, std::string_view name) const {
  if (languages.empty())
    throw InputError(
        fmt::format("{} is {}, but {} marks no languages", what, quoteText(name), table.name));
  int32_t id = tokenizer->languageId(name);
  if (id < 0)
    throw InputError(fmt::format("{} is {}, but must be one of {}", what, quoteText(name),
                                 fmt::join(languages, ", ")));
  return id;
}
