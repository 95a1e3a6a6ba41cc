// SPDX-License-Identifier: Apache-2.0
//
// What the preprocessor_config.json that a library carries says.

#ifndef TRANSEPT_MEDIA_LIBRARY_LIBRARYPREPROCESSOR_H
#define TRANSEPT_MEDIA_LIBRARY_LIBRARYPREPROCESSOR_H

#include "media/preprocessor/Settings.h"

#include "transept/abi.h"

namespace transept::media {

/// `what` it would be needed for: "sounds". Throws Error where the library has none.
features::Settings preprocessorOf(const transept_model_table &table, const char *what);

/// Throws InputError unless rows of `width` numbers are what the model takes.
void checkFeatureWidth(const transept_model_table &table, size_t width);

} // namespace transept::media

#endif
