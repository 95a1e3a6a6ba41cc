// SPDX-License-Identifier: Apache-2.0
//
// `transept compile`: from a checkpoint, a description or textual IR to a shared library, or to the
// text of any stage on the way.

#include "compiler/driver/Commands.h"
#include "compiler/driver/Progress.h"
#include "compiler/driver/ReadIR.h"

#include "compiler/codegen/Target.h"
#include "compiler/emit/EmitLibrary.h"
#include "compiler/frontend/DescribeCheckpoint.h"
#include "compiler/frontend/ModelBuilder.h"
#include "compiler/pipeline/IRDump.h"
#include "compiler/pipeline/PassVerification.h"
#include "compiler/pipeline/ReadableIR.h"
#include "compiler/pipeline/Stages.h"
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
  std::string input, output, name, checkpoint, weights = "f32", cpu = "native", emit, dumpDirectory;
  bool verifiesPasses = false, isJson = false;
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
  for (const std::string &warning : warnings)
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

void runStages(const CompileOptions &options, ModuleOp module, Stage last,
               Diagnostics &diagnostics) {
  PipelineOptions pipeline{.cpu = options.cpu};
  PassManager passes(module.getContext());
  passes.enableVerifier(true);
  if (!options.dumpDirectory.empty())
    addIRDump(passes, options.dumpDirectory);
  Stage first = stageOf(module);
  // Verification by the interpreter ends where the graph dialect ends.
  Stage lastVerified = std::min(last, Stage::Fused);
  if (options.verifiesPasses && first < lastVerified) {
    addStages(passes, first, lastVerified, pipeline);
    if (failed(runVerified(passes, module)))
      diagnostics.raise("a pass failed");
    first = lastVerified;
    passes.clear();
  }
  addStages(passes, first, std::min(last, Stage::LLVM), pipeline);
  if (failed(passes.run(module)))
    diagnostics.raise("a pass failed");
}

void printStage(ModuleOp module, Stage stage, const codegen::Target &target) {
  if (stage == Stage::Assembly) {
    llvm::outs() << emit::emitAssembly(module, target);
    return;
  }
  module.print(llvm::outs(), readableIR());
  llvm::outs() << "\n";
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

void compile(const CompileOptions &options) {
  auto start = std::chrono::steady_clock::now();
  if (options.emit.empty() && options.output.empty())
    throw CLI::RequiredError("-o LIB.so (or --emit STAGE)");
  std::string error;
  std::optional<codegen::Target> target = codegen::targetFor(options.cpu, error);
  if (!target)
    throw std::runtime_error(error);
  Stage last = options.emit.empty() ? Stage::LLVM : *findStage(options.emit);

  MLIRContext context;
  context.loadDialect<TranseptDialect, plan::PlanDialect, func::FuncDialect>();
  useShortTypeNames(context);
  Diagnostics diagnostics(&context);
  Progress progress;
  progress.show("reading", 0);
  Input input = readInput(options, context, diagnostics);
  progress.show("optimizing", 0);
  runStages(options, *input.module, last, diagnostics);
  if (!options.emit.empty()) {
    progress.clear();
    return printStage(*input.module, last, *target);
  }

  checkedName(input.description.name);
  auto checkpoint = frontend::Checkpoint::open(input.description.checkpoint);
  emit::EmitOptions emission{.output = options.output, .target = *target};
  emission.progress = [&](const std::string &what, double share) { progress.show(what, share); };
  emit::emitLibrary(*input.module, input.description, emit::readerOf(checkpoint), emission);
  progress.clear();

  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::string header = std::filesystem::path(options.output)
                           .replace_filename(input.description.name + ".h")
                           .string();
  uint64_t bytes = std::filesystem::file_size(options.output);
  if (options.isJson)
    fmt::print("{}\n", nlohmann::ordered_json{{"library", options.output},
                                              {"header", header},
                                              {"name", input.description.name},
                                              {"bytes", bytes},
                                              {"seconds", seconds}}
                           .dump());
  else
    fmt::print(stderr, "{} ({:.1f} MB) and {} in {:.1f} s\n", options.output, double(bytes) / 1e6,
               header, seconds);
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
  command->add_option("--weights", options->weights, "type of the weights in the library")
      ->check(CLI::IsMember({"f32"}))
      ->capture_default_str();
  command
      ->add_option("--cpu", options->cpu,
                   "processor to compile for: native, x86-64-v3 (AVX2), x86-64-v4 (AVX-512), or "
                   "LLVM's name of one")
      ->capture_default_str();
  command->add_option("--emit", options->emit, stageHelp())->check(CLI::IsMember(stageNames()));
  command->add_option("--dump-ir", options->dumpDirectory,
                      "write the IR after every pass into this directory, numbered and named");
  command->add_flag("--verify-passes", options->verifiesPasses,
                    "run the model by the reference interpreter before and after every pass of the "
                    "graph and stop at the first that changes its result");
  command->add_flag("--json", options->isJson, "print a JSON object about the library");
  command->callback([options] { compile(*options); });
}

} // namespace transept::driver
