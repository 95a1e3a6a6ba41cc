// SPDX-License-Identifier: Apache-2.0
//
// Runs a whole model in any of its forms.

#include "dialects/Transept/interpreter/RunModel.h"

#include "dialects/Transept/interpreter/Interpreter.h"

#include <algorithm>

using namespace mlir;
using namespace transept;

namespace {

std::vector<int64_t> lengthsOf(const Sequences &sequences) {
  std::vector<int64_t> lengths;
  for (const auto &sequence : sequences)
    lengths.push_back(sequence.size());
  return lengths;
}

IdRows idRows(const Sequences &sequences) {
  IdRows rows;
  for (const auto &sequence : sequences)
    rows.ids.insert(rows.ids.end(), sequence.begin(), sequence.end());
  return rows;
}

/// The first result of rows of floats or candidates: what both hold is a matrix.
std::optional<Tensor> findMatrix(ArrayRef<InterpreterValue> results) {
  for (const InterpreterValue &result : results) {
    if (const auto *rows = std::get_if<FloatRows>(&result))
      return rows->values;
    if (const auto *candidates = std::get_if<Candidates>(&result))
      return candidates->logits;
  }
  return std::nullopt;
}

FailureOr<ModelOutputs> runForward(func::FuncOp forward, Interpreter &interpreter,
                                   const Sequences &sources, const Sequences &targets) {
  Batch batch;
  batch.addSpace("source", lengthsOf(sources));
  batch.addSpace("target", lengthsOf(targets));
  auto results = interpreter.run(forward, batch, {idRows(sources), idRows(targets)});
  if (failed(results))
    return failure();
  ArrayRef<InterpreterValue> values = *results;
  std::optional<Tensor> logits = findMatrix(values.take_front(1));
  if (!logits)
    return forward.emitError("expects logits as the first result");
  return ModelOutputs{std::move(*logits), findMatrix(values.drop_front(1))};
}

/// The rows of each sequence that one call of decode runs on: [past, past + count).
struct Chunk {
  std::vector<int64_t> past, count;
};

/// Some rows, then one, then the rest; how many at first differs from sequence to sequence.
std::vector<Chunk> divideInThree(const Sequences &targets) {
  std::vector<Chunk> chunks(3);
  for (auto [index, sequence] : llvm::enumerate(targets)) {
    const int64_t length = sequence.size();
    const int64_t first = length < 2 ? length : 1 + int64_t(index) % (length - 1);
    const int64_t second = std::min<int64_t>(1, length - first);
    const int64_t counts[] = {first, second, length - first - second};
    int64_t past = 0;
    for (int call = 0; call < 3; ++call) {
      chunks[call].past.push_back(past);
      chunks[call].count.push_back(counts[call]);
      past += counts[call];
    }
  }
  return chunks;
}

std::vector<Chunk> oneChunk(const Sequences &targets) {
  return {{std::vector<int64_t>(targets.size(), 0), lengthsOf(targets)}};
}

/// Copies the rows of one call to their places among the rows of all calls.
void scatterRows(const Tensor &rows, const Chunk &chunk, const Sequences &targets, Tensor &all) {
  if (all.shape.empty()) {
    int64_t rowCount = 0;
    for (const auto &sequence : targets)
      rowCount += sequence.size();
    all = Tensor({rowCount, rows.width()});
  }
  int64_t next = 0, begin = 0;
  for (size_t sequence = 0; sequence < targets.size(); ++sequence) {
    for (int64_t i = 0; i < chunk.count[sequence]; ++i, ++next)
      std::ranges::copy(rows.row(next), all.row(begin + chunk.past[sequence] + i).begin());
    begin += targets[sequence].size();
  }
}

struct DecodeRun {
  func::FuncOp decode;
  Interpreter &interpreter;
  const Sequences &sources, &targets;
  std::vector<InterpreterValue> caches; // encoder caches, then self caches
};

LogicalResult runDecode(const DecodeRun &run, const Chunk &chunk, Tensor &logits) {
  Batch batch;
  batch.addSpace("source", lengthsOf(run.sources));
  batch.addSpace("target", chunk.count, chunk.past);
  Sequences newIds;
  for (size_t sequence = 0; sequence < run.targets.size(); ++sequence) {
    auto begin = run.targets[sequence].begin() + chunk.past[sequence];
    newIds.emplace_back(begin, begin + chunk.count[sequence]);
  }
  std::vector<InterpreterValue> arguments = {idRows(newIds)};
  llvm::append_range(arguments, run.caches);
  auto results = run.interpreter.run(run.decode, batch, std::move(arguments));
  if (failed(results))
    return failure();
  std::optional<Tensor> rows = findMatrix(*results);
  if (!rows)
    return run.decode->emitError("expects logits or candidates as a result");
  scatterRows(*rows, chunk, run.targets, logits);
  return success();
}

FailureOr<ModelOutputs> runStaged(func::FuncOp encode, func::FuncOp decode,
                                  Interpreter &interpreter, const Sequences &sources,
                                  const Sequences &targets) {
  Batch batch;
  batch.addSpace("source", lengthsOf(sources));
  auto encoded = interpreter.run(encode, batch, {idRows(sources)});
  if (failed(encoded))
    return failure();

  ModelOutputs outputs{{}, findMatrix(*encoded)};
  DecodeRun run{decode, interpreter, sources, targets, {}};
  llvm::copy_if(*encoded, std::back_inserter(run.caches), [](const InterpreterValue &value) {
    return std::holds_alternative<EncoderCache>(value);
  });
  auto isSelfCache = [](Type type) { return isa<SelfCacheType>(type); };
  const int64_t selfCacheCount = llvm::count_if(decode.getArgumentTypes(), isSelfCache);
  for (int64_t slot = 0; slot < selfCacheCount; ++slot)
    run.caches.push_back(std::make_shared<SelfCache>());

  for (const Chunk &chunk : selfCacheCount > 0 ? divideInThree(targets) : oneChunk(targets))
    if (failed(runDecode(run, chunk, outputs.logits)))
      return failure();
  return outputs;
}

} // namespace

FailureOr<ModelOutputs> transept::runModel(ModuleOp module, ParameterSource parameters,
                                           const Sequences &sources, const Sequences &targets) {
  if (sources.size() != targets.size())
    return module.emitError() << "expects a target for each source, but got " << sources.size()
                              << " sources and " << targets.size() << " targets";
  Interpreter interpreter(std::move(parameters));
  if (auto forward = module.lookupSymbol<func::FuncOp>("forward"))
    return runForward(forward, interpreter, sources, targets);
  auto encode = module.lookupSymbol<func::FuncOp>("encode");
  auto decode = module.lookupSymbol<func::FuncOp>("decode");
  if (!encode || !decode)
    return module.emitError("expects a function `forward`, or `encode` and `decode`");
  return runStaged(encode, decode, interpreter, sources, targets);
}
