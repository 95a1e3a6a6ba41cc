// SPDX-License-Identifier: Apache-2.0
//
// The one exception of the front end: whatever is wrong with a checkpoint or a description reaches
// its user as a sentence that says what, where, what was found and what is allowed.

#ifndef TRANSEPT_COMPILER_FRONTEND_ERROR_H
#define TRANSEPT_COMPILER_FRONTEND_ERROR_H

#include <stdexcept>

namespace transept::frontend {

class Error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace transept::frontend

#endif
