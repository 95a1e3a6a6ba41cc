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

bool isSource(Type type) {
  if (auto weights = dyn_cast<AttentionWeightsType>(type))
    return weights.getQuery().isSource();
  auto rows = dyn_cast<RowsType>(type);
  return rows && rows.getSpace().isSource();
}

/// The values of `function`'s arguments of rows and caches.
class Arguments {
public:
  Arguments(const Sequences &sources, const Sequences &targets)
      : sources(sources), targets(targets) {}

  /// Ids, or rows of features made of them, others in each argument of one side.
  InterpreterValue rowsFor(BlockArgument argument) {
    Type type = argument.getType();
    const Sequences &sequences = isSource(type) ? sources : targets;
    int64_t variant = counts[isSource(type)]++;
    auto rows = cast<RowsType>(type);
    IdRows ids = idRows(sequences);
    if (!isa<FloatType>(rows.getElementType()))
      return ids;
    Tensor features({int64_t(ids.ids.size()), rows.getWidth()});
    auto next = features.values.begin();
    for (const auto &sequence : sequences)
      next = llvm::copy(featureRows(argument, sequence, variant).values, next);
    return FloatRows{std::move(features)};
  }

private:
  const Sequences &sources, &targets;
  int64_t counts[2] = {0, 0};
};

/// The rows of `matrix` divided into sequences of these lengths.
std::vector<Tensor> divideRows(const Tensor &matrix, ArrayRef<int64_t> lengths) {
  std::vector<Tensor> sequences;
  auto next = matrix.values.begin();
  for (int64_t length : lengths) {
    auto end = next + length * matrix.width();
    sequences.push_back(Tensor({length, matrix.width()}, {next, end}));
    next = end;
  }
  return sequences;
}

/// The results of a function that the caller of a model sees; `lengthsOf` says how the rows of a
/// space divide into sequences.
std::vector<ModelResult>
visibleResults(func::FuncOp function, ArrayRef<InterpreterValue> values,
               llvm::function_ref<ArrayRef<int64_t>(const Space &)> lengthsOf) {
  std::vector<ModelResult> results;
  for (auto [type, value] : llvm::zip_equal(function.getResultTypes(), values)) {
    if (const auto *rows = std::get_if<FloatRows>(&value))
      results.push_back({isSource(type), /*isAttention=*/false,
                         divideRows(rows->values, lengthsOf(cast<RowsType>(type).getSpace()))});
    if (const auto *candidates = std::get_if<Candidates>(&value))
      results.push_back(
          {/*isOfSource=*/false, /*isAttention=*/false,
           divideRows(candidates->logits, lengthsOf(cast<CandidatesType>(type).getSpace()))});
    if (const auto *weights = std::get_if<SoftmaxWeights>(&value)) {
      ModelResult result{isSource(type), /*isAttention=*/true, weights->sequences};
      for (Tensor &sequence : result.sequences)
        sequence.shape = {weights->headCount, sequence.rowCount() / weights->headCount,
                          sequence.width()};
      results.push_back(std::move(result));
    }
  }
  return results;
}

/// All rows of a result, one sequence after another.
Tensor joinRows(const ModelResult &result) {
  Tensor rows({0, result.sequences.empty() ? 0 : result.sequences.front().width()});
  for (const Tensor &sequence : result.sequences) {
    rows.shape[0] += sequence.rowCount();
    llvm::append_range(rows.values, sequence.values);
  }
  return rows;
}

/// The first result of rows of one side.
std::optional<Tensor> findMatrix(ArrayRef<ModelResult> results, bool ofSource) {
  for (const ModelResult &result : results)
    if (result.isOfSource == ofSource && !result.isAttention)
      return joinRows(result);
  return std::nullopt;
}

ModelOutputs outputsOf(std::vector<ModelResult> results) {
  llvm::stable_sort(results, [](const ModelResult &a, const ModelResult &b) {
    return a.isOfSource && !b.isOfSource;
  });
  ModelOutputs outputs;
  outputs.logits = findMatrix(results, /*ofSource=*/false).value_or(Tensor());
  outputs.encoderStates = findMatrix(results, /*ofSource=*/true);
  for (const ModelResult &result : results)
    if (result.isAttention)
      for (const Tensor &sequence : result.sequences)
        llvm::append_range(outputs.attention, sequence.values);
  outputs.results = std::move(results);
  return outputs;
}

/// The first row of each sequence that has one.
std::vector<int64_t> firstRows(ArrayRef<int64_t> lengths) {
  std::vector<int64_t> rows;
  int64_t begin = 0;
  for (int64_t length : lengths) {
    if (length != 0)
      rows.push_back(begin);
    begin += length;
  }
  return rows;
}

/// The spaces of the source arguments of `function`; its ops make the others. What a library
/// requests of a source without a mask are its first rows.
Batch batchOfSources(func::FuncOp function, const Sequences &sources) {
  Batch batch;
  std::vector<int64_t> lengths = lengthsOf(sources);
  for (Type type : function.getArgumentTypes()) {
    if (!isSource(type))
      continue;
    batch.addSpace(cast<RowsType>(type).getSpace(), lengths);
    batch.requestRows(cast<RowsType>(type).getSpace(), firstRows(lengths));
  }
  return batch;
}

FailureOr<ModelOutputs> runForward(func::FuncOp forward, Interpreter &interpreter,
                                   const Sequences &sources, const Sequences &targets) {
  Batch batch = batchOfSources(forward, sources);
  batch.addSpace(Space::target(), lengthsOf(targets));
  Arguments arguments(sources, targets);
  std::vector<InterpreterValue> values;
  for (BlockArgument argument : forward.getArguments()) {
    if (!isa<RowsType>(argument.getType()))
      return forward.emitError("expects arguments of rows, but got ") << argument.getType();
    values.push_back(arguments.rowsFor(argument));
  }
  auto results = interpreter.run(forward, batch, std::move(values));
  if (failed(results))
    return failure();
  auto lengths = sourceLengths(forward, lengthsOf(sources));
  lengths[Space::target()] = lengthsOf(targets);
  ModelOutputs outputs = outputsOf(visibleResults(
      forward, *results, [&](const Space &space) { return ArrayRef(lengths[space]); }));
  bool hasTarget = !llvm::all_of(forward.getArgumentTypes(), isSource);
  if (hasTarget && std::ranges::all_of(outputs.results, &ModelResult::isOfSource))
    return forward.emitError("expects a result of the target");
  return outputs;
}

/// The rows of each sequence that one call of decode runs on: [past, past + count).
struct Chunk {
  std::vector<int64_t> past, count;
};

/// Some rows, then one, then the rest; how many at first differs from sequence to sequence.
std::vector<Chunk> divideInThree(const Sequences &targets) {
  std::vector<Chunk> chunks(3);
  for (auto [index, sequence] : llvm::enumerate(targets)) {
    int64_t length = sequence.size();
    int64_t first = length < 2 ? length : 1 + int64_t(index) % (length - 1);
    int64_t second = std::min<int64_t>(1, length - first);
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

/// Appends what one call of decode returned, sequence by sequence, to what earlier calls did.
void appendCall(std::vector<ModelResult> call, std::vector<ModelResult> &all) {
  if (all.empty()) {
    all = std::move(call);
    return;
  }
  for (auto [later, result] : llvm::zip_equal(call, all)) {
    // Weights over different numbers of keys do not fit into one tensor.
    if (result.isAttention) {
      llvm::append_range(result.sequences, later.sequences);
      continue;
    }
    for (auto [rows, sequence] : llvm::zip_equal(later.sequences, result.sequences)) {
      sequence.shape[0] += rows.rowCount();
      llvm::append_range(sequence.values, rows.values);
    }
  }
}

struct DecodeRun {
  func::FuncOp decode;
  Interpreter &interpreter;
  std::vector<int64_t> sourceLengths;
  const Sequences &targets;
  std::vector<InterpreterValue> encoderCaches, selfCaches;
};

/// The values of decode's arguments in one call; fails if encode gave too few caches.
FailureOr<std::vector<InterpreterValue>> decodeArguments(const DecodeRun &run,
                                                         const Sequences &newIds) {
  func::FuncOp decode = run.decode;
  Arguments arguments(/*sources=*/newIds, /*targets=*/newIds);
  std::vector<InterpreterValue> values;
  size_t nextEncoderCache = 0, nextSelfCache = 0;
  for (BlockArgument argument : decode.getArguments()) {
    Type type = argument.getType();
    if (isa<RowsType>(type) && !isSource(type))
      values.push_back(arguments.rowsFor(argument));
    else if (isa<SelfCacheType>(type))
      values.push_back(run.selfCaches[nextSelfCache++]);
    else if (isa<EncoderCacheType>(type) && nextEncoderCache < run.encoderCaches.size())
      values.push_back(run.encoderCaches[nextEncoderCache++]);
    else
      return decode.emitError("expects rows of the target, caches that encode returns, and self "
                              "caches as arguments, but got ")
             << type;
  }
  return values;
}

FailureOr<std::vector<ModelResult>> runDecode(const DecodeRun &run, const Chunk &chunk) {
  Batch batch;
  batch.addSpace(Space::source(), run.sourceLengths);
  batch.addSpace(Space::target(), chunk.count, chunk.past);
  Sequences newIds;
  for (size_t sequence = 0; sequence < run.targets.size(); ++sequence) {
    auto begin = run.targets[sequence].begin() + chunk.past[sequence];
    newIds.emplace_back(begin, begin + chunk.count[sequence]);
  }
  FailureOr<std::vector<InterpreterValue>> arguments = decodeArguments(run, newIds);
  if (failed(arguments))
    return failure();
  auto values = run.interpreter.run(run.decode, batch, std::move(*arguments));
  if (failed(values))
    return failure();
  auto results = visibleResults(run.decode, *values, [&](const Space &space) {
    return ArrayRef(batch.find(space)->lengths);
  });
  if (results.empty())
    return func::FuncOp(run.decode).emitError("expects a result of the target");
  return results;
}

FailureOr<ModelOutputs> runStaged(func::FuncOp encode, func::FuncOp decode,
                                  Interpreter &interpreter, const Sequences &sources,
                                  const Sequences &targets) {
  if (!llvm::all_of(encode.getArgumentTypes(), isSource))
    return encode.emitError("expects encode to take rows of the source alone");
  Arguments arguments(sources, targets);
  std::vector<InterpreterValue> values;
  for (BlockArgument argument : encode.getArguments())
    values.push_back(arguments.rowsFor(argument));
  auto encoded = interpreter.run(encode, batchOfSources(encode, sources), std::move(values));
  if (failed(encoded))
    return failure();

  auto lengths = sourceLengths(encode, lengthsOf(sources));
  std::vector<ModelResult> results = visibleResults(
      encode, *encoded, [&](const Space &space) { return ArrayRef(lengths[space]); });
  // A model without a source or without a target has an empty function there.
  if (decode.getNumArguments() == 0)
    return outputsOf(std::move(results));
  DecodeRun run{decode, interpreter, lengths[Space::source()], targets, {}, {}};
  llvm::copy_if(*encoded, std::back_inserter(run.encoderCaches), [](const InterpreterValue &value) {
    return std::holds_alternative<EncoderCache>(value);
  });
  for (Type type : decode.getArgumentTypes())
    if (isa<SelfCacheType>(type))
      run.selfCaches.push_back(std::make_shared<SelfCache>());

  std::vector<ModelResult> decoded;
  for (const Chunk &chunk : run.selfCaches.empty() ? oneChunk(targets) : divideInThree(targets)) {
    FailureOr<std::vector<ModelResult>> call = runDecode(run, chunk);
    if (failed(call))
      return failure();
    appendCall(std::move(*call), decoded);
  }
  llvm::append_range(results, decoded);
  return outputsOf(std::move(results));
}

} // namespace

Tensor transept::featureRows(ArrayRef<int32_t> ids, int64_t width, int64_t variant) {
  Tensor rows({int64_t(ids.size()), width});
  std::string suffix = variant == 0 ? "" : "," + std::to_string(variant);
  for (auto [row, id] : llvm::enumerate(ids))
    for (int64_t column = 0; column < width; ++column) {
      uint64_t hash = llvm::xxh3_64bits(std::to_string(id) + "," + std::to_string(column) + suffix);
      rows.row(int64_t(row))[column] = double(hash >> 41) * 0x1p-22 - 1;
    }
  return rows;
}

Tensor transept::featureRows(BlockArgument argument, ArrayRef<int32_t> ids, int64_t variant) {
  Tensor rows = featureRows(ids, cast<RowsType>(argument.getType()).getWidth(), variant);
  auto countIn = [&](Value features, int64_t firstRow) {
    for (Operation *user : features.getUsers())
      if (auto embed = dyn_cast<ColumnEmbeddingOp>(user))
        for (int64_t row = firstRow; row < rows.rowCount(); ++row)
          rows.row(row)[int64_t(embed.getColumn())] =
              double(uint32_t(ids[row]) % uint64_t(embed.getTable().getType().getDimSize(0)));
  };
  countIn(argument, 0);
  for (Operation *user : argument.getUsers())
    if (auto behind = dyn_cast<RowsBehindOp>(user))
      countIn(behind.getResult(), int64_t(behind.getCount()));
  return rows;
}

std::map<Space, std::vector<int64_t>> transept::sourceLengths(func::FuncOp function,
                                                              ArrayRef<int64_t> given) {
  std::map<Space, std::vector<int64_t>> lengths;
  lengths[Space::source()] = given.vec();
  for (Type type : function.getArgumentTypes())
    if (isSource(type))
      lengths[cast<RowsType>(type).getSpace()] = given.vec();
  for (Operation &op : function.front())
    if (std::optional<MadeSpace> made = madeSpaceOf(&op); made && made->from)
      lengths[made->space] = cast<MakesSpace>(op).sequenceLengths(lengths[*made->from]);
  return lengths;
}

FailureOr<ModelOutputs> transept::runModel(ModuleOp module, ParameterSource parameters,
                                           const Sequences &sources, const Sequences &targets,
                                           ValueObserver observer) {
  if (sources.size() != targets.size())
    return module.emitError() << "expects a target for each source, but got " << sources.size()
                              << " sources and " << targets.size() << " targets";
  Interpreter interpreter(std::move(parameters), std::move(observer));
  if (auto forward = module.lookupSymbol<func::FuncOp>("forward"))
    return runForward(forward, interpreter, sources, targets);
  auto encode = module.lookupSymbol<func::FuncOp>("encode");
  auto decode = module.lookupSymbol<func::FuncOp>("decode");
  if (!encode || !decode)
    return module.emitError("expects a function `forward`, or `encode` and `decode`");
  return runStaged(encode, decode, interpreter, sources, targets);
}
