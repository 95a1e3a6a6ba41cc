// SPDX-License-Identifier: Apache-2.0
//
// What config.json files of all families have in common: fields that change the mathematics in ways
// that are not supported, fields that never matter, activation names, and tied weights.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_CONFIGRULES_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_CONFIGRULES_H

#include "base/Json.h"
#include "checkpoints/Checkpoint.h"
#include "compiler/frontend/description/Description.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace transept::frontend {

/// Whose configuration it is: of a whole model, of one side that is a model of its own, or of a
/// model of which there is the encoder alone, whether the file says so or not.
enum class ConfigRole { Model, Source, Target, EncoderOfModel };

/// Throws InputError for fields that change the mathematics and are not honoured, e.g.
/// quantization_config. is_decoder and cross_attention_hidden_size of a target are left to the
/// family, and so are the fields that it says it honours.
void refuseUnsupportedFields(JsonFields &config, ConfigRole role = ConfigRole::Model,
                             std::span<const std::string_view> honoured = {});

/// Whether the name of one of the classes in `architectures` ends so.
bool isOfClass(JsonFields &config, std::string_view ending);

/// Whether transformers 5 or newer wrote the file, where some fields mean something else.
bool isWrittenByVersion5(JsonFields &config);

/// Warns about fields that were neither read nor are known to be harmless.
void warnUnknownFields(JsonFields &config, std::vector<std::string> &warnings);

/// A size under its own name or under the general one that Hugging Face's attribute_map gives it.
int64_t sizeField(JsonFields &config, const std::string &key, int64_t fallback,
                  const std::string &alias = "");

/// The object under a key; one without fields where it is absent.
const nlohmann::ordered_json &objectField(JsonFields &config, const std::string &key);

/// Hugging Face's ACT2FN names.
Activation activationField(JsonFields &config, const std::string &key, const std::string &fallback);

/// The first of `names` that is stored. All others that are stored must hold the same numbers:
/// which of them Hugging Face would use depends on the order of loading. Their names are appended
/// to `unused`. Throws InputError when none is stored, beginning with `reason`.
std::string resolveTied(const checkpoints::Checkpoint &checkpoint,
                        const std::vector<std::string> &names, const std::string &reason,
                        std::vector<std::string> &unused);

/// Whether `head` is stored with other numbers than the first of `words` that is. transformers 5
/// then leaves them untied, whatever tie_word_embeddings says.
bool differsFromWords(const checkpoints::Checkpoint &checkpoint,
                      const std::vector<std::string> &words, const std::string &head);

} // namespace transept::frontend

#endif
