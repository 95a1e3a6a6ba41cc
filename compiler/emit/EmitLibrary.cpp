// SPDX-License-Identifier: Apache-2.0
//
// Compiles code, links it with the runtime, and adds the weights.

#include "compiler/emit/EmitLibrary.h"
#include "base/Error.h"
#include "base/Json.h"

#include "compiler/emit/EmitWebModules.h"
#include "compiler/emit/ParameterShapes.h"
#include "compiler/emit/TableObject.h"
#include "compiler/emit/link/LinkLibrary.h"
#include "compiler/emit/link/ObjectFile.h"
#include "compiler/emit/table/GeneratedHeader.h"
#include "compiler/emit/table/Manifest.h"
#include "compiler/emit/table/ModelTable.h"
#include "compiler/emit/weights/PackWeights.h"
#include "compiler/emit/weights/WeightSegment.h"
#include "compiler/plan/VocabularyBlocks.h"
#include "compiler/targets/Architecture.h"
#include "compiler/targets/UsedFeatures.h"

#include "llvm/IR/LLVMContext.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <future>

namespace transept::emit {

namespace {

template <typename Op> Op findLaunch(mlir::ModuleOp module, llvm::StringRef program) {
  for (Op op : module.lookupSymbol<plan::ProgramOp>(program).getBody().getOps<Op>())
    return op;
  return Op();
}

int64_t tableRows(mlir::ModuleOp module, llvm::StringRef name) {
  auto table = module.lookupSymbol<plan::WeightOp>(name);
  return weightRows(
      mlir::cast<plan::YieldOp>(table.getExpression().front().getTerminator()).getValue());
}

/// Rows of the token embeddings that a program reads, 0 where it reads none.
int64_t vocabularySize(mlir::ModuleOp module, llvm::StringRef program) {
  auto embed = findLaunch<plan::EmbedOp>(module, program);
  if (!embed)
    return 0;
  return tableRows(module, embed.getTable());
}

/// Positions that a stack has: those of the description (0 for any number), but no more than the
/// tables that its program reads by position have rows. Only these say it of textual IR.
int64_t positionCount(mlir::ModuleOp module, llvm::StringRef program,
                      const frontend::Stack &stack) {
  int64_t count = stack.embedding.positions.length;
  auto restrict = [&](llvm::StringRef table, int64_t offset) {
    int64_t rows = tableRows(module, table) - offset;
    if (rows < 1)
      throw InputError(
          fmt::format("the table of positions of {} has no row {}", program.str(), offset));
    count = count == 0 ? rows : std::min(count, rows);
  };
  for (mlir::Operation &op : module.lookupSymbol<plan::ProgramOp>(program).getBody().front()) {
    if (auto embed = mlir::dyn_cast<plan::EmbedOp>(op); embed && embed.getPositions())
      restrict(*embed.getPositions(), embed.getPositionOffset());
    // Rows before the source's own are as many as their table has, whatever there is of these.
    if (auto embed = mlir::dyn_cast<plan::EmbedPositionsOp>(op);
        embed && embed.getOutput().getType().getSpace().isWhole())
      restrict(embed.getTable(), embed.getOffset());
  }
  return count;
}

int64_t featureWidth(mlir::ModuleOp module, llvm::StringRef program) {
  auto take = findLaunch<plan::TakeFeaturesOp>(module, program);
  return take ? take.getOutput().getType().getWidth() : 0;
}

int64_t stateWidth(mlir::ModuleOp module, llvm::StringRef program) {
  auto emitted = findLaunch<plan::EmitStatesOp>(module, program);
  return emitted ? emitted.getInput().getType().getWidth() : 0;
}

/// What is the same for all levels, told by the first.
ModelFacts factsOf(mlir::ModuleOp module, const frontend::Description &description,
                   const EmitOptions &options) {
  ModelFacts facts;
  facts.name = description.name;
  facts.sourceVocabularySize = vocabularySize(module, "encode");
  facts.targetVocabularySize = vocabularySize(module, "decode");
  facts.sourceFeatureWidth = featureWidth(module, "encode");
  facts.targetFeatureWidth = featureWidth(module, "decode");
  facts.encoderHiddenSize = stateWidth(module, "encode");
  facts.targetStateWidth = stateWidth(module, "decode");
  facts.classifier = description.classifier;
  facts.forecaster = description.forecaster;
  facts.vocabularyBlockCount = codegen::vocabularyBlockCount(
      facts.classifier ? int64_t(facts.classifier->labels.size()) : facts.targetVocabularySize);
  facts.maximumSourceLength = positionCount(module, "encode", description.source);
  facts.maximumTargetLength = positionCount(module, "decode", description.target);
  if (const auto &features = description.source.embedding.features)
    facts.sourceFeatureCount = features->length;
  facts.uncountedSourceId = description.source.embedding.positions.uncountedId;
  facts.uncountedTargetId = description.target.embedding.positions.uncountedId;
  facts.generation = description.generation;
  facts.tokenizerKind = description.tokenizer.kind;
  if (const auto &shortlist = description.shortlist) {
    facts.shortlist = readFile(description.checkpoint + "/" + shortlist->file,
                               frontend::ShortlistFile::kMaximumBytes);
    facts.hasSharedVocabulary = shortlist->sharesVocabulary;
  }
  facts.media = options.media;
  if (const auto &tower = description.source.tower; tower && !tower->promptTasks.empty()) {
    auto tasks = nlohmann::ordered_json::array();
    for (const frontend::PromptTask &task : tower->promptTasks)
      tasks.push_back({{"name", task.name}, {"question", task.question}});
    facts.assets.push_back({"image_tasks.json", tasks.dump()});
  }
  for (const std::string &file : description.tokenizer.files) {
    auto compiled = options.compiledFiles.find(file);
    facts.assets.push_back(
        {file, compiled != options.compiledFiles.end()
                   ? compiled->second
                   : readFile(description.checkpoint + "/" + file, JsonLimits().bytes)});
  }
  return facts;
}

std::string summaryOf(const ModelFacts &facts, const std::string &family) {
  if (facts.targetFeatureWidth != 0)
    return fmt::format("Rows of {} numbers become rows of {}, looking at sources of {}.",
                       facts.targetFeatureWidth, facts.targetStateWidth,
                       facts.sourceFeatureWidth != 0
                           ? fmt::format("rows of {} numbers", facts.sourceFeatureWidth)
                           : fmt::format("ids below {}", facts.sourceVocabularySize));
  return fmt::format("A model of family {}, hidden size {}, vocabulary {}.", family,
                     facts.encoderHiddenSize, facts.targetVocabularySize);
}

/// The model table says once what caches hold.
void checkSameCaches(llvm::ArrayRef<Level> levels) {
  for (const Level &level : levels)
    for (llvm::StringRef program : {"encode", "decode"}) {
      auto slotsOf = [&](Level each) {
        return each.module.lookupSymbol<plan::ProgramOp>(program).getSlots();
      };
      if (slotsOf(level) != slotsOf(levels.front()))
        throw InputError(fmt::format("levels {} and {} keep different things in the cache "
                                     "of {}; compile a library for each",
                                     levels.front().name, level.name, program.str()));
    }
}

/// A level's functions as LLVM IR, not yet optimized, with the target that they need. `level`
/// receives that target.
std::unique_ptr<llvm::Module> translated(Level &level, llvm::LLVMContext &context) {
  std::unique_ptr<llvm::Module> code = translateToLLVM(level.module, context, level.target);
  if (!code)
    throw Error(ErrorCode::Internal, "the module is not in the LLVM stage");
  level.target = targets::withoutUnusedFeatures(level.target, *code);
  return code;
}

/// Two levels of one text are the same code.
std::string textOf(const llvm::Module &code, const targets::Target &target) {
  std::string text = target.cpu + " " + target.features + "\n";
  llvm::raw_string_ostream stream(text);
  code.print(stream, nullptr);
  return text;
}

/// Functions carry the name of their code, so that those of several levels can be linked, and told
/// apart in a profile.
void nameFunctions(llvm::Module &code, const std::string &name) {
  for (llvm::Function &function : code) {
    if (function.isDeclaration())
      continue;
    if (!function.hasLocalLinkage())
      function.setVisibility(llvm::GlobalValue::HiddenVisibility);
    function.setName(function.getName() + "." + name);
  }
}

/// What one level's code is made of, until it is an object.
struct Code {
  std::string name;
  targets::Target target;
  std::unique_ptr<llvm::LLVMContext> context = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> module;

  std::string compile() {
    optimize(*module, target);
    nameFunctions(*module, name);
    return emitMachineCode(*module, target, MachineCode::Object);
  }
};

/// Compiles each level to an object, those that turn out the same once. The levels' targets become
/// what their code needs; `facts` receives the levels.
std::vector<std::string> compileLevels(std::vector<Level> &levels, ModelFacts &facts) {
  std::vector<Code> codes;
  llvm::StringMap<std::string> names; // by text
  for (Level &level : levels) {
    Code code;
    code.name = level.name;
    code.module = translated(level, *code.context);
    code.target = level.target;
    auto [name, isNew] = names.try_emplace(textOf(*code.module, level.target), level.name);
    facts.levels.push_back({.name = level.name,
                            .cpu = level.target.cpu,
                            .requiredFeatures = level.target.requiredFeatures,
                            .code = name->second,
                            .module = level.module});
    if (isNew)
      codes.push_back(std::move(code));
  }
  // LLVM's contexts share nothing, so that levels take no longer than one where there are cores.
  std::vector<std::future<std::string>> results;
  for (Code &code : codes)
    results.push_back(std::async(std::launch::async, &Code::compile, &code));
  std::vector<std::string> objects;
  for (std::future<std::string> &result : results)
    objects.push_back(result.get());
  return objects;
}

} // namespace

ParameterReader readerOf(const checkpoints::Checkpoint &checkpoint) {
  return [&](const ParameterRows &rows, float *out) {
    checkpoints::TensorReference reference{rows.name, rows.isTransposed, 0, 0};
    const checkpoints::TensorInfo &info = checkpoint.at(rows.name);
    checkParameter(rows, info);
    // A vector stored as one row, for example [1, V]: its elements are the rows asked for.
    if (rows.isVector && info.shape.size() > 1) {
      std::vector<float> all = checkpoint.readAll(reference);
      std::copy_n(all.begin() + rows.begin, rows.count, out);
      return;
    }
    checkpoint.readFloat(reference, /*layer=*/0, out, rows.begin, rows.count);
  };
}

std::string emitAssembly(const Level &level) {
  Level used = level;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code = translated(used, context);
  optimize(*code, used.target);
  return emitMachineCode(*code, used.target, MachineCode::Assembly);
}

void emitLibrary(llvm::ArrayRef<Level> given, const frontend::Description &description,
                 const ParameterReader &parameters, const EmitOptions &options,
                 LibraryFiles &files) {
  std::vector<Level> levels(given.begin(), given.end());
  checkSameCaches(levels);
  ModelFacts facts = factsOf(levels.front().module, description, options);
  facts.architecture = levels.front().target.architecture;
  mlir::OwningOpRef<mlir::ModuleOp> weights = weightsOf(levels);
  facts.weightsSize = packedWeightsSize(*weights);
  OutputFile &library = files.library();
  library.requireSpace(uint64_t(facts.weightsSize),
                       [&] { return fmt::format("the weights need {} bytes", facts.weightsSize); });
  options.progress("generating code", 0);
  std::vector<std::string> objects = compileLevels(levels, facts);
  facts.manifest = manifestFor(facts, description);
  auto pack = [&](const SegmentWriter &write) {
    packWeights(*weights, parameters, options.calibration ? *options.calibration : Calibration(),
                [&](int64_t offset, const void *bytes, int64_t count) {
                  write(offset, bytes, count);
                  options.progress("packing weights", double(offset) / double(facts.weightsSize));
                });
  };
  if (facts.architecture->format == targets::LibraryFormat::WebModule) {
    options.progress("linking", 0);
    emitWebModules(facts, objects, pack, files);
    return;
  }
  HeaderFacts header{.model = facts.name,
                     .library = std::filesystem::path(library.path()).filename().string(),
                     .summary = summaryOf(facts, description.family),
                     .transforms = facts.targetFeatureWidth != 0};
  refuseOtherHeader(files.header().path(), header);
  objects.push_back(compileTable(facts, options.sections));

  options.progress("linking", 0);
  library.write(linkLibrary({.architecture = *facts.architecture,
                             .objects = objects,
                             .exportedSymbol = modelSymbol(facts),
                             .soname = header.library}));
  library.makeExecutable();
  addWeightSegment(library.unfinishedPath(), facts.weightsSize, pack, library.path());
  files.header().write(generatedHeader(header));
}

} // namespace transept::emit
