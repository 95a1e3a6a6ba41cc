// SPDX-License-Identifier: Apache-2.0
//
// The two doors of the compiler: a library, or the text of a stage on the way to it.

#include "transept/compiler.h"

#include "base/Error.h"
#include "base/OutputFile.h"
#include "checkpoints/Checkpoint.h"
#include "compiler/emit/EmitLibrary.h"
#include "compiler/emit/ParameterShapes.h"
#include "compiler/emit/link/LibraryParts.h"
#include "compiler/pipeline/ReadableIR.h"
#include "compiler/session/Calibrate.h"
#include "compiler/session/CheckAssets.h"
#include "compiler/session/ChooseWeights.h"
#include "compiler/session/ImpliedSizes.h"
#include "compiler/session/InterpretedRun.h"
#include "compiler/session/ModelName.h"
#include "compiler/session/ReadInput.h"
#include "compiler/session/StageRunner.h"
#include "compiler/story/RecordStory.h"
#include "compiler/transforms/Functions.h"
#include "workbench/library/LibraryStory.h"
#include "workbench/report/StoryPage.h"
#include "workbench/story/StorySection.h"
#include "workbench/trace/LibraryVerification.h"

#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace transept {

using namespace mlir;
using namespace session;

namespace {

constexpr const char *kWeightTypes[] = {"f32", "bf16", "int8", "int4"};

bool isWebModule(const CompileOptions &options) {
  std::string ignored;
  const targets::Architecture *found = targets::architectureCalled(options.target, ignored);
  return found && found->format == targets::LibraryFormat::WebModule;
}

/// A module carries no story, and JavaScript finds its files by its name.
void checkWebModule(const CompileOptions &options) {
  if (!options.report.empty())
    throw InputError("--report shows a library, but --target wasm32 gives modules without a story; "
                     "compile for this machine to see how");
  if (options.hasDebugInfo)
    throw InputError(
        "--debug-info is for profilers and debuggers of libraries, but --target wasm32 "
        "gives modules");
  if (!options.output.empty() && !llvm::StringRef(options.output).ends_with(".wasm"))
    throw InputError(fmt::format("cannot write {}: --target wasm32 gives a module and files beside "
                                 "it, so the output must end in .wasm",
                                 options.output));
}

/// A library for another machine cannot be run here.
void checkForeign(const CompileOptions &options, const targets::Architecture &architecture) {
  if (options.weights == "auto")
    throw InputError(fmt::format("--weights auto runs the library to measure what types lose, but "
                                 "--target {} is not this machine; name a type: f32, bf16, int8, "
                                 "int4",
                                 nameOf(architecture)));
  if (options.verifiesPasses)
    throw InputError(fmt::format("--verify-passes runs the library at the end, but --target {} is "
                                 "not this machine",
                                 nameOf(architecture)));
}

/// Notices at once what is missing in the end.
void checkTarget(const CompileOptions &options) {
  std::string error;
  const targets::Architecture *architecture = targets::architectureCalled(options.target, error);
  if (!architecture)
    throw InputError(error);
  if (architecture != targets::hostArchitecture())
    checkForeign(options, *architecture);
  if (isWebModule(options))
    checkWebModule(options);
  emit::levelsOf(options.cpu, options.target);
  emit::libraryParts(*architecture);
}

void checkOptions(const CompileOptions &options) {
  if (options.weights != "auto" && !llvm::is_contained(kWeightTypes, options.weights))
    throw InputError(
        fmt::format("weights is '{}', but must be f32, bf16, int8, int4 or auto", options.weights));
  if (!options.calibrate.empty() && (options.weights == "f32" || options.weights == "bf16"))
    throw InputError(fmt::format("calibrate fits the rounding of int8 and int4, but weights is {}",
                                 options.weights));
  if (options.cache != "auto" && options.cache != "f32" && options.cache != "bf16")
    throw InputError(fmt::format("cache is '{}', but must be f32, bf16 or auto", options.cache));
}

story::Story completed(story::Story story, const Session &session, const Input &input,
                       const checkpoints::Checkpoint &checkpoint) {
  const CompileOptions &options = session.options;
  story.model = input.description.name;
  story.family = input.description.family;
  story.options.weights = options.weights;
  for (const story::Program &program : story.programs)
    if (program.name == encodeName)
      story.options.cpu.push_back(program.level);
  story.passes = story::recordPasses(*input.module.get()->getContext(),
                                     {.weights = options.weights, .cache = options.cache});
  story.remarks = *session.remarks;
  std::set<std::string> read;
  for (const story::Operation &operation : story.stages.front().operations)
    read.insert(operation.tensors.begin(), operation.tensors.end());
  // What a file holds besides says nothing about the library, and differs between formats.
  for (const auto &[name, tensor] : checkpoint.tensors())
    if (read.contains(name))
      story.tensors.push_back(
          {name, std::string(checkpoints::elementTypeName(tensor.type)), tensor.shape});
  return story;
}

/// The files are no part of the story: a library does not depend on where its weights were.
void showFiles(const Session &session, const std::vector<story::Tensor> &tensors,
               const checkpoints::Checkpoint &checkpoint) {
  if (!session.options.observer.remark)
    return;
  for (const story::Tensor &tensor : tensors)
    session.options.observer.remark(
        {.kind = "analysis",
         .pass = "read-checkpoint",
         .category = "weights",
         .name = tensor.name,
         .text = fmt::format("{} {} from {}", tensor.type, checkpoints::formatShape(tensor.shape),
                             checkpoint.at(tensor.name).file)});
}

/// Compares the library's code with what the interpreter makes of the optimized graph.
void verify(const Session &session, const Input &input, const std::vector<emit::Level> &levels,
            const checkpoints::Checkpoint &checkpoint, const std::string &library) {
  session.showProgress("verifying the code");
  const auto &features = input.description.source.embedding.features;
  std::vector<std::string> names;
  for (const emit::Level &level : levels)
    names.push_back(level.name);
  workbench::verifyLibrary(
      library, names,
      interpretedRun(*input.module, emit::readerOf(checkpoint), features ? features->length : 0));
}

/// Of what compiling writes.
constexpr const char *kWrittenEndings[] = {".so", ".h", ".html", ".wasm", ".weights", ".js", ".ts"};

/// The input, and the files of the checkpoint: all in its folder but what compiling writes.
std::vector<std::string> inputFiles(const std::string &input, const CompileOptions &options) {
  namespace fs = std::filesystem;
  std::vector<std::string> files = {input};
  std::error_code ignored;
  for (const std::string &folder : {input, options.checkpoint})
    for (const fs::directory_entry &file : fs::directory_iterator(folder, ignored)) {
      std::string ending = file.path().extension().string();
      if (!llvm::is_contained(kWrittenEndings, ending))
        files.push_back(file.path().string());
    }
  return files;
}

/// Notices before any work what cannot be written after it.
void checkOutputs(const std::string &input, const CompileOptions &options) {
  std::vector<std::string> inputs = inputFiles(input, options);
  for (const std::string &output : {options.output, options.report})
    if (!output.empty())
      OutputFile(output, inputs);
  if (!options.dumpDirectory.empty())
    createFolder(options.dumpDirectory);
}

BuiltLibrary build(const std::string &path, const CompileOptions &options,
                   const emit::Calibration *calibration) {
  std::vector<emit::Level> levels = emit::levelsOf(options.cpu, options.target);
  emit::LibraryFiles files(options.output);
  Session session(options);
  session.showProgress("reading");
  Input input = readInput(session, path, /*needsWeights=*/true);
  auto checkpoint =
      checkpoints::Checkpoint::open(input.description.checkpoint, input.description.weights);
  emit::checkParameters(*input.module, checkpoint);
  checkImpliedSizes(input.description, files.library(), options.verifiesPasses);
  if (!isWebModule(options))
    files.addHeader(input.description.name);
  session.showProgress("optimizing");
  story::Story story;
  StageRunner stages(session, &story);
  stages.runGraphStages(*input.module, Stage::LLVM);
  auto modules = stages.runLevelStages(*input.module, Stage::LLVM, levels);
  files.addAll(stages.takePlans());
  session.showRemarks();

  story = completed(std::move(story), session, input, checkpoint);
  showFiles(session, story.tensors, checkpoint);
  emit::EmitOptions emission;
  emission.sections = {{story::kStorySection, packed(story)}};
  for (text::CompiledFile &file : compileAssets(input.description))
    emission.compiledFiles[file.name] = std::move(file.bytes);
  emission.media = mediaOf(input.description);
  emission.calibration = calibration;
  emission.progress = [&](const std::string &what, double share) {
    session.showProgress(what, share);
  };
  emit::emitLibrary(levels, input.description, emit::readerOf(checkpoint), emission, files);
  std::string library = files.library().unfinishedPath();
  if (options.verifiesPasses)
    verify(session, input, levels, checkpoint, library);
  if (!options.report.empty())
    files.add(options.report).write(workbench::storyPage(workbench::readLibraryStory(library)));
  return {input.description.name, std::move(files)};
}

} // namespace

CompiledLibrary compile(const std::string &input, const CompileOptions &options) {
  checkOptions(options);
  if (options.output.empty())
    throw InputError("output is empty, but must name the library to write");
  checkTarget(options);
  checkOutputs(input, options);
  CompiledLibrary library;
  library.path = options.output;
  CompileOptions chosen = options;
  if (options.name.empty())
    chosen.name = modelNameOf(options.output);
  checkModelName(chosen.name);
  std::optional<emit::Calibration> calibration;
  auto buildOne = [&](const CompileOptions &candidate) {
    return build(input, candidate, calibration ? &*calibration : nullptr);
  };
  if (!options.calibrate.empty())
    calibration = calibrate(input, chosen, buildOne);
  std::optional<BuiltLibrary> built;
  if (options.weights == "auto") {
    WeightChoice choice = chooseWeights(chosen, buildOne);
    chosen.weights = choice.weights;
    chosen.observer.warning = {}; // once is enough
    library.losses = choice.losses;
    built = std::move(choice.library);
  }
  if (!built)
    built = buildOne(chosen);
  built->files.finish();
  library.name = built->name;
  library.weights = chosen.weights;
  std::filesystem::path output = options.output;
  library.header = isWebModule(options) ? output.replace_extension(".js").string()
                                        : output.replace_filename(library.name + ".h").string();
  library.bytes = std::filesystem::file_size(options.output);
  return library;
}

std::string emitStage(const std::string &input, const std::string &name,
                      const CompileOptions &options) {
  checkOptions(options);
  std::optional<Stage> stage = findStage(name);
  if (!stage)
    throw InputError(fmt::format("there is no stage '{}'", name));
  if (!options.calibrate.empty())
    throw InputError("a stage has no weights, but calibrate fits them");
  if (options.weights == "auto")
    throw InputError("a stage shows the code of one type of weights, but weights is auto");
  std::vector<emit::Level> levels = emit::levelsOf(options.cpu, options.target);
  if (*stage > Stage::Fused && levels.size() > 1)
    throw InputError(fmt::format(
        "--emit {} shows the code of one processor, but {} {}", name,
        options.cpu.empty() ? "without --cpu the target has" : "--cpu names", levels.size()));
  checkOutputs(input, options);
  Session session(options);
  session.showProgress("reading");
  Input read = readInput(session, input, /*needsWeights=*/false);
  session.showProgress("optimizing");
  // Whoever looks at one stage sees it; a library tells of all.
  StageRunner stages(session, /*story=*/nullptr);
  stages.runGraphStages(*read.module, *stage);
  std::vector<OwningOpRef<ModuleOp>> modules;
  if (*stage > Stage::Fused)
    modules = stages.runLevelStages(*read.module, *stage, levels);
  session.showRemarks();
  OutputFile::finishAll(stages.takePlans());
  if (*stage == Stage::Assembly)
    return emit::emitAssembly(levels.front());
  std::string text;
  llvm::raw_string_ostream stream(text);
  ModuleOp shown = modules.empty() ? *read.module : *modules.front();
  shown.print(stream, readableIR());
  return text + "\n";
}

} // namespace transept
