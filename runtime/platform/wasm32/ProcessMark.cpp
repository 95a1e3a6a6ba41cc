// SPDX-License-Identifier: Apache-2.0
//
// There is no fork in WebAssembly.

#include "runtime/platform/ProcessMark.h"

namespace transept::runtime {

ProcessMark::ProcessMark() = default;
ProcessMark::~ProcessMark() = default;

bool ProcessMark::isOfThisProcess() const {
  return true;
}

} // namespace transept::runtime
