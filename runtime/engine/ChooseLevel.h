// SPDX-License-Identifier: Apache-2.0
//
// Which of a library's instruction-set levels is opened, or why none can be.
#ifndef TRANSEPT_RUNTIME_ENGINE_CHOOSELEVEL_H
#define TRANSEPT_RUNTIME_ENGINE_CHOOSELEVEL_H

#include "transept/levels.h"

#include <string_view>

namespace transept::runtime {

/// The best level of the model, or the one that is called `wanted` unless that is empty. Throws
/// Error when there is no such level, or none that can run.
const transept_level &chooseLevel(const transept_model_table &table, std::string_view wanted,
                                  const Processor &processor);

} // namespace transept::runtime

#endif
