// SPDX-License-Identifier: Apache-2.0
//
// What the verifiers of all op families share.

#include "dialects/Transept/Checks.h"

using namespace transept;

std::string transept::derivedSpace(llvm::StringRef space, llvm::StringRef what) {
  return (space + "." + what).str();
}

bool transept::isOwnSpace(llvm::StringRef query, llvm::StringRef key) {
  return key == query || key == derivedSpace(query, "history");
}
