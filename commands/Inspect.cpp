// SPDX-License-Identifier: Apache-2.0
//
// `transept inspect`: what is in a library, without running it.

#include "base/LibraryManifest.h"
#include "base/ModelFolder.h"
#include "commands/Commands.h"
#include "commands/Streams.h"
#include "transept/levels.h"
#include "workbench/library/LibraryFile.h"

#include "transept/abi.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace transept::commands {

namespace {

using Json = nlohmann::ordered_json;

struct InspectOptions {
  std::string library;
  bool isJson = false;
};

std::string formatBytes(uint64_t bytes) {
  if (bytes < 10000)
    return fmt::format("{} bytes", bytes);
  if (bytes < 1000000)
    return fmt::format("{:.1f} kB", double(bytes) / 1e3);
  return fmt::format("{:.1f} MB", double(bytes) / 1e6);
}

void line(const char *label, const std::string &text) {
  printEscaped("{:<15}{}\n", label, text);
}

/// A part of the layers: under `key`, or as the first of the sublayers that is such a part.
Json partOf(const Json &stack, const std::string &key, const std::string &sublayer) {
  if (stack.contains(key))
    return stack[key];
  for (const Json &each : stack.value("sublayers", Json::array()))
    if (each.contains(sublayer))
      return each[sublayer];
  return Json::object();
}

std::string describeStack(const Json &stack) {
  bool isRecurrent = stack.contains("recurrence");
  const Json feedForward = partOf(stack, "feedForward", "feedForward");
  const Json attention =
      partOf(stack, isRecurrent ? "crossAttention" : "selfAttention", "attention");
  std::string heads, sharedKeys;
  if (attention.contains("keyHeadCount"))
    sharedKeys = fmt::format(" ({} of keys)", attention["keyHeadCount"].get<int64_t>());
  if (!attention.empty())
    heads = fmt::format(", {} heads of {}{}", attention.at("headCount").get<int64_t>(),
                        attention.at("headDim").get<int64_t>(), sharedKeys);
  std::string products;
  if (!feedForward.empty())
    products = fmt::format(", {}feed-forward {} ({})", feedForward.contains("gate") ? "gated " : "",
                           feedForward.at("input").at("outputs").get<int64_t>(),
                           feedForward.at("activation").get<std::string>());
  std::string text = fmt::format(
      "{} {}layers{}, hidden size {}{}{}, {}-norm", stack.at("layerCount").get<int64_t>(),
      isRecurrent ? "recurrent " : "",
      stack.contains("sublayers") ? fmt::format(" of {} sublayers", stack["sublayers"].size()) : "",
      stack.at("hiddenSize").get<int64_t>(), heads, products,
      stack.at("normPlacement").get<std::string>());
  const Json &positions = stack.at("embedding").at("positions");
  int64_t length = positions.at("length").get<int64_t>();
  auto turns = [](const Json &variant) { return variant.contains("rotary"); };
  if (std::ranges::any_of(attention.value("variants", Json::array()), turns))
    text += ", rotary positions";
  else if (attention.contains("relativeBias"))
    text += fmt::format(", relative positions ({} buckets)",
                        attention["relativeBias"].at("bucketCount").get<int64_t>());
  else if (attention.contains("relativeScores"))
    text += fmt::format(", relative positions ({} before, {} after)",
                        attention["relativeScores"].at("before").get<int64_t>(),
                        attention["relativeScores"].at("after").get<int64_t>());
  else
    text += fmt::format(", {} positions", positions.at("kind").get<std::string>());
  return text + (length ? fmt::format(" up to {}", length) : ", any length");
}

/// What a row of features is, guessed from how it becomes a row of the encoder.
std::string describeRows(const Json &features) {
  int64_t width = features.at("width").get<int64_t>(), positions = 1;
  auto counted = int64_t(features.value("countedTables", Json::array()).size());
  auto side = int64_t(std::lround(std::sqrt(double(width - counted) / 3)));
  bool hasWindows = false;
  for (const Json &convolution : features.value("gridConvolutions", Json::array())) {
    hasWindows = true;
    positions *= convolution.at("stride").get<int64_t>();
  }
  for (const Json &convolution : features.at("convolutions")) {
    hasWindows |= convolution.at("kernelSize").get<int64_t>() > 1;
    positions *= convolution.at("stride").get<int64_t>();
  }
  bool arePatches = !hasWindows && width - counted == 3 * side * side;
  int64_t count = features.at("length").get<int64_t>();
  std::string text = hasWindows ? "frames" : arePatches ? "patches" : "rows";
  if (count != 0)
    text.insert(0, fmt::format("{} ", count));
  text += fmt::format(" of {} numbers", width);
  if (arePatches)
    text += fmt::format(" ({} x {} pixels)", side, side);
  if (positions > 1)
    text += fmt::format(", {} of them one position of the encoder", positions);
  if (counted != 0)
    text += fmt::format(", of which {} count rows of tables", counted);
  if (size_t leading = features.value("leadingRows", Json::array()).size())
    text += fmt::format(", behind {} of the model's own", leading);
  if (size_t trailing = features.value("trailingRows", Json::array()).size())
    text += fmt::format(", before {} of the model's own", trailing);
  return text;
}

/// An encoder alone has no target, a decoder alone no source.
void printSides(const workbench::LibraryFile &library) {
  const Json &description = library.manifest.at("description");
  line("encoder",
       description.contains("source") ? describeStack(description.at("source")) : "none");
  line("decoder",
       description.contains("target") ? describeStack(description.at("target")) : "none");
  if (description.contains("classifier"))
    line("labels",
         fmt::format(
             "{}",
             fmt::join(description["classifier"]["labels"].get<std::vector<std::string>>(), ", ")));
  if (description.contains("forecaster")) {
    const Json &forecaster = description["forecaster"];
    line("forecast",
         fmt::format("{} steps at once, of series of up to {} values in patches of {}; "
                     "quantiles {}",
                     forecaster["horizon"].get<int64_t>(),
                     forecaster["contextLength"].get<int64_t>(),
                     forecaster["patchLength"].get<int64_t>(),
                     fmt::join(forecaster["quantiles"].get<std::vector<double>>(), ", ")));
  }
  const Json source = description.contains("source") ? description["source"]["embedding"] : Json();
  if (!source.contains("features"))
    return line("vocabulary", fmt::format("source {}, target {}", library.sourceVocabularySize,
                                          library.targetVocabularySize));
  line("source", describeRows(source["features"]));
  line("vocabulary", fmt::format("target {}", library.targetVocabularySize));
}

/// A library from textual IR has no description.
void printBlock(const workbench::LibraryFile &library) {
  auto describeSide = [](uint64_t width, uint64_t vocabularySize) {
    return width ? fmt::format("rows of {} numbers", width)
                 : fmt::format("ids below {}", vocabularySize);
  };
  line("source", describeSide(library.sourceFeatureWidth, library.sourceVocabularySize));
  line("target",
       describeSide(library.targetFeatureWidth, library.targetVocabularySize) +
           (library.targetStateWidth ? fmt::format(", to rows of {}", library.targetStateWidth)
                                     : ""));
}

std::string describeGeneration(const Json &generation) {
  std::string text;
  for (const auto &[name, value] : generation.items()) {
    bool isLong = value.is_array() && value.size() > 8;
    std::string shown = isLong              ? fmt::format("{} entries", value.size())
                        : value.is_string() ? value.get<std::string>()
                                            : value.dump();
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, shown);
  }
  return text;
}

/// What each level needs, and which one opening would choose here.
void printLevels(const workbench::LibraryFile &library) {
  std::vector<transept_level> levels;
  for (const workbench::LibraryFile::Level &level : library.levels)
    levels.push_back({level.name.c_str(), level.requiredFeatures, nullptr, nullptr});
  runtime::Processor processor = runtime::thisProcessor();
  runtime::LevelChoice choice = runtime::bestLevel(levels, processor);
  const char *label = levels.size() == 1 ? "processor" : "processors";
  for (size_t index = 0; index < levels.size(); ++index) {
    const workbench::LibraryFile::Level &level = library.levels[index];
    std::string needed = runtime::featureNames(level.requiredFeatures);
    std::string text = fmt::format("{} needs {}", level.name, needed.empty() ? "x86-64" : needed);
    if (level.codeOf != level.name)
      text += fmt::format("; code of {}", level.codeOf);
    else if (level.codeBytes != 0)
      text += fmt::format("; {} of code", formatBytes(level.codeBytes));
    if (choice.level == &levels[index])
      text += "; runs on this machine";
    if (uint64_t missing = level.requiredFeatures & ~processor.features)
      text += fmt::format("; this machine lacks {}", runtime::featureNames(missing));
    else if (choice.tilesWereRefused && level.requiredFeatures & TRANSEPT_CPU_AMX)
      text += "; the kernel refuses tiles";
    line(index == 0 ? label : "", text);
  }
}

std::string describeTokenizer(const workbench::LibraryFile &library) {
  std::string kind = library.manifest.at("tokenizer").get<manifest::Tokenizer>().kind;
  if (kind.empty())
    return library.sourceFeatureWidth ? "none; results are token ids"
                                      : "none; the library takes token ids";
  std::string text = kind + ":";
  for (const workbench::LibraryFile::Asset &asset : library.assets)
    if (!isPreprocessorFile(asset.name))
      text += fmt::format(" {} ({})", asset.name, formatBytes(asset.bytes));
  return text;
}

std::string describePreprocessor(const workbench::LibraryFile &library) {
  for (const workbench::LibraryFile::Asset &asset : library.assets)
    if (isPreprocessorFile(asset.name))
      return fmt::format("{} ({})", asset.name, formatBytes(asset.bytes));
  return "none; the library takes rows of numbers";
}

void printWorkingMemory(const char *label, const manifest::WorkingMemory &memory) {
  line(label, fmt::format("{} a row + {} a thread + {} a thread and key",
                          formatBytes(memory.bytes_per_row), formatBytes(memory.bytes_per_worker),
                          formatBytes(memory.bytes_per_worker_and_key)));
}

/// With what sources take beside their keys and values, so that the sum is what statistics()
/// counts.
std::string describeEncoderCache(const story::Sizes &sizes) {
  const char *position = sizes.feature_width ? "position" : "token";
  std::string text =
      fmt::format("{} a source {}, in blocks of {} {}s; beside them {} a {}",
                  formatBytes(uint64_t(sizes.source_bytes_per_block / sizes.block_positions)),
                  position, sizes.block_positions, position,
                  formatBytes(uint64_t(sizes.source_bytes_per_position)), position);
  if (sizes.source_bytes_per_feature_row)
    text += fmt::format(", {} a row of features",
                        formatBytes(uint64_t(sizes.source_bytes_per_feature_row)));
  return text + fmt::format(" and {} a source", formatBytes(uint64_t(sizes.source_bytes)));
}

void printMemory(const manifest::Memory &memory, const story::Sizes &sizes) {
  line("encoder cache", describeEncoderCache(sizes));
  line("self cache", fmt::format("{} a target token and beam, in blocks of {} tokens",
                                 formatBytes(uint64_t(sizes.self_bytes_per_block) /
                                             uint64_t(sizes.block_positions)),
                                 sizes.block_positions));
  printWorkingMemory("encode memory", memory.encode);
  printWorkingMemory("decode memory", memory.decode);
}

void printText(const workbench::LibraryFile &library) {
  const Json &facts = library.manifest;
  bool isDescribed = facts.contains("description"), hasFeatures = library.sourceFeatureWidth;
  line("name", library.name);
  if (isDescribed) {
    line("family", facts.at("family").get<std::string>());
    printSides(library);
  } else {
    printBlock(library);
  }
  line("weights", fmt::format("{} of {}", formatBytes(library.weightBytes),
                              facts.at("weights").get<manifest::Weights>().type));
  printLevels(library);
  printMemory(facts.at("memory").get<manifest::Memory>(), library.sizes);
  if (isDescribed) {
    line("tokenizer", describeTokenizer(library));
    if (hasFeatures)
      line("preprocessor", describePreprocessor(library));
    if (library.targetVocabularySize != 0)
      line("generation", describeGeneration(facts.at("description").at("generation")));
  }
  line("exports", library.symbol);
  line("file", fmt::format("{}: weights {}, code of the model {}, of the runtime {}",
                           formatBytes(library.fileBytes), formatBytes(library.weightBytes),
                           library.programBytes ? formatBytes(library.programBytes) : "unknown",
                           formatBytes(library.runtimeBytes)));
}

} // namespace

void addInspectCommand(CLI::App &program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App *command =
      program.add_subcommand("inspect", "show what is in a library; it is read, not run");
  command->add_option("LIB", options->library, "the library")->type_name("FILE")->required();
  command->add_flag("--json", options->isJson, "print the library's manifest");
  command->callback([options] {
    workbench::LibraryFile library = workbench::readLibraryFile(options->library);
    if (options->isJson)
      printJson(library.manifest, 2);
    else
      printText(library);
  });
}

} // namespace transept::commands
