// SPDX-License-Identifier: Apache-2.0
//
// All are checked before one is read.

#include "media/library/ImageSources.h"

#include "media/library/ImagePrompt.h"

namespace transept::media {

ImageSources::ImageSources(const transept_text &text, std::span<const transept_image> images,
                           const transept_text_options &options)
    : GenerationSources(images.size()), table(text.table), reader(table), images(images) {
  auto refuse = [](bool isSet, const char *option) {
    if (isSet)
      throw InputError(fmt::format("{} is set, but is for texts, not for images", option));
  };
  refuse(options.source_language, "the source language");
  refuse(options.splits_sentences != 0, "splitting of sentences");
  refuse(options.truncates != 0, "truncating");
  prompt = promptIds(table, text.tokenizer.get(), options.image_prompt);
  addEach("images", options.skips_invalid != 0, [&](size_t index) {
    reader.check(images[index]);
    all.push_back({.index = index});
  });
}

std::vector<transept_source_input> ImageSources::inputsOf(std::span<const GenerationPiece> pieces) {
  patches.clear();
  std::vector<transept_source_input> inputs(pieces.size());
  for (size_t index = 0; index < pieces.size(); ++index) {
    auto &read = patches.emplace_back(reader.read(images[pieces[index].index]));
    appendPrompt(table, prompt, read);
    inputs[index].features = read.values.data();
    inputs[index].length = read.rows;
  }
  return inputs;
}

} // namespace transept::media
