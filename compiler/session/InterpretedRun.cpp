// SPDX-License-Identifier: Apache-2.0
//
// The interpreter takes all sequences together; values are put in the order of a trace, sequence by
// sequence.

#include "compiler/session/InterpretedRun.h"
#include "base/Error.h"

#include "compiler/pipeline/RandomInputs.h"
#include "dialects/Transept/Lineage.h"
#include "dialects/Transept/Transept.h"
#include "dialects/Transept/interpreter/RunModel.h"

#include <fmt/format.h>

#include <map>
#include <numeric>

namespace transept::session {

using namespace mlir;

namespace {

constexpr uint64_t kSeed = 1;

ParameterSource sourceOf(const emit::ParameterReader &reader) {
  return [&reader](const ParameterRequest &request) -> llvm::Expected<std::vector<float>> {
    int64_t rows = request.shape.empty() ? 1 : request.shape.front();
    int64_t columns = request.shape.size() > 1 ? request.shape[1] : 1;
    std::vector<float> values(size_t(rows * columns));
    reader({.name = request.name.str(),
            .isTransposed = request.isTransposed,
            .isVector = request.shape.size() == 1,
            .begin = request.rowBegin,
            .count = rows,
            .rows = rows,
            .columns = columns},
           values.data());
    return values;
  };
}

/// The rows of each value that the interpreter computes, sequence by sequence: its calls of decode
/// take all sequences together, a part of each.
class InterpretedValues {
public:
  void add(Value value, const InterpreterValue &computed, const Batch &batch) {
    const Tensor *rows = nullptr;
    if (const auto *floats = std::get_if<FloatRows>(&computed))
      rows = &floats->values;
    else if (const auto *candidates = std::get_if<Candidates>(&computed))
      rows = &candidates->logits;
    std::string name = valueNameOf(value).str();
    if (!rows || name.empty())
      return;
    // Two values of one name are told apart by their order, as in a trace.
    auto [known, isNew] = numbers.try_emplace(value);
    if (isNew) {
      int before = uses[name]++;
      known->second = before == 0 ? name : fmt::format("{}#{}", name, before + 1);
    }
    add(known->second, *rows, *batch.find(spaceOf(value)));
  }

  workbench::Trace trace() const {
    workbench::Trace result;
    for (const auto &[name, value] : values) {
      workbench::TracedValue traced{.name = name, .width = value.width};
      for (const std::vector<float> &sequence : value.sequences)
        traced.rows.insert(traced.rows.end(), sequence.begin(), sequence.end());
      result.values.push_back(std::move(traced));
    }
    return result;
  }

private:
  struct Rows {
    int64_t width = 0;
    std::vector<std::vector<float>> sequences;
  };

  static const Space &spaceOf(Value value) {
    if (auto candidates = dyn_cast<CandidatesType>(value.getType()))
      return candidates.getSpace();
    return cast<RowsType>(value.getType()).getSpace();
  }

  void add(const std::string &name, const Tensor &rows, const SequenceSpace &space) {
    Rows &value = values[name];
    value.width = rows.shape.back();
    value.sequences.resize(size_t(space.sequenceCount()));
    auto at = rows.values.begin();
    for (int64_t sequence = 0; sequence < space.sequenceCount(); ++sequence) {
      auto end = at + space.lengths[size_t(sequence)] * value.width;
      std::vector<float> &known = value.sequences[size_t(sequence)];
      known.insert(known.end(), at, end);
      at = end;
    }
  }

  std::map<std::string, int> uses;
  llvm::DenseMap<Value, std::string> numbers;
  std::map<std::string, Rows> values;
};

/// Numbers in a row of the source's features; 0 where it is ids.
int64_t sourceFeatureWidth(ModuleOp module) {
  int64_t width = 0;
  module.walk([&](func::FuncOp function) {
    for (Type type : function.getArgumentTypes())
      if (auto rows = dyn_cast<RowsType>(type);
          rows && rows.getSpace().isSource() && isa<FloatType>(rows.getElementType()))
        width = rows.getWidth();
  });
  return width;
}

} // namespace

workbench::ReferenceRun interpretedRun(ModuleOp module, const emit::ParameterReader &parameters,
                                       int64_t featureCount) {
  auto [sources, targets] = randomSequences(module, kSeed);
  if (featureCount != 0) {
    std::vector<int32_t> source(size_t(featureCount));
    std::iota(source.begin(), source.end(), 0); // featureRows makes numbers of any ids
    sources = {source};
    targets.resize(1);
  }
  InterpretedValues values;
  auto outputs = runModel(module, sourceOf(parameters), sources, targets,
                          [&](Value value, const InterpreterValue &computed, const Batch &batch) {
                            values.add(value, computed, batch);
                          });
  if (failed(outputs))
    throw InputError("the interpreter cannot run the model");
  workbench::ReferenceRun run{.inputs = {}, .values = values.trace()};
  int64_t width = sourceFeatureWidth(module);
  for (auto [ids, target] : llvm::zip_equal(sources, targets)) {
    workbench::TraceInput input{.ids = ids, .target = target};
    if (width != 0) {
      Tensor features = featureRows(ids, width);
      input.features.assign(features.values.begin(), features.values.end());
      input.ids.clear();
    }
    run.inputs.push_back(std::move(input));
  }
  return run;
}

} // namespace transept::session
