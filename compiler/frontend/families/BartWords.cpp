// SPDX-License-Identifier: Apache-2.0
//
// One vocabulary or two, tied or not: what the traits say, and what the configuration may.

#include "compiler/frontend/families/BartWords.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

class BartWords {
public:
  BartWords(const BartModel &model, FamilyResult &result)
      : config(model.config), checkpoint(model.checkpoint), traits(model.traits),
        prefix(model.prefix), hidden(model.hidden), result(result) {}

  void describe() {
    readVocabularies();
    if (traits.sharing == Sharing::Never)
      separateEmbeddings();
    else
      embeddings();
    shapeOrigins();
  }

private:
  void readVocabularies() {
    if (traits.sharing == Sharing::Never) {
      sourceKey = "src_vocab_size";
      targetKey = "tgt_vocab_size";
      config.markRead("langs");
      config.markRead("decoder"); // repeats tgt_vocab_size
    }
    vocabulary = sizeField(config, sourceKey, traits.vocabulary);
    targetVocabulary = vocabulary;
    isShared = traits.sharing == Sharing::Always;
    if (traits.sharing == Sharing::Configured) {
      isShared = config.boolean("share_encoder_decoder_embeddings", true);
      // decoder_vocab_size is not looked at when they are shared.
      int64_t own = sizeField(config, "decoder_vocab_size", vocabulary);
      targetVocabulary = isShared ? vocabulary : own;
      targetKey = isShared ? sourceKey : "decoder_vocab_size";
    } else if (!isShared) {
      targetVocabulary = sizeField(config, targetKey, traits.vocabulary);
    }
  }

  std::string resolve(const std::vector<std::string> &names, const std::string &reason) {
    return resolveTied(checkpoint, names, reason, result.unusedTensors);
  }

  void embeddings() {
    std::string source = prefix + "encoder.embed_tokens.weight";
    std::string target = prefix + "decoder.embed_tokens.weight";
    std::string head = "lm_head.weight";
    std::vector<std::string> words = {target};
    if (isShared)
      words.insert(words.begin(), {prefix + "shared.weight", source});
    bool isTied = config.boolean("tie_word_embeddings", true) &&
                  !(isWrittenByVersion5(config) && differsFromWords(checkpoint, words, head));
    std::vector<std::string> names = words;
    if (isTied)
      names.push_back(head);
    if (isShared) {
      std::string reason = traits.sharing == Sharing::Always
                               ? "both sides share the embedding"
                               : "share_encoder_decoder_embeddings is true";
      if (isTied)
        reason += " and tie_word_embeddings is true";
      source = target = resolve(names, reason);
    } else {
      source = resolve({source}, "share_encoder_decoder_embeddings is false");
      target = resolve(names, "share_encoder_decoder_embeddings is false");
    }
    setEmbeddings(source, target,
                  isTied ? target : resolve({head}, "tie_word_embeddings is false"));
    // A buffer of zeros where it is not stored.
    if (traits.hasLogitsBias && checkpoint.find("final_logits_bias"))
      result.description.logits.bias = tensor("final_logits_bias");
  }

  /// The head is the target's embedding, whatever tie_word_embeddings says; true would make it the
  /// source's as well.
  void separateEmbeddings() {
    if (config.boolean("tie_word_embeddings", false))
      refuseValue(true, config.where("tie_word_embeddings"), "false: there are two vocabularies");
    std::string source =
        resolve({prefix + "encoder.embed_tokens.weight"}, "the source's embedding");
    std::string target = resolve(
        {prefix + "decoder.embed_tokens.weight", prefix + "decoder.output_projection.weight"},
        "the head is the target's embedding");
    setEmbeddings(source, target, target);
  }

  void setEmbeddings(const std::string &source, const std::string &target,
                     const std::string &head) {
    Description &description = result.description;
    description.source.embedding.weight = tensor(source);
    description.source.embedding.vocabularySize = vocabulary;
    description.target.embedding.weight = tensor(target);
    description.target.embedding.vocabularySize = targetVocabulary;
    description.logits.weight = tensor(head);
  }

  void shapeOrigins() {
    auto sizes = [&](const std::string &key, int64_t count) {
      return fmt::format("{} = {} and d_model = {}", key, count, hidden);
    };
    result.shapeOrigins.push_back({"source.embedding.weight", sizes(sourceKey, vocabulary)});
    for (const char *role : {"target.embedding.weight", "logits"})
      result.shapeOrigins.push_back({role, sizes(targetKey, targetVocabulary)});
    result.shapeOrigins.push_back({"", fmt::format("d_model = {}", hidden)});
  }

  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  const BartTraits &traits;
  const std::string &prefix;
  const int64_t hidden;
  FamilyResult &result;
  std::string sourceKey = "vocab_size", targetKey = "vocab_size";
  int64_t vocabulary = 0, targetVocabulary = 0;
  bool isShared = true;
};

} // namespace

void describeBartWords(const BartModel &model, FamilyResult &result) {
  BartWords(model, result).describe();
}

} // namespace transept::frontend
