// SPDX-License-Identifier: Apache-2.0
//
// Which search the settings ask for.
#ifndef TRANSEPT_RUNTIME_DECODE_MAKESEARCH_H
#define TRANSEPT_RUNTIME_DECODE_MAKESEARCH_H

#include "runtime/decode/Search.h"

#include <memory>

namespace transept::runtime {

/// `number` is the source's for random numbers.
std::unique_ptr<Search> makeSearch(SearchStart start, std::uint64_t number, TokenListener listener);

/// One that goes on from `start`, whatever the settings say of alternatives.
std::unique_ptr<Search> makePlainSearch(SearchStart start, std::uint64_t number,
                                        TokenListener listener);

} // namespace transept::runtime

#endif
