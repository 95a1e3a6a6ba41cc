// SPDX-License-Identifier: Apache-2.0
//
// What Marian's decoder is told beside the model, as defaults of generation. The search itself is
// that of Hugging Face, with its rules of when a beam is finished.

#include "compiler/frontend/marian/MarianModel.h"

#include "base/Error.h"
#include "base/Json.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "media/tokenizers/PieceModel.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t maximumVocabularyBytes = int64_t(64) << 20;

text::PieceModel readModel(const MarianFolder &folder, const std::string &name) {
  std::string path = folder.directory + "/" + name;
  return text::readPieceModel(readFile(path, maximumVocabularyBytes), path);
}

int64_t endOf(const text::PieceModel &model, const std::string &path) {
  auto end = std::find_if(model.pieces.begin(), model.pieces.end(),
                          [](const auto &piece) { return piece.text == "</s>"; });
  if (end == model.pieces.end())
    throw InputError(path + ": there is no piece </s>, with which Marian ends every sentence");
  return end - model.pieces.begin();
}

void setTokenizer(const MarianFolder &folder, const text::PieceModel &model, Tokenizer &tokenizer) {
  const std::string &source = folder.sourceVocabulary, &target = folder.targetVocabulary;
  tokenizer.kind = "sentencepiece";
  tokenizer.files = {source};
  tokenizer.settings = {{"model_file", source}, {"decoding", "model"}};
  if (target != source) {
    tokenizer.files.push_back(target);
    tokenizer.settings["target_model_file"] = target;
  }
  Json tokens = {{"eos_token", "</s>"},
                 {"unk_token", model.pieces[size_t(model.unknownId)].text},
                 {"pad_token", nullptr}};
  tokenizer.settings["special_tokens"] = tokens.dump();
}

void setSearch(JsonFields &decoder, bool isThere, GenerationDefaults &generation,
               std::vector<std::string> &warnings) {
  // Without a file, what is in Firefox: greedy search.
  generation.beams = decoder.integer("beam-size", isThere ? 12 : 1, {1, 1024});
  generation.lengthPenalty = decoder.number("normalize", isThere ? 0 : 1, {-1e6, 1e6});
  if (double penalty = decoder.number("word-penalty", 0, {}); penalty != 0)
    warnings.push_back(
        fmt::format("{} = {} is not honoured", decoder.where("word-penalty"), penalty));
}

} // namespace

void setMarianGeneration(const MarianFolder &folder, Description &description,
                         std::vector<std::string> &warnings) {
  int64_t end = 0, unknown = 1; // Marian's own where there is no sentencepiece model
  if (!folder.targetVocabulary.empty()) {
    text::PieceModel model = readModel(folder, folder.targetVocabulary);
    end = endOf(model, folder.directory + "/" + folder.targetVocabulary);
    unknown = model.unknownId;
    setTokenizer(folder, model, description.tokenizer);
  }
  JsonFields decoder(folder.decoder, folder.decoderFile);
  GenerationDefaults &generation = description.generation;
  setSearch(decoder, !folder.decoderFile.empty(), generation, warnings);
  generation.maximumLength = description.target.embedding.positions.length;
  generation.decoderStartId = end; // zeros stand in place of its embedding
  generation.endIds = {end};
  if (!decoder.boolean("allow-unk", false))
    generation.suppressedIds = {unknown};
}

} // namespace transept::frontend
