// SPDX-License-Identifier: Apache-2.0
//
// Runs a whole model in any of its forms.

#include "dialects/Transept/interpreter/RunModel.h"

#include "dialects/Transept/interpreter/Interpreter.h"

#include "llvm/Support/xxhash.h"

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

/// Sequences as an argument of `type` takes them: the ids, or rows of features made of them.
InterpreterValue rowsFor(Type type, const Sequences &sequences) {
  auto rows = cast<RowsType>(type);
  IdRows ids = idRows(sequences);
  if (!isa<FloatType>(rows.getElementType()))
    return ids;
  return FloatRows{featureRows(ids.ids, rows.getWidth())};
}

bool isSource(Type type) {
  auto rows = dyn_cast<RowsType>(type);
  return rows && (rows.getSpace() == "source" || rows.getSpace().starts_with("source."));
}

/// The first result of rows of one side, or of candidates: what both hold is a matrix.
std::optional<Tensor> findMatrix(func::FuncOp function, ArrayRef<InterpreterValue> results,
                                 bool ofSource) {
  for (auto [type, result] : llvm::zip_equal(function.getResultTypes(), results)) {
    if (isSource(type) != ofSource)
      continue;
    if (const auto *rows = std::get_if<FloatRows>(&result))
      return rows->values;
    if (const auto *candidates = std::get_if<Candidates>(&result))
      return candidates->logits;
  }
  return std::nullopt;
}

/// All returned attention weights, one after another.
std::vector<double> findAttention(ArrayRef<InterpreterValue> results) {
  std::vector<double> numbers;
  for (const InterpreterValue &result : results)
    if (const auto *weights = std::get_if<AttentionWeights>(&result))
      for (const Tensor &sequence : weights->sequences)
        llvm::append_range(numbers, sequence.values);
  return numbers;
}

/// The space of the source argument of `function`.
std::string sourceSpaceOf(func::FuncOp function) {
  for (Type type : function.getArgumentTypes())
    if (isSource(type))
      return cast<RowsType>(type).getSpace().str();
  return "source";
}

/// How many rows of space `source` each source has after the ops that change their number.
std::vector<int64_t> encodedLengths(func::FuncOp function, const Sequences &sources) {
  llvm::StringMap<std::vector<int64_t>> lengths;
  lengths[sourceSpaceOf(function)] = lengthsOf(sources);
  for (Operation &op : function.front()) {
    auto derive = [&](Value input, Value result, llvm::function_ref<int64_t(int64_t)> rows) {
      std::vector<int64_t> derived = lengths[cast<RowsType>(input.getType()).getSpace()];
      for (int64_t &length : derived)
        length = rows(length);
      lengths[cast<RowsType>(result.getType()).getSpace()] = std::move(derived);
    };
    if (auto windows = dyn_cast<WindowsOp>(op))
      derive(windows.getInput(), windows.getResult(), [&](int64_t length) {
        return WindowsOp::windowCount(length, windows.getKernel(), windows.getStride(),
                                      windows.getPadding());
      });
    if (auto prepend = dyn_cast<PrependRowsOp>(op))
      derive(prepend.getInput(), prepend.getResult(),
             [&](int64_t length) { return length + prepend.getLeading().getType().getDimSize(0); });
  }
  return lengths["source"];
}

FailureOr<ModelOutputs> runForward(func::FuncOp forward, Interpreter &interpreter,
                                   const Sequences &sources, const Sequences &targets) {
  Batch batch;
  batch.addSpace(sourceSpaceOf(forward), lengthsOf(sources));
  batch.addSpace("target", lengthsOf(targets));
  std::vector<InterpreterValue> arguments;
  for (Type type : forward.getArgumentTypes()) {
    if (!isa<RowsType>(type))
      return forward.emitError("expects arguments of rows, but got ") << type;
    arguments.push_back(rowsFor(type, isSource(type) ? sources : targets));
  }
  auto results = interpreter.run(forward, batch, std::move(arguments));
  if (failed(results))
    return failure();
  std::optional<Tensor> logits = findMatrix(forward, *results, /*ofSource=*/false);
  if (!logits && !llvm::all_of(forward.getArgumentTypes(), isSource))
    return forward.emitError("expects a result of rows of the target");
  return ModelOutputs{logits.value_or(Tensor()), findMatrix(forward, *results, /*ofSource=*/true),
                      findAttention(*results)};
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
  std::vector<int64_t> sourceLengths;
  const Sequences &targets;
  std::vector<InterpreterValue> caches; // encoder caches, then self caches
};

LogicalResult runDecode(const DecodeRun &run, const Chunk &chunk, ModelOutputs &outputs) {
  Batch batch;
  batch.addSpace("source", run.sourceLengths);
  batch.addSpace("target", chunk.count, chunk.past);
  Sequences newIds;
  for (size_t sequence = 0; sequence < run.targets.size(); ++sequence) {
    auto begin = run.targets[sequence].begin() + chunk.past[sequence];
    newIds.emplace_back(begin, begin + chunk.count[sequence]);
  }
  std::vector<InterpreterValue> arguments = {
      rowsFor(func::FuncOp(run.decode).getArgumentTypes()[0], newIds)};
  llvm::append_range(arguments, run.caches);
  auto results = run.interpreter.run(run.decode, batch, std::move(arguments));
  if (failed(results))
    return failure();
  std::optional<Tensor> rows = findMatrix(run.decode, *results, /*ofSource=*/false);
  if (!rows)
    return run.decode->emitError("expects rows of the target or candidates as a result");
  scatterRows(*rows, chunk, run.targets, outputs.logits);
  // Models that generate do not return weights, so whole targets are the only chunk here.
  outputs.attention = findAttention(*results);
  return success();
}

FailureOr<ModelOutputs> runStaged(func::FuncOp encode, func::FuncOp decode,
                                  Interpreter &interpreter, const Sequences &sources,
                                  const Sequences &targets) {
  // A model without a source or without a target has an empty function there.
  if (encode.getNumArguments() > 1 || !llvm::all_of(encode.getArgumentTypes(), isSource) ||
      (decode.getNumArguments() != 0 && !isa<RowsType>(decode.getArgumentTypes()[0])))
    return encode.emitError("expects encode to take the source, and decode the target first");
  Batch batch;
  batch.addSpace(sourceSpaceOf(encode), lengthsOf(sources));
  std::vector<InterpreterValue> arguments;
  for (Type type : encode.getArgumentTypes())
    arguments.push_back(rowsFor(type, sources));
  auto encoded = interpreter.run(encode, batch, std::move(arguments));
  if (failed(encoded))
    return failure();

  ModelOutputs outputs{{}, findMatrix(encode, *encoded, /*ofSource=*/true), {}};
  if (decode.getNumArguments() == 0)
    return outputs;
  DecodeRun run{decode, interpreter, encodedLengths(encode, sources), targets, {}};
  llvm::copy_if(*encoded, std::back_inserter(run.caches), [](const InterpreterValue &value) {
    return std::holds_alternative<EncoderCache>(value);
  });
  auto isSelfCache = [](Type type) { return isa<SelfCacheType>(type); };
  const int64_t selfCacheCount = llvm::count_if(decode.getArgumentTypes(), isSelfCache);
  for (int64_t slot = 0; slot < selfCacheCount; ++slot)
    run.caches.push_back(std::make_shared<SelfCache>());

  for (const Chunk &chunk : selfCacheCount > 0 ? divideInThree(targets) : oneChunk(targets))
    if (failed(runDecode(run, chunk, outputs)))
      return failure();
  return outputs;
}

} // namespace

Tensor transept::featureRows(ArrayRef<int32_t> ids, int64_t width) {
  Tensor rows({int64_t(ids.size()), width});
  for (auto [row, id] : llvm::enumerate(ids))
    for (int64_t column = 0; column < width; ++column) {
      uint64_t hash = llvm::xxh3_64bits(std::to_string(id) + "," + std::to_string(column));
      rows.row(int64_t(row))[column] = double(hash >> 41) * 0x1p-22 - 1;
    }
  return rows;
}

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
