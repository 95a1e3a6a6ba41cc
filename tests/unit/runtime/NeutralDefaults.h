// SPDX-License-Identifier: Apache-2.0
//
// What a model has as defaults that says nothing about generation, for any option there is.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_NEUTRALDEFAULTS_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_NEUTRALDEFAULTS_H

#include "transept/abi.h"

namespace transept::tests {

inline transept_generation_defaults neutralDefaults() {
  transept_generation_defaults defaults{};
#define OPTION_OF_ANY_TYPE(name, abi_name, key, flag, hugging_face_name, neutral, ...)             \
  defaults.abi_name = neutral;
#define OPTION_IDS(...)    // null
#define OPTION_WORDS(...)  // null
#define OPTION_BIASES(...) // null
#define OPTION_TEXTS(...)  // null
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, neutral, ...)                   \
  defaults.abi_name##_factor = neutral;
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
  return defaults;
}

} // namespace transept::tests

#endif
