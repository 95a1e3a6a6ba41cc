// SPDX-License-Identifier: Apache-2.0
//
// The classes, one function each, and what they share.

#ifndef TRANSEPT_COMPILER_FRONTEND_TOKENIZERS_CLASSSETTINGS_H
#define TRANSEPT_COMPILER_FRONTEND_TOKENIZERS_CLASSSETTINGS_H

#include "base/Json.h"
#include "compiler/frontend/description/Description.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace transept::frontend::tokenizers {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

/// tokenizer_config.json, and where to put what is not honoured.
struct ClassInput {
  JsonFields &config;
  std::vector<std::string> &warnings;
};

/// JSON as the text of a setting.
std::string dump(const Json &json);
std::string flag(bool value);

/// Tokens around a text, and between the two of a pair.
void setFrame(Tokenizer &tokenizer, const Names &prefix, const Names &suffix,
              const Names &between = {});
void setLanguages(Tokenizer &tokenizer, const Names &languages, const std::string &token,
                  const std::string &source, const std::string &target);
/// A field that names one of the languages; another name becomes a warning and "".
std::string languageField(const ClassInput &input, const std::string &key,
                          const std::string &fallback, const Names &languages);

/// BART's special tokens, which many classes have.
Json commonTokens();
Json strippingMask();

// BPE, WordPiece and bytes.
Tokenizer bart(const ClassInput &input);
Tokenizer blenderbot(const ClassInput &input);
Tokenizer gpt2(const ClassInput &input);
Tokenizer whisper(const ClassInput &input);
Tokenizer blenderbotSmall(const ClassInput &input);
Tokenizer bert(const ClassInput &input);
Tokenizer bertJapanese(const ClassInput &input);
Tokenizer byT5(const ClassInput &input);

// Sentencepiece.
Tokenizer indicTrans(const ClassInput &input);
Tokenizer marian(const ClassInput &input);
Tokenizer t5(const ClassInput &input);
Tokenizer xlmRoberta(const ClassInput &input);
Tokenizer mbart(const ClassInput &input);
Tokenizer mbart50(const ClassInput &input);
Tokenizer nllb(const ClassInput &input);
Tokenizer plbart(const ClassInput &input);
Tokenizer m2m100(const ClassInput &input);
Tokenizer speechToText(const ClassInput &input);
Tokenizer pegasus(const ClassInput &input);

} // namespace transept::frontend::tokenizers

#endif
