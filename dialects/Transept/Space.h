// SPDX-License-Identifier: Apache-2.0
//
// Sequence spaces: whose rows a value is. A space is a value with a side and a derivation, so that
// nothing asks what a name begins or ends with.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_SPACE_H
#define TRANSEPT_DIALECTS_TRANSEPT_SPACE_H

#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <compare>
#include <optional>
#include <string>

namespace transept {

/// All rows of one side (`source`, `target`), or rows that are derived from them by name
/// (`source.features`, `target.requested`, `target.history.requested`).
class Space {
public:
  enum class Side { Source, Target };

  static Space of(Side side) { return Space(side, ""); }
  static Space source() { return of(Side::Source); }
  static Space target() { return of(Side::Target); }

  /// The space that `text` spells as str() does; none if it spells none.
  static std::optional<Space> parse(llvm::StringRef text);

  /// The space derived from this one by `name`: letters, digits and underscores.
  Space derived(llvm::StringRef name) const;
  /// Every position so far, after staging.
  Space history() const { return derived(historyName); }
  /// The rows whose vocabulary scores are wanted.
  Space requested() const { return derived(requestedName); }

  Side getSide() const { return side; }
  bool isSource() const { return side == Side::Source; }
  bool isTarget() const { return side == Side::Target; }
  /// The names behind the side, "history.requested"; empty for the whole of a side.
  llvm::StringRef getDerivation() const { return derivation; }
  bool isWhole() const { return derivation.empty(); }
  bool isRequested() const;

  std::string str() const;
  friend llvm::raw_ostream &operator<<(llvm::raw_ostream &stream, const Space &space) {
    return stream << space.str();
  }

  /// The source's spaces before the target's, the whole of a side before what is derived from it.
  friend auto operator<=>(const Space &, const Space &) = default;
  friend llvm::hash_code hash_value(const Space &space) {
    return llvm::hash_combine(space.side, llvm::StringRef(space.derivation));
  }

private:
  static constexpr llvm::StringLiteral historyName = "history", requestedName = "requested";

  Space(Side side, std::string derivation) : side(side), derivation(std::move(derivation)) {}

  Side side;
  std::string derivation;
};

llvm::StringRef stringifySide(Space::Side side);

} // namespace transept

#endif
