// SPDX-License-Identifier: Apache-2.0
//
// Reads lists of levels and finds the weights that levels have in common.

#include "compiler/emit/Levels.h"
#include "base/Error.h"

#include "compiler/emit/weights/PackWeights.h"
#include "compiler/targets/Architecture.h"

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

/// Equal for weights of equal bytes: the expression and how it is packed.
std::string contentOf(plan::WeightOp weight) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << weight.getLayout() << weight.getSize() << weightExpression(weight);
  return text;
}

const targets::Architecture &architectureCalled(const std::string &name) {
  std::string error;
  const targets::Architecture *architecture = targets::architectureCalled(name, error);
  if (!architecture)
    throw InputError(error);
  return *architecture;
}

targets::Target targetFor(const std::string &name, const targets::Architecture &architecture) {
  bool isHost = &architecture == targets::hostArchitecture();
  if (name == "native" && !isHost)
    throw InputError(fmt::format("--cpu native is this machine, but --target is {}; allowed are "
                                 "LLVM's names, e.g. {}",
                                 nameOf(architecture),
                                 llvm::join(architecture.processorExamples, ", ")));
  std::string error;
  std::optional<targets::Target> target = targets::targetFor(name, error);
  if (!target)
    throw InputError(error);
  if (target->architecture != &architecture)
    throw InputError(fmt::format("--cpu {0} is a processor of {1}, but {2} {3}; say --target {1}",
                                 name, nameOf(*target->architecture),
                                 isHost ? "this machine is" : "--target is", nameOf(architecture)));
  return *target;
}

} // namespace

std::vector<Level> levelsOf(const std::string &names, const std::string &targetName) {
  const targets::Architecture &architecture = architectureCalled(targetName);
  bool isHost = &architecture == targets::hostArchitecture();
  std::string all = isHost ? "native" : llvm::join(architecture.processorExamples, ",");
  std::vector<Level> levels;
  for (llvm::StringRef name : llvm::split(names.empty() ? all : names, ',')) {
    targets::Target target = targetFor(name.str(), architecture);
    for (const Level &other : levels) {
      if (other.name == name)
        throw InputError(fmt::format("--cpu names '{}' twice", other.name));
      if (other.target.cpu == target.cpu && other.target.features == target.features &&
          other.target.hasTiles == target.hasTiles)
        throw InputError(fmt::format("--cpu names '{}' and '{}', which get the same code; "
                                     "name one of them",
                                     other.name, name.str()));
    }
    levels.push_back({name.str(), std::move(target), {}});
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
