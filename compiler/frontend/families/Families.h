// SPDX-License-Identifier: Apache-2.0
//
// The table of model families. A family is one function from config fields and tensor names to a
// Description; adding a family is adding a file with that function and a row in Families.cpp.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_FAMILIES_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_FAMILIES_H

#include "base/Json.h"
#include "checkpoints/Checkpoint.h"
#include "compiler/frontend/description/Description.h"
#include "compiler/frontend/description/DescriptionTensors.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace transept::frontend {

/// What a configuration class of Hugging Face sets when config.json does not.
struct SpecialIdDefaults {
  std::optional<int64_t> decoderStartId = {}, beginningId = {}, paddingId = {}, endId = {},
                         forcedBeginningId = {}, forcedEndId = {};
  std::span<const int64_t> beginningSuppressedIds = {};
  int64_t beams = 1, maximumLength = 20, encoderNoRepeatNgramSize = 0;
  std::optional<int64_t> maximumNewTokens = {};
  /// Whether its generate function makes a prompt of language and task.
  bool hasSpeechPrompt = false;
};

/// What a family's processor puts before what a model of speech says.
struct SpeechPrompt {
  /// In their order; `language` and `textLanguage` stand for tokens of languages, as "<|en|>".
  std::vector<std::string> tokens;
  std::string languages = {}; // codes, with blanks between them
  /// Of generation_config.json: an object of codes and ids, in place of tokens of a tokenizer.
  std::string languageField = {};
  std::string usualLanguage = {}; // empty: a call has to say it
  static constexpr const char *language = "{language}", *textLanguage = "{text language}";
};

struct FamilyInput {
  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  std::string_view modelType;
  std::vector<std::string> &warnings;
};

/// `generation`, `tokenizer`, `name` and `checkpoint` are filled in by the caller.
struct FamilyResult {
  Description description;
  SpecialIdDefaults specialIds;
  /// Whether its generate function passes over generation_config.json, as over the fields of
  /// config.json: what counts is `specialIds`.
  bool hasOwnGeneration = false;
  ShapeOrigins shapeOrigins;
  std::optional<SpeechPrompt> speechPrompt = {};
  /// Stored tensors that are rightly not used (aliases, computed tables).
  std::vector<std::string> unusedTensors;
};

struct Family {
  std::string_view modelType;
  /// Values of `architectures` whose weights are this model's.
  std::span<const std::string_view> architectures;
  FamilyResult (*describe)(FamilyInput &input);
};

/// Throws InputError that lists the supported model types.
const Family &findFamily(JsonFields &config);

/// BART and its relatives among text models.
FamilyResult describeBart(FamilyInput &input);
/// ProphetNet, by the stream that predicts the next token.
FamilyResult describeProphetNet(FamilyInput &input);
/// SeamlessM4T, from text or speech to text.
FamilyResult describeSeamlessM4T(FamilyInput &input);
/// IndicTrans2, whose class lies beside its checkpoints.
FamilyResult describeIndicTrans(FamilyInput &input);
FamilyResult describeWhisper(FamilyInput &input);
FamilyResult describeSpeechToText(FamilyInput &input);
/// An encoder alone, and a decoder alone.
FamilyResult describeBert(FamilyInput &input);
FamilyResult describeGpt2(FamilyInput &input);
/// An encoder and a decoder that are models of their own.
FamilyResult describeEncoderDecoder(FamilyInput &input);
/// BLIP that writes captions.
FamilyResult describeBlip(FamilyInput &input);
/// Pix2Struct: text of pictures of any size.
FamilyResult describePix2Struct(FamilyInput &input);
/// Florence-2: text of a picture and a prompt.
FamilyResult describeFlorence2(FamilyInput &input);
/// torch.nn.Transformer between two embeddings and a generator.
FamilyResult describeTorchTransformer(FamilyInput &input);
/// T5, mT5, umT5 and LongT5, whole or their encoder alone; Chronos-Bolt.
FamilyResult describeT5(FamilyInput &input);
/// Moonshine: speech from samples.
FamilyResult describeMoonshine(FamilyInput &input);
/// Moonshine Streaming: speech from frames of samples.
FamilyResult describeMoonshineStreaming(FamilyInput &input);
/// Cohere Transcribe, and Canary: speech from mels through a FastConformer.
FamilyResult describeCohereAsr(FamilyInput &input);
FamilyResult describeCanary(FamilyInput &input);
/// T5Gemma: Gemma 2 on both sides.
FamilyResult describeT5Gemma(FamilyInput &input);
/// T5Gemma 2: Gemma 3 on both sides.
FamilyResult describeT5Gemma2(FamilyInput &input);

} // namespace transept::frontend

#endif
