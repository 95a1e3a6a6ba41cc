// SPDX-License-Identifier: Apache-2.0
//
// The registry, and choosing a family by model_type and architectures.

#include "compiler/frontend/families/Families.h"

#include "base/Error.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

template <typename... Names> constexpr auto classes(Names... names) {
  return std::array<std::string_view, sizeof...(Names)>{names...};
}

constexpr auto bart =
    classes("BartForConditionalGeneration", "BartModel", "BartForSequenceClassification");
constexpr auto plbart = classes("PLBartForConditionalGeneration", "PLBartModel");
constexpr auto mbart =
    classes("MBartForConditionalGeneration", "MBartModel", "MBartForSequenceClassification");
constexpr auto mvp =
    classes("MvpForConditionalGeneration", "MvpModel", "MvpForSequenceClassification");
constexpr auto led = classes("LEDForConditionalGeneration", "LEDModel");
constexpr auto m2m100 = classes("M2M100ForConditionalGeneration", "M2M100Model");
constexpr auto indicTrans = classes("IndicTransForConditionalGeneration", "IndicTransModel");
constexpr auto pegasus = classes("PegasusForConditionalGeneration", "PegasusModel");
constexpr auto blenderbot = classes("BlenderbotForConditionalGeneration", "BlenderbotModel");
constexpr auto blenderbotSmall =
    classes("BlenderbotSmallForConditionalGeneration", "BlenderbotSmallModel");
constexpr auto fsmt = classes("FSMTForConditionalGeneration", "FSMTModel");
constexpr auto prophetNet = classes("ProphetNetForConditionalGeneration", "ProphetNetModel");
constexpr auto seamless =
    classes("SeamlessM4TForTextToText", "SeamlessM4TForSpeechToText", "SeamlessM4TModel");
constexpr auto seamless2 =
    classes("SeamlessM4Tv2ForTextToText", "SeamlessM4Tv2ForSpeechToText", "SeamlessM4Tv2Model");
constexpr auto marian = classes("MarianMTModel", "MarianModel");
constexpr auto t5 =
    classes("T5ForConditionalGeneration", "T5WithLMHeadModel", "T5Model", "T5EncoderModel",
            "T5ForSequenceClassification", "ChronosBoltModelForForecasting");
constexpr auto mt5 = classes("MT5ForConditionalGeneration", "MT5Model", "MT5EncoderModel",
                             "MT5ForSequenceClassification");
constexpr auto umt5 = classes("UMT5ForConditionalGeneration", "UMT5Model", "UMT5EncoderModel",
                              "UMT5ForSequenceClassification");
constexpr auto longT5 = classes("LongT5ForConditionalGeneration", "LongT5Model");
constexpr auto t5Gemma = classes("T5GemmaForConditionalGeneration", "T5GemmaModel");
constexpr auto t5Gemma2 = classes("T5Gemma2ForConditionalGeneration", "T5Gemma2Model");
constexpr auto whisper = classes("WhisperForConditionalGeneration", "WhisperModel");
constexpr auto speechToText = classes("Speech2TextForConditionalGeneration", "Speech2TextModel");
constexpr auto moonshine = classes("MoonshineForConditionalGeneration", "MoonshineModel");
constexpr auto moonshineStreaming =
    classes("MoonshineStreamingForConditionalGeneration", "MoonshineStreamingModel");
constexpr auto cohereAsr = classes("CohereAsrForConditionalGeneration", "CohereAsrModel");
constexpr auto canary = classes("CanaryForConditionalGeneration", "CanaryModel");
constexpr auto blip = classes("BlipForConditionalGeneration");
constexpr auto pix2Struct = classes("Pix2StructForConditionalGeneration");
constexpr auto florence2 = classes("Florence2ForConditionalGeneration", "Florence2Model");
constexpr auto encoderDecoder = classes("EncoderDecoderModel");
constexpr auto visionEncoderDecoder = classes("VisionEncoderDecoderModel");
constexpr auto torchTransformer = classes("NNTransformerSeq2Seq");

constexpr auto bert = classes("BertModel", "BertForMaskedLM", "BertForPreTraining");
constexpr auto gpt2 = classes("GPT2LMHeadModel", "GPT2Model");

constexpr std::array<Family, 35> families = {{
    {"marian", marian, describeBart},
    {"bart", bart, describeBart},
    {"plbart", plbart, describeBart},
    {"mbart", mbart, describeBart},
    {"mvp", mvp, describeBart},
    {"led", led, describeBart},
    {"m2m_100", m2m100, describeBart},
    {"IndicTrans", indicTrans, describeIndicTrans},
    {"pegasus", pegasus, describeBart},
    {"blenderbot", blenderbot, describeBart},
    {"blenderbot-small", blenderbotSmall, describeBart},
    {"fsmt", fsmt, describeBart},
    {"prophetnet", prophetNet, describeProphetNet},
    {"seamless_m4t", seamless, describeSeamlessM4T},
    {"seamless_m4t_v2", seamless2, describeSeamlessM4T},
    {"t5", t5, describeT5},
    {"mt5", mt5, describeT5},
    {"umt5", umt5, describeT5},
    {"longt5", longT5, describeT5},
    {"t5gemma", t5Gemma, describeT5Gemma},
    {"t5gemma2", t5Gemma2, describeT5Gemma2},
    {"blip", blip, describeBlip},
    {"pix2struct", pix2Struct, describePix2Struct},
    {"florence2", florence2, describeFlorence2},
    {"encoder-decoder", encoderDecoder, describeEncoderDecoder},
    {"vision-encoder-decoder", visionEncoderDecoder, describeEncoderDecoder},
    {"whisper", whisper, describeWhisper},
    {"speech_to_text", speechToText, describeSpeechToText},
    {"moonshine", moonshine, describeMoonshine},
    {"moonshine_streaming", moonshineStreaming, describeMoonshineStreaming},
    {"cohere_asr", cohereAsr, describeCohereAsr},
    {"canary", canary, describeCanary},
    {"nn_transformer", torchTransformer, describeTorchTransformer},
    {"bert", bert, describeBert},
    {"gpt2", gpt2, describeGpt2},
}};

/// Older checkpoints may have been converted between these classes, whose weights are alike.
bool isAccepted(const Family &family, const std::string &architecture) {
  auto has = [&](std::span<const std::string_view> names) {
    return std::find(names.begin(), names.end(), architecture) != names.end();
  };
  return has(family.architectures) || (family.modelType == "mt5" && has(t5));
}

} // namespace

const Family &findFamily(JsonFields &config) {
  std::string supported;
  for (const Family &family : families)
    supported += fmt::format("{}\"{}\"", supported.empty() ? "" : ", ", family.modelType);
  const auto *type = config.find("model_type");
  if (!type)
    throw InputError(
        fmt::format("{} is missing, supported are {}", config.where("model_type"), supported));
  std::string modelType = toText(*type, config.where("model_type"));
  auto family = std::find_if(families.begin(), families.end(),
                             [&](const Family &each) { return each.modelType == modelType; });
  if (family == families.end())
    refuseValue(*type, config.where("model_type"), "one of " + supported);

  if (const auto *architectures = config.find("architectures")) {
    if (!architectures->is_array())
      refuseValue(*architectures, config.where("architectures"), "an array of class names");
    for (const auto &each : *architectures)
      if (!isAccepted(*family, toText(each, config.where("architectures"))))
        refuseValue(each, config.where("architectures"),
                    fmt::format("one of {}", fmt::join(family->architectures, ", ")));
  }
  return *family;
}

} // namespace transept::frontend
