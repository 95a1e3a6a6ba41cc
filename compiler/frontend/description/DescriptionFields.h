// SPDX-License-Identifier: Apache-2.0
//
// Every field of a description once: its JSON key, whether it may be left out, and its range. The
// writer, the strict reader and the JSON Schema (DescriptionJson.cpp) are three archives that visit
// this list, so they cannot disagree.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONFIELDS_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONFIELDS_H

#include "compiler/frontend/description/FieldRanges.h"

namespace transept::frontend {

// An archive has required(key, value[, range]), defaulted(key, value[, range]),
// present(key, value, whether it is there) and requiredUnless(key, value, what takes its place is
// there); a std::optional is always allowed to be absent.

template <typename Archive>
void visitFields(Archive &archive, checkpoints::TensorReference &value) {
  archive.required("name", value.name);
  archive.defaulted("isTransposed", value.isTransposed);
  archive.defaulted("rowBegin", value.rowBegin, countRange);
  archive.defaulted("rowCount", value.rowCount, countRange);
}

template <typename Archive> void visitFields(Archive &archive, Linear &value) {
  archive.required("weight", value.weight);
  archive.required("bias", value.bias);
  archive.required("inputs", value.inputs, sizeRange);
  archive.required("outputs", value.outputs, sizeRange);
}

template <typename Archive> void visitFields(Archive &archive, Norm &value) {
  archive.required("kind", value.kind);
  archive.required("epsilon", value.epsilon, epsilonRange);
  archive.required("gain", value.gain);
  archive.required("bias", value.bias);
  archive.required("gainOffset", value.gainOffset, NumberRange{});
}

template <typename Archive> void visitFields(Archive &archive, Positions &value) {
  archive.required("kind", value.kind);
  archive.defaulted("length", value.length, countRange);
  archive.defaulted("offset", value.offset, countRange);
  archive.required("table", value.table);
  archive.required("uncountedId", value.uncountedId, idRange);
  archive.required("scale", value.scale, NumberRange{});
}

template <typename Archive> void visitFields(Archive &archive, Convolution &value) {
  archive.defaulted("kernelSize", value.kernelSize, kernelRange);
  archive.defaulted("stride", value.stride, kernelRange);
  archive.defaulted("padding", value.padding, kernelRange);
  archive.required("linear", value.linear);
  archive.required("gate", value.gate);
  archive.required("activation", value.activation);
  archive.required("paddingBehind", value.paddingBehind, kernelRange);
  archive.required("norm", value.norm);
}

template <typename Archive> void visitFields(Archive &archive, ColumnWeights &value) {
  archive.required("weight", value.weight);
  archive.required("bias", value.bias);
}

template <typename Archive> void visitFields(Archive &archive, GridConvolution &value) {
  archive.defaulted("kernelSize", value.kernelSize, kernelRange);
  archive.defaulted("stride", value.stride, kernelRange);
  archive.defaulted("padding", value.padding, kernelRange);
  archive.required("depthwise", value.depthwise);
  archive.required("linear", value.linear);
  archive.required("activation", value.activation);
}

template <typename Archive> void visitFields(Archive &archive, Standardization &value) {
  archive.defaulted("epsilon", value.epsilon, epsilonRange);
  archive.defaulted("scale", value.scale, NumberRange{});
  archive.required("activation", value.activation);
}

template <typename Archive> void visitFields(Archive &archive, ResidualBlock &value) {
  archive.required("input", value.input);
  archive.required("activation", value.activation);
  archive.required("output", value.output);
  archive.required("skip", value.skip);
}

template <typename Archive> void visitFields(Archive &archive, CountedTable &value) {
  archive.required("table", value.table);
  archive.required("rowCount", value.rowCount, countedRange);
}

template <typename Archive> void visitFields(Archive &archive, Features &value) {
  archive.required("width", value.width, sizeRange);
  archive.defaulted("length", value.length, countRange);
  archive.defaulted("convolutions", value.convolutions);
  archive.defaulted("leadingRows", value.leadingRows);
  archive.required("block", value.block);
  archive.defaulted("trailingRows", value.trailingRows);
  archive.defaulted("countedTables", value.countedTables);
  archive.required("standardization", value.standardization);
  archive.present("gridConvolutions", value.gridConvolutions, !value.gridConvolutions.empty());
  archive.required("norm", value.norm);
}

template <typename Archive> void visitFields(Archive &archive, Embedding &value) {
  archive.required("weight", value.weight);
  archive.defaulted("vocabularySize", value.vocabularySize, countRange);
  archive.required("features", value.features);
  archive.defaulted("scale", value.scale, NumberRange{});
  archive.defaulted("positions", value.positions);
  archive.required("segment", value.segment);
  archive.required("norm", value.norm);
  archive.defaulted("isNormBeforePositions", value.isNormBeforePositions);
  archive.defaulted("isFirstZero", value.isFirstZero);
}

template <typename Archive> void visitFields(Archive &archive, RelativeBias &value) {
  archive.required("table", value.table);
  archive.required("bucketCount", value.bucketCount, sizeRange);
  archive.required("maximumDistance", value.maximumDistance, sizeRange);
  archive.required("isBidirectional", value.isBidirectional);
}

template <typename Archive> void visitFields(Archive &archive, RelativeScores &value) {
  archive.required("before", value.before, distanceRange);
  archive.required("after", value.after, distanceRange);
  archive.required("table", value.table);
  archive.defaulted("isDescending", value.isDescending);
  archive.required("projection", value.projection);
  archive.required("contentBias", value.contentBias);
  archive.required("positionBias", value.positionBias);
}

template <typename Archive> void visitFields(Archive &archive, BucketScores &value) {
  archive.required("linear", value.linear);
  archive.required("bucketCount", value.bucketCount, sizeRange);
  archive.required("maximumDistance", value.maximumDistance, sizeRange);
  archive.required("isBidirectional", value.isBidirectional);
}

template <typename Archive> void visitFields(Archive &archive, Rotary &value) {
  archive.required("dims", value.dims, sizeRange);
  archive.required("theta", value.theta, NumberRange{});
  archive.defaulted("factor", value.factor, NumberRange{});
  archive.defaulted("isInterleaved", value.isInterleaved);
}

template <typename Archive> void visitFields(Archive &archive, Window &value) {
  archive.required("before", value.before, countRange);
  archive.required("after", value.after, countRange);
}

template <typename Archive> void visitFields(Archive &archive, Chunks &value) {
  archive.required("size", value.size, chunkRange);
  archive.required("before", value.before, chunksBeforeRange);
}

template <typename Archive> void visitFields(Archive &archive, Tiles &value) {
  archive.required("side", value.side, gridRange);
  archive.defaulted("shift", value.shift, countRange);
}

template <typename Archive> void visitFields(Archive &archive, Grid &value) {
  archive.required("height", value.height, gridRange);
  archive.required("width", value.width, gridRange);
}

template <typename Archive> void visitFields(Archive &archive, AttentionVariant &value) {
  archive.required("rotary", value.rotary);
  archive.required("window", value.window);
  archive.required("tiles", value.tiles);
}

template <typename Archive> void visitFields(Archive &archive, BlockSums &value) {
  archive.required("size", value.size, blockRange);
  archive.required("norm", value.norm);
  archive.required("bias", value.bias);
}

template <typename Archive> void visitFields(Archive &archive, GlobalTokens &value) {
  archive.required("query", value.query);
  archive.required("key", value.key);
  archive.required("value", value.value);
}

template <typename Archive> void visitFields(Archive &archive, Attention &value) {
  archive.required("headCount", value.headCount, sizeRange);
  archive.required("headDim", value.headDim, sizeRange);
  archive.defaulted("scale", value.scale, NumberRange{});
  archive.required("query", value.query);
  archive.required("key", value.key);
  archive.required("value", value.value);
  archive.required("output", value.output);
  archive.required("relativeBias", value.relativeBias);
  archive.required("relativeScores", value.relativeScores);
  archive.required("bucketScores", value.bucketScores);
  archive.required("tileBias", value.tileBias);
  archive.required("reach", value.reach, countRange);
  archive.required("chunks", value.chunks);
  archive.required("blockSums", value.blockSums);
  archive.required("globalTokens", value.globalTokens);
  archive.required("norm", value.norm);
  archive.required("postNorm", value.postNorm);
  archive.required("keyHeadCount", value.keyHeadCount, sizeRange);
  archive.required("queryNorm", value.queryNorm);
  archive.required("keyNorm", value.keyNorm);
  archive.required("softCap", value.softCap, NumberRange{});
  archive.present("mergesSource", value.mergesSource, value.mergesSource);
  archive.present("variants", value.variants, !value.variants.empty());
}

template <typename Archive> void visitFields(Archive &archive, Recurrence &value) {
  archive.required("gate", value.gate);
  archive.required("value", value.value);
  archive.required("activation", value.activation);
  archive.required("norm", value.norm);
}

template <typename Archive> void visitFields(Archive &archive, FeedForward &value) {
  archive.required("activation", value.activation);
  archive.required("input", value.input);
  archive.required("gate", value.gate);
  archive.required("output", value.output);
  archive.required("norm", value.norm);
  archive.required("postNorm", value.postNorm);
}

template <typename Archive> void visitFields(Archive &archive, BatchNorm &value) {
  archive.required("epsilon", value.epsilon, epsilonRange);
  archive.required("gain", value.gain);
  archive.required("bias", value.bias);
  archive.required("mean", value.mean);
  archive.required("variance", value.variance);
}

template <typename Archive> void visitFields(Archive &archive, DepthwiseConvolution &value) {
  archive.required("kernelSize", value.kernelSize, kernelRange);
  archive.required("weight", value.weight);
  archive.required("bias", value.bias);
  archive.required("norm", value.norm);
  archive.required("rowNorm", value.rowNorm);
  archive.defaulted("isCausal", value.isCausal);
}

template <typename Archive> void visitFields(Archive &archive, RowMixer &value) {
  archive.required("input", value.input);
  archive.required("gate", value.gate);
  archive.required("depthwise", value.depthwise);
  archive.required("activation", value.activation);
  archive.required("output", value.output);
  archive.required("norm", value.norm);
}

template <typename Archive> void visitFields(Archive &archive, Sublayer &value) {
  archive.defaulted("factor", value.factor, NumberRange{});
  archive.required("attention", value.attention);
  archive.required("feedForward", value.feedForward);
  archive.required("mixer", value.mixer);
}

template <typename Archive> void visitFields(Archive &archive, AdapterLayer &value) {
  archive.required("residualNorm", value.residualNorm);
  archive.required("residual", value.residual);
  archive.required("input", value.input);
  archive.required("attention", value.attention);
  archive.required("feedForward", value.feedForward);
}

template <typename Archive> void visitFields(Archive &archive, Adapter &value) {
  archive.defaulted("factor", value.factor, NumberRange{});
  archive.required("feedForward", value.feedForward);
  archive.defaulted("layerCount", value.layerCount, layerRange);
  archive.required("layer", value.layer);
}

template <typename Archive> void visitFields(Archive &archive, Stage &value) {
  archive.required("layerCount", value.layerCount, layerRange);
  archive.required("hiddenSize", value.hiddenSize, sizeRange);
  archive.required("grid", value.grid);
  archive.required("selfAttention", value.selfAttention);
  archive.required("feedForward", value.feedForward);
  archive.required("reductionNorm", value.reductionNorm);
  archive.required("reduction", value.reduction);
}

template <typename Archive> void visitFields(Archive &archive, PredictStream &value) {
  archive.required("embedding", value.embedding);
  archive.required("positions", value.positions);
}

template <typename Archive> void visitFields(Archive &archive, ChannelConvolution &value) {
  archive.required("weight", value.weight);
  archive.required("bias", value.bias);
}

template <typename Archive> void visitFields(Archive &archive, ImageBlock &value) {
  archive.required("first", value.first);
  archive.required("attention", value.attention);
  archive.required("second", value.second);
  archive.required("feedForward", value.feedForward);
}

template <typename Archive> void visitFields(Archive &archive, ImageStage &value) {
  archive.required("kernelSize", value.kernelSize, kernelRange);
  archive.required("stride", value.stride, kernelRange);
  archive.required("padding", value.padding, kernelRange);
  archive.required("linear", value.linear);
  archive.required("norm", value.norm);
  archive.required("isNormBefore", value.isNormBefore);
  archive.required("grid", value.grid);
  archive.required("layerCount", value.layerCount, layerRange);
  archive.required("tileSide", value.tileSide, gridRange);
  archive.required("tiles", value.tiles);
  archive.required("channels", value.channels);
}

template <typename Archive> void visitFields(Archive &archive, PromptTask &value) {
  archive.required("name", value.name);
  archive.required("question", value.question);
}

template <typename Archive> void visitFields(Archive &archive, ImageTower &value) {
  archive.required("pixels", value.pixels);
  archive.required("channels", value.channels, kernelRange);
  archive.required("stages", value.stages);
  archive.required("columnPositions", value.columnPositions);
  archive.required("linePositions", value.linePositions);
  archive.required("positionCount", value.positionCount, gridRange);
  archive.required("projection", value.projection);
  archive.required("norm", value.norm);
  archive.required("promptTable", value.promptTable);
  archive.required("promptVocabularySize", value.promptVocabularySize, countedRange);
  archive.present("promptTasks", value.promptTasks, !value.promptTasks.empty());
}

template <typename Archive> void visitFields(Archive &archive, Stack &value) {
  archive.required("layerCount", value.layerCount, layerRange);
  archive.required("hiddenSize", value.hiddenSize, sizeRange);
  archive.required("normPlacement", value.normPlacement);
  archive.required("embedding", value.embedding);
  archive.required("tower", value.tower);
  archive.present("stages", value.stages, !value.stages.empty());
  archive.required("grid", value.grid);
  archive.present("selfAttention", value.selfAttention,
                  !value.recurrence && value.sublayers.empty());
  archive.required("recurrence", value.recurrence);
  archive.required("crossAttention", value.crossAttention);
  archive.present("sublayers", value.sublayers, !value.sublayers.empty());
  archive.requiredUnless("feedForward", value.feedForward, !value.sublayers.empty());
  archive.required("layerNorm", value.layerNorm);
  archive.required("adapter", value.adapter);
  archive.required("finalNorm", value.finalNorm);
  archive.required("predictStream", value.predictStream);
}

template <typename Archive> void visitFields(Archive &archive, LogitsTransform &value) {
  archive.required("linear", value.linear);
  archive.required("activation", value.activation);
  archive.required("norm", value.norm);
}

template <typename Archive> void visitFields(Archive &archive, Logits &value) {
  archive.required("transform", value.transform);
  archive.required("weight", value.weight);
  archive.required("bias", value.bias);
  archive.defaulted("scale", value.scale, NumberRange{});
  archive.required("softCap", value.softCap, NumberRange{});
}

template <typename Archive> void visitFields(Archive &archive, Classifier &value) {
  archive.defaulted("labels", value.labels);
  archive.required("scores", value.scores);
  archive.required("endId", value.endId, idRange);
  archive.required("startId", value.startId, idRange);
}

template <typename Archive> void visitFields(Archive &archive, Forecaster &value) {
  archive.required("patchLength", value.patchLength, sizeRange);
  archive.required("contextLength", value.contextLength, sizeRange);
  archive.required("horizon", value.horizon, sizeRange);
  archive.defaulted("quantiles", value.quantiles, quantileRange);
  archive.required("startId", value.startId, idRange);
  archive.required("head", value.head);
}

template <typename Archive> void visitFields(Archive &archive, SpokenLanguage &value) {
  archive.required("code", value.code);
  archive.required("id", value.id, idRange);
}

template <typename Archive> void visitFields(Archive &archive, AlignmentHead &value) {
  archive.required("layer", value.layer, layerRange);
  archive.required("head", value.head, countRange);
}

template <typename Archive> void visitFields(Archive &archive, SpeechDefaults &value) {
  archive.required("transcriptStartId", value.transcriptStartId, idRange);
  archive.required("transcribeId", value.transcribeId, idRange);
  archive.required("translateId", value.translateId, idRange);
  archive.required("noTimestampsId", value.noTimestampsId, idRange);
  archive.required("maximumInitialTimestamp", value.maximumInitialTimestamp, countRange);
  archive.defaulted("returnsTimestamps", value.returnsTimestamps);
  archive.defaulted("languages", value.languages);
  archive.defaulted("alignmentHeads", value.alignmentHeads);
  archive.defaulted("medianFilterWidth", value.medianFilterWidth, medianFilterRange);
  archive.defaulted("promptIds", value.promptIds,
                    IntegerRange{SpeechDefaults::textLanguageId, idRange.maximum});
  archive.present("promptNamesLanguages", value.promptNamesLanguages, value.promptNamesLanguages);
  archive.required("languageId", value.languageId, idRange);
  archive.required("taskId", value.taskId, idRange);
  archive.required("previousTextId", value.previousTextId, idRange);
}

template <typename Archive> void visitFields(Archive &archive, DecayingPenalty &value) {
  archive.required("start", value.start, countRange);
  archive.required("factor", value.factor, decayFactorRange);
}

template <typename Archive> void visitFields(Archive &archive, BiasedSequence &value) {
  archive.required("ids", value.ids, idRange);
  archive.required("bias", value.bias, biasRange);
}

template <typename Archive> void visitFields(Archive &archive, GenerationDefaults &value) {
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  archive.defaulted(#key, value.key, integersOf(detail::range));
#define OPTION_LIMIT(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  archive.required(#key, value.key, integersOf(detail::range));
#define OPTION_FRACTION(name, abi_name, key, flag, hugging_face_name, neutral, range, help)        \
  archive.defaulted(#key, value.key, numbersOf(detail::range));
#define OPTION_EARLY_STOPPING(name, abi_name, key, ...) archive.defaulted(#key, value.key);
#define OPTION_BOOLEAN OPTION_EARLY_STOPPING
#define OPTION_ID(name, abi_name, key, flag, hugging_face_name, neutral, range, help)              \
  archive.required(#key, value.key, integersOf(detail::range));
#define OPTION_MODEL_ID OPTION_ID
#define OPTION_IDS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)             \
  archive.defaulted(#key, value.key, integersOf(detail::range));
#define OPTION_WORDS OPTION_IDS
#define OPTION_DECAY(name, abi_name, key, ...) archive.defaulted(#key, value.key);
#define OPTION_BIASES OPTION_DECAY
#define OPTION_TEXTS OPTION_DECAY
#include "transept/generation_options.inc"
  archive.required("speech", value.speech);
}

template <typename Archive> void visitFields(Archive &archive, Tokenizer &value) {
  archive.required("kind", value.kind);
  archive.defaulted("files", value.files);
  archive.defaulted("settings", value.settings);
}

template <typename Archive> void visitFields(Archive &archive, ShortlistFile &value) {
  archive.required("file", value.file);
  archive.defaulted("sharesVocabulary", value.sharesVocabulary);
}

template <typename Archive> void visitFields(Archive &archive, Description &value) {
  archive.required("name", value.name);
  archive.defaulted("family", value.family);
  archive.present("source", value.source, value.hasSource());
  archive.present("memoryPositions", value.memoryPositions,
                  value.memoryPositions.kind != PositionKind::None);
  archive.required("projection", value.projection);
  archive.present("target", value.target, value.hasTarget());
  archive.present("logits", value.logits, value.hasTarget() && !value.forecaster);
  archive.required("classifier", value.classifier);
  archive.required("forecaster", value.forecaster);
  archive.defaulted("generation", value.generation);
  archive.defaulted("tokenizer", value.tokenizer);
  archive.required("shortlist", value.shortlist);
  archive.defaulted("checkpoint", value.checkpoint);
  archive.defaulted("weights", value.weights);
}

} // namespace transept::frontend

#endif
