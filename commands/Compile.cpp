// SPDX-License-Identifier: Apache-2.0
//
// `transept compile`: from a checkpoint, a description or textual IR to a shared library, or to the
// text of any stage on the way.

#include "base/Error.h"
#include "commands/Commands.h"
#include "commands/Progress.h"
#include "compiler/session/ChooseWeights.h"
#include "compiler/session/InterpretedRun.h"
#include "compiler/session/ReadIR.h"
#include "compiler/session/StageRunner.h"
#include "workbench/library/LibraryStory.h"
#include "workbench/report/StoryPage.h"
#include "workbench/trace/LibraryVerification.h"

#include "compiler/emit/EmitLibrary.h"
#include "compiler/frontend/DescribeCheckpoint.h"
#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/pipeline/ReadableIR.h"
#include "compiler/pipeline/Stages.h"
#include "compiler/story/RecordStory.h"
#include "compiler/story/RemarkLog.h"
#include "compiler/transforms/Functions.h"
#include "dialects/Plan/Plan.h"
#include "workbench/story/StorySection.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>

namespace transept::commands {

using namespace mlir;

namespace {

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

Input readInput(const session::CompileOptions &options, MLIRContext &context,
                session::Diagnostics &diagnostics) {
  Input input;
  std::vector<std::string> warnings;
  bool isIR = endsWith(options.input, ".mlir");
  if (isIR && options.checkpoint.empty() && options.emit.empty())
    throw InputError("a library from textual IR needs --checkpoint, the directory that "
                     "holds its weights");
  if (isIR) {
    input.module = session::readIR(options.input, context);
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

void printStage(ModuleOp module) {
  module.print(llvm::outs(), readableIR());
  llvm::outs() << "\n";
}

/// Prints what `--emit` asks for.
void printStage(session::StageRunner &stages, ModuleOp module, Stage stage,
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
                       const checkpoints::Checkpoint &checkpoint,
                       const session::CompileOptions &options, MLIRContext &context) {
  story.model = description.name;
  story.family = description.family;
  story.options.weights = options.weights;
  for (const story::Program &program : story.programs)
    if (program.name == encodeName)
      story.options.cpu.push_back(program.level);
  story.passes = story::recordPasses(context, {.weights = options.weights, .cache = options.cache});
  story.remarks = remarks;
  for (const auto &[name, tensor] : checkpoint.tensors())
    story.tensors.push_back(
        {name, std::string(checkpoints::elementTypeName(tensor.type)), tensor.shape});
  return story;
}

bool isWanted(const story::Remark &remark, const std::string &filter) {
  llvm::SmallVector<llvm::StringRef> words;
  llvm::StringRef(filter).split(words, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  return words.empty() || llvm::any_of(words, [&](llvm::StringRef word) {
           return word == remark.category || word == remark.pass || word == remark.kind;
         });
}

void printRemarks(const std::vector<story::Remark> &remarks, const std::string &filter) {
  for (const story::Remark &remark : remarks)
    if (isWanted(remark, filter))
      fmt::print(stderr, "{} {} ({}): {}: {}\n", remark.kind, remark.pass, remark.category,
                 remark.name, remark.text);
}

std::string checkedName(const std::string &name) {
  bool isIdentifier =
      !name.empty() && !isdigit((unsigned char)name[0]) &&
      llvm::all_of(name, [](char c) { return isalnum((unsigned char)c) || c == '_'; });
  if (!isIdentifier)
    throw InputError("--name expects a C identifier (letters, digits, underscores), but "
                     "got '" +
                     name + "'");
  return name;
}

/// Prints a stage, or writes the library and its header and returns the model's name.
std::string build(const session::CompileOptions &options) {
  std::vector<emit::Level> levels = emit::levelsOf(options.cpu);
  Stage last = options.emit.empty() ? Stage::LLVM : *findStage(options.emit);
  if (!options.emit.empty() && last > Stage::Fused && levels.size() > 1)
    throw InputError(fmt::format("--emit {} shows the code of one processor, but --cpu "
                                 "names {}",
                                 options.emit, levels.size()));

  MLIRContext context;
  context.loadDialect<TranseptDialect, plan::PlanDialect, func::FuncDialect>();
  useShortTypeNames(context);
  session::Diagnostics diagnostics(&context);
  auto remarks = story::keepRemarks(context);
  Progress progress;
  progress.show("reading", 0);
  Input input = readInput(options, context, diagnostics);
  progress.show("optimizing", 0);
  story::Story story;
  // Whoever looks at one stage sees it; a library tells of all.
  session::StageRunner stages(options, diagnostics, options.emit.empty() ? &story : nullptr);
  stages.runGraphStages(*input.module, last);
  if (!options.emit.empty()) {
    progress.clear();
    printStage(stages, *input.module, last, levels);
    if (options.remarks)
      printRemarks(*remarks, *options.remarks);
    return "";
  }
  auto modules = stages.runLevelStages(*input.module, last, levels);
  if (options.remarks) {
    progress.clear();
    printRemarks(*remarks, *options.remarks);
  }

  checkedName(input.description.name);
  auto checkpoint = checkpoints::Checkpoint::open(input.description.checkpoint);
  emit::EmitOptions emission{.output = options.output};
  story = completed(std::move(story), *remarks, input.description, checkpoint, options, context);
  emission.sections = {{story::kStorySection, packed(story)}};
  emission.progress = [&](const std::string &what, double share) { progress.show(what, share); };
  emit::emitLibrary(levels, input.description, emit::readerOf(checkpoint), emission);
  if (options.verifiesPasses) {
    progress.show("verifying the code", 0);
    const auto &features = input.description.source.embedding.features;
    int64_t featureCount = features ? features->length : 0;
    std::vector<std::string> names;
    for (const emit::Level &level : levels)
      names.push_back(level.name);
    workbench::verifyLibrary(
        options.output, names,
        session::interpretedRun(*input.module, emit::readerOf(checkpoint), featureCount));
  }
  if (!options.page.empty())
    workbench::writeStoryPage(workbench::readLibraryStory(options.output), nullptr, options.page);
  return input.description.name;
}

/// Replaces `--weights auto` by a type. Candidates are compiled without what is asked for beside
/// the library; unless there is such, the one that is taken is the library, and `name` its model's.
session::WeightChoice resolveWeights(session::CompileOptions &options, std::string &name) {
  if (!options.emit.empty())
    throw CLI::ValidationError("--emit", "prints the code of one type of weights, but --weights "
                                         "auto compares whole libraries; name a type: f32, bf16, "
                                         "int8, int4");
  session::CompileOptions plain = options;
  plain.hasDebugInfo = plain.verifiesPasses = false;
  plain.dumpDirectory.clear();
  plain.page.clear();
  plain.remarks.reset();
  session::WeightSearch search{.cpu = options.cpu, .output = options.output};
  search.allowedLoss = options.allowedLoss.value_or(0.01);
  search.keepsLibrary = !options.hasDebugInfo && !options.verifiesPasses &&
                        options.dumpDirectory.empty() && options.page.empty() && !options.remarks;
  std::string built;
  search.compile = [&](const std::string &weights, const std::string &library) {
    plain.weights = weights;
    plain.output = library;
    built = build(plain);
    plain.showsWarnings = false; // once is enough
  };
  session::WeightChoice choice = session::chooseWeights(search);
  options.weights = choice.weights;
  options.showsWarnings = false;
  if (search.keepsLibrary)
    name = built;
  return choice;
}

void compile(session::CompileOptions options) {
  auto start = std::chrono::steady_clock::now();
  if (options.emit.empty() && options.output.empty())
    throw CLI::RequiredError("-o LIB.so (or --emit STAGE)");
  if (options.hasDebugInfo && options.output.empty())
    throw CLI::RequiredError("-o LIB.so (for --debug-info)");
  if (!options.page.empty() && !options.emit.empty())
    throw CLI::ValidationError("--report", "shows a library, but --emit writes none");
  if (options.allowedLoss && options.weights != "auto")
    throw CLI::RequiredError("--weights auto (for --accuracy-loss)");
  std::string name;
  std::optional<session::WeightChoice> choice;
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
    for (const session::WeightChoice::Measured &measured : choice->measured)
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
  auto options = std::make_shared<session::CompileOptions>();
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
  command
      ->add_option_function<std::string>(
          "--remarks",
          [options](const std::string &filter) {
            options->remarks = filter == "all" ? "" : filter;
          },
          "print what passes did and declined to do, with the reasons: all, or only categories "
          "(staging, weights, fusion, plan), passes (merge-projections, ...) or kinds (passed, "
          "missed, analysis), separated by commas")
      ->expected(0, 1)
      ->default_str("all");
  command->add_option("--report", options->page,
                      "write a page, one HTML file, that shows how the library was compiled");
  command->add_flag("--debug-info", options->hasDebugInfo,
                    "write the plan beside the library, LIB.plan.mlir, and line tables that lead "
                    "from machine code to it, for perf and debuggers");
  command->add_flag("--verify-passes", options->verifiesPasses,
                    "run the model by the reference interpreter before and after every pass of the "
                    "graph and stop at the first that changes its result; names the op, and writes "
                    "a small model that shows it, NAME.reproducer.mlir, beside the library. Then "
                    "run the library, and name the first launch whose result is not the "
                    "interpreter's");
  command->add_flag("--json", options->isJson, "print a JSON object about the library");
  command->callback([options] { compile(*options); });
}

} // namespace transept::commands
