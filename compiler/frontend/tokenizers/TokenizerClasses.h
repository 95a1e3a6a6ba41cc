// SPDX-License-Identifier: Apache-2.0
//
// What the tokenizer classes of Hugging Face transformers 4.44 do, as kinds and settings of the
// text layer.

#ifndef TRANSEPT_COMPILER_FRONTEND_TOKENIZERS_TOKENIZERCLASSES_H
#define TRANSEPT_COMPILER_FRONTEND_TOKENIZERS_TOKENIZERCLASSES_H

#include "base/Json.h"
#include "compiler/frontend/description/Description.h"

#include <string>
#include <vector>

namespace transept::frontend {

/// The names that settleTokenizer knows, without "Fast".
std::vector<std::string> tokenizerClasses();

/// The class that checkpoints of a family have when they name none; "" when there is no such class.
std::string defaultTokenizerClass(const std::string &family);

/// Kind, needed files and settings of a class whose tokenizer_config.json has these fields. Throws
/// InputError for a field of the wrong type; what is there but not honoured becomes a warning.
Tokenizer settleTokenizer(const std::string &className, JsonFields &config,
                          std::vector<std::string> &warnings);

/// The settings that also hold for the class's tokenizer.json.
Tokenizer settleTokenizerJson(const std::string &className, JsonFields &config,
                              std::vector<std::string> &warnings);

} // namespace transept::frontend

#endif
