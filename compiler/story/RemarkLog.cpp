// SPDX-License-Identifier: Apache-2.0
//
// A streamer of MLIR's remark engine that keeps them.

#include "compiler/story/RemarkLog.h"

#include "base/Error.h"
#include "dialects/Transept/Lineage.h"

#include "mlir/IR/Remarks.h"

namespace transept::story {

using namespace mlir;

namespace {

std::string kindOf(const remark::detail::Remark &remark) {
  switch (remark.getRemarkType()) {
  case llvm::remarks::Type::Passed:
    return "passed";
  case llvm::remarks::Type::Missed:
    return "missed";
  default:
    return "analysis";
  }
}

std::string textOf(const remark::detail::Remark &remark) {
  std::string text;
  for (const remark::detail::Remark::Arg &argument : remark.getArgs())
    text += (text.empty() ? "" : "; ") + argument.val;
  return text;
}

class Keeper : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit Keeper(std::shared_ptr<std::vector<Remark>> remarks) : remarks(std::move(remarks)) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    Remark kept{.pass = remark.getRemarkName().str(),
                .category = remark.getCategoryName().str(),
                .kind = kindOf(remark),
                .name = nameOf(remark.getLocation()).str(),
                .text = textOf(remark)};
    for (StringRef origin : originsOf(remark.getLocation()))
      kept.origins.push_back(origin.str());
    remarks->push_back(std::move(kept));
  }

private:
  std::shared_ptr<std::vector<Remark>> remarks;
};

} // namespace

std::shared_ptr<std::vector<Remark>> keepRemarks(MLIRContext &context) {
  auto remarks = std::make_shared<std::vector<Remark>>();
  constexpr const char *any = ".*";
  remark::RemarkCategories all{any, any, any, any, any};
  if (failed(remark::enableOptimizationRemarks(context, std::make_unique<Keeper>(remarks),
                                               std::make_unique<remark::RemarkEmittingPolicyAll>(),
                                               all)))
    throw Error(ErrorCode::Internal, "the remarks of passes cannot be kept");
  return remarks;
}

} // namespace transept::story
