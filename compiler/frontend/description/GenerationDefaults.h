// SPDX-License-Identifier: Apache-2.0
//
// The parts of a description beside the model: how it generates where a call does not say it, what
// its labels are, and which files say what its tokens are.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_GENERATIONDEFAULTS_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_GENERATIONDEFAULTS_H

#include "transept/abi.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace transept::frontend {

/// A language that a model of speech understands, e.g. "en", and its token.
struct SpokenLanguage {
  std::string code;
  int64_t id = 0;
};

/// A head whose cross-attention follows the sound.
struct AlignmentHead {
  int64_t layer = 0, head = 0;
};

/// How a model of speech is prompted: start of the transcript, language, task, and whether there
/// are to be timestamps. Those are all tokens from `noTimestampsId` + 1 on.
struct SpeechDefaults {
  int64_t transcriptStartId = 0;
  std::optional<int64_t> transcribeId, translateId, noTimestampsId;
  /// How many timestamps after the first one the text may begin with; absent: any.
  std::optional<int64_t> maximumInitialTimestamp;
  bool returnsTimestamps = false;
  std::vector<SpokenLanguage> languages; // none: models of one language
  std::vector<AlignmentHead> alignmentHeads;
  int64_t medianFilterWidth = 7;
  /// Where a call asks for neither language nor task: what follows transcriptStartId, detectedId
  /// for the language that is detected. Empty: language and task, as follows.
  std::vector<int64_t> promptIds;
  static constexpr int64_t detectedId = -1;
  /// promptIds are what follows in all calls: detectedId stands for the language that is spoken,
  /// which is not detected, and textLanguageId for that of the text.
  bool promptNamesLanguages = false;
  static constexpr int64_t textLanguageId = -2;
  /// Where a call does not ask for one; absent: the language is detected, the task to transcribe.
  std::optional<int64_t> languageId, taskId;
  /// Begins what was said before the prompt.
  std::optional<int64_t> previousTextId;
};

/// The decaying length penalty; a factor of 1 is none.
struct DecayingPenalty {
  int64_t start = 0;
  double factor = 1;
  bool operator==(const DecayingPenalty &) const = default;
};

/// What is added to the score of the last of `ids` behind the others.
struct BiasedSequence {
  std::vector<int64_t> ids;
  double bias = 0;
  bool operator==(const BiasedSequence &) const = default;
};

/// Defaults of generation, generation_config.json over config.json over Hugging Face's own: the
/// options of generation_options.inc.
struct GenerationDefaults {
  enum class EarlyStopping {
    False = TRANSEPT_EARLY_STOPPING_FALSE,
    True = TRANSEPT_EARLY_STOPPING_TRUE,
    Never = TRANSEPT_EARLY_STOPPING_NEVER
  };

#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, ...)                  \
  int64_t key = neutral;
#define OPTION_LIMIT(name, abi_name, key, ...) std::optional<int64_t> key;
#define OPTION_FRACTION(name, abi_name, key, flag, hugging_face_name, neutral, ...)                \
  double key = neutral;
#define OPTION_EARLY_STOPPING(name, abi_name, key, flag, hugging_face_name, neutral, ...)          \
  EarlyStopping key = EarlyStopping(neutral);
#define OPTION_BOOLEAN(name, abi_name, key, flag, hugging_face_name, neutral, ...)                 \
  bool key = neutral;
#define OPTION_ID(name, abi_name, key, ...) std::optional<int64_t> key;
#define OPTION_MODEL_ID(name, abi_name, key, ...) std::optional<int64_t> key;
#define OPTION_IDS(name, abi_name, key, ...) std::vector<int64_t> key;
#define OPTION_WORDS(name, abi_name, key, ...) std::vector<std::vector<int64_t>> key;
#define OPTION_TEXTS(name, abi_name, key, ...) std::vector<std::string> key;
#define OPTION_DECAY(name, abi_name, key, ...) DecayingPenalty key;
#define OPTION_BIASES(name, abi_name, key, ...) std::vector<BiasedSequence> key;
#include "transept/generation_options.inc"
  std::optional<SpeechDefaults> speech;
};

/// Softmax: one label is right; Sigmoid: each label by itself; Identity: the logits are numbers.
enum class LabelScores { Softmax, Sigmoid, Identity };

/// A model that scores labels in place of a vocabulary. The target repeats the source one id later;
/// the labels' logits are read where the source has its last end id.
struct Classifier {
  std::vector<std::string> labels;
  LabelScores scores = LabelScores::Softmax;
  int64_t endId = 0;
  /// Begins the target; absent: the source's last id does.
  std::optional<int64_t> startId;
};

/// The files of the checkpoint that the text layer needs, and how to read them.
struct Tokenizer {
  std::string kind; // one of media/tokenizers/README.md, "" when the checkpoint has none
  std::vector<std::string> files;
  /// Settings of the kind, as text, e.g. {"extra_ids": "100", "legacy": "true"}.
  std::map<std::string, std::string> settings;
};

/// What translations of each source token are made of, in a binary file of marian-dev.
struct ShortlistFile {
  static constexpr int64_t kMaximumBytes = int64_t(64) << 20;
  std::string file;
  /// Ids mean the same in source and target.
  bool sharesVocabulary = false;
};

} // namespace transept::frontend

#endif
