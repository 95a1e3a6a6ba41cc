// SPDX-License-Identifier: Apache-2.0
//
// Normalization of each column over a whole sound, which extractors share but for what they add to
// deviations.

#ifndef TRANSEPT_MEDIA_SOUND_STANDARDCOLUMNS_H
#define TRANSEPT_MEDIA_SOUND_STANDARDCOLUMNS_H

#include "media/features/Features.h"

#include <functional>

namespace transept::features {

/// value -> (value - mean) / deviationOf(variance) in each column of two rows or more; a variance
/// is that of a sample, over rows - 1.
void standardizeColumns(Features &features,
                        const std::function<double(double variance)> &deviationOf);

} // namespace transept::features

#endif
