// SPDX-License-Identifier: Apache-2.0
//
// Lists of target ids as the C ABI takes them.
#ifndef TRANSEPT_DETAIL_GIVENTARGETS_H
#define TRANSEPT_DETAIL_GIVENTARGETS_H

#include "transept/error.h"
#include "transept/options.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace transept::detail {

/// One after another, with the offsets of each. Throws Error if there is not one for each source.
struct GivenTargets {
  std::vector<Id> ids;
  std::vector<std::uint64_t> offsets;

  GivenTargets(std::span<const std::vector<Id>> targets, std::size_t sourceCount) {
    if (targets.size() != sourceCount)
      throw Error(ErrorCode::InvalidArgument, "targets has " + std::to_string(targets.size()) +
                                                  " lists, but must have one for each of the " +
                                                  std::to_string(sourceCount) + " sources");
    ids.reserve(1); // not null, so that an empty target is reported as such
    offsets.reserve(targets.size() + 1);
    offsets.push_back(0);
    for (const std::vector<Id> &target : targets) {
      ids.insert(ids.end(), target.begin(), target.end());
      offsets.push_back(ids.size());
    }
  }
};

} // namespace transept::detail

#endif
