// SPDX-License-Identifier: Apache-2.0
//
// One call from texts or images to texts: batches, results.

#ifndef TRANSEPT_MEDIA_LIBRARY_TEXTGENERATION_H
#define TRANSEPT_MEDIA_LIBRARY_TEXTGENERATION_H

#include "media/library/SequencePlaces.h"

#include <functional>

struct transept_text_results {
  /// Of one result: what its view points to.
  struct Stored {
    std::string text, problem;
    // With pointers into `generated`.
    std::vector<transept_sequence> sequences;
    std::vector<transept_token_scores> tokenScores;
    // Where they were asked for.
    std::vector<transept::media::SequencePlaces> places;
    std::vector<transept_token_places> placeViews;
  };
  using Generated = std::unique_ptr<transept_results, transept_release_results_function>;

  std::vector<Generated> generated;
  std::vector<std::vector<Stored>> stored; // of each text, best first
  std::vector<std::vector<transept_text_result>> views;
};

namespace transept::media {

/// Called once the options are known to be right.
using MakeSources = std::function<std::unique_ptr<GenerationSources>()>;

/// Throws Error; see generate_texts. `options` is complete, `generation` null for all defaults.
std::unique_ptr<transept_text_results> generateTexts(const transept_text &text,
                                                     const MakeSources &makeSources,
                                                     const transept_text_options &options,
                                                     const transept_generation_options *generation);

} // namespace transept::media

#endif
