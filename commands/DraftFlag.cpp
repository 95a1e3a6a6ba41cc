// SPDX-License-Identifier: Apache-2.0
//
// Both models read the same sources: what differs between them is how well.

#include "commands/DraftFlag.h"

#include "commands/GenerationFlags.h"

#include <fmt/format.h>

namespace transept::commands {

void DraftFlag::addTo(CLI::App *command) {
  command
      ->add_option("--draft", file,
                   "the library of a smaller model with the same vocabulary: it guesses tokens, "
                   "which are checked many at a time; results are those without it")
      ->type_name("FILE");
}

std::unique_ptr<OpenDraft> DraftFlag::open(const Model &model, const std::string &library,
                                           const GenerateOptions &options, unsigned threads) const {
  if (!isGiven())
    return nullptr;
  auto refuse = [](const std::string &why) { throw CLI::ValidationError("--draft", why); };
  if (int beams = beamsOf(options, model); beams != 1)
    refuse(fmt::format("is for greedy search and sampling, but this is a search with {} beams; "
                       "--beams 1 makes it greedy",
                       beams));
  Model draft = Model::open(file, {.threads = threads});
  auto check = [&](const char *what, size_t found, size_t wanted) {
    if (found != wanted)
      refuse(fmt::format("expects a model whose {} is {}, as in {}, but that of {} is {}", what,
                         wanted, library, file, found));
  };
  check("target vocabulary", draft.targetVocabularySize(), model.targetVocabularySize());
  check("source vocabulary", draft.sourceVocabularySize(), model.sourceVocabularySize());
  check("width of features", draft.sourceFeatureWidth(), model.sourceFeatureWidth());
  check("count of features", draft.sourceFeatureCount(), model.sourceFeatureCount());
  return std::make_unique<OpenDraft>(model, std::move(draft));
}

GenerateOptions OpenDraft::applyTo(GenerateOptions options, std::span<const SourceInput> inputs,
                                   size_t count) {
  std::vector<Source> sources;
  if (model.hasSource())
    sources = draft.encodeBatch(inputs);
  else
    sources.assign(count, draft.noSource());
  options.guess = std::ref(guesser.emplace(model, draft, std::move(sources)));
  return options;
}

} // namespace transept::commands
