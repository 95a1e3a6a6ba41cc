// SPDX-License-Identifier: Apache-2.0
//
// The one exception of the feature extractors: whatever is wrong with a sound, an image or their
// settings is a sentence that says what, where, what was found and what is allowed.

#ifndef TRANSEPT_TEXT_FEATURES_ERROR_H
#define TRANSEPT_TEXT_FEATURES_ERROR_H

#include <stdexcept>

namespace transept::features {

class Error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace transept::features

#endif
