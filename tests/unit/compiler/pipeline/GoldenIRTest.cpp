// SPDX-License-Identifier: Apache-2.0
//
// The exact IR of every stage of the tiny models, as files that people read and review. When a
// change is meant, TRANSEPT_UPDATE_GOLDEN=1 rewrites them.

#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/pipeline/Stages.h"
#include "dialects/Transept/Transept.h"
#include "tests/support/TinyModels.h"

#include "mlir/IR/OperationSupport.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace transept {
namespace {

using namespace mlir;

struct GoldenCase {
  Stage stage;
  std::string model;
  frontend::Description (*make)();
};

class GoldenIR : public ::testing::TestWithParam<GoldenCase> {
protected:
  static std::filesystem::path path() {
    return std::filesystem::path(TRANSEPT_SOURCE_DIR) / "tests/lit/pipeline" /
           infoOf(GetParam().stage).name.str() / (GetParam().model + ".mlir");
  }

  static std::string read(const std::filesystem::path &path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
};

TEST_P(GoldenIR, IsAsReviewed) {
  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module = frontend::buildModel(GetParam().make(), context);
  ASSERT_TRUE(module);
  PassManager manager(&context);
  addStages(manager, Stage::Graph, GetParam().stage, {});
  ASSERT_TRUE(succeeded(manager.run(*module)));

  // The lit suite parses and verifies the files.
  std::string text = "// RUN: transept-opt %s -o %t\n\n";
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags().printNameLocAsPrefix());
  stream << "\n";
  if (std::getenv("TRANSEPT_UPDATE_GOLDEN")) {
    std::filesystem::create_directories(path().parent_path());
    std::ofstream(path()) << text;
  }
  EXPECT_EQ(text, read(path())) << "rewrite with TRANSEPT_UPDATE_GOLDEN=1, then review the change";
}

frontend::Description gatedT5() {
  return testing::tinyT5(/*isGated=*/true);
}

INSTANTIATE_TEST_SUITE_P(
    Stages, GoldenIR,
    ::testing::Values(GoldenCase{Stage::Graph, "tiny-marian", testing::tinyMarian},
                      GoldenCase{Stage::Staged, "tiny-marian", testing::tinyMarian},
                      GoldenCase{Stage::Fused, "tiny-marian", testing::tinyMarian},
                      GoldenCase{Stage::Graph, "tiny-t5", gatedT5},
                      GoldenCase{Stage::Staged, "tiny-t5", gatedT5},
                      GoldenCase{Stage::Fused, "tiny-t5", gatedT5},
                      GoldenCase{Stage::Graph, "tiny-speech", testing::tinySpeech},
                      GoldenCase{Stage::Staged, "tiny-speech", testing::tinySpeech},
                      GoldenCase{Stage::Fused, "tiny-speech", testing::tinySpeech}),
    [](const auto &info) {
      std::string name = infoOf(info.param.stage).name.str() + "_" + info.param.model;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

} // namespace
} // namespace transept
