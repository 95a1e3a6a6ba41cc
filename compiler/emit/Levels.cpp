// SPDX-License-Identifier: Apache-2.0
//
// Reads lists of levels and finds the weights that levels have in common.

#include "compiler/emit/Levels.h"
#include "base/Error.h"

#include "dialects/Plan/Plan.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>

#include <bit>
#include <set>

namespace transept::emit {

using namespace mlir;

namespace {

/// Weights that are not at the beginning of a page are small and need a cache line's.
constexpr int64_t kPage = 4096, kLine = 64;

/// Equal for weights of equal bytes: the expression with values numbered in its order, and how it
/// is packed.
std::string contentOf(plan::WeightOp weight) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << weight.getLayout() << weight.getSize();
  for (Operation &op : weight.getExpression().front())
    op.print(stream << "\n", OpPrintingFlags().useLocalScope());
  return text;
}

} // namespace

std::vector<Level> levelsOf(const std::string &names) {
  std::vector<Level> levels;
  for (llvm::StringRef name : llvm::split(names, ',')) {
    std::string error;
    std::optional<targets::Target> target = targets::targetFor(name.str(), error);
    if (!target)
      throw InputError(error);
    for (const Level &other : levels) {
      if (other.name == name)
        throw InputError(fmt::format("--cpu names '{}' twice", other.name));
      if (other.target.cpu == target->cpu && other.target.features == target->features &&
          other.target.hasTiles == target->hasTiles)
        throw InputError(fmt::format("--cpu names '{}' and '{}', which get the same code; "
                                     "name one of them",
                                     other.name, name.str()));
    }
    levels.push_back({name.str(), std::move(*target), {}});
  }
  llvm::sort(levels, [](const Level &a, const Level &b) {
    auto key = [](const Level &level) {
      return std::pair(std::popcount(level.target.requiredFeatures), level.name);
    };
    return key(a) < key(b);
  });
  return levels;
}

void shareWeights(llvm::ArrayRef<ModuleOp> modules) {
  llvm::StringMap<int64_t> places;
  int64_t end = 0;
  for (ModuleOp module : modules)
    for (auto weight : module.getOps<plan::WeightOp>()) {
      int64_t alone = *weight.getOffset();
      auto [place, isNew] = places.try_emplace(
          contentOf(weight), int64_t(llvm::alignTo(end, alone % kPage == 0 ? kPage : kLine)));
      weight.setOffset(place->second);
      if (isNew)
        end = place->second + int64_t(weight.getSize());
    }
}

OwningOpRef<ModuleOp> weightsOf(llvm::ArrayRef<Level> levels) {
  ModuleOp first = levels.front().module;
  OwningOpRef<ModuleOp> weights = ModuleOp::create(first.getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(weights->getBody());
  std::set<int64_t> packed;
  for (const Level &level : levels)
    for (auto weight : Level(level).module.getOps<plan::WeightOp>())
      if (packed.insert(*weight.getOffset()).second) {
        auto copy = cast<plan::WeightOp>(builder.clone(*weight));
        copy.setSymName((weight.getSymName() + "." + level.name).str());
      }
  return weights;
}

} // namespace transept::emit
