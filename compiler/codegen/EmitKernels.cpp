// SPDX-License-Identifier: Apache-2.0
//
// Programs -> functions. Every launch becomes a small function of its own, named after the graph
// op, that finds its buffers and weights and calls the kernel of its shape.

#include "compiler/codegen/AbiLayout.h"
#include "compiler/codegen/Passes.h"
#include "compiler/codegen/kernels/Attention.h"
#include "compiler/codegen/kernels/Linear.h"
#include "compiler/codegen/kernels/Rows.h"
#include "compiler/codegen/kernels/Vocabulary.h"
#include "compiler/plan/LaunchNames.h"
#include "compiler/targets/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

#define GEN_PASS_DEF_EMITKERNELSPASS
#include "compiler/codegen/Passes.h.inc"

namespace {

class ProgramEmitter {
public:
  ProgramEmitter(ModuleOp module, const Target &target) : module(module), kernel(module, target) {}

  bool hasFailed() const { return kernel.hasFailed(); }

  void emit(plan::ProgramOp program) {
    names.emplace(program.getName());
    findSpaces(program);
    crossAttentionCount = 0;
    SmallVector<func::FuncOp> launches;
    for (Operation &op : program.getBody().front()) {
      if (!plan::isStep(&op))
        continue;
      launches.push_back(isa<plan::BarrierOp>(op) ? func::FuncOp() : emitLaunch(&op));
    }
    program.setScratchBytes(scratchBytes);
    program.setScratchBytesPerKey(scratchBytesPerKey);
    emitProgram(program, launches);
    scratchBytes = scratchBytesPerKey = 0;
  }

private:
  /// program(invocation, worker, worker count): the launches and barriers in order.
  void emitProgram(plan::ProgramOp program, ArrayRef<func::FuncOp> launches) {
    Type pointer = kernel.pointerType(), i32 = kernel.getI32Type();
    std::string name = ("transept_program_" + program.getName()).str();
    kernel.setLoc(program.getLoc());
    auto function = kernel.define(name, {pointer, i32, i32}, [&](ArrayRef<Expression> arguments) {
      invocation = arguments[0];
      Expression worker = kernel.toInt64(arguments[1]), count = kernel.toInt64(arguments[2]);
      Expression barrier = field("barrier"), context = field("barrier_context");
      auto barrierType =
          LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(kernel.getContext()), {pointer, i32});
      Expression times = field("launch_times");
      Expression isMeasured = kernel.isNotNull(times);
      int64_t stampCount = int64_t(launches.size()) + 1;
      Expression ownTimes =
          kernel.bytesAt(times, worker * (stampCount * int64_t(sizeof(uint64_t))));
      stampTime(isMeasured, ownTimes, 0);
      for (auto [index, each] : llvm::enumerate(launches)) {
        func::FuncOp launch = each;
        kernel.setLoc(launch ? launch.getLoc() : program.getLoc());
        if (launch)
          kernel.call(launch, {invocation, worker, count});
        else
          LLVM::CallOp::create(kernel, barrierType, ValueRange{barrier, context, arguments[1]});
        stampTime(isMeasured, ownTimes, int64_t(index) + 1);
      }
    });
    function.setPublic();
    function->removeAttr("llvm.linkage");
  }

  /// Writes the processor's time-stamp counter if somebody measures: nothing but a branch that is
  /// always predicted otherwise.
  void stampTime(Expression isMeasured, Expression times, int64_t index) {
    kernel.when(isMeasured, [&] {
      Expression now = kernel.intrinsic("llvm.readcyclecounter", kernel.getI64Type(), {});
      kernel.store(now, kernel.bytesAt(times, index * int64_t(sizeof(uint64_t))));
    });
  }

  func::FuncOp emitLaunch(Operation *op) {
    kernel.setLoc(op->getLoc());
    Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
    return kernel.define(names->next(op), {pointer, i64, i64}, [&](ArrayRef<Expression> arguments) {
      invocation = arguments[0];
      worker = arguments[1];
      workerCount = arguments[2];
      rowCount = field("row_count");
      llvm::TypeSwitch<Operation *>(op)
          .Case<plan::EmbedOp, plan::EmbedPositionsOp, plan::TakeFeaturesOp, plan::WindowsOp,
                plan::PrependOp, plan::LinearOp, plan::AttendOp, plan::StoreOp, plan::NormalizeOp,
                plan::ElementwiseOp, plan::TakeRequestedOp, plan::EmitStatesOp, plan::SearchOp,
                plan::MergeSearchOp>([&](auto launch) { emitCall(launch); });
    });
  }

  /// Finds which launch decides how many rows each space has.
  void findSpaces(plan::ProgramOp program) {
    spaceMakers.clear();
    for (Operation &op : program.getBody().front())
      llvm::TypeSwitch<Operation *>(&op)
          .Case<plan::TakeFeaturesOp, plan::WindowsOp, plan::PrependOp>(
              [&](auto launch) { spaceMakers[launch.getOutput().getType().getSpace()] = launch; });
  }

  Expression rowsOfSpace(StringRef space) {
    if (space.ends_with(".requested"))
      return field("requested_count");
    // Every program's last space has the invocation's rows.
    Operation *maker = space.contains('.') ? spaceMakers.lookup(space) : nullptr;
    if (isa_and_nonnull<plan::TakeFeaturesOp>(maker))
      return field("feature_count");
    if (auto prepend = dyn_cast_or_null<plan::PrependOp>(maker))
      return rowsOf(prepend.getInput()) + int64_t(prepend.getLeadingCount());
    if (auto windows = dyn_cast_or_null<plan::WindowsOp>(maker)) {
      int64_t kernelSize = windows.getKernel(), padding = windows.getPadding();
      Expression last = rowsOf(windows.getInput()) + (2 * padding - kernelSize);
      // A sequence shorter than the kernel has no window.
      return kernel.maximum(last / int64_t(windows.getStride()) + 1, kernel.integer(0));
    }
    return rowCount;
  }

  void emitCall(plan::EmbedPositionsOp op) {
    auto output = op.getOutput().getType();
    PositionShape shape{output.getWidth(), output.getStride(), int64_t(op.getOffset())};
    callKernel(kernel, positionKernel(kernel, shape),
               {.positions = field("positions"),
                .table = weight(op.getTableAttr()),
                .output = address(op.getOutput()),
                .rowCount = rowsOf(op.getOutput()),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::TakeFeaturesOp op) {
    auto output = op.getOutput().getType();
    CopyShape shape{output.getWidth(), output.getWidth(), output.getStride()};
    callKernel(kernel, copyRowsKernel(kernel, shape),
               {.input = field("features"),
                .indices = kernel.null(),
                .output = address(op.getOutput()),
                .rowCount = rowsOf(op.getOutput()),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::WindowsOp op) {
    auto input = op.getInput().getType(), output = op.getOutput().getType();
    WindowsShape shape{.width = input.getWidth(),
                       .inputStride = input.getStride(),
                       .outputStride = output.getStride(),
                       .kernel = int64_t(op.getKernel()),
                       .stride = int64_t(op.getStride()),
                       .padding = int64_t(op.getPadding())};
    callKernel(kernel, windowsKernel(kernel, shape),
               {.input = address(op.getInput()),
                .inputRows = rowsOf(op.getInput()),
                .output = address(op.getOutput()),
                .outputRows = rowsOf(op.getOutput()),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::PrependOp op) {
    auto input = op.getInput().getType(), output = op.getOutput().getType();
    int64_t leadingCount = op.getLeadingCount();
    CopyShape leading{output.getWidth(), output.getWidth(), output.getStride()};
    callKernel(kernel, copyRowsKernel(kernel, leading),
               {.input = weight(op.getLeadingAttr()),
                .indices = kernel.null(),
                .output = address(op.getOutput()),
                .rowCount = kernel.integer(leadingCount),
                .worker = worker,
                .workerCount = workerCount});
    CopyShape own{output.getWidth(), input.getStride(), output.getStride()};
    Expression first = kernel.floatsAt(address(op.getOutput()), leadingCount * output.getStride());
    callKernel(kernel, copyRowsKernel(kernel, own),
               {.input = address(op.getInput()),
                .indices = kernel.null(),
                .output = first,
                .rowCount = rowsOf(op.getInput()),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::EmbedOp op) {
    auto output = op.getOutput().getType();
    EmbeddingShape shape{.width = output.getWidth(),
                         .outputStride = output.getStride(),
                         .scale = op.getScale().convertToDouble(),
                         .isTablePacked = isPacked(op.getTableAttr()),
                         .numbers = numbersOf(op.getTableAttr()),
                         .panelWidth = layoutOf(op.getTableAttr()).getPanelWidth(),
                         .hasPositions = op.getPositions().has_value(),
                         .positionOffset = int64_t(op.getPositionOffset())};
    callKernel(kernel, embeddingKernel(kernel, shape),
               {.ids = field("ids"),
                .positions = field("positions"),
                .table = weight(op.getTableAttr()),
                .positionTable = weight(op.getPositionsAttr()),
                .output = address(op.getOutput()),
                .rowCount = rowCount,
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::LinearOp op) {
    auto input = op.getInput().getType(), output = op.getOutput().getType();
    LinearShape shape;
    shape.depth = input.getWidth();
    shape.outputs = output.getWidth();
    shape.inputStride = input.getStride();
    shape.outputStride = output.getStride();
    shape.hasBias = op.getBias().has_value();
    shape.isGated = op.getGated();
    if (op.getResidual()) {
      shape.hasResidual = true;
      shape.residualStride = op.getResidual().getType().getStride();
    }
    if (op.getNormalized()) {
      shape.storesNormalized = true;
      shape.normalizedStride = op.getNormalized().getType().getStride();
    }
    shape.norm =
        normShape(op.getNormAttr(), shape.depth, op.getNormGainAttr(), op.getNormBiasAttr());
    if (op.getActivation())
      shape.activation = *op.getActivation();
    shape.numbers = numbersOf(op.getWeightAttr());
    plan::LinearStrategyAttr strategy = op.getStrategy();
    shape.strategy = {strategy.getRowBlock(), strategy.getStreamPanels(),
                      strategy.getRowsToSplit()};
    needScratch(linearScratchBytes(shape, kernel.target()));
    callKernel(kernel, linearKernel(kernel, shape),
               {.input = address(op.getInput()),
                .weights = weight(op.getWeightAttr()),
                .bias = weight(op.getBiasAttr()),
                .gain = weight(op.getNormGainAttr()),
                .shift = weight(op.getNormBiasAttr()),
                .residual = address(op.getResidual()),
                .output = address(op.getOutput()),
                .normalized = address(op.getNormalized()),
                .rowCount = rowsOf(op.getInput()),
                .scratch = scratch(),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::AttendOp op) {
    AttentionShape shape;
    shape.keys = KeySource(int(op.getKeysFrom()));
    shape.headCount = op.getHeadCount();
    shape.keyDim = op.getKeyDim();
    shape.valueDim = op.getValueDim();
    shape.scale = op.getScale().convertToDouble();
    shape.queryStride = op.getQuery().getType().getStride();
    shape.keyStride = op.getKey() ? op.getKey().getType().getStride() : 0;
    shape.valueStride = op.getValue() ? op.getValue().getType().getStride() : 0;
    shape.outputStride = op.getOutput().getType().getStride();
    shape.isCausal = op.getCausal();
    shape.windowBefore = op.getWindowBefore().value_or(-1);
    shape.windowAfter = op.getWindowAfter().value_or(-1);
    shape.biasReach = op.getBiasReach().value_or(-1);
    shape.multipliesBFloats = op.getMultipliesBfloats();
    shape.cachesBFloats = op.getKeySlotAttr() && op.getKeySlotAttr().holdsBFloats();
    needScratch(attentionScratchBytes(shape, kernel.target()),
                attentionScratchBytesPerKey(shape, kernel.target()));

    Expression null = kernel.null(), zero = kernel.integer(0);
    bool isCross = shape.keys == KeySource::EncoderCache;
    AttentionOperands operands{.query = address(op.getQuery()),
                               .key = address(op.getKey()),
                               .value = address(op.getValue()),
                               .bias = weight(op.getBiasAttr()),
                               .output = address(op.getOutput()),
                               .positions = field("positions"),
                               .groupCount = field(isCross ? "source_count" : "sequence_count"),
                               .groupOffsets =
                                   field(isCross ? "source_offsets" : "sequence_offsets"),
                               .pastLengths = null,
                               .containers = null,
                               .containerLengths = null,
                               .keySlot = zero,
                               .valueSlot = zero,
                               .weights = null,
                               .weightStride = zero,
                               .scratch = scratch(),
                               .worker = worker,
                               .workerCount = workerCount};
    if (shape.keys == KeySource::Pages) {
      operands.pastLengths = field("past_lengths");
      operands.containers = field("self_pages");
    }
    if (isCross) {
      operands.containers = field("source_entries");
      operands.containerLengths = field("source_lengths");
      operands.weights = wantedWeights(crossAttentionCount++);
      operands.weightStride = field("attention_stride");
    }
    if (auto slot = op.getKeySlotAttr())
      operands.keySlot = kernel.integer(slot.getOffset());
    if (auto slot = op.getValueSlotAttr())
      operands.valueSlot = kernel.integer(slot.getOffset());
    callKernel(kernel, attentionKernel(kernel, shape), operands);
  }

  void emitCall(plan::StoreOp op) {
    plan::CacheSlotAttr slot = op.getSlot();
    StoreShape shape{.isKeys = slot.getIsKeys(),
                     .headCount = slot.getHeadCount(),
                     .headDim = slot.getHeadDim(),
                     .inputStride = op.getInput().getType().getStride(),
                     .toBFloats = slot.holdsBFloats()};
    callKernel(kernel, storeCacheKernel(kernel, shape),
               {.input = address(op.getInput()),
                .sequenceCount = field("sequence_count"),
                .sequenceOffsets = field("sequence_offsets"),
                .entries = field("encoder_entries"),
                .slot = kernel.integer(slot.getOffset()),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::NormalizeOp op) {
    auto input = op.getInput().getType();
    NormalizeShape shape{
        *normShape(op.getNorm(), input.getWidth(), op.getGainAttr(), op.getShiftAttr()),
        input.getStride(), op.getOutput().getType().getStride()};
    callKernel(kernel, normalizeKernel(kernel, shape),
               {.input = address(op.getInput()),
                .gain = weight(op.getGainAttr()),
                .shift = weight(op.getShiftAttr()),
                .output = address(op.getOutput()),
                .rowCount = rowsOf(op.getInput()),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::ElementwiseOp op) {
    ElementwiseShape shape;
    shape.kind = ElementwiseKind(int(op.getKind()));
    shape.width = op.getOutput().getType().getWidth();
    shape.leftStride = op.getLeft().getType().getStride();
    shape.rightStride = op.getRight() ? op.getRight().getType().getStride() : 0;
    shape.outputStride = op.getOutput().getType().getStride();
    if (op.getFactor())
      shape.factor = op.getFactor()->convertToDouble();
    if (op.getActivation())
      shape.activation = *op.getActivation();
    callKernel(kernel, elementwiseKernel(kernel, shape),
               {.left = address(op.getLeft()),
                .right = address(op.getRight()),
                .output = address(op.getOutput()),
                .rowCount = rowsOf(op.getLeft()),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::TakeRequestedOp op) {
    CopyShape shape{op.getInput().getType().getWidth(), op.getInput().getType().getStride(),
                    op.getOutput().getType().getStride()};
    callKernel(kernel, copyRowsKernel(kernel, shape),
               {.input = address(op.getInput()),
                .indices = field("requested_rows"),
                .output = address(op.getOutput()),
                .rowCount = field("requested_count"),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::EmitStatesOp op) {
    auto input = op.getInput().getType();
    CopyShape shape{input.getWidth(), input.getStride(), input.getWidth()};
    callKernel(kernel, copyRowsKernel(kernel, shape),
               {.input = address(op.getInput()),
                .indices = kernel.null(),
                .output = field("states"),
                .rowCount = rowCount,
                .worker = worker,
                .workerCount = workerCount});
  }

  VocabularyShape vocabularyShape(plan::SearchOp op) {
    VocabularyShape shape;
    shape.depth = op.getInput().getType().getWidth();
    shape.vocabularySize = op.getVocabularySize();
    shape.inputStride = op.getInput().getType().getStride();
    shape.hasBias = op.getBias().has_value();
    shape.numbers = numbersOf(op.getWeightAttr());
    shape.norm =
        normShape(op.getNormAttr(), shape.depth, op.getNormGainAttr(), op.getNormBiasAttr());
    return shape;
  }

  VocabularyRequestOperands request() {
    return {.rowCount = field("requested_count"),
            .logits = field("logits"),
            .candidateCount = field("candidate_count"),
            .candidateIds = field("candidate_ids"),
            .candidateLogits = field("candidate_logits"),
            .logSumExp = field("log_sum_exp"),
            .excludedOffsets = field("excluded_offsets"),
            .excludedIds = field("excluded_ids"),
            .excludedLogits = field("excluded_logits"),
            .memory = field("search_memory")};
  }

  void emitCall(plan::SearchOp op) {
    VocabularyShape shape = vocabularyShape(op);
    needScratch(vocabularyScratchBytes(shape, kernel.target()));
    callKernel(kernel, searchBlocksKernel(kernel, shape),
               {.input = address(op.getInput()),
                .weights = weight(op.getWeightAttr()),
                .bias = weight(op.getBiasAttr()),
                .gain = weight(op.getNormGainAttr()),
                .shift = weight(op.getNormBiasAttr()),
                .request = request(),
                .scratch = scratch(),
                .worker = worker,
                .workerCount = workerCount});
  }

  void emitCall(plan::MergeSearchOp op) {
    VocabularyShape shape;
    shape.vocabularySize = op.getVocabularySize();
    callKernel(kernel, mergeBlocksKernel(kernel, shape.blockCount()),
               {.request = request(), .worker = worker, .workerCount = workerCount});
  }

  // What launches are made of.

  Expression field(StringRef name) {
    InvocationField field = invocationField(name);
    Type types[] = {kernel.pointerType(), kernel.getI64Type(), kernel.getI64Type(),
                    kernel.getI32Type(),  kernel.getI32Type(), kernel.getF32Type()};
    return kernel.load(kernel.bytesAt(invocation, field.offset), types[int(field.kind)]);
  }

  /// Element `index` of attention_weights, which may itself be null.
  Expression wantedWeights(int64_t index) {
    Expression list = field("attention_weights");
    return kernel.choose(
        kernel.isNotNull(list), {kernel.pointerType()},
        [&] { return Expressions{kernel.loadPointer(list, kernel.integer(index))}; },
        [&] { return Expressions{kernel.null()}; })[0];
  }

  Expression scratch() {
    return kernel.bytesAt(field("scratch"), field("scratch_stride") * worker);
  }

  Expression rowsOf(Value buffer) {
    return rowsOfSpace(cast<plan::BufferType>(buffer.getType()).getSpace());
  }

  Expression address(Value buffer) {
    if (!buffer)
      return kernel.null();
    if (auto columns = buffer.getDefiningOp<plan::ColumnsOp>())
      return kernel.floatsAt(address(columns.getBuffer()), int64_t(columns.getBegin()));
    auto op = buffer.getDefiningOp<plan::BufferOp>();
    return kernel.bytesAt(field("arena"), rowCount * int64_t(*op.getOffset()));
  }

  Expression weight(FlatSymbolRefAttr symbol) {
    if (!symbol)
      return kernel.null();
    auto op = module.lookupSymbol<plan::WeightOp>(symbol);
    return kernel.bytesAt(field("weights"), int64_t(*op.getOffset()));
  }

  plan::LayoutAttr layoutOf(FlatSymbolRefAttr symbol) {
    return module.lookupSymbol<plan::WeightOp>(symbol).getLayout();
  }
  bool isPacked(FlatSymbolRefAttr symbol) {
    return layoutOf(symbol).getKind() == plan::LayoutKind::Panels;
  }
  plan::NumberType numbersOf(FlatSymbolRefAttr symbol) { return layoutOf(symbol).getNumberType(); }

  static std::optional<NormShape> normShape(NormAttr norm, int64_t width, FlatSymbolRefAttr gain,
                                            FlatSymbolRefAttr shift) {
    if (!norm)
      return std::nullopt;
    return NormShape{norm.getKind(), norm.getEpsilon().getValueAsDouble(), width, bool(gain),
                     bool(shift)};
  }

  void needScratch(int64_t bytes, int64_t bytesPerKey = 0) {
    scratchBytes = std::max(scratchBytes, bytes);
    scratchBytesPerKey = std::max(scratchBytesPerKey, bytesPerKey);
  }

  ModuleOp module;
  KernelBuilder kernel;
  std::optional<LaunchNames> names; // of the program
  llvm::StringMap<Operation *> spaceMakers;
  int64_t scratchBytes = 0, scratchBytesPerKey = 0, crossAttentionCount = 0;
  Expression invocation, worker, workerCount, rowCount;
};

struct EmitKernelsPass : impl::EmitKernelsPassBase<EmitKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    std::optional<Target> target = targetOrError(getOperation(), cpu);
    if (!target)
      return signalPassFailure();
    ProgramEmitter emitter(getOperation(), *target);
    SmallVector<plan::ProgramOp> programs(getOperation().getOps<plan::ProgramOp>());
    for (plan::ProgramOp program : programs)
      emitter.emit(program);
    if (emitter.hasFailed())
      signalPassFailure();
  }
};

} // namespace
} // namespace transept::codegen
