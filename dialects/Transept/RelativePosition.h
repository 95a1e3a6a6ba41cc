// SPDX-License-Identifier: Apache-2.0
//
// The buckets of relative_position_bias, for everyone who needs the same ones: the interpreter and
// the code generator.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_RELATIVEPOSITION_H
#define TRANSEPT_DIALECTS_TRANSEPT_RELATIVEPOSITION_H

#include <cstdint>

namespace transept {

struct RelativePositionBuckets {
  int64_t count = 0;
  int64_t maximumDistance = 0;
  bool isBidirectional = false;
};

/// The bucket of key position minus query position, as Raffel et al. 2020 compute it: the
/// logarithm in f32, truncated.
int64_t relativePositionBucket(int64_t keyMinusQuery, const RelativePositionBuckets &buckets);

} // namespace transept

#endif
