// SPDX-License-Identifier: Apache-2.0
//
// What holds for every architecture in the table: LLVM knows what it names, and its blocks fit
// into its registers.

#include "compiler/targets/Architecture.h"

#include "transept/abi.h"

#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Target/TargetMachine.h"

#include <gmock/gmock.h>

#include <bit>

namespace transept::targets {
namespace {

using ::testing::Contains;

class EveryArchitecture : public ::testing::TestWithParam<const Architecture *> {
protected:
  const Architecture &architecture = *GetParam();

  std::unique_ptr<llvm::TargetMachine> machine(const std::string &cpu,
                                               const std::string &features) const {
    architecture.initializeLLVM();
    llvm::Triple triple(architecture.triple);
    std::string error;
    const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
    EXPECT_TRUE(found) << error;
    return std::unique_ptr<llvm::TargetMachine>(
        found->createTargetMachine(triple, cpu, features, llvm::TargetOptions(), {}));
  }

  std::vector<Target> examples() const {
    std::vector<Target> result;
    for (llvm::StringRef name : architecture.processorExamples) {
      std::string error;
      std::optional<Target> target = targetFor(name.str(), error);
      EXPECT_TRUE(target) << error;
      if (target)
        result.push_back(*target);
    }
    return result;
  }
};

TEST_P(EveryArchitecture, NamesProcessorsThatLLVMKnows) {
  std::vector<std::string> processors = {architecture.leastProcessor.str()};
  for (const Target &target : examples())
    processors.push_back(target.cpu);
  for (const std::string &cpu : processors)
    EXPECT_TRUE(machine(cpu, "")->getMCSubtargetInfo()->isCPUStringValid(cpu)) << cpu;
}

TEST_P(EveryArchitecture, NamesFeaturesThatLLVMKnows) {
  auto least = machine(architecture.leastProcessor.str(), "");
  std::vector<std::string> known;
  for (const llvm::SubtargetFeatureKV &feature :
       least->getMCSubtargetInfo()->getAllProcessorFeatures())
    known.push_back(std::string("+") + feature.Key);
  for (const Feature &feature : architecture.features)
    for (llvm::StringRef name : feature.switches)
      EXPECT_THAT(known, Contains(name.str()));
}

TEST_P(EveryArchitecture, TellsFeaturesApartAndCallsThemByNames) {
  uint64_t seen = 0;
  for (const Feature &feature : architecture.features) {
    EXPECT_EQ(std::popcount(feature.bit), 1);
    EXPECT_EQ(seen & feature.bit, 0u);
    EXPECT_FALSE(feature.names.empty());
    seen |= feature.bit;
  }
  for (const Target &target : examples())
    EXPECT_EQ(target.requiredFeatures & ~seen, 0u) << target.cpu;
}

TEST_P(EveryArchitecture, SaysWhichPackagesOtherMachinesNeed) {
  EXPECT_FALSE(architecture.crossPackages.empty());
}

TEST_P(EveryArchitecture, KnowsItsOwnExamples) {
  for (const Target &target : examples())
    EXPECT_EQ(target.architecture, &architecture) << target.cpu;
}

TEST_P(EveryArchitecture, HoldsItsBlocksInItsRegisters) {
  for (const Target &target : examples()) {
    ASSERT_GT(target.lanes(), 0) << target.cpu;
    EXPECT_EQ(target.panelWidth() % target.lanes(), 0) << target.cpu;
    EXPECT_EQ(target.mostRows(target.panelWidth() / target.lanes()), target.tileRows())
        << target.cpu;
    // Attention's scores: a block of keys, or as many blocks as a panel is wide.
    int64_t keys = std::max<int64_t>(TRANSEPT_KEY_BLOCK, target.panelWidth());
    EXPECT_EQ(target.mostRows(keys / target.lanes()), target.tileRows()) << target.cpu;
    EXPECT_GT(target.secondLevelCacheBytes, 0) << target.cpu;
    EXPECT_NE(target.byteForm, WordForm::BFloats) << target.cpu;
    EXPECT_EQ(TRANSEPT_KEY_BLOCK % target.lanes(), 0) << target.cpu;
    if (target.hasTiles) {
      EXPECT_TRUE(architecture.tiles) << target.cpu;
      EXPECT_EQ(4 * target.lanes(), kTileRegisterRowBytes) << target.cpu;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, EveryArchitecture, ::testing::ValuesIn(architectures()),
                         [](const auto &info) {
                           return llvm::Triple(info.param->triple).getArchName().str();
                         });

TEST(TargetFor, ListsExamplesWhereNoArchitectureKnowsTheName) {
  std::string error;
  EXPECT_FALSE(targetFor("pentium-9", error));
  EXPECT_EQ(error, "unknown processor 'pentium-9'; allowed are native and LLVM's names, e.g. "
                   "x86-64-v3, x86-64-v4, sapphirerapids, armv8-a, armv8.2-a+dotprod, "
                   "armv8.6-a+i8mm+bf16, simd128, relaxed-simd");
}

} // namespace
} // namespace transept::targets
