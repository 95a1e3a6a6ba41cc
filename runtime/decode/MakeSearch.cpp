// SPDX-License-Identifier: Apache-2.0
//
// The one place that knows all kinds of search.

#include "runtime/decode/MakeSearch.h"

#include "runtime/decode/AlternativesSearch.h"
#include "runtime/decode/BeamSearch.h"
#include "runtime/decode/GreedySearch.h"
#include "runtime/decode/SamplingSearch.h"

namespace transept::runtime {

std::unique_ptr<Search> makePlainSearch(SearchStart start, std::uint64_t number,
                                        TokenListener listener) {
  if (start.settings.beams > 1)
    return std::make_unique<BeamSearch>(start, number, listener);
  if (start.settings.sample)
    return std::make_unique<SamplingSearch>(std::move(start), number, listener);
  return std::make_unique<GreedySearch>(std::move(start), listener);
}

std::unique_ptr<Search> makeSearch(SearchStart start, std::uint64_t number,
                                   TokenListener listener) {
  if (start.settings.alternatives)
    return std::make_unique<AlternativesSearch>(std::move(start), number, listener);
  return makePlainSearch(std::move(start), number, listener);
}

} // namespace transept::runtime
