// SPDX-License-Identifier: Apache-2.0
//
// Sizes come from shapes, the rest from the numbers in the file and CTranslate2's config.json. Its
// converter leaves out <pad> of models that were Marian's, and starts their target with zeros.

#include "compiler/frontend/ctranslate2/CTranslate2Model.h"

#include "base/Error.h"
#include "base/MappedFile.h"
#include "base/ModelFolder.h"
#include "checkpoints/CTranslate2File.h"
#include "checkpoints/MarianBinary.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <set>
#include <sstream>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

// By their numbers in the file.
constexpr std::array activations = {"relu", "gelu_new", "swish", "gelu"};
// What CTranslate2's functions do unless they are told otherwise.
constexpr int64_t textBeams = 2, textLength = 256, speechBeams = 5, initialTimestamps = 50;
constexpr size_t englishVocabulary = 51864; // of Whisper's models of one language

/// Numbers that are read below, or that only matter to alignment.
constexpr std::string_view knownAttributes[] = {
    "num_heads",        "pre_norm",        "activation",      "scale_embeddings",
    "embeddings_merge", "alignment_layer", "alignment_heads", "start_from_zero_embedding"};

class ModelReader {
public:
  ModelReader(const std::string &directory, const checkpoints::Checkpoint &checkpoint,
              std::vector<std::string> &warnings)
      : directory(directory), path(directory + "/" + ctranslate2File), checkpoint(checkpoint),
        optionsJson(readJsonFile(directory + "/config.json")),
        options(optionsJson, directory + "/config.json"), warnings(warnings) {}

  CTranslate2Model read() {
    isSpeech = checkpoint.find("model.encoder.conv1.weight") != nullptr;
    checkKind();
    readAttributes();
    readVocabulary();
    setSizes();
    setIds();
    if (hasFile(directory, "generation_config.json"))
      readGeneration(readJsonFile(directory + "/generation_config.json"));
    for (const std::string &key : options.unreadKeys())
      warnings.push_back(
          fmt::format("{}: this field is not known and has no effect", options.where(key)));
    return std::move(model);
  }

private:
  [[noreturn]] void fail(const std::string &what) const { throw InputError(path + ": " + what); }

  void checkKind() const {
    std::span<const std::byte> kind = checkpoint.at("spec").data;
    std::string name(reinterpret_cast<const char *>(kind.data()), kind.size());
    uint32_t revision = 0;
    std::memcpy(&revision, checkpoint.at("spec/revision").data.data(), sizeof(revision));
    if (name != (isSpeech ? "WhisperSpec" : "TransformerSpec") || revision != (isSpeech ? 3 : 7))
      fail(fmt::format("found {} of revision {}, allowed are TransformerSpec of revision 7 and "
                       "WhisperSpec of revision 3",
                       quoteText(name), revision));
  }

  double attribute(const std::string &name, double fallback) const {
    return checkpoint.find(name) ? checkpoint.readAll({.name = name}).front() : fallback;
  }

  void readAttributes() {
    for (const auto &[name, info] : checkpoint.tensors()) {
      if (!info.shape.empty() || !info.isWeight())
        continue;
      std::string_view key = std::string_view(name).substr(name.find('/') + 1);
      double value = attribute(name, 0);
      if (std::ranges::find(knownAttributes, key) == std::end(knownAttributes) && value != 0)
        fail(fmt::format("{}: found {}, allowed is 0, or to leave it out", name, value));
    }
    model.isFirstZero = attribute("decoder/start_from_zero_embedding", 0) != 0;
  }

  /// A number that sides with layers of one kind must agree in.
  double ofBothSides(const std::string &key, double fallback) const {
    double target = attribute("decoder/" + key, fallback);
    if (double source = attribute("encoder/" + key, target); source != target)
      fail(fmt::format("{}: found {} of the encoder and {} of the decoder, allowed are equal ones",
                       key, source, target));
    return target;
  }

  bool isScaled(int64_t hidden) const {
    const checkpoints::TensorInfo *info = checkpoint.find("decoder/scale_embeddings");
    double scale = ofBothSides("scale_embeddings", 1), root = std::sqrt(double(hidden));
    if (!info || info->type == checkpoints::ElementType::I8) // whether it is by the root
      scale = scale == 0 ? 1 : root;
    if (scale != 1 && (isSpeech || std::abs(scale / root - 1) > 1e-6))
      fail(fmt::format("decoder/scale_embeddings: found {}, allowed are 1{}", scale,
                       isSpeech ? "" : fmt::format(" and the root of the width, {}", root)));
    return scale != 1;
  }

  int64_t sizeOf(const std::string &name, size_t dimension = 0) const {
    const checkpoints::TensorInfo &info = checkpoint.at(name);
    if (info.shape.size() <= dimension)
      fail(fmt::format("tensor '{}' has shape {}, allowed are more dimensions", name,
                       checkpoints::formatShape(info.shape)));
    return info.shape[dimension];
  }

  void setSizes() {
    bool isShared = checkpoint.find("model.shared.weight") != nullptr;
    std::string words = isShared ? "model.shared.weight" : "model.decoder.embed_tokens.weight";
    int64_t hidden = sizeOf(words, 1), vocabulary = sizeOf(words);
    if (int64_t(tokens.size()) != vocabulary)
      throw InputError(fmt::format("{}: found {} tokens, but {} has embeddings of {}",
                                   vocabularyFile, tokens.size(), path, vocabulary));
    double activation = ofBothSides("activation", isSpeech ? 3 : 0);
    if (!(activation >= 0 && activation < double(activations.size())))
      fail(fmt::format("decoder/activation: found {}, allowed are 0 (relu), 1 (gelu_new), 2 "
                       "(swish) and 3 (gelu)",
                       activation));
    bool isPre = ofBothSides("pre_norm", 1) != 0;
    Json &config = model.config;
    config = {{"model_type", isSpeech ? "whisper"
                             : isPre  ? "m2m_100"
                                      : "marian"},
              {"d_model", hidden},
              {"vocab_size", vocabulary},
              {"activation_function", activations[size_t(activation)]},
              {"scale_embedding", isScaled(hidden)},
              {"tie_word_embeddings", checkpoint.find("lm_head.weight") == nullptr}};
    if (!isSpeech && !isShared)
      config["vocab_size"] = sizeOf("model.encoder.embed_tokens.weight");
    config["share_encoder_decoder_embeddings"] = isShared;
    config["decoder_vocab_size"] = vocabulary;
    std::map<std::string, int64_t> positions;
    for (std::string side : {"encoder", "decoder"}) {
      std::string layers = "model." + side + ".layers.";
      int64_t count = 0;
      while (checkpoint.find(fmt::format("{}{}.fc1.weight", layers, count)))
        ++count;
      config[side + "_layers"] = count;
      config[side + "_attention_heads"] =
          int64_t(std::clamp(attribute(side + "/num_heads", 0), 0.0, 65536.0));
      config[side + "_ffn_dim"] = sizeOf(layers + "0.fc1.weight");
      positions[side] = sizeOf("model." + side + ".embed_positions.weight");
    }
    if (isSpeech)
      config["num_mel_bins"] = sizeOf("model.encoder.conv1.weight", 1);
    else if (positions["encoder"] != positions["decoder"])
      fail(fmt::format("found {} positions of the encoder and {} of the decoder, allowed are as "
                       "many of each",
                       positions["encoder"], positions["decoder"]));
    config["max_source_positions"] = positions["encoder"];
    config["max_target_positions"] = positions["decoder"];
    config["max_position_embeddings"] = positions["decoder"];
  }

  void readVocabulary() {
    for (const char *name : {"shared_vocabulary", "target_vocabulary", "vocabulary"})
      for (const char *ending : {".json", ".txt"})
        if (vocabularyFile.empty() && hasFile(directory, name + std::string(ending)))
          vocabularyFile = fmt::format("{}/{}{}", directory, name, ending);
    if (vocabularyFile.empty())
      throw InputError(fmt::format("{}: there is none of shared_vocabulary, target_vocabulary and "
                                   "vocabulary, each .json or .txt",
                                   directory));
    if (vocabularyFile.ends_with(".txt")) {
      std::istringstream text(readFile(vocabularyFile, JsonLimits().bytes));
      for (std::string line; std::getline(text, line);)
        tokens.push_back(line);
      return;
    }
    const Json list = readJsonFile(vocabularyFile);
    if (!list.is_array())
      refuseValue(list, vocabularyFile, "an array of tokens");
    for (const Json &token : list)
      tokens.push_back(toText(token, vocabularyFile));
  }

  /// Where there is no such token, `otherwise`.
  Json idOf(const std::string &token, const Json &otherwise = nullptr) const {
    auto found = std::ranges::find(tokens, token);
    return found == tokens.end() ? otherwise : Json(found - tokens.begin());
  }

  void setIds() {
    if (double epsilon = options.number("layer_norm_epsilon", 1e-5, {}); epsilon != 1e-5)
      refuseValue(epsilon, options.where("layer_norm_epsilon"), "1e-5, or null");
    if (options.boolean("add_source_bos", false))
      warnings.push_back(fmt::format("{}: found true, which is not honoured: tokenizers do that",
                                     options.where("add_source_bos")));
    for (const char *key : {"unk_token", "multi_query_attention", "add_source_eos"})
      options.markRead(key);
    Json end = idOf(isSpeech ? "<|endoftext|>" : options.text("eos_token", "</s>"));
    if (end.is_null())
      throw InputError(fmt::format("{}: the token that ends texts is not there, which is eos_token "
                                   "of {} or <|endoftext|>",
                                   vocabularyFile, options.origin()));
    std::string beginning = options.text("bos_token", "<s>");
    std::string start = options.text("decoder_start_token", "");
    Json &generation = model.generation;
    generation = {{"bos_token_id", isSpeech ? end : idOf(beginning)},
                  {"eos_token_id", end},
                  {"pad_token_id", isSpeech ? end : idOf("<pad>", end)},
                  {"decoder_start_token_id",
                   isSpeech ? idOf("<|startoftranscript|>", end) : idOf(start, end)}};
    model.config.update(generation);
    int64_t positions = model.config["max_target_positions"];
    generation["num_beams"] = isSpeech ? speechBeams : textBeams;
    generation["max_length"] = isSpeech ? positions : std::min(textLength, positions);
    if (isSpeech)
      setSpeech(generation);
    if (!idOf("ace_Arab").is_null()) // of NLLB's languages alone
      model.tokenizerFamily = "nllb";
  }

  void setSpeech(Json &generation) {
    for (auto [key, original] : {std::pair("suppress_tokens", "suppress_ids"),
                                 std::pair("begin_suppress_tokens", "suppress_ids_begin"),
                                 std::pair("alignment_heads", "alignment_heads")})
      if (const Json *value = options.find(original))
        generation[key] = *value;
    generation["is_multilingual"] = tokens.size() != englishVocabulary;
    const Json *languages = options.find("lang_ids");
    for (const Json &id : languages && languages->is_array() ? *languages : Json::array())
      generation["lang_to_id"][tokens[size_t(
          toInteger(id, options.where("lang_ids"), {0, int64_t(tokens.size()) - 1}))]] = id;
    for (const char *task : {"transcribe", "translate"})
      if (Json id = idOf(fmt::format("<|{}|>", task)); !id.is_null())
        generation["task_to_id"][task] = id;
    generation["no_timestamps_token_id"] = idOf("<|notimestamps|>");
    generation["prev_sot_token_id"] = idOf("<|startofprev|>");
    generation["max_initial_timestamp_index"] = initialTimestamps;
  }

  /// The id that transformers has for <pad> may be one that the file does not have.
  void readGeneration(Json generation) {
    int64_t size = model.config["decoder_vocab_size"];
    if (model.isFirstZero && generation.is_object()) {
      for (const char *key : {"pad_token_id", "decoder_start_token_id"})
        generation[key] = model.generation[key];
      if (generation.value("bad_words_ids", Json()) == Json::array({Json::array({size})}))
        generation.erase("bad_words_ids");
    }
    model.generation = std::move(generation);
  }

  const std::string &directory;
  std::string path, vocabularyFile;
  const checkpoints::Checkpoint &checkpoint;
  Json optionsJson;
  JsonFields options;
  std::vector<std::string> &warnings;
  CTranslate2Model model;
  std::vector<std::string> tokens;
  bool isSpeech = false;
};

} // namespace

bool isCTranslate2Model(const std::string &directory) {
  std::string path = directory + "/" + ctranslate2File;
  if (!hasFile(directory, ctranslate2File) || !hasFile(directory, "config.json"))
    return false;
  MappedFile file(path);
  return checkpoints::isCTranslate2File(file.bytes()) && !checkpoints::isMarianBinary(file.bytes());
}

CTranslate2Model readCTranslate2Model(const std::string &directory,
                                      const checkpoints::Checkpoint &checkpoint,
                                      std::vector<std::string> &warnings) {
  return ModelReader(directory, checkpoint, warnings).read();
}

void finishCTranslate2Model(const CTranslate2Model &model,
                            const checkpoints::Checkpoint &checkpoint, FamilyResult &result) {
  result.description.target.embedding.isFirstZero = model.isFirstZero;
  std::set<std::string, std::less<>> used(result.unusedTensors.begin(), result.unusedTensors.end());
  for (const TensorUse &use : listTensors(result.description))
    used.insert(checkpoints::layerName(use.reference.name, use.layer));
  for (const auto &[name, info] : checkpoint.tensors()) {
    if (used.contains(name) || info.shape.empty() || name == "spec")
      continue;
    // What is joined has biases for all parts or none: zeros stand where a part had none.
    std::vector<float> values(1, 1);
    if (name.ends_with(".k_proj.bias"))
      values = checkpoint.readAll({.name = name});
    if (std::ranges::any_of(values, [](float value) { return value != 0; }))
      throw InputError(fmt::format("{}: a model of {} has no tensor '{}', and the one of shape {} "
                                   "would make it another model",
                                   info.file, result.description.family, name,
                                   checkpoints::formatShape(info.shape)));
  }
}

} // namespace transept::frontend
