// SPDX-License-Identifier: Apache-2.0
//
// What a page can ask a model for: each call reads its settings and gives its result as JSON.
#ifndef TRANSEPT_BINDINGS_WEB_CALLS_H
#define TRANSEPT_BINDINGS_WEB_CALLS_H

#include "bindings/web/JsonText.h"
#include "bindings/web/Settings.h"

#include "transept/sound_abi.h"

#include <functional>

namespace transept::web {

/// The module's model. Its own parts are called directly, so that calls can be stopped at any step.
struct OpenModel {
  explicit OpenModel(const transept_model_table *table, const transept_open_options &options)
      : library(table, options), model(Model::borrow(*table, library.model())) {}

  detail::OpenLibrary library;
  Model model;
};

struct Call {
  Settings settings;
  std::span<const float> floats; // samples or features

  // While it runs; anything but true ends it.
  std::function<bool(std::string_view part)> onPart;
  std::function<bool()> goesOn;

  /// The texts or numbers that the call works on; they are no option.
  std::vector<std::string> takeTexts(std::string_view name);
  std::vector<Id> takeIds(std::string_view name);
  /// The same options, with this call asked before each step.
  transept_generation_options stoppable(transept_generation_options options);
};

/// Does what `verb` names: describe, translate, generate, transcribe, tokenize, detokenize. Throws
/// Error.
std::string perform(const OpenModel &opened, std::string_view verb, Call &call);

} // namespace transept::web

#endif
