// SPDX-License-Identifier: Apache-2.0
//
// Checked before the first file is read.

#include "commands/PromptFlag.h"

#include "base/Error.h"
#include "commands/SourceLines.h"
#include "media/library/ImagePrompt.h"

namespace transept::commands {

void PromptFlag::addTo(CLI::App *command) {
  command->add_option("--prompt", prompt,
                      "what to ask about images, for models that read both: a question, or one of "
                      "their tasks (<CAPTION>); token ids for a library without a tokenizer");
}

std::vector<Id> PromptFlag::idsFor(const Model &model, const text::Tokenizer *tokenizer) const {
  const transept_model_table &table = model.table();
  try {
    const transept_counted_column *column = media::promptColumn(table);
    if (!column || !prompt || tokenizer)
      return media::promptIds(table, tokenizer, prompt ? prompt->c_str() : nullptr);
    std::vector<Id> ids = parseIds(*prompt, column->count);
    media::checkPrompt(table, ids);
    return ids;
  } catch (const InputError &error) {
    throw CLI::ValidationError("--prompt", error.what());
  }
}

} // namespace transept::commands
