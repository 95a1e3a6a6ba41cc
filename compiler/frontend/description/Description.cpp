// SPDX-License-Identifier: Apache-2.0
//
// The sense of a description as a whole. Families and hand-written JSON meet here, so that whatever
// builds IR from a description may rely on its numbers.

#include "compiler/frontend/description/DescriptionChecks.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/description/DescriptionTensors.h"

#include "transept/detail/OptionRange.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::frontend {

namespace {

void checkPositions(const Positions &positions, const std::string &role, int64_t hidden) {
  expect(!positions.scale ||
             (positions.kind != PositionKind::None && positions.kind != PositionKind::Learned),
         role, "a scale is of sinusoids");
  switch (positions.kind) {
  case PositionKind::None:
    expect(!positions.table, role, "kind none has no table");
    break;
  case PositionKind::SinusoidalHalves:
  case PositionKind::SinusoidalHalvesInclusive:
  case PositionKind::SinusoidalInterleaved:
    expect(!positions.table, role, "sinusoidal positions are computed and have no table");
    expect(hidden % 2 == 0 && hidden >= 4, role,
           fmt::format("sinusoidal positions need an even hidden size of 4 or more, found {}",
                       hidden));
    break;
  case PositionKind::Learned:
    expect(positions.table.has_value(), role, "learned positions need a table");
    expect(positions.length >= 1, role, "learned positions need a length");
    checkReference(*positions.table, role + ".table");
    break;
  }
}

/// A tower stands between features of any width and the hidden size.
void checkEmbedding(const Embedding &embedding, const std::string &role, int64_t hidden,
                    bool hasTower) {
  expect(embedding.weight.has_value() != embedding.features.has_value(), role,
         "exactly one of weight (of token embeddings) and features must be there");
  if (embedding.features) {
    expect(embedding.vocabularySize == 0, role, "features have no vocabularySize");
    checkFeatures(*embedding.features, role + ".features",
                  hasTower ? embedding.features->width : hidden);
  } else {
    checkReference(*embedding.weight, role + ".weight");
    expect(embedding.vocabularySize >= 1, role, "vocabularySize must be 1 or more");
  }
  checkPositions(embedding.positions, role + ".positions", hidden);
  expect(!embedding.positions.uncountedId || embedding.weight, role + ".positions",
         "uncountedId is a token id, but this side reads features");
  if (embedding.segment) {
    checkReference(*embedding.segment, role + ".segment");
    expect(embedding.positions.kind != PositionKind::None, role, "a segment needs positions");
  }
  if (embedding.norm)
    checkNorm(*embedding.norm, role + ".norm");
  expect(!embedding.isFirstZero || embedding.weight, role,
         "isFirstZero is about token embeddings, but this side reads features");
  expect(!embedding.isNormBeforePositions ||
             (embedding.norm && embedding.positions.kind != PositionKind::None),
         role, "isNormBeforePositions needs a norm and positions");
}

void checkRecurrence(const Recurrence &recurrence, const std::string &role, int64_t hidden) {
  checkLinear(recurrence.gate, role + ".gate", hidden, hidden);
  checkLinear(recurrence.value, role + ".value", hidden, hidden);
  checkNorm(recurrence.norm, role + ".norm");
}

void checkGrid(const Grid &grid, const std::string &role) {
  auto isAllowed = [](int64_t size) {
    return size >= gridRange.minimum && size <= gridRange.maximum;
  };
  expect(isAllowed(grid.height) && isAllowed(grid.width), role,
         fmt::format("found {} by {}, allowed are 1 to {}", grid.height, grid.width,
                     gridRange.maximum));
}

/// Of rows that lie in a grid, each stage has half as many lines and columns as the one before.
void checkStages(const Stack &stack, const std::string &role) {
  const auto &features = stack.embedding.features;
  expect(stack.stages.empty() != stack.grid.has_value(), role,
         "stages need a grid of the stack itself, and a grid stages before it");
  if (!stack.grid)
    return;
  checkGrid(*stack.grid, role + ".grid");
  Grid next = stack.stages.front().grid;
  expect(features && features->length == next.height * next.width &&
             features->leadingRows.empty() && features->trailingRows.empty(),
         role,
         fmt::format("a grid needs features of its length {} without leadingRows and trailingRows",
                     next.height * next.width));
  for (const Convolution &convolution : features->convolutions)
    expect(convolution.kernelSize == 1 && convolution.stride == 1, role,
           "convolutions before a grid keep the number of rows");
  expect(stack.embedding.positions.kind == PositionKind::None, role,
         "stages have no positions before them");
  auto expectGrid = [&](const Grid &grid) {
    expect(grid.height == next.height && grid.width == next.width, role + ".grid",
           fmt::format("found {} by {}, here it must be {} by {}", grid.height, grid.width,
                       next.height, next.width));
  };
  for (size_t index = 0; index < stack.stages.size(); ++index) {
    const Stage &stage = stack.stages[index];
    const std::string name = role + ".stages";
    checkGrid(stage.grid, name + ".grid");
    expectGrid(stage.grid);
    expect(stage.layerCount >= 0 && stage.hiddenSize >= 1, name,
           "layerCount must be 0 or more, hiddenSize 1 or more");
    expect(std::min(stage.grid.height, stage.grid.width) >= 2, name + ".grid",
           "what becomes two by two has at least 2 lines and columns");
    checkAttention(stage.selfAttention, name + ".selfAttention", stage.hiddenSize,
                   stage.hiddenSize);
    expect(!stage.selfAttention.variants.empty() && stage.selfAttention.variants[0].tiles,
           name + ".selfAttention", "layers of a stage look at tiles");
    checkTiles(stage.selfAttention, stage.grid, name + ".selfAttention");
    checkPostNorm(stage.selfAttention.postNorm, stack.normPlacement, name + ".selfAttention");
    checkFeedForward(stage.feedForward, name + ".feedForward", stage.hiddenSize);
    checkPostNorm(stage.feedForward.postNorm, stack.normPlacement, name + ".feedForward");
    checkNorm(stage.reductionNorm, name + ".reductionNorm");
    checkLinear(stage.reduction, name + ".reduction", 4 * stage.hiddenSize,
                index + 1 < stack.stages.size() ? stack.stages[index + 1].hiddenSize
                                                : stack.hiddenSize);
    next = {(next.height + 1) / 2, (next.width + 1) / 2};
  }
  expectGrid(*stack.grid);
}

void checkChannelConvolution(const ChannelConvolution &convolution, const std::string &role) {
  checkReference(convolution.weight, role + ".weight");
  checkReference(convolution.bias, role + ".bias");
}

void checkImageBlock(const ImageBlock &block, const std::string &role, int64_t hidden) {
  checkChannelConvolution(block.first, role + ".first");
  checkAttention(block.attention, role + ".attention", hidden, hidden);
  checkPostNorm(block.attention.postNorm, NormPlacement::Pre, role + ".attention");
  expect(block.attention.headCount * block.attention.headDim == hidden, role + ".attention",
         fmt::format("heads together must be as wide as the rows, {}", hidden));
  checkChannelConvolution(block.second, role + ".second");
  checkFeedForward(block.feedForward, role + ".feedForward", hidden);
  checkPostNorm(block.feedForward.postNorm, NormPlacement::Pre, role + ".feedForward");
}

void checkImageStage(const ImageStage &stage, const std::string &role, const Grid &before,
                     int64_t channels) {
  expect(stage.kernelSize >= 1 && stage.stride >= 1 && stage.padding >= 0 &&
             stage.padding < stage.kernelSize,
         role, "kernelSize and stride must be 1 or more, padding 0 to kernelSize - 1");
  auto behind = [&](int64_t size) {
    int64_t padded = size + 2 * stage.padding;
    return padded < stage.kernelSize ? 0 : (padded - stage.kernelSize) / stage.stride + 1;
  };
  checkGrid(stage.grid, role + ".grid");
  expect(stage.grid.height == behind(before.height) && stage.grid.width == behind(before.width),
         role + ".grid",
         fmt::format("found {} by {}, but its convolution makes {} by {}", stage.grid.height,
                     stage.grid.width, behind(before.height), behind(before.width)));
  int64_t hidden = stage.linear.outputs;
  checkLinear(stage.linear, role + ".linear", channels * stage.kernelSize * stage.kernelSize,
              hidden);
  checkNorm(stage.norm, role + ".norm");
  expect(stage.layerCount >= 0 && stage.tileSide >= 1, role,
         "layerCount must be 0 or more, tileSide 1 or more");
  checkImageBlock(stage.tiles, role + ".tiles", hidden);
  checkImageBlock(stage.channels, role + ".channels", hidden);
}

void checkTower(const ImageTower &tower, const Stack &stack, const std::string &role) {
  const auto &features = stack.embedding.features;
  checkGrid(tower.pixels, role + ".pixels");
  expect(features && features->length == 0 && stack.stages.empty() &&
             features->width == tower.pixels.width * tower.channels &&
             features->convolutions.empty() && !features->block && !features->standardization &&
             features->countedTables.empty() && features->leadingRows.empty() &&
             features->trailingRows.empty(),
         role,
         fmt::format("it needs features of {} numbers and any length, the lines of the image, with "
                     "nothing else before the stack",
                     tower.pixels.width * tower.channels));
  expect(!tower.stages.empty(), role, "it needs a stage");
  Grid before = tower.pixels;
  int64_t channels = tower.channels;
  for (const ImageStage &stage : tower.stages) {
    checkImageStage(stage, role + ".stages", before, channels);
    before = stage.grid;
    channels = stage.linear.outputs;
  }
  checkReference(tower.columnPositions, role + ".columnPositions");
  checkReference(tower.linePositions, role + ".linePositions");
  expect(
      tower.positionCount >= std::max(before.height, before.width) && channels >= 4 &&
          channels % 2 == 0,
      role,
      fmt::format("found positionCount {} for {} by {} places of {} numbers, allowed are one for "
                  "each line and column, of an even number of 4 or more",
                  tower.positionCount, before.height, before.width, channels));
  checkLinear(tower.projection, role + ".projection", channels, stack.hiddenSize);
  checkNorm(tower.norm, role + ".norm");
  checkReference(tower.promptTable, role + ".promptTable");
  expect(tower.promptVocabularySize >= 1, role, "promptVocabularySize must be 1 or more");
  for (const PromptTask &task : tower.promptTasks)
    expect(!task.name.empty() && !task.question.empty(), role + ".promptTasks",
           "a task needs a name and a question");
}

void checkStack(const Stack &stack, const std::string &role, int64_t memory) {
  expect(stack.layerCount >= 0 && stack.hiddenSize >= 1, role,
         "layerCount must be 0 or more, hiddenSize 1 or more");
  checkEmbedding(stack.embedding, role + ".embedding",
                 stack.stages.empty() ? stack.hiddenSize : stack.stages.front().hiddenSize,
                 stack.tower.has_value());
  checkStages(stack, role);
  if (stack.tower)
    checkTower(*stack.tower, stack, role + ".tower");
  checkSublayers(stack, role);
  if (!stack.sublayers.empty()) {
    if (stack.finalNorm)
      checkNorm(*stack.finalNorm, role + ".finalNorm");
    return;
  }
  checkTiles(stack.selfAttention, stack.grid, role + ".selfAttention");
  bool hasAttention = stack.selfAttention.headCount != 0;
  expect(hasAttention != stack.recurrence.has_value(), role,
         "exactly one of selfAttention and recurrence must be there");
  if (stack.recurrence)
    checkRecurrence(*stack.recurrence, role + ".recurrence", stack.hiddenSize);
  else
    checkAttention(stack.selfAttention, role + ".selfAttention", stack.hiddenSize,
                   stack.hiddenSize);
  expect(!stack.selfAttention.mergesSource || (memory != 0 && !stack.crossAttention), role,
         "mergesSource is for a target with a source and without crossAttention");
  expect(!stack.selfAttention.mergesSource || memory == stack.hiddenSize, role,
         fmt::format("mergesSource needs a source of the hidden size {}, found {}",
                     stack.hiddenSize, memory));
  if (stack.crossAttention) {
    expect(!stack.crossAttention->mergesSource, role + ".crossAttention",
           "mergesSource is of selfAttention");
    checkAttention(*stack.crossAttention, role + ".crossAttention", stack.hiddenSize, memory);
    expect(!stack.crossAttention->relativeBias && !stack.crossAttention->relativeScores &&
               !stack.crossAttention->bucketScores,
           role + ".crossAttention",
           "a relative bias between source and target positions has no meaning");
    expect(stack.crossAttention->variants.empty(), role + ".crossAttention",
           "variants are of self-attention");
    checkPostNorm(stack.crossAttention->postNorm, stack.normPlacement, role + ".crossAttention");
  }
  checkPostNorm(stack.selfAttention.postNorm, stack.normPlacement, role + ".selfAttention");
  checkPostNorm(stack.feedForward.postNorm, stack.normPlacement, role + ".feedForward");
  checkFeedForward(stack.feedForward, role + ".feedForward", stack.hiddenSize);
  if (stack.finalNorm)
    checkNorm(*stack.finalNorm, role + ".finalNorm");
}

void checkPredictStream(const Stack &stack, const std::string &role) {
  const Attention &attention = stack.selfAttention;
  expect(!stack.recurrence && !attention.mergesSource && !attention.relativeBias &&
             !attention.relativeScores,
         role, "it excludes recurrence, mergesSource, relativeBias and relativeScores");
  bool turns = std::any_of(attention.variants.begin(), attention.variants.end(),
                           [](const AttentionVariant &each) { return each.rotary.has_value(); });
  expect(!turns && stack.embedding.positions.kind == PositionKind::Learned, role,
         "it needs learned positions, and excludes rotary ones");
  expect(stack.normPlacement == NormPlacement::Post, role, "it needs the normPlacement post");
  checkReference(stack.predictStream->embedding, role + ".embedding");
  checkReference(stack.predictStream->positions, role + ".positions");
}

bool isIdentifier(const std::string &name) {
  auto isLetter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  for (size_t index = 0; index < name.size(); ++index)
    if (!isLetter(name[index]) && (index == 0 || name[index] < '0' || name[index] > '9'))
      return false;
  return !name.empty();
}

void checkSpeech(const SpeechDefaults &speech, const Stack &target) {
  auto checkId = [&](const std::optional<int64_t> &id, const std::string &key) {
    int64_t vocabulary = target.embedding.vocabularySize;
    expect(!id || (*id >= 0 && *id < vocabulary), "generation.speech." + key,
           fmt::format("found token {}, the target vocabulary has {}", id.value_or(0), vocabulary));
  };
  checkId(speech.transcriptStartId, "transcriptStartId");
  checkId(speech.transcribeId, "transcribeId");
  checkId(speech.translateId, "translateId");
  checkId(speech.noTimestampsId, "noTimestampsId");
  bool isLanguage = !speech.languageId;
  for (const SpokenLanguage &language : speech.languages) {
    checkId(language.id, "languages");
    isLanguage = isLanguage || language.id == speech.languageId;
  }
  for (int64_t id : speech.promptIds)
    checkId(id == SpeechDefaults::detectedId ||
                    (id == SpeechDefaults::textLanguageId && speech.promptNamesLanguages)
                ? 0
                : id,
            "promptIds");
  expect(!speech.promptNamesLanguages || (!speech.promptIds.empty() && !speech.languages.empty()),
         "generation.speech.promptNamesLanguages", "it needs promptIds and languages");
  expect(isLanguage, "generation.speech.languageId",
         fmt::format("found token {}, which is none of languages", speech.languageId.value_or(0)));
  expect(!speech.taskId || speech.taskId == speech.transcribeId ||
             speech.taskId == speech.translateId,
         "generation.speech.taskId",
         fmt::format("found token {}, which is neither transcribeId nor translateId",
                     speech.taskId.value_or(0)));
  for (const AlignmentHead &each : speech.alignmentHeads)
    expect(each.layer < target.layerCount && target.crossAttention &&
               each.head < target.crossAttention->headCount,
           "generation.speech.alignmentHeads",
           fmt::format("found head {} of layer {}, which does not exist", each.head, each.layer));
  expect(speech.medianFilterWidth % 2 == 1, "generation.speech.medianFilterWidth",
         fmt::format("found {}, it must be odd", speech.medianFilterWidth));
}

void checkClassifier(const Classifier &classifier, const Description &description) {
  expect(!classifier.labels.empty(), "classifier", "it needs one label or more");
  const Embedding &source = description.source.embedding, &target = description.target.embedding;
  expect(source.vocabularySize >= 1, "classifier", "its source must be token ids");
  expect(source.vocabularySize <= target.vocabularySize, "classifier",
         fmt::format("the target repeats the source, but has {} ids and the source {}",
                     target.vocabularySize, source.vocabularySize));
  for (int64_t id : {classifier.endId, classifier.startId.value_or(0)})
    expect(id >= 0 && id < source.vocabularySize, "classifier",
           fmt::format("found token {}, the vocabulary has {}", id, source.vocabularySize));
}

void checkTarget(const Description &description) {
  const Stack &target = description.target;
  int64_t memory = description.source.hiddenSize;
  const Positions &positions = description.memoryPositions;
  checkPositions(positions, "memoryPositions", memory);
  expect(positions.kind == PositionKind::None || positions.length >= 1, "memoryPositions",
         "they need a length");
  expect(!positions.uncountedId, "memoryPositions", "uncountedId is for tokens, not for states");
  if (const auto &projection = description.projection) {
    checkLinear(*projection, "projection", memory, projection->outputs);
    memory = projection->outputs;
  }
  checkStack(target, "target", memory);
  expect(!target.grid && target.stages.empty() && target.sublayers.empty() && !target.tower,
         "target", "grid, stages, sublayers and tower are for the source side");
  if (target.predictStream)
    checkPredictStream(target, "target.predictStream");
  expect(target.embedding.weight.has_value(), "target",
         "features are for the source side, the target side generates tokens");
  bool readsSource = target.crossAttention || target.selfAttention.mergesSource;
  expect(readsSource == description.hasSource(), "target",
         description.hasSource() ? "crossAttention is missing"
                                 : "crossAttention needs a source side");
  auto isOfSource = [](const Attention &attention) {
    return attention.reach || attention.chunks || attention.blockSums || attention.globalTokens;
  };
  expect(!isOfSource(target.selfAttention) &&
             (!target.crossAttention || !isOfSource(*target.crossAttention)),
         "target", "reach, chunks, blockSums and globalTokens are for the source side");
  const auto &bias = target.selfAttention.relativeBias;
  expect(!bias || !bias->isBidirectional, "target.selfAttention.relativeBias",
         "the target side is causal, isBidirectional must be false");
  const auto &scores = target.selfAttention.bucketScores;
  expect(!scores || !scores->isBidirectional, "target.selfAttention.bucketScores",
         "the target side is causal, isBidirectional must be false");
  if (description.forecaster)
    return;
  if (const auto &transform = description.logits.transform) {
    checkLinear(transform->linear, "logits.transform.linear", target.hiddenSize, target.hiddenSize);
    if (transform->norm)
      checkNorm(*transform->norm, "logits.transform.norm");
  }
  checkReference(description.logits.weight, "logits.weight");
  checkSoftCap(description.logits.softCap, "logits");
  if (description.logits.bias)
    checkReference(*description.logits.bias, "logits.bias");
}

} // namespace

void checkFeedForward(const FeedForward &feedForward, const std::string &role, int64_t hidden) {
  int64_t width = feedForward.input.outputs;
  expect(width >= 1, role, "its width must be 1 or more");
  checkLinear(feedForward.input, role + ".input", hidden, width);
  if (feedForward.gate)
    checkLinear(*feedForward.gate, role + ".gate", hidden, width);
  checkLinear(feedForward.output, role + ".output", width, hidden);
  checkNorm(feedForward.norm, role + ".norm");
}

void checkDescription(const Description &description) {
  expect(isIdentifier(description.name), "name",
         fmt::format("found '{}', allowed is a C identifier", description.name));
  expect(description.hasSource() || description.hasTarget(), "source",
         "a model needs a source side, a target side or both");
  expect(!description.source.crossAttention, "source", "the source side has no crossAttention");
  expect(!description.source.predictStream, "source", "predictStream is for the target side");
  expect(!description.projection || (description.hasSource() && description.hasTarget()),
         "projection", "it needs a source and a target side");
  expect(description.memoryPositions.kind == PositionKind::None ||
             (description.hasSource() && description.hasTarget()),
         "memoryPositions", "they need a source and a target side");
  if (description.hasSource())
    checkStack(description.source, "source", /*memory=*/0);
  expect(!description.classifier || description.hasTarget(), "classifier",
         "it needs a target side");
  if (description.forecaster)
    checkForecaster(*description.forecaster, description);
  if (!description.hasTarget())
    return;
  checkTarget(description);

  const GenerationDefaults &generation = description.generation;
  int64_t vocabulary = description.target.embedding.vocabularySize;
  auto checkId = [&](const std::optional<int64_t> &id, const char *role) {
    expect(!id || (*id >= 0 && *id < vocabulary), role,
           fmt::format("found token {}, the target vocabulary has {}", id.value_or(0), vocabulary));
  };
#define OPTION_OF_ANY_TYPE(...)
#define OPTION_ID(name, abi_name, key, ...) checkId(generation.key, "generation." #key);
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
  auto checkTexts = [](const std::vector<std::string> &texts, const char *role,
                       detail::OptionRange bytes) {
    for (const std::string &text : texts)
      expect(bytes.contains(int64_t(text.size())) && text.find('\0') == text.npos, role,
             fmt::format("found a text of {} bytes, allowed are {}, none of which is zero",
                         text.size(), bytes.text()));
  };
#define OPTION_OF_ANY_TYPE(...)
#define OPTION_TEXTS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  checkTexts(generation.key, "generation." #key, detail::range);
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
  expect(generation.beams >= 1 && generation.returnCount >= 1 &&
             ((generation.sample && generation.beams == 1) ||
              generation.returnCount <= generation.beams),
         "generation",
         fmt::format("found returnCount {} with {} beams, allowed are 1 to beams",
                     generation.returnCount, generation.beams));
  expect(generation.beamGroups >= 1 && generation.beams % generation.beamGroups == 0,
         "generation.beamGroups",
         fmt::format("found {} with {} beams, allowed is a divisor of that", generation.beamGroups,
                     generation.beams));
  expect(!generation.sample || generation.beamGroups == 1, "generation.sample",
         fmt::format("found true with {} groups of beams, allowed is 1", generation.beamGroups));
  expect(generation.repetitionPenalty > 0.0, "generation.repetitionPenalty",
         "it must be greater than 0");
  if (generation.speech)
    checkSpeech(*generation.speech, description.target);
  if (description.classifier)
    checkClassifier(*description.classifier, description);
}

} // namespace transept::frontend
