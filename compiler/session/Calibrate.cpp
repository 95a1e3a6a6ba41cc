// SPDX-License-Identifier: Apache-2.0
//
// The plan says what each launch multiplies; an observer of the library reads it from the arena,
// where it still is when the launch is done, and does the norm that the launch did on the way.

#include "compiler/session/Calibrate.h"
#include "base/Error.h"

#include "checkpoints/Checkpoint.h"
#include "compiler/emit/EmitLibrary.h"
#include "compiler/emit/weights/PackWeights.h"
#include "compiler/session/ReadInput.h"
#include "compiler/session/StageRunner.h"
#include "compiler/session/TrialOptions.h"
#include "dialects/Plan/Plan.h"
#include "dialects/Transept/interpreter/RowArithmetic.h"
#include "workbench/measure/CalibrationSources.h"

#include "transept/observe.h"

#include <fmt/format.h>

#include <optional>

namespace transept::session {

using namespace mlir;

namespace {

struct Norm {
  NormKind kind;
  double epsilon;
  std::optional<Tensor> gain, shift;
};

/// What one launch multiplies by its weight.
struct ProductInput {
  std::string weight;                      // its expression
  uint64_t offset = 0, firstColumn = 0;    // of its rows in the arena
  int64_t width = 0, stride = 0;           // of these rows
  uint64_t spareRows = 0;                  // of the program
  std::optional<Norm> norm = std::nullopt; // that the launch does first
};

/// Of one program, by the number of the launch.
using ProductInputs = std::map<size_t, ProductInput>;

class PlanReader {
public:
  explicit PlanReader(const emit::ParameterReader &parameters) : evaluator(parameters) {}

  ProductInputs inputsOf(plan::ProgramOp program) {
    ProductInputs inputs;
    size_t number = 0;
    for (Operation &step : program.getBody().front()) {
      if (!plan::isStep(&step))
        continue;
      // Heads have inputs of their own: their weights are rounded by themselves.
      if (auto linear = dyn_cast<plan::LinearOp>(step); linear && !linear.getHeadCount())
        inputs.emplace(number, inputOf(linear));
      if (auto search = dyn_cast<plan::SearchOp>(step))
        inputs.emplace(number, inputOf(search));
      ++number;
    }
    return inputs;
  }

private:
  template <typename Launch> ProductInput inputOf(Launch launch) {
    plan::WeightOp weight = plan::weightOf(launch, launch.getWeightAttr());
    plan::BufferType rows = launch.getInput().getType();
    ProductInput input{.weight = emit::weightExpression(weight),
                       .offset = plan::wholeBuffer(launch.getInput()).getOffset().value_or(0),
                       .width = rows.getWidth(),
                       .stride = rows.getStride(),
                       .spareRows =
                           launch->template getParentOfType<plan::ProgramOp>().getSpareRows()};
    for (Value part = launch.getInput(); auto columns = part.getDefiningOp<plan::ColumnsOp>();
         part = columns.getBuffer())
      input.firstColumn += columns.getBegin();
    if (std::optional<NormAttr> norm = launch.getNorm())
      input.norm = {norm->getKind(), norm->getEpsilon().getValueAsDouble(),
                    vectorOf(launch, launch.getNormGainAttr()),
                    vectorOf(launch, launch.getNormBiasAttr())};
    return input;
  }

  std::optional<Tensor> vectorOf(Operation *launch, FlatSymbolRefAttr symbol) {
    if (!symbol)
      return std::nullopt;
    plan::WeightOp weight = plan::weightOf(launch, symbol);
    auto yield = cast<plan::YieldOp>(weight.getExpression().front().getTerminator());
    std::vector<double> values = evaluator.vector(yield.getValue());
    return Tensor({int64_t(values.size())}, std::move(values));
  }

  emit::WeightEvaluator evaluator;
};

/// Adds up the inputs of the products of both programs while the model runs.
class MomentsRecorder {
public:
  MomentsRecorder(ProductInputs encode, ProductInputs decode)
      : encode(std::move(encode)), decode(std::move(decode)) {}

  void add(const Observation &observation) {
    const ProductInputs &inputs = observation.isEncode ? encode : decode;
    if (auto found = inputs.find(observation.launch); found != inputs.end())
      add(found->second, observation);
  }

  emit::Calibration take() {
    for (auto &[weight, moments] : calibration)
      moments.finish();
    return std::move(calibration);
  }

private:
  void add(const ProductInput &input, const Observation &observation) {
    auto rows = int64_t(observation.sequenceRows());
    Tensor numbers({rows, input.width});
    for (int64_t row = 0; row < rows; ++row)
      std::copy_n(
          observation.rowOf(input.offset, uint64_t(input.stride), uint64_t(row), input.spareRows) +
              input.firstColumn,
          input.width, numbers.row(row).begin());
    if (const auto &norm = input.norm)
      numbers = normalize(numbers, norm->kind, norm->epsilon, norm->gain ? &*norm->gain : nullptr,
                          norm->shift ? &*norm->shift : nullptr);
    emit::InputMoments &moments = calibration.try_emplace(input.weight, input.width).first->second;
    std::vector<float> row(size_t(input.width));
    for (int64_t index = 0; index < rows; ++index) {
      std::ranges::copy(numbers.row(index), row.begin());
      moments.add(row.data());
    }
  }

  ProductInputs encode, decode;
  emit::Calibration calibration;
};

/// For the library of these options, whose plan is this one.
MomentsRecorder recorderFor(const std::string &path, const CompileOptions &options,
                            std::vector<emit::Level> &levels) {
  Session session(options);
  Input input = readInput(session, path, /*needsWeights=*/true);
  auto checkpoint =
      checkpoints::Checkpoint::open(input.description.checkpoint, input.description.weights);
  StageRunner stages(session, /*story=*/nullptr);
  stages.runGraphStages(*input.module, Stage::Plan);
  auto plans = stages.runLevelStages(*input.module, Stage::Plan, levels);
  PlanReader reader(emit::readerOf(checkpoint));
  auto inputsOf = [&](StringRef program) {
    return reader.inputsOf(plans.front()->lookupSymbol<plan::ProgramOp>(program));
  };
  return {inputsOf("encode"), inputsOf("decode")};
}

/// Sources that generate together.
constexpr size_t kSourcesAtOnce = 32;

/// What follows each source by default, but greedily, and no more than its beginning: some models
/// never end.
std::vector<std::vector<Id>> targetsOf(const Model &model, const std::vector<Source> &sources) {
  constexpr size_t kLongest = 128;
  std::vector<std::vector<Id>> targets;
  if (!model.labels().empty()) {
    for (const Source &source : sources)
      targets.emplace_back(source.ids().begin(), source.ids().end());
    return targets;
  }
  for (const Generation &generation :
       model.generateBatch(sources, {.beams = 1, .returnCount = 1, .sample = false})) {
    std::vector<Id> ids = generation.ids();
    // Nothing follows the last one.
    ids.resize(std::min(std::max(ids.size(), size_t(2)) - 1, kLongest));
    targets.push_back(std::move(ids));
  }
  return targets;
}

/// Runs the model on these sources, under the eyes of the recorder.
void record(const Model &model, std::span<const workbench::GoldenSource> inputs,
            MomentsRecorder &recorder) {
  auto observe = [&](const Observation &observation) { recorder.add(observation); };
  std::vector<Source> sources;
  {
    Observer observer(model, observe);
    for (const workbench::GoldenSource &input : inputs)
      sources.push_back(model.encode(input.input()));
  }
  std::vector<std::vector<Id>> targets = targetsOf(model, sources);
  Observer observer(model, observe);
  for (size_t index = 0; index < sources.size(); ++index)
    model.logits(sources[index], targets[index]);
}

} // namespace

emit::Calibration calibrate(const std::string &input, const CompileOptions &options,
                            const std::function<BuiltLibrary(const CompileOptions &)> &build) {
  CompileOptions original = trialOptions(options);
  original.weights = "f32";
  original.target.clear();
  original.cpu.clear();
  std::vector<emit::Level> levels = emit::levelsOf(original.cpu, original.target);
  MomentsRecorder recorder = recorderFor(input, original, levels);
  BuiltLibrary library = build(original);
  Model model = Model::open(library.files.library().unfinishedPath(), {.encoderCacheBytes = 0});
  if (model.targetVocabularySize() == 0)
    throw InputError(fmt::format("--calibrate runs a model on sources and what it makes of them, "
                                 "but {} has no target vocabulary",
                                 model.name()));
  auto sources = workbench::readCalibrationSources(model, options.calibrate).used;
  std::span<const workbench::GoldenSource> waiting = sources;
  while (!waiting.empty()) {
    if (options.observer.progress)
      options.observer.progress("calibrating", 1 - double(waiting.size()) / double(sources.size()));
    size_t count = std::min(kSourcesAtOnce, waiting.size());
    record(model, waiting.first(count), recorder);
    waiting = waiting.subspan(count);
  }
  return recorder.take();
}

} // namespace transept::session
