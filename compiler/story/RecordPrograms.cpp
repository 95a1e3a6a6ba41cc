// SPDX-License-Identifier: Apache-2.0
//
// Programs: launches with their costs, buffers with their lifetimes, and the kernels behind them.

#include "compiler/story/RecordStory.h"

#include "compiler/plan/LaunchCosts.h"
#include "compiler/plan/LaunchNames.h"
#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Lineage.h"

#include "transept/abi.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace transept::story {

using namespace mlir;

namespace {

std::string rowsText(uint32_t rows) {
  if (rows > TRANSEPT_ROWS_OF_NUMBER)
    return "number:" + std::to_string(rows - TRANSEPT_ROWS_OF_NUMBER);
  if (rows > TRANSEPT_ROWS_OF_BLOCKS)
    return "blocks:" + std::to_string(rows - TRANSEPT_ROWS_OF_BLOCKS);
  if (rows >= TRANSEPT_ROWS_BEFORE_STEP)
    return "before:" + std::to_string(rows - TRANSEPT_ROWS_BEFORE_STEP);
  return rows == TRANSEPT_ROWS_REQUESTED ? "requested" : "all";
}

std::string keysText(uint32_t keys) {
  if (keys >= TRANSEPT_KEYS_OF_ROWS)
    return "rows:" + rowsText(keys - TRANSEPT_KEYS_OF_ROWS);
  switch (keys) {
  case TRANSEPT_KEYS_OF_SEQUENCE:
    return "sequence";
  case TRANSEPT_KEYS_UP_TO_ROW:
    return "up_to_row";
  case TRANSEPT_KEYS_OF_SOURCE:
    return "source";
  }
  return "none";
}

/// What one half of TRANSEPT_WINDOW says.
int64_t reachOf(uint32_t half) {
  return int64_t(half) - 1;
}

std::string arithmeticText(uint32_t arithmetic) {
  switch (arithmetic) {
  case TRANSEPT_ARITHMETIC_BF16:
    return "bf16";
  case TRANSEPT_ARITHMETIC_INT8:
    return "int8";
  }
  return "f32";
}

/// An attribute's text without its dialect and brackets.
std::string innerText(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  StringRef inner = text;
  if (inner.contains('<') && inner.ends_with(">"))
    inner = inner.drop_back().split('<').second;
  return inner.str();
}

Cache recordCache(plan::ProgramOp program) {
  Cache cache{.page_tokens = TRANSEPT_KEY_BLOCK};
  for (auto slot : program.getSlots().getAsRange<plan::CacheSlotAttr>()) {
    cache.slots.push_back(
        {slot.getName().str(), slot.getHeadCount(), slot.getHeadDim(), slot.bytesPerPosition()});
    cache.bytes_per_token += cache.slots.back().bytes_per_token;
  }
  return cache;
}

/// Follows one program launch by launch.
class ProgramRecorder {
public:
  ProgramRecorder(plan::ProgramOp op, StringRef level) : op(op), names(op.getName()) {
    program.name = op.getName().str();
    program.level = level.str();
    program.arena_bytes_per_row = op.getArenaBytesPerRow();
    program.spare_rows = op.getSpareRows();
  }

  /// `refer` receives each launch and its index.
  Program record(llvm::function_ref<void(mlir::Operation *, uint32_t)> refer) {
    std::vector<codegen::LaunchCosts> costs = codegen::launchCosts(op);
    for (mlir::Operation &each : op.getBody().front()) {
      if (auto buffer = dyn_cast<plan::BufferOp>(each))
        add(buffer);
      if (!plan::isStep(&each))
        continue;
      refer(&each, uint32_t(program.launches.size()));
      program.launches.push_back(launchOf(&each, costs[program.launches.size()]));
    }
    return std::move(program);
  }

private:
  void add(plan::BufferOp buffer) {
    auto type = buffer.getResult().getType();
    buffers[buffer] = uint32_t(program.buffers.size());
    program.buffers.push_back({.name = nameOf(buffer.getLoc()).str(),
                               .space = type.getSpace().str(),
                               .width = type.getWidth(),
                               .stride = type.getStride(),
                               .offset = int64_t(buffer.getOffset().value_or(0)),
                               .bytes = buffer.bytesPerRow(),
                               .first = UINT32_MAX});
  }

  Launch launchOf(mlir::Operation *step, const codegen::LaunchCosts &costs) {
    Launch result{.name = costs.label,
                  .kind = costs.kind,
                  .arithmetic = arithmeticText(costs.arithmetic),
                  .rows = rowsText(costs.rows),
                  .keys = keysText(costs.keys),
                  .keys_before = reachOf(costs.window & 0xffffu),
                  .keys_behind = reachOf(costs.window >> 16),
                  .weight_bytes = costs.weightBytes,
                  .bytes_per_row = costs.bytesPerRow,
                  .bytes_per_key = costs.bytesPerKey,
                  .operations_per_row = costs.operationsPerRow,
                  .operations_per_row_and_key = costs.operationsPerRowAndKey};
    auto launch = dyn_cast<plan::LaunchOpInterface>(step);
    if (!launch)
      return result;
    for (StringRef origin : originsOf(launch->getLoc()))
      result.origins.push_back(origin.str());
    result.symbol = names.next(launch);
    if (auto strategy = launch->getAttrOfType<plan::LinearStrategyAttr>("strategy"))
      result.strategy = innerText(strategy);
    addWeights(launch, result);
    addBuffers(launch, result);
    return result;
  }

  void addWeights(plan::LaunchOpInterface launch, Launch &result) {
    for (const plan::WeightUse &use : launch.getWeights()) {
      plan::WeightOp weight = plan::weightOf(launch, use.symbol);
      if (!weight)
        continue;
      Weight entry{.name = use.symbol.getValue().str(),
                   .layout = innerText(weight.getLayout()),
                   .bytes = int64_t(weight.getSize())};
      weight.walk(
          [&](ParameterOp parameter) { entry.tensors.push_back(parameter.getName().str()); });
      result.weights.push_back(std::move(entry));
    }
  }

  void addBuffers(plan::LaunchOpInterface launch, Launch &result) {
    plan::Footprint footprint = launch.getFootprint();
    add(footprint.reads, result.reads);
    add(footprint.writes, result.writes);
  }

  /// Lists the numbers of the buffers that the launch at hand touches.
  void add(const plan::Buffers &touched, std::vector<uint32_t> &list) {
    uint32_t index = uint32_t(program.launches.size());
    for (Value each : touched) {
      uint32_t number = buffers.lookup(plan::wholeBuffer(each));
      Buffer &buffer = program.buffers[number];
      buffer.first = std::min(buffer.first, index);
      buffer.last = index;
      if (!llvm::is_contained(list, number))
        list.push_back(number);
    }
  }

  plan::ProgramOp op;
  codegen::LaunchNames names;
  Program program;
  DenseMap<mlir::Operation *, uint32_t> buffers;
};

} // namespace

void recordPrograms(ModuleOp plan, StringRef level, Story &story) {
  DenseMap<mlir::Operation *, std::pair<uint32_t, uint32_t>> launches;
  for (auto op : plan.getOps<plan::ProgramOp>()) {
    uint32_t program = uint32_t(story.programs.size());
    story.programs.push_back(ProgramRecorder(op, level).record(
        [&](mlir::Operation *launch, uint32_t index) { launches[launch] = {program, index}; }));
    (op.getName() == "encode" ? story.caches.encoder : story.caches.self) = recordCache(op);
    for (auto slot : op.getSlots().getAsRange<plan::CacheSlotAttr>())
      story.options.cache = stringifyNumberType(slot.getNumberType()).str(); // all alike
  }
  // The stage's operations were recorded in the same order.
  Stage &stage = story.stages.back();
  size_t number = 0;
  plan->walk<WalkOrder::PreOrder>([&](mlir::Operation *op) {
    if (isa<ModuleOp, plan::ProgramOp>(op) || op->hasTrait<OpTrait::IsTerminator>())
      return;
    if (auto found = launches.find(op); found != launches.end())
      stage.operations[number].launch = found->second;
    ++number;
  });
}

namespace {

using Callees = llvm::MapVector<StringRef, llvm::SetVector<StringRef>>;

/// What each function that is defined in `module` calls of these.
Callees calleesIn(ModuleOp module) {
  Callees callees;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (!function.isExternal())
      callees[function.getName()];
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    function.walk([&](LLVM::CallOp call) {
      if (std::optional<StringRef> callee = call.getCallee(); callee && callees.contains(*callee))
        callees[function.getName()].insert(*callee);
    });
  return callees;
}

} // namespace

void recordKernels(ModuleOp module, StringRef level, Story &story) {
  Callees callees = calleesIn(module);
  llvm::StringMap<uint32_t> numbers;
  std::function<uint32_t(StringRef)> add = [&](StringRef name) {
    auto [known, isNew] = numbers.try_emplace(name, uint32_t(story.kernels.size()));
    uint32_t number = known->second;
    if (!isNew)
      return number;
    story.kernels.push_back({.symbol = name.str(), .level = level.str()});
    for (StringRef callee : callees[name]) {
      uint32_t called = add(callee);
      story.kernels[number].calls.push_back(called);
    }
    return number;
  };
  for (Program &program : story.programs) {
    if (program.level != level)
      continue;
    for (Launch &launch : program.launches)
      if (auto found = callees.find(StringRef(launch.symbol)); found != callees.end())
        for (StringRef kernel : found->second)
          launch.kernels.push_back(add(kernel));
  }
}

} // namespace transept::story
