// SPDX-License-Identifier: Apache-2.0
//
// `transept compile`: from a checkpoint, a description or textual IR to a shared library, or to the
// text of any stage on the way.

#include "compiler/driver/ChooseWeights.h"
#include "compiler/driver/Commands.h"
#include "compiler/driver/InterpretedRun.h"
#include "compiler/driver/LibraryVerification.h"
#include "compiler/driver/Progress.h"
#include "compiler/driver/ReadIR.h"

#include "compiler/emit/EmitLibrary.h"
#include "compiler/emit/LineTables.h"
#include "compiler/frontend/DescribeCheckpoint.h"
#include "compiler/frontend/ModelBuilder.h"
#include "compiler/pipeline/IRDump.h"
#include "compiler/pipeline/PassVerification.h"
#include "compiler/pipeline/ReadableIR.h"
#include "compiler/pipeline/Stages.h"
#include "compiler/story/RecordStory.h"
#include "compiler/story/RemarkLog.h"
#include "compiler/transforms/Functions.h"
#include "dialects/Plan/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>

namespace transept::driver {

using namespace mlir;

namespace {

struct CompileOptions {
  std::string input, output, name, checkpoint, weights = "f32", cache = "auto", cpu = "native",
                                               emit, dumpDirectory;
  bool verifiesPasses = false, hasDebugInfo = false, isJson = false, showsWarnings = true;
  std::optional<double> allowedLoss; // of `--weights auto`, nats a token

  /// Where line tables lead to; the text of the plan, of one level where there are several.
  std::string planFile(const std::string &level) const {
    return std::filesystem::path(output).replace_extension(level + ".plan.mlir").string();
  }

  /// Where a pass that changes the result of `model` is shown: beside the library, or here.
  std::string reproducerFile(const std::string &model) const {
    return (std::filesystem::path(output).parent_path() / (model + ".reproducer.mlir")).string();
  }
};

/// Errors of MLIR arrive here and end as one exception, so that all errors look alike.
class Diagnostics : public ScopedDiagnosticHandler {
public:
  explicit Diagnostics(MLIRContext *context) : ScopedDiagnosticHandler(context) {
    setHandler([this](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
        return success();
      llvm::raw_string_ostream stream(text);
      if (!text.empty())
        stream << "\n";
      if (!isa<UnknownLoc>(diagnostic.getLocation()))
        stream << diagnostic.getLocation() << ": ";
      stream << diagnostic;
      for (Diagnostic &note : diagnostic.getNotes())
        stream << "\n  note: " << note;
      return success();
    });
  }
  [[noreturn]] void raise(const std::string &otherwise) {
    throw std::runtime_error(text.empty() ? otherwise : text);
  }

private:
  std::string text;
};

struct Input {
  frontend::Description description;
  OwningOpRef<ModuleOp> module;
};

bool endsWith(const std::string &path, llvm::StringRef suffix) {
  return llvm::StringRef(path).ends_with(suffix);
}

bool readsTargetFeatures(ModuleOp module) {
  for (llvm::StringRef name : {forwardName, decodeName})
    if (auto function = module.lookupSymbol<func::FuncOp>(name))
      return takesWholeTargets(function);
  return false;
}

Input readInput(const CompileOptions &options, MLIRContext &context, Diagnostics &diagnostics) {
  Input input;
  std::vector<std::string> warnings;
  bool isIR = endsWith(options.input, ".mlir");
  if (isIR && options.checkpoint.empty() && options.emit.empty())
    throw std::runtime_error("a library from textual IR needs --checkpoint, the directory that "
                             "holds its weights");
  if (isIR) {
    input.module = readIR(options.input, context);
    if (!input.module || failed(nameEntry(*input.module)))
      diagnostics.raise("cannot read " + options.input);
  }
  // What a model of whole targets is stands in its IR; tokens need a description.
  std::string described = isIR ? options.checkpoint : options.input;
  if (isIR && readsTargetFeatures(*input.module))
    input.description.name = input.module->getSymName().value_or("model").str();
  else if (endsWith(described, ".json"))
    input.description = frontend::readDescription(described);
  else if (!described.empty())
    input.description = frontend::describeCheckpoint(described, warnings);
  for (const std::string &warning : options.showsWarnings ? warnings : std::vector<std::string>())
    fmt::print(stderr, "warning: {}\n", warning);
  if (!options.checkpoint.empty())
    input.description.checkpoint = std::filesystem::absolute(options.checkpoint).string();
  if (!options.name.empty())
    input.description.name = options.name;

  if (!isIR)
    input.module = frontend::buildModel(input.description, context);
  if (!input.module)
    diagnostics.raise("cannot read " + options.input);
  return input;
}

/// Takes modules from stage to stage, and writes into `story` what they are in each. Dumped passes
/// are numbered throughout.
class StageRunner {
public:
  StageRunner(const CompileOptions &options, Diagnostics &diagnostics, story::Story &story)
      : options(options), diagnostics(diagnostics), story(story) {}

  /// The stages in which all processors are alike; only these can be verified.
  void runGraphStages(ModuleOp module, Stage last) {
    Stage reached = stageOf(module);
    story.stages.push_back(story::recordStage(module, reached));
    for (Stage next : {Stage::Staged, Stage::Fused}) {
      if (next <= reached || next > last)
        continue;
      run({module, reached, next, options.dumpDirectory}, pipelineOptions(), dumpCount);
      story.stages.push_back(story::recordStage(module, reached = next));
    }
  }

  /// The stages from the fused form on, for each level in a module of its own.
  std::vector<OwningOpRef<ModuleOp>> runLevelStages(ModuleOp fused, Stage last,
                                                    std::vector<emit::Level> &levels) {
    std::vector<OwningOpRef<ModuleOp>> modules;
    std::vector<ModuleOp> plans;
    std::vector<int> dumpCounts(levels.size(), dumpCount);
    auto runAll = [&](Stage from, Stage to) {
      for (auto [level, count] : llvm::zip(levels, dumpCounts)) {
        // Several levels dump into folders of their own.
        std::string directory = options.dumpDirectory;
        if (!directory.empty() && levels.size() > 1)
          directory += "/" + level.name;
        run({level.module, from, to, directory}, pipelineOptions(level.name), count);
      }
    };
    for (emit::Level &level : levels) {
      modules.push_back(fused.clone());
      plans.push_back(level.module = *modules.back());
    }
    runAll(Stage::Fused, Stage::Plan);
    emit::shareWeights(plans);
    for (const emit::Level &level : levels) {
      story.stages.push_back(story::recordStage(level.module, Stage::Plan, level.name));
      story::recordPrograms(level.module, level.name, story);
    }
    if (options.hasDebugInfo)
      for (emit::Level &level : levels)
        emit::locateInFile(level.module, options.planFile(levels.size() > 1 ? level.name : ""));
    if (last > Stage::Plan)
      runAll(Stage::Plan, Stage::LLVM);
    for (const emit::Level &level : levels)
      story::recordKernels(level.module, level.name, story);
    if (options.hasDebugInfo)
      for (emit::Level &level : levels)
        emit::addLineTables(level.module);
    return modules;
  }

private:
  PipelineOptions pipelineOptions(const std::string &cpu = "native") const {
    return {.cpu = cpu, .weights = options.weights, .cache = options.cache};
  }

  struct Section {
    ModuleOp module;
    Stage first, last;
    std::string dumpDirectory; // empty: nothing is dumped
  };

  void run(Section section, const PipelineOptions &pipeline, int &count) {
    PassManager passes(section.module.getContext());
    passes.enableVerifier(true);
    if (!section.dumpDirectory.empty())
      addIRDump(passes, section.dumpDirectory, count);
    addStages(passes, section.first, section.last, pipeline);
    // Verification by the interpreter ends where the graph dialect ends.
    bool isVerified =
        options.verifiesPasses && section.first < section.last && section.last <= Stage::Fused;
    std::string reproducer =
        options.reproducerFile(section.module.getSymName().value_or("model").str());
    if (failed(isVerified ? runVerified(passes, section.module, {.reproducer = reproducer})
                          : passes.run(section.module)))
      diagnostics.raise("a pass failed");
  }

  const CompileOptions &options;
  Diagnostics &diagnostics;
  story::Story &story;
  int dumpCount = 0;
};

void printStage(ModuleOp module) {
  module.print(llvm::outs(), readableIR());
  llvm::outs() << "\n";
}

/// Prints what `--emit` asks for.
void printStage(StageRunner &stages, ModuleOp module, Stage stage,
                std::vector<emit::Level> &levels) {
  if (stage <= Stage::Fused)
    return printStage(module);
  auto modules = stages.runLevelStages(module, stage, levels);
  if (stage == Stage::Assembly)
    llvm::outs() << emit::emitAssembly(levels.front());
  else
    printStage(*modules.front());
}

story::Story completed(story::Story story, const std::vector<story::Remark> &remarks,
                       const frontend::Description &description,
                       const frontend::Checkpoint &checkpoint, const CompileOptions &options) {
  story.model = description.name;
  story.family = description.family;
  story.options.weights = options.weights;
  story.options.cache = options.cache;
  for (const story::Program &program : story.programs)
    if (program.name == encodeName)
      story.options.cpu.push_back(program.level);
  story.passes = story::recordPasses({.weights = options.weights, .cache = options.cache});
  story.remarks = remarks;
  for (const auto &[name, tensor] : checkpoint.tensors())
    story.tensors.push_back(
        {name, std::string(frontend::elementTypeName(tensor.type)), tensor.shape});
  return story;
}

std::string checkedName(const std::string &name) {
  bool isIdentifier =
      !name.empty() && !isdigit((unsigned char)name[0]) &&
      llvm::all_of(name, [](char c) { return isalnum((unsigned char)c) || c == '_'; });
  if (!isIdentifier)
    throw std::runtime_error("--name expects a C identifier (letters, digits, underscores), but "
                             "got '" +
                             name + "'");
  return name;
}

/// Prints a stage, or writes the library and its header and returns the model's name.
std::string build(const CompileOptions &options) {
  std::vector<emit::Level> levels = emit::levelsOf(options.cpu);
  Stage last = options.emit.empty() ? Stage::LLVM : *findStage(options.emit);
  if (!options.emit.empty() && last > Stage::Fused && levels.size() > 1)
    throw std::runtime_error(fmt::format("--emit {} shows the code of one processor, but --cpu "
                                         "names {}",
                                         options.emit, levels.size()));

  MLIRContext context;
  context.loadDialect<TranseptDialect, plan::PlanDialect, func::FuncDialect>();
  useShortTypeNames(context);
  Diagnostics diagnostics(&context);
  auto remarks = story::keepRemarks(context);
  Progress progress;
  progress.show("reading", 0);
  Input input = readInput(options, context, diagnostics);
  progress.show("optimizing", 0);
  story::Story story;
  StageRunner stages(options, diagnostics, story);
  stages.runGraphStages(*input.module, last);
  if (!options.emit.empty()) {
    progress.clear();
    printStage(stages, *input.module, last, levels);
    return "";
  }
  auto modules = stages.runLevelStages(*input.module, last, levels);

  checkedName(input.description.name);
  auto checkpoint = frontend::Checkpoint::open(input.description.checkpoint);
  emit::EmitOptions emission{.output = options.output};
  emission.story =
      toJson(completed(std::move(story), *remarks, input.description, checkpoint, options));
  emission.progress = [&](const std::string &what, double share) { progress.show(what, share); };
  emit::emitLibrary(levels, input.description, emit::readerOf(checkpoint), emission);
  if (options.verifiesPasses) {
    progress.show("verifying the code", 0);
    const auto &features = input.description.source.embedding.features;
    int64_t featureCount = features ? features->length : 0;
    std::vector<std::string> names;
    for (const emit::Level &level : levels)
      names.push_back(level.name);
    verifyLibrary(options.output, names,
                  interpretedRun(*input.module, emit::readerOf(checkpoint), featureCount));
  }
  return input.description.name;
}

/// Replaces `--weights auto` by a type. Candidates are compiled without what is asked for beside
/// the library; unless there is such, the one that is taken is the library, and `name` its model's.
WeightChoice resolveWeights(CompileOptions &options, std::string &name) {
  if (!options.emit.empty())
    throw CLI::ValidationError("--emit", "prints the code of one type of weights, but --weights "
                                         "auto compares whole libraries; name a type: f32, bf16, "
                                         "int8, int4");
  CompileOptions plain = options;
  plain.hasDebugInfo = plain.verifiesPasses = false;
  plain.dumpDirectory.clear();
  WeightSearch search{.cpu = options.cpu, .output = options.output};
  search.allowedLoss = options.allowedLoss.value_or(0.01);
  search.keepsLibrary =
      !options.hasDebugInfo && !options.verifiesPasses && options.dumpDirectory.empty();
  std::string built;
  search.compile = [&](const std::string &weights, const std::string &library) {
    plain.weights = weights;
    plain.output = library;
    built = build(plain);
    plain.showsWarnings = false; // once is enough
  };
  WeightChoice choice = chooseWeights(search);
  options.weights = choice.weights;
  options.showsWarnings = false;
  if (search.keepsLibrary)
    name = built;
  return choice;
}

void compile(CompileOptions options) {
  auto start = std::chrono::steady_clock::now();
  if (options.emit.empty() && options.output.empty())
    throw CLI::RequiredError("-o LIB.so (or --emit STAGE)");
  if (options.hasDebugInfo && options.output.empty())
    throw CLI::RequiredError("-o LIB.so (for --debug-info)");
  if (options.allowedLoss && options.weights != "auto")
    throw CLI::RequiredError("--weights auto (for --accuracy-loss)");
  std::string name;
  std::optional<WeightChoice> choice;
  if (options.weights == "auto")
    choice = resolveWeights(options, name);
  if (name.empty())
    name = build(options);
  if (!options.emit.empty())
    return;

  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::string header = std::filesystem::path(options.output).replace_filename(name + ".h").string();
  uint64_t bytes = std::filesystem::file_size(options.output);
  if (!options.isJson) {
    fmt::print(stderr, "{} ({:.1f} MB{}) and {} in {:.1f} s\n", options.output, double(bytes) / 1e6,
               choice ? " of " + options.weights : "", header, seconds);
    return;
  }
  nlohmann::ordered_json report{
      {"library", options.output},  {"header", header}, {"name", name},
      {"weights", options.weights}, {"bytes", bytes},   {"seconds", seconds}};
  if (choice) {
    report["losses"] = nlohmann::ordered_json::object();
    for (const WeightChoice::Measured &measured : choice->measured)
      report["losses"][measured.weights] = measured.loss;
  }
  fmt::print("{}\n", report.dump());
}

std::vector<std::string> stageNames() {
  std::vector<std::string> names;
  for (const StageInfo &info : stages())
    names.push_back(info.name.str());
  return names;
}

std::string stageHelp() {
  std::string text = "print a stage instead of writing a library:";
  for (const StageInfo &info : stages())
    text += fmt::format("\n  {:<7}{}", info.name.str(), info.sentence.str());
  return text;
}

} // namespace

void addCompileCommand(CLI::App &program) {
  auto options = std::make_shared<CompileOptions>();
  CLI::App *command = program.add_subcommand("compile", "turn a model into a shared library");
  command
      ->add_option("INPUT", options->input,
                   "a checkpoint directory (config.json, model.safetensors), a description .json, "
                   "or textual IR .mlir in stage graph, staged or fused")
      ->required();
  command->add_option("-o,--output", options->output,
                      "the library to write; its header NAME.h goes beside it");
  command->add_option("--name", options->name,
                      "the model's name in C++ and in the exported symbol [from the directory]");
  command->add_option("--checkpoint", options->checkpoint,
                      "directory of the weights, for inputs that do not contain them");
  command
      ->add_option("--weights", options->weights,
                   "type of the weights in the library; auto: the fastest on the processor that "
                   "loses no more accuracy than allowed, found by running it")
      ->check(CLI::IsMember({"f32", "bf16", "int8", "int4", "auto"}))
      ->capture_default_str();
  command
      ->add_option("--accuracy-loss", options->allowedLoss,
                   "what --weights auto may lose: nats a token, the mean Kullback-Leibler "
                   "divergence from the next-token distributions with f32 [0.01: perplexity grows "
                   "by 1 %]")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option(
          "--cache", options->cache,
          "type of the encoder and self KV caches; auto: f32 with weights of f32, else bf16")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}))
      ->capture_default_str();
  command
      ->add_option("--cpu", options->cpu,
                   "processor to compile for: native, x86-64-v3 (AVX2), x86-64-v4 (AVX-512), or "
                   "LLVM's name of one; several, separated by commas, give a library that chooses "
                   "the best for the processor when it is opened")
      ->capture_default_str();
  command->add_option("--emit", options->emit, stageHelp())->check(CLI::IsMember(stageNames()));
  command->add_option("--dump-ir", options->dumpDirectory,
                      "write the IR after every pass into this directory, numbered and named");
  command->add_flag("--debug-info", options->hasDebugInfo,
                    "write the plan beside the library, LIB.plan.mlir, and line tables that lead "
                    "from machine code to it, for perf and debuggers");
  command->add_flag("--verify-passes", options->verifiesPasses,
                    "run the model by the reference interpreter before and after every pass of the "
                    "graph and stop at the first that changes its result; names the op, and writes "
                    "a small model that shows it, NAME.reproducer.mlir, beside the library");
  command->add_flag("--json", options->isJson, "print a JSON object about the library");
  command->callback([options] { compile(*options); });
}

} // namespace transept::driver
