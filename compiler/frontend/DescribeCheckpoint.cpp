// SPDX-License-Identifier: Apache-2.0
//
// Puts the readers together: configuration, family, generation defaults, tokenizer, tensor checks.

#include "compiler/frontend/DescribeCheckpoint.h"

#include "base/Error.h"
#include "base/ModelFolder.h"
#include "compiler/frontend/CppKeywords.h"
#include "compiler/frontend/ctranslate2/CTranslate2Model.h"
#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/frontend/description/DescriptionTensors.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Families.h"
#include "compiler/frontend/families/Generation.h"
#include "compiler/frontend/families/SpeechPrompts.h"
#include "compiler/frontend/marian/MarianModel.h"
#include "compiler/frontend/tokenizers/TokenizerFiles.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

namespace transept::frontend {

namespace {

namespace fs = std::filesystem;

// Beside keywords, words that cannot name the namespace of the generated header.
constexpr std::string_view takenWords[] = {"linux", "main", "std", "transept"};

void refuseAdapter(const std::string &directory) {
  // Hugging Face would load the adapter on top of the weights without being asked.
  if (hasFile(directory, "adapter_config.json"))
    throw InputError(
        fmt::format("{}/adapter_config.json: adapters are not supported, merge it into the "
                    "weights",
                    directory));
}

/// What lies in folders of FireRedASR, which have no config.json.
void refuseFireRed(const std::string &directory) {
  if (hasFile(directory, "model.pth.tar") && !hasFile(directory, "config.json"))
    throw InputError(fmt::format("{}/model.pth.tar: FireRedASR's own files are not supported "
                                 "(docs/decisions/0033)",
                                 directory));
}

/// Beginning of a list of names, for messages.
std::string firstOf(const std::vector<std::string> &names) {
  size_t shown = std::min<size_t>(names.size(), 5);
  return fmt::format("{}{}", fmt::join(names.begin(), names.begin() + ptrdiff_t(shown), ", "),
                     shown < names.size() ? ", ..." : "");
}

void warnUnreadFiles(const checkpoints::Checkpoint &checkpoint,
                     std::vector<std::string> &warnings) {
  for (const std::string &file : checkpoint.unreadFiles())
    warnings.push_back(fmt::format("{}: not read, because {} holds the weights", file,
                                   checkpoint.tensors().begin()->second.file));
}

void warnUnusedTensors(const checkpoints::Checkpoint &checkpoint, const FamilyResult &family,
                       std::vector<std::string> &warnings) {
  std::set<std::string, std::less<>> used(family.unusedTensors.begin(), family.unusedTensors.end());
  for (const TensorUse &use : listTensors(family.description))
    used.insert(checkpoints::layerName(use.reference.name, use.layer));
  std::vector<std::string> unused;
  for (const auto &[name, info] : checkpoint.tensors())
    if (!used.contains(name))
      unused.push_back(name);
  if (!unused.empty())
    warnings.push_back(fmt::format("{}: {} stored tensors are not used: {}", checkpoint.directory(),
                                   unused.size(), firstOf(unused)));
}

GenerationDefaults generationOf(const std::string &directory, JsonFields &config,
                                const FamilyResult &family, std::vector<std::string> &warnings) {
  if (!family.description.hasTarget()) {
    markGenerationFields(config);
    return {};
  }
  int64_t vocabulary = family.description.target.embedding.vocabularySize;
  std::string path = directory + "/generation_config.json";
  if (family.hasOwnGeneration) {
    markGenerationFields(config);
    const auto nothing = nlohmann::ordered_json::object();
    JsonFields none(nothing, config.origin());
    return readGenerationDefaults(none, nullptr, family.specialIds, vocabulary, warnings);
  }
  if (!hasFile(directory, "generation_config.json"))
    return readGenerationDefaults(config, nullptr, family.specialIds, vocabulary, warnings);
  auto json = readJsonFile(path);
  JsonFields generation(json, path);
  return readGenerationDefaults(config, &generation, family.specialIds, vocabulary, warnings);
}

bool hasExtractor(const std::string &path) {
  auto json = readJsonFile(path);
  return std::ranges::any_of(extractorObjects, [&](const char *key) {
    auto found = json.find(key);
    return found != json.end() && found->is_object();
  });
}

/// How sounds or images become the source's features; kept as it is. Whether there is such a file.
bool addPreprocessor(const std::string &directory, Description &description) {
  if (!description.source.embedding.features)
    return false;
  bool isNested =
      hasFile(directory, processorFile) && hasExtractor(directory + "/" + processorFile);
  if (!isNested && !hasFile(directory, preprocessorFile))
    return false;
  description.tokenizer.files.push_back(isNested ? processorFile : preprocessorFile);
  return true;
}

/// What Marian itself wrote, in place of a checkpoint of Hugging Face.
Description describeMarianModel(const std::string &path, std::vector<std::string> &warnings) {
  MarianFolder folder = findMarianFiles(path, warnings);
  auto checkpoint = checkpoints::Checkpoint::open(folder.directory, folder.weights);
  FamilyResult result = describeMarian(folder, checkpoint, warnings);
  Description &description = result.description;
  description.name = modelName(fs::is_directory(path) ? path : fs::path(path).stem().string());
  checkTensors(description, checkpoint, result.shapeOrigins);
  setMarianGeneration(folder, description, warnings);
  description.checkpoint = fs::absolute(folder.directory).lexically_normal().string();
  description.weights = folder.weights;
  if (!folder.shortlist.empty())
    description.shortlist = {folder.shortlist,
                             !folder.sourceVocabulary.empty() &&
                                 folder.sourceVocabulary == folder.targetVocabulary};
  checkDescription(description);
  warnUnusedTensors(checkpoint, result, warnings);
  return std::move(description);
}

/// CTranslate2's, as the model of transformers that it was.
Description describeCTranslate2Model(const std::string &directory,
                                     std::vector<std::string> &warnings) {
  auto checkpoint = checkpoints::Checkpoint::open(directory, ctranslate2File);
  CTranslate2Model model = readCTranslate2Model(directory, checkpoint, warnings);
  JsonFields config(model.config, directory + "/" + ctranslate2File);
  JsonFields generation(model.generation, directory + "/config.json");
  const Family &family = findFamily(config);
  FamilyInput input{config, checkpoint, family.modelType, warnings};
  FamilyResult result = family.describe(input);
  finishCTranslate2Model(model, checkpoint, result);
  Description &description = result.description;
  description.name = modelName(directory);
  checkTensors(description, checkpoint, result.shapeOrigins);
  description.generation =
      readGenerationDefaults(config, &generation, result.specialIds,
                             description.target.embedding.vocabularySize, warnings);
  description.tokenizer = findTokenizer(
      directory, model.tokenizerFamily.empty() ? description.family : model.tokenizerFamily,
      warnings);
  bool hasPreprocessor = addPreprocessor(directory, description);
  for (auto [isMissing, what, instead] :
       {std::tuple(description.tokenizer.kind.empty(), "a tokenizer", "token ids"),
        std::tuple(description.source.embedding.features && !hasPreprocessor,
                   "a preprocessor (preprocessor_config.json)", "rows of features")})
    if (isMissing)
      warnings.push_back(fmt::format("{}: there are no files of {}, so the model deals in {}; "
                                     "--copy_files of CTranslate2's converter takes them along",
                                     directory, what, instead));
  description.checkpoint = fs::absolute(directory).lexically_normal().string();
  description.weights = ctranslate2File;
  checkDescription(description);
  return std::move(description);
}

Description describe(const std::string &directory, std::vector<std::string> &warnings) {
  if (!fs::exists(directory))
    throw InputError(fmt::format("{}: no such directory", directory));
  if (isMarianModel(directory))
    return describeMarianModel(directory, warnings);
  if (isCTranslate2Model(directory))
    return describeCTranslate2Model(directory, warnings);
  if (!fs::is_directory(directory))
    throw InputError(fmt::format("{}: a checkpoint is a directory with config.json, or Marian's "
                                 ".npz or .bin, a description ends in .json, but this is neither",
                                 directory));
  refuseFireRed(directory);
  needFile(directory, "config.json");
  auto json = readJsonFile(directory + "/config.json");
  JsonFields config(json, directory + "/config.json");
  const Family &family = findFamily(config);
  refuseAdapter(directory);
  checkpoints::Checkpoint checkpoint = checkpoints::Checkpoint::open(directory);
  FamilyInput input{config, checkpoint, family.modelType, warnings};
  FamilyResult result = family.describe(input);
  Description &description = result.description;
  description.name = modelName(directory);
  checkTensors(description, checkpoint, result.shapeOrigins);
  description.generation = generationOf(directory, config, result, warnings);
  // Hugging Face puts nothing before the prompt of a decoder alone.
  if (!description.hasSource())
    description.generation.decoderStartId.reset();
  if (result.speechPrompt)
    addSpeechPrompt(directory, *result.speechPrompt, description);
  description.tokenizer = findTokenizer(directory, description.family, warnings);
  // Answers about images have places in them, which are tokens of their own.
  if (description.source.tower && !description.tokenizer.kind.empty())
    description.tokenizer.settings["writes_additional_tokens"] = "true";
  addPreprocessor(directory, description);
  description.checkpoint = fs::absolute(directory).lexically_normal().string();
  checkDescription(description);
  warnUnknownFields(config, warnings);
  warnUnreadFiles(checkpoint, warnings);
  warnUnusedTensors(checkpoint, result, warnings);
  warnAbsentTensors(checkpoint, warnings);
  return std::move(description);
}

Description read(const std::string &path, std::vector<std::string> &warnings,
                 const std::string &directory) {
  constexpr int64_t maximumBytes = int64_t(64) << 20;
  Description description = fromJson(readFile(path, maximumBytes), path);
  fs::path base = fs::absolute(path).parent_path();
  description.checkpoint =
      (directory.empty() ? base / description.checkpoint : fs::absolute(directory))
          .lexically_normal()
          .string();
  try {
    checkDescription(description);
  } catch (const InputError &error) {
    throw InputError(fmt::format("{}: {}", path, error.what()));
  }
  checkpoints::Checkpoint checkpoint =
      checkpoints::Checkpoint::open(description.checkpoint, description.weights);
  checkTensors(description, checkpoint);
  warnAbsentTensors(checkpoint, warnings);
  return description;
}

} // namespace

Description describeCheckpoint(const std::string &directory, std::vector<std::string> &warnings) {
  try {
    return describe(directory, warnings);
  } catch (const fs::filesystem_error &error) {
    throw InputError(fmt::format("{}: {}", directory, error.code().message()));
  }
}

Description readDescription(const std::string &path, std::vector<std::string> &warnings,
                            const std::string &checkpoint) {
  try {
    return read(path, warnings, checkpoint);
  } catch (const fs::filesystem_error &error) {
    throw InputError(fmt::format("{}: {}", path, error.code().message()));
  }
}

void warnAbsentTensors(const checkpoints::Checkpoint &checkpoint,
                       std::vector<std::string> &warnings) {
  const std::vector<std::string> &absent = checkpoint.absentTensors();
  if (!absent.empty())
    warnings.push_back(
        fmt::format("{}: the index names {} tensors that no shard holds, and nothing "
                    "needs: {}",
                    checkpoint.directory(), absent.size(), firstOf(absent)));
}

std::string modelName(const std::string &path) {
  fs::path absolute = fs::absolute(path).lexically_normal();
  std::string name = absolute.has_filename() ? absolute.filename().string()
                                             : absolute.parent_path().filename().string();
  if (auto snapshot = hubSnapshot(path))
    name = snapshot->modelName();
  for (char &c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
      c = '_';
  if (name.empty())
    return "model";
  if (name.front() >= '0' && name.front() <= '9')
    name.insert(0, "_");
  if (isCppKeyword(name) || std::ranges::find(takenWords, name) != std::end(takenWords))
    name += '_';
  return name;
}

} // namespace transept::frontend
