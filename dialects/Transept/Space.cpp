// SPDX-License-Identifier: Apache-2.0
//
// How spaces are spelled: the side, then each name that derives one behind a dot.

#include "dialects/Transept/Space.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"

#include <cassert>

using namespace transept;

static bool isName(llvm::StringRef text) {
  return !text.empty() && llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

llvm::StringRef transept::stringifySide(Space::Side side) {
  switch (side) {
  case Space::Side::Source:
    return "source";
  case Space::Side::Target:
    return "target";
  }
  llvm_unreachable("unknown side");
}

std::optional<Space> Space::parse(llvm::StringRef text) {
  for (Side side : {Side::Source, Side::Target}) {
    llvm::StringRef rest = text;
    if (!rest.consume_front(stringifySide(side)))
      continue;
    if (rest.empty())
      return of(side);
    llvm::SmallVector<llvm::StringRef> names;
    if (rest.consume_front(".")) {
      rest.split(names, '.');
      if (llvm::all_of(names, isName))
        return Space(side, rest.str());
    }
  }
  return std::nullopt;
}

Space Space::derived(llvm::StringRef name) const {
  assert(isName(name) && "a derivation is named by letters, digits and underscores");
  return Space(side, isWhole() ? name.str() : derivation + "." + name.str());
}

bool Space::isRequested() const {
  return getDerivation().rsplit('.').second == requestedName || derivation == requestedName;
}

std::string Space::str() const {
  std::string text = stringifySide(side).str();
  return isWhole() ? text : text + "." + derivation;
}
