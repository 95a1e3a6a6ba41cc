// SPDX-License-Identifier: Apache-2.0
//
// `compile --verify-passes` on a model on which a pass fails: the small model that it leaves fails
// in the same way in transept-opt.

#include "tests/end-to-end/Command.h"

#include <regex>

namespace transept::endtoend {
namespace {

// Attention both ways cannot run token by token; what is around it does not matter.
constexpr const char *model = R"(
!ids = !transept.rows<target x 1 x i32>
!rows = !transept.rows<target x 8 x f32>
func.func @both_ways(%ids: !ids) -> !rows {
  %table = transept.parameter "table" : tensor<11x8xf32>
  %x = transept.embedding %ids, %table : (!ids, tensor<11x8xf32>) -> !rows
  %double = transept.scale %x by 2.0 : !rows
  %mixed = transept.attention %double, %x, %x heads 2 : (!rows, !rows, !rows) -> !rows
  %sum = transept.add %mixed, %x : !rows
  return %sum : !rows
}
)";

TEST(VerifyPasses, LeavesASmallModelBesideTheOutputThatReplays) {
  TemporaryFolder folder;
  writeFile(folder.file("model.mlir"), model);
  CommandResult result = run({"compile", folder.file("model.mlir"), "--emit", "fused", "-o",
                              folder.file("lib.so"), "--verify-passes"});
  expectFailure(result, 1, "pass 'derive-decode' failed");
  EXPECT_THAT(result.errors, testing::HasSubstr("it fails on 'mixed' (transept.attention)"));
  EXPECT_THAT(result.errors, testing::HasSubstr("1 of 4 ops show it"));

  std::string reproducer = folder.file("both_ways.reproducer.mlir");
  std::string text = readFile(reproducer);
  std::smatch pipeline;
  ASSERT_TRUE(std::regex_search(text, pipeline, std::regex("(--pass-pipeline=)\"([^\"]*)\"")))
      << text;
  CommandResult replayed =
      runProgram(TRANSEPT_OPT, {pipeline[1].str() + pipeline[2].str(), reproducer});
  EXPECT_EQ(replayed.status, 1);
  EXPECT_THAT(replayed.errors, testing::HasSubstr("pass 'derive-decode' failed"));
  EXPECT_THAT(replayed.errors, testing::HasSubstr("it fails on 'mixed' (transept.attention)"));
}

} // namespace
} // namespace transept::endtoend
