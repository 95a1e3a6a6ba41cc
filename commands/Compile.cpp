// SPDX-License-Identifier: Apache-2.0
//
// `transept compile`: from a checkpoint, a description or textual IR to a shared library, or to the
// text of any stage on the way.

#include "commands/Checks.h"
#include "commands/Commands.h"
#include "commands/CompilerLibrary.h"
#include "commands/Progress.h"
#include "commands/Streams.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

namespace transept::commands {

namespace {

struct CompileFlags {
  std::string input, emit;
  CompileOptions options;
  std::optional<double> allowedLoss;  // of `--weights auto`
  std::optional<std::string> remarks; // which to print: categories, passes, kinds; empty for all
  bool isJson = false;
};

/// What `--remarks` prints, and which of its words no remark had.
class RemarkFilter {
public:
  explicit RemarkFilter(const std::string &list) : words(CLI::detail::split(list, ',')) {
    std::erase(words, "");
  }

  bool wants(const CompileRemark &remark) {
    for (const std::string *word : {&remark.category, &remark.pass, &remark.kind})
      seen.insert(*word);
    return words.empty() || std::ranges::any_of(words, [&](const std::string &word) {
             return word == remark.category || word == remark.pass || word == remark.kind;
           });
  }

  void warnOfUnknownWords() const {
    for (const std::string &word : words)
      if (!seen.contains(word))
        printMessage(
            fmt::format("warning: --remarks {}: no remark has this category, pass or kind; "
                        "there are {}",
                        word, fmt::join(seen, ", ")));
  }

private:
  std::vector<std::string> words;
  std::set<std::string> seen;
};

CompileObserver observerFor(RemarkFilter *remarks, Progress &progress) {
  CompileObserver observer;
  observer.progress = [&](const std::string &what, double share) { progress.show(what, share); };
  observer.warning = [&](const std::string &message) {
    progress.clear();
    printMessage("warning: " + message);
  };
  if (remarks)
    observer.remark = [&progress, remarks](const CompileRemark &remark) {
      progress.clear();
      if (remarks->wants(remark))
        printMessage(fmt::format("{} {} ({}): {}: {}", remark.kind, remark.pass, remark.category,
                                 remark.name, remark.text));
    };
  observer.loss = [&](const WeightLoss &loss) {
    progress.clear();
    printMessage(fmt::format("{}: loses {:.3g} nats a token (allowed {}){}", loss.weights,
                             loss.loss, loss.allowed,
                             loss.loss <= loss.allowed ? "" : ", too much"));
  };
  return observer;
}

void checkTogether(const CompileFlags &flags) {
  const CompileOptions &options = flags.options;
  if (flags.emit.empty() && options.output.empty())
    throw CLI::RequiredError("-o LIB.so (or --emit STAGE)");
  if (options.hasDebugInfo && options.output.empty())
    throw CLI::RequiredError("-o LIB.so (for --debug-info)");
  if (!options.report.empty() && !flags.emit.empty())
    throw CLI::ValidationError("--report", "shows a library, but --emit writes none");
  if (flags.allowedLoss && options.weights != "auto")
    throw CLI::RequiredError("--weights auto (for --accuracy-loss)");
  if (!options.calibrate.empty() && (options.weights == "f32" || options.weights == "bf16"))
    throw CLI::ValidationError("--calibrate",
                               fmt::format("fits the rounding of int8 and int4, but --weights is "
                                           "{}; say --weights int8, int4 or auto",
                                           options.weights));
  if (!options.calibrate.empty() && !flags.emit.empty())
    throw CLI::ValidationError("--calibrate", "fits weights, but --emit prints a stage without");
  if (!flags.emit.empty() && options.weights == "auto")
    throw CLI::ValidationError("--emit", "prints the code of one type of weights, but --weights "
                                         "auto compares whole libraries; name a type: f32, bf16, "
                                         "int8, int4");
}

void printLibrary(const CompiledLibrary &library, const CompileFlags &flags, double seconds) {
  bool wasChosen = flags.options.weights == "auto";
  if (!flags.isJson) {
    printMessage(fmt::format("{} ({:.1f} MB{}) and {} in {:.1f} s", library.path,
                             double(library.bytes) / 1e6, wasChosen ? " of " + library.weights : "",
                             library.header, seconds));
    return;
  }
  nlohmann::ordered_json report{{"library", library.path}, {"header", library.header},
                                {"name", library.name},    {"weights", library.weights},
                                {"bytes", library.bytes},  {"seconds", seconds}};
  if (wasChosen) {
    report["losses"] = nlohmann::ordered_json::object();
    for (const WeightLoss &measured : library.losses)
      report["losses"][measured.weights] = measured.loss;
  }
  printJson(report);
}

void run(CompileFlags &flags) {
  auto start = std::chrono::steady_clock::now();
  checkTogether(flags);
  flags.options.accuracyLoss = flags.allowedLoss.value_or(flags.options.accuracyLoss);
  Progress progress;
  std::optional<RemarkFilter> remarks;
  if (flags.remarks)
    remarks.emplace(*flags.remarks);
  flags.options.observer = observerFor(remarks ? &*remarks : nullptr, progress);
  if (!flags.emit.empty()) {
    std::string text = compilerLibrary().emitStage(flags.input, flags.emit, flags.options);
    progress.clear();
    if (remarks)
      remarks->warnOfUnknownWords();
    fmt::print("{}", text);
    return;
  }
  CompiledLibrary library = compilerLibrary().compile(flags.input, flags.options);
  progress.clear();
  if (remarks)
    remarks->warnOfUnknownWords();
  printLibrary(library, flags,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

std::vector<std::string> stageNames() {
  std::vector<std::string> names;
  for (const CompileStage &stage : compileStages())
    names.push_back(stage.name);
  return names;
}

std::string stageHelp() {
  std::string text = "print a stage instead of writing a library:";
  for (const CompileStage &stage : compileStages())
    text += fmt::format("\n  {:<7}{}", stage.name, stage.sentence);
  return text;
}

void addModelFlags(CLI::App &command, CompileFlags &flags) {
  CompileOptions &options = flags.options;
  command
      .add_option("INPUT", flags.input,
                  "a checkpoint directory (config.json with model.safetensors or "
                  "pytorch_model.bin), a description .json, or textual IR .mlir in stage graph, "
                  "staged or fused")
      ->type_name("FILE")
      ->required();
  command
      .add_option("-o,--output", options.output,
                  "the library to write; its header NAME.h goes beside it")
      ->type_name("FILE");
  command.add_option("--name", options.name,
                     "the model's name in C++ and in the exported symbol [the output's: "
                     "libopus-en-de.so holds opus_en_de]");
  command
      .add_option("--checkpoint", options.checkpoint,
                  "directory of the weights, for inputs that do not contain them")
      ->type_name("DIR");
  command
      .add_option("--weights", options.weights,
                  "type of the weights in the library; auto: the fastest on the processor that "
                  "loses no more accuracy than allowed, found by running it")
      ->check(oneOf({"f32", "bf16", "int8", "int4", "auto"}))
      ->capture_default_str();
  command
      .add_option("--accuracy-loss", flags.allowedLoss,
                  "what --weights auto may lose: nats a token, the mean Kullback-Leibler "
                  "divergence from the next-token distributions with f32 [0.01: perplexity grows "
                  "by 1 %]")
      ->check(notNegative());
  command
      .add_option("--calibrate", options.calibrate,
                  "sources that int8 and int4 are rounded for, so that they lose less: a text "
                  "file with one on each line, or a directory of goldens")
      ->type_name("PATH");
  command
      .add_option(
          "--cache", options.cache,
          "type of the encoder and self KV caches; auto: f32 with weights of f32, else bf16")
      ->check(oneOf({"auto", "f32", "bf16"}))
      ->capture_default_str();
  command.add_option("--target", options.target,
                     "what the library is for: x86_64-linux, aarch64-linux, wasm32 [this machine]");
  command.add_option(
      "--cpu", options.cpu,
      "processor to compile for: native, x86-64-v3 (AVX2), x86-64-v4 (AVX-512), "
      "armv8-a, armv8.2-a+dotprod, armv8.6-a+i8mm+bf16, simd128, relaxed-simd, or LLVM's "
      "name of one; "
      "several, separated by commas, give a library that chooses the best for the "
      "processor when it is opened [native; of another --target all levels]");
}

void addInsightFlags(CLI::App &command, CompileFlags &flags) {
  CompileOptions &options = flags.options;
  command.add_option("--emit", flags.emit, stageHelp())->check(oneOf(stageNames()));
  command
      .add_option("--dump-ir", options.dumpDirectory,
                  "write the IR after every pass into this directory, numbered and named; what "
                  "is written stays when a later pass fails")
      ->type_name("DIR");
  command
      .add_option_function<std::string>(
          "--remarks",
          [&flags](const std::string &filter) { flags.remarks = filter == "all" ? "" : filter; },
          "print what passes did and declined to do, with the reasons, and which file each tensor "
          "was read from: all, or only categories (staging, weights, fusion, plan), passes "
          "(merge-projections, ..., read-checkpoint) or kinds (passed, missed, analysis), "
          "separated by commas")
      ->expected(0, 1)
      ->default_str("all");
  command
      .add_option("--report", options.report,
                  "write a page, one HTML file, that shows how the library was compiled")
      ->type_name("FILE");
  command.add_flag("--debug-info", options.hasDebugInfo,
                   "write the plan beside the library, LIB.plan.mlir, and line tables that lead "
                   "from machine code to it, for perf and debuggers");
  command.add_flag("--verify-passes", options.verifiesPasses,
                   "run the model by the reference interpreter before and after every pass of the "
                   "graph and stop at the first that changes its result; names the op, and writes "
                   "a small model that shows it, NAME.reproducer.mlir, beside the library. Then "
                   "run the library, and name the first launch whose result is not the "
                   "interpreter's");
  command.add_flag("--json", flags.isJson, "print a JSON object about the library");
}

} // namespace

void addCompileCommand(CLI::App &program) {
  auto flags = std::make_shared<CompileFlags>();
  CLI::App *command = program.add_subcommand("compile", "turn a model into a shared library");
  addModelFlags(*command, *flags);
  addInsightFlags(*command, *flags);
  command->callback([flags] { run(*flags); });
}

} // namespace transept::commands
