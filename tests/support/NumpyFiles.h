// SPDX-License-Identifier: Apache-2.0
//
// Files of numpy.savez, so that a test can write any.

#ifndef TRANSEPT_TESTS_SUPPORT_NUMPYFILES_H
#define TRANSEPT_TESTS_SUPPORT_NUMPYFILES_H

#include "tests/support/TorchFiles.h"

#include <string>

namespace transept::numpy {

/// An array with this dictionary as its header.
inline std::string array(const std::string &header, const std::string &content) {
  std::string text = header + "\n";
  return "\x93NUMPY" + std::string("\1\0", 2) + char(text.size() % 256) + char(text.size() / 256) +
         text + content;
}

inline std::string array(const std::string &type, const std::string &shape,
                         const std::string &content) {
  return array("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }",
               content);
}

} // namespace transept::numpy

#endif
