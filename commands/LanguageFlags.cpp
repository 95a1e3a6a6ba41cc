// SPDX-License-Identifier: Apache-2.0
//
// Names of languages become ids through the tokenizer.

#include "commands/LanguageFlags.h"
#include "media/library/LibraryTokenizer.h"

#include <fmt/format.h>

namespace transept::commands {

namespace {

Id idOf(const char *flag, const std::string &name, const text::Tokenizer *tokenizer) {
  if (!tokenizer || tokenizer->languages().empty())
    throw CLI::ValidationError(flag, "this library's tokenizer marks no languages");
  Id id = tokenizer->languageId(name);
  if (id < 0)
    throw CLI::ValidationError(flag, fmt::format("expects one of {}, but got {}",
                                                 fmt::join(tokenizer->languages(), ", "), name));
  return id;
}

} // namespace

void LanguageFlags::addTo(CLI::App &command) {
  command.add_option("--source-language", source,
                     "what the text is in, as the checkpoint names it, e.g. en_XX [its default]");
  command.add_option("--target-language", target, "what it becomes, e.g. deu_Latn [its default]");
}

void LanguageFlags::check(const Model &model, bool usesIds) const {
  bool isSpeech = model.table().speech != nullptr;
  if (!source.empty() && isSpeech)
    throw CLI::ValidationError("--source-language", "is for models that read text, which this is "
                                                    "not; --language says what is spoken");
  if (!source.empty() && model.sourceFeatureWidth() != 0)
    throw CLI::ValidationError("--source-language",
                               "is for models that read text, which this is not");
  if (!source.empty() && usesIds)
    throw CLI::ValidationError("--source-language", "is for texts; with --ids, the sources have "
                                                    "the language's id among theirs");
  if (!target.empty() && isSpeech)
    throw CLI::ValidationError("--target-language",
                               "is for models that translate text, which this is not; --task "
                               "translate makes English of what is spoken");
}

text::EncodeOptions LanguageFlags::encoding(const text::Tokenizer *tokenizer) const {
  text::EncodeOptions options;
  if (!source.empty())
    options.language = idOf("--source-language", source, tokenizer);
  return options;
}

void LanguageFlags::applyTo(GenerateOptions &options, bool hasDecoderStart, const Model &model,
                            const text::Tokenizer *tokenizer) const {
  if (target.empty())
    return;
  if (options.forcedBeginning || hasDecoderStart)
    throw CLI::ValidationError("--target-language",
                               "says what a result begins with, and so do --forced-bos and "
                               "--decoder-start; give one of them");
  Id id = idOf("--target-language", target, tokenizer);
  if (media::targetLanguagePlace(model.table(), *tokenizer) == media::LanguagePlace::DecoderStart)
    options.decoderStart = id;
  else
    options.forcedBeginning = id;
}

std::string LanguageFlags::withFlags(std::string message) const {
  for (std::string_view flag : {"--forced-bos", "--decoder-start"})
    if (!target.empty() && message.starts_with(flag))
      message.replace(0, flag.size(), "--target-language (" + target + ")");
  return message;
}

} // namespace transept::commands
