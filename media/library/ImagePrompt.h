// SPDX-License-Identifier: Apache-2.0
//
// Prompts of models that read a text behind an image: rows of features, each with an id in one
// column (docs/decisions/0030-prompts-are-rows-behind-an-image.md).

#ifndef TRANSEPT_MEDIA_LIBRARY_IMAGEPROMPT_H
#define TRANSEPT_MEDIA_LIBRARY_IMAGEPROMPT_H

#include "media/features/Features.h"
#include "media/tokenizers/Tokenizer.h"

#include "transept/abi.h"

#include <span>
#include <string>
#include <vector>

namespace transept::media {

/// An asset of the library: its tasks, a JSON array of objects with `name` and `question`.
inline constexpr const char *imageTasksFile = "image_tasks.json";

/// Where a source's prompt begins, and which column has its ids; null where the model reads none.
const transept_counted_column *promptColumn(const transept_model_table &table);

/// The question of the task that `prompt` names, or `prompt` itself. Throws InputError for a task
/// with text beside it that takes none.
std::string questionOf(const transept_model_table &table, const std::string &prompt);

/// Throws InputError unless the model reads prompts, and these ids fit behind an image.
void checkPrompt(const transept_model_table &table, std::span<const int32_t> ids);

/// The ids of what is asked by `prompt`, null for nothing. Throws InputError for a prompt that the
/// model does not read, that is missing where it does, or that is too long for it.
std::vector<int32_t> promptIds(const transept_model_table &table, const text::Tokenizer *tokenizer,
                               const char *prompt);

/// Puts rows with these ids behind those of an image.
void appendPrompt(const transept_model_table &table, std::span<const int32_t> ids,
                  features::Features &image);

} // namespace transept::media

#endif
