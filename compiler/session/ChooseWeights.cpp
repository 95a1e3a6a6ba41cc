// SPDX-License-Identifier: Apache-2.0
//
// Candidates are libraries like any other: compiled, opened and compared.

#include "compiler/session/ChooseWeights.h"
#include "base/Error.h"

#include "compiler/emit/Levels.h"
#include "compiler/plan/strategy/WeightStrategy.h"
#include "transept/levels.h"
#include "workbench/measure/AccuracyLoss.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace transept::session {

namespace {

namespace fs = std::filesystem;

/// The level that opening would choose on a processor that has everything. Throws
/// InputError when this machine cannot run it.
emit::Level measuredLevel(const std::string &cpu) {
  std::vector<emit::Level> levels = emit::levelsOf(cpu);
  std::vector<transept_level> table;
  for (const emit::Level &level : levels)
    table.push_back({level.name.c_str(), level.target.requiredFeatures, nullptr, nullptr});
  runtime::Processor everything{~uint64_t(0), [] { return true; }};
  const transept_level *best = runtime::bestLevel(table, everything).level;
  runtime::Processor here = runtime::thisProcessor();
  if (!runtime::bestLevel({best, 1}, here).level) {
    uint64_t missing = best->required_features & ~here.features;
    throw InputError(fmt::format(
        "--weights auto measures what types lose by running the model for {}, but this machine {}; "
        "name a type (f32, bf16, int8, int4), or compile on a machine that has it",
        best->name,
        missing != 0 ? "lacks " + runtime::featureNames(missing) : "refuses its tile registers"));
  }
  return levels[size_t(best - table.data())];
}

/// A folder of its own for the libraries that are compared, in the file system of the output.
class CandidateFolder {
public:
  explicit CandidateFolder(const std::string &libraryPath) : output(libraryPath) {
    std::string name = libraryPath + ".candidates-XXXXXX";
    if (!::mkdtemp(name.data()))
      throw InputError(
          fmt::format("cannot create a folder beside {}: {}", libraryPath, std::strerror(errno)));
    root = name;
  }
  ~CandidateFolder() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  CandidateFolder(const CandidateFolder &) = delete;

  /// Where the library of these weights goes. The name of its file is the output's, because it is
  /// written into the library.
  std::string libraryOf(const std::string &weights) const {
    fs::create_directories(root / weights);
    return (root / weights / output.filename()).string();
  }
  void remove(const std::string &weights) const { fs::remove_all(root / weights); }

  /// Makes the library of these weights and its header the output.
  void take(const std::string &weights) const {
    for (const fs::directory_entry &file : fs::directory_iterator(root / weights))
      fs::rename(file.path(), output.parent_path() / file.path().filename());
  }

private:
  fs::path output, root;
};

} // namespace

WeightChoice chooseWeights(const CompileOptions &options,
                           const std::function<std::string(const CompileOptions &)> &build) {
  if (!(options.accuracyLoss >= 0))
    throw InputError(
        fmt::format("accuracyLoss is {}, but must be 0 or more", options.accuracyLoss));
  emit::Level level = measuredLevel(options.cpu);
  CandidateFolder folder(options.output);
  // What is wanted beside the library is made once, of the type that is taken.
  CompileOptions plain = options;
  plain.hasDebugInfo = plain.verifiesPasses = false;
  plain.dumpDirectory.clear();
  plain.report.clear();
  plain.observer.remark = {};
  bool keepsLibrary = !options.hasDebugInfo && !options.verifiesPasses &&
                      options.dumpDirectory.empty() && options.report.empty() &&
                      !options.observer.remark;
  std::string name;
  auto compile = [&](const std::string &weights) {
    plain.weights = weights;
    plain.output = folder.libraryOf(weights);
    name = build(plain);
    plain.observer.warning = {}; // once is enough
  };
  WeightChoice choice{.weights = "f32", .name = {}, .losses = {}};
  compile("f32");
  workbench::AccuracyLoss loss(folder.libraryOf("f32"), level.name);
  for (llvm::StringRef candidate : codegen::weightsBySpeed(level.target)) {
    std::string weights = candidate.str();
    if (weights == "f32")
      break;
    compile(weights);
    choice.losses.push_back({weights, loss.of(folder.libraryOf(weights)), options.accuracyLoss});
    if (options.observer.loss)
      options.observer.loss(choice.losses.back());
    if (choice.losses.back().loss <= options.accuracyLoss) {
      choice.weights = weights;
      break;
    }
    folder.remove(weights);
  }
  if (keepsLibrary) {
    folder.take(choice.weights);
    choice.name = name;
  }
  return choice;
}

} // namespace transept::session
