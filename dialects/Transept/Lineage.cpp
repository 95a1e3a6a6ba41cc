// SPDX-License-Identifier: Apache-2.0
//
// A location is a name around the fused locations of what became this op; the fused location
// carries the pass that did it.

#include "dialects/Transept/Lineage.h"

#include "dialects/Transept/Transept.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace transept {

using namespace mlir;

StringRef nameOf(Location location) {
  if (auto name = location->findInstanceOf<NameLoc>())
    return name.getName().getValue();
  return "";
}

Location withSuffix(Location location, StringRef suffix) {
  if (nameOf(location).empty())
    return location;
  return NameLoc::get(StringAttr::get(location.getContext(), nameOf(location) + suffix), location);
}

static Location fused(StringRef pass, ArrayRef<Location> locations) {
  MLIRContext *context = locations.front().getContext();
  return FusedLoc::get(context, locations, StringAttr::get(context, pass));
}

/// `all` under the name of `location`.
static Location named(Location location, Location all) {
  if (nameOf(location).empty())
    return all;
  return NameLoc::get(StringAttr::get(all.getContext(), nameOf(location)), all);
}

/// One component of a merged name from the same component of each name: what all say, or each
/// different word once; empty if they are different numbers.
static std::string mergeComponents(ArrayRef<StringRef> words) {
  llvm::SetVector<StringRef> unique(words.begin(), words.end());
  bool areNumbers =
      llvm::all_of(unique, [](StringRef word) { return llvm::all_of(word, llvm::isDigit); });
  if (unique.size() > 1 && areNumbers)
    return "";
  return llvm::join(unique, "_");
}

Location mergedLocation(StringRef pass, ArrayRef<Location> locations) {
  Location all = fused(pass, locations);
  SmallVector<SmallVector<StringRef>> names;
  for (Location location : locations) {
    nameOf(location).split(names.emplace_back(), '.', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
    if (names.back().empty() || names.back().size() != names.front().size())
      return all;
  }
  SmallVector<std::string> merged;
  for (size_t component = 0; component < names.front().size(); ++component) {
    auto words = llvm::map_to_vector(names, [&](const auto &name) { return name[component]; });
    if (std::string word = mergeComponents(words); !word.empty())
      merged.push_back(word);
  }
  return NameLoc::get(StringAttr::get(all.getContext(), llvm::join(merged, ".")), all);
}

Location changedBy(StringRef pass, Location location) {
  return named(location, fused(pass, location));
}

Location withPrologue(StringRef pass, Location prologue, Location location) {
  return named(location, fused(pass, {prologue, location}));
}

Location withEpilogue(StringRef pass, Location location, ArrayRef<Location> epilogue) {
  SmallVector<Location> all = {location};
  llvm::append_range(all, epilogue);
  return named(location, fused(pass, all));
}

/// Calls `visit` for `location` and all in it, inner ones first.
static void visitAll(Location location, llvm::function_ref<void(Location)> visit) {
  if (auto name = dyn_cast<NameLoc>(location))
    visitAll(name.getChildLoc(), visit);
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      visitAll(part, visit);
  visit(location);
}

SmallVector<StringRef> originsOf(Location location) {
  llvm::SetVector<StringRef> origins;
  visitAll(location, [&](Location each) {
    auto name = dyn_cast<NameLoc>(each);
    if (name && nameOf(name.getChildLoc()).empty())
      origins.insert(name.getName());
  });
  return origins.takeVector();
}

SmallVector<StringRef> passesOf(Location location) {
  llvm::SetVector<StringRef> passes;
  visitAll(location, [&](Location each) {
    if (auto fused = dyn_cast<FusedLoc>(each))
      if (auto pass = dyn_cast_or_null<StringAttr>(fused.getMetadata()))
        passes.insert(pass);
  });
  return passes.takeVector();
}

/// The locations of what became one op at `location`: itself among them, under its own name. Empty
/// if it stands for itself alone, or for several side by side.
static ArrayRef<Location> partsOf(Location location) {
  auto name = dyn_cast<NameLoc>(location);
  auto fused = name ? dyn_cast<FusedLoc>(name.getChildLoc()) : FusedLoc();
  if (!fused)
    return {};
  ArrayRef<Location> parts = fused.getLocations();
  bool isOneOfThem =
      llvm::any_of(parts, [&](Location part) { return nameOf(part) == name.getName(); });
  return isOneOfThem ? parts : ArrayRef<Location>();
}

StringRef valueNameOf(Value value) {
  Location location = value.getLoc();
  auto linear = value.getDefiningOp<LinearOp>();
  bool isNormalized = linear && value == linear.getNormalized();
  for (ArrayRef<Location> parts; !(parts = partsOf(location)).empty();) {
    // The norm came last, as a prologue: it stands before the op that took it.
    if (isNormalized && parts.size() > 1)
      return nameOf(parts.front());
    location = parts.back();
  }
  return nameOf(location);
}

Location valueLocation(Value value) {
  StringRef name = valueNameOf(value);
  Location location = value.getLoc();
  if (name == nameOf(location))
    return location;
  return NameLoc::get(StringAttr::get(location.getContext(), name), location);
}

} // namespace transept
