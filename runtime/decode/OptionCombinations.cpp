// SPDX-License-Identifier: Apache-2.0
//
// Only what a call itself asks for is refused; of a model's defaults, what has no place in a search
// is left aside.

#include "runtime/decode/OptionCombinations.h"

#include "runtime/base/Messages.h"

namespace transept::runtime {

void checkCombinations(const GenerationSettings &settings, const transept_model_table &table,
                       const transept_generation_options &options) {
  auto refuse = [&](std::string_view name, std::string_view cppName, auto value,
                    std::string_view allowed) {
    failArgument(settings.named(name, cppName), value, allowed);
  };
  bool isLookupAsked = options.lookup_length != TRANSEPT_UNSET && settings.lookupLength != 0;
  if (isLookupAsked && settings.beams > 1)
    refuse("lookup_length", "lookupLength", settings.lookupLength,
           "0 in beam search: drafts are checked by greedy search and sampling");
  if (isLookupAsked && options.guess)
    refuse("lookup_length", "lookupLength", settings.lookupLength,
           "0 where guess is given, which is asked instead");
  if (options.guess && settings.beams > 1)
    refuse("beams", "beams", settings.beams,
           "1 where guess is given: drafts are checked by greedy search and sampling");
  if (settings.ranksByCoverage() && table.cross_attention_count == 0)
    refuse("coverage_penalty", "coveragePenalty", settings.coveragePenalty,
           "0: this model has no cross-attention");
  if (settings.ranksByCoverage() && options.on_token)
    refuse("coverage_penalty", "coveragePenalty", settings.coveragePenalty,
           "0 where " + text(settings.named("on_token", "onToken")) +
               " is given: which result is best is known at the end");
  if (!settings.alternatives)
    return;
  if (settings.sample)
    refuse("alternatives", "alternatives", 1, "0 when sample is set");
  if (settings.isPromptSoft())
    refuse("prefix_bias", "prefixBias", settings.prefixBias,
           "0 beside alternatives, which begin behind the prompt");
  if (std::uint64_t(settings.returnCount) > settings.choosableIds())
    refuse("return_count", "returnCount", settings.returnCount,
           rangeText(1, settings.choosableIds()) + " with alternatives, the ids of the vocabulary");
}

} // namespace transept::runtime
