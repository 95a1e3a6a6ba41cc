// SPDX-License-Identifier: Apache-2.0
//
// The interpreter takes all sequences together; values are put in the order of a trace, sequence by
// sequence.

#include "compiler/session/InterpretedRun.h"
#include "base/Error.h"

#include "compiler/pipeline/RandomInputs.h"
#include "compiler/transforms/AttentionResults.h"
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

/// Lets every attention of the target that looks at the source return its weights.
void returnAttentionWeights(ModuleOp module) {
  auto returnWeights = [](auto op, Value keys) {
    if (!op.getWeights() && op.getQuery().getType().getSpace().isTarget())
      replaceWeights(op, AttentionWeightsType::get(
                             op.getContext(), op.getQuery().getType().getSpace(),
                             cast<RowsType>(keys.getType()).getSpace(), op.getHeadCount()));
  };
  module.walk([&](CrossAttentionOp op) { returnWeights(op, op.getKey()); });
  module.walk([&](MergedAttentionOp op) {
    if (!op.seesOwnMemory())
      returnWeights(op, op.getMemoryKey());
  });
}

/// The weights of each cross-attention, gathered from the calls of decode.
class InterpretedAttention {
public:
  void add(Value value, const SoftmaxWeights &weights) {
    if (!isa_and_nonnull<CrossAttentionOp, MergedAttentionOp>(value.getDefiningOp()))
      return;
    size_t number = numbers.try_emplace(value, numbers.size()).first->second;
    for (auto [input, sequence] : llvm::enumerate(weights.sequences)) {
      auto &heads = rows[{number, input}];
      heads.resize(size_t(weights.headCount));
      int64_t queries = sequence.rowCount() / weights.headCount;
      for (int64_t row = 0; row < sequence.rowCount(); ++row)
        llvm::append_range(heads[size_t(row / queries)], sequence.row(row));
      widths[{number, input}] = sequence.width();
    }
  }

  void addTo(workbench::Trace &trace) const {
    for (const auto &[place, heads] : rows) {
      workbench::TracedValue value{.name = workbench::crossAttentionName(place.first, place.second),
                                   .width = widths.at(place)};
      for (const std::vector<float> &head : heads)
        llvm::append_range(value.rows, head);
      trace.values.push_back(std::move(value));
    }
  }

private:
  using Place = std::pair<size_t, size_t>; // attention, input
  llvm::DenseMap<Value, size_t> numbers;
  std::map<Place, std::vector<std::vector<float>>> rows; // by heads
  std::map<Place, int64_t> widths;
};

/// Whether some of its rows fill a grid up to whole tiles: a library counts those of the grid, and
/// so a trace lacks the others.
bool isFilledUp(Value value) {
  auto rows = dyn_cast<RowsType>(value.getType());
  if (!rows)
    return false;
  const MadeSpaces spaces(*value.getParentBlock());
  const MadeSpace *made = spaces.find(rows.getSpace());
  return made && made->rowsBefore != 0 && made->step.leading != 0 &&
         !spaces.isOnTheWay(made->space);
}

/// The rows of each value that the interpreter computes, sequence by sequence: its calls of decode
/// take all sequences together, a part of each.
class InterpretedValues {
public:
  void add(Value value, const InterpreterValue &computed, const Batch &batch) {
    if (const auto *weights = std::get_if<SoftmaxWeights>(&computed))
      attention.add(value, *weights);
    const Tensor *rows = nullptr;
    if (const auto *floats = std::get_if<FloatRows>(&computed))
      rows = &floats->values;
    else if (const auto *candidates = std::get_if<Candidates>(&computed))
      rows = &candidates->logits;
    // What leaves the program has a name of its own, as in a trace.
    std::string name = isa<CandidatesType>(value.getType()) ? "logits" : valueNameOf(value).str();
    if (!rows || name.empty() || isFilledUp(value))
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
    attention.addTo(result);
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

  InterpretedAttention attention;
  std::map<std::string, int> uses;
  llvm::DenseMap<Value, std::string> numbers;
  std::map<std::string, Rows> values;
};

/// What a function takes of a side's features; null where it takes ids.
BlockArgument featuresOf(ModuleOp module, Space::Side side) {
  BlockArgument features;
  module.walk([&](func::FuncOp function) {
    for (BlockArgument argument : function.getArguments())
      if (auto rows = dyn_cast<RowsType>(argument.getType());
          rows && rows.getSpace().getSide() == side && isa<FloatType>(rows.getElementType()))
        features = argument;
  });
  return features;
}

/// The states that a program hands out, of all sequences.
void addStates(const ModelOutputs &outputs, workbench::Trace &trace) {
  for (const ModelResult &result : outputs.results) {
    if (result.isAttention)
      continue;
    workbench::TracedValue states{.name = result.isOfSource ? "encoder_states" : "target_states"};
    for (const Tensor &sequence : result.sequences) {
      states.width = sequence.width();
      states.rows.insert(states.rows.end(), sequence.values.begin(), sequence.values.end());
    }
    trace.values.push_back(std::move(states));
  }
}

std::vector<float> features(ArrayRef<int32_t> ids, BlockArgument argument) {
  Tensor rows = featureRows(argument, ids);
  return {rows.values.begin(), rows.values.end()};
}

} // namespace

workbench::ReferenceRun interpretedRun(ModuleOp module, const emit::ParameterReader &parameters,
                                       int64_t featureCount) {
  auto [sources, targets] = randomSequences(module, kSeed);
  if (featureCount != 0) {
    auto source = std::vector<int32_t>(size_t(featureCount));
    std::iota(source.begin(), source.end(), 0); // featureRows makes numbers of any ids
    sources = {source};
    targets.resize(1);
  }
  InterpretedValues values;
  OwningOpRef<ModuleOp> telling = module.clone();
  returnAttentionWeights(*telling);
  auto outputs = runModel(*telling, sourceOf(parameters), sources, targets,
                          [&](Value value, const InterpreterValue &computed, const Batch &batch) {
                            values.add(value, computed, batch);
                          });
  if (failed(outputs))
    throw InputError("the interpreter cannot run the model");
  workbench::ReferenceRun run{.inputs = {}, .values = values.trace()};
  addStates(*outputs, run.values);
  BlockArgument sourceFeatures = featuresOf(module, Space::Side::Source),
                targetFeatures = featuresOf(module, Space::Side::Target);
  for (auto [ids, target] : llvm::zip_equal(sources, targets)) {
    workbench::TraceInput input{.ids = ids, .target = target};
    if (sourceFeatures) {
      input.features = features(ids, sourceFeatures);
      input.ids.clear();
    }
    // The search hands out the logits of what it takes out.
    input.suppressed.assign(target.begin(), target.begin() + std::min<size_t>(1, target.size()));
    if (targetFeatures) {
      input.targetFeatures = features(target, targetFeatures);
      input.suppressed.clear();
    }
    run.inputs.push_back(std::move(input));
  }
  return run;
}

} // namespace transept::session
