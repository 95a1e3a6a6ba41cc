// SPDX-License-Identifier: Apache-2.0
//
// preprocessor_config.json as checkpoints have it, and as they should not.

#include "media/preprocessor/Settings.h"
#include "tests/unit/media/features/References.h"

#include <cmath>

namespace transept::features {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <typename Kind>
Kind read(const std::string &text, std::vector<std::string> *warnings = nullptr) {
  std::vector<std::string> notes;
  Settings settings = readSettings(text, "config", "", notes);
  if (warnings)
    *warnings = notes;
  else
    EXPECT_THAT(notes, IsEmpty());
  return std::get<Kind>(settings);
}

std::string refusal(const std::string &text, const std::string &defaultType = "") {
  return errorOf([&] {
    std::vector<std::string> warnings;
    readSettings(text, "config", defaultType, warnings);
  });
}

TEST(Settings, WhisperAsCheckpointsHaveIt) {
  auto settings = read<WhisperSettings>(
      R"({"chunk_length": 30, "feature_extractor_type": "WhisperFeatureExtractor",
          "feature_size": 128, "hop_length": 160, "mel_filters": [[0.0, 0.02]], "n_fft": 400,
          "n_samples": 480000, "nb_max_frames": 3000, "padding_side": "right",
          "padding_value": 0.0, "processor_class": "WhisperProcessor",
          "return_attention_mask": false, "sampling_rate": 16000, "dither": 0.0})");
  EXPECT_EQ(settings.mels, 128U);
  EXPECT_EQ(settings.chunkSamples(), 480000U);
}

TEST(Settings, WhisperDefaults) {
  auto settings = read<WhisperSettings>(R"({"feature_extractor_type": "WhisperFeatureExtractor"})");
  EXPECT_EQ(settings.mels, 80U);
  EXPECT_EQ(settings.hop, 160U);
  EXPECT_EQ(settings.transform, 400U);
  EXPECT_EQ(settings.chunkSeconds, 30U);
}

TEST(Settings, WaveformsAsCheckpointsHaveThem) {
  auto settings = read<WaveformSettings>(
      R"({"do_normalize": false, "feature_extractor_type": "Wav2Vec2FeatureExtractor",
          "feature_size": 1, "padding_side": "right", "padding_value": 0.0,
          "pad_to_multiple_of": 80, "processor_class": "Wav2Vec2Processor",
          "return_attention_mask": true,
          "sampling_rate": 16000})");
  EXPECT_FALSE(settings.normalizes);
  EXPECT_TRUE(read<WaveformSettings>(R"({"feature_extractor_type": "Wav2Vec2FeatureExtractor"})")
                  .normalizes);
  EXPECT_THAT(refusal(R"({"feature_extractor_type": "Wav2Vec2FeatureExtractor",
                          "feature_size": 2})"),
              HasSubstr("feature_size"));
}

TEST(Settings, WaveformsAreNormalizedOverTheWholeSound) {
  EXPECT_THAT(waveformFeatures({1, 2, 3}, {.normalizes = false}).values, ElementsAre(1, 2, 3));
  Features features = waveformFeatures({1, 3}, {});
  EXPECT_EQ(features.rows, 2U);
  EXPECT_EQ(features.width, 1U);
  EXPECT_NEAR(features.values[0], -1 / std::sqrt(1 + 1e-7), 1e-6);
  EXPECT_EQ(features.values[1], -features.values[0]);
}

TEST(Settings, WaveformsOfFramesEndWithSilenceForWhatIsNoFrame) {
  Features features = waveformFeatures({1, 2, 3, 4, 5}, {.normalizes = false}, 2);
  EXPECT_EQ(features.rows, 3U);
  EXPECT_EQ(features.width, 2U);
  EXPECT_THAT(features.values, ElementsAre(1, 2, 3, 4, 0, 0));
  EXPECT_THAT(waveformFeatures({1, 2, 3, 4}, {.normalizes = false}, 2).values,
              ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(waveformFeatures({}, {}, 2).rows, 0U);
}

TEST(Settings, Speech2TextAsCheckpointsHaveIt) {
  auto settings = read<Speech2TextSettings>(
      R"({"do_ceptral_normalize": true, "feature_extractor_type": "Speech2TextFeatureExtractor",
          "feature_size": 80, "normalize_means": true, "normalize_vars": false,
          "num_mel_bins": 40, "padding_side": "right", "padding_value": 0.0,
          "return_attention_mask": true, "sampling_rate": 16000})");
  EXPECT_EQ(settings.mels, 40U);
  EXPECT_TRUE(settings.normalizesMeans);
  EXPECT_FALSE(settings.normalizesVariances);
  settings = read<Speech2TextSettings>(
      R"({"do_ceptral_normalize": false, "feature_extractor_type": "Speech2TextFeatureExtractor"})");
  EXPECT_FALSE(settings.normalizesMeans);
  EXPECT_FALSE(settings.normalizesVariances);
}

TEST(Settings, SeamlessM4TAsCheckpointsHaveIt) {
  auto settings = read<StackedSettings>(
      R"({"feature_extractor_type": "SeamlessM4TFeatureExtractor", "feature_size": 80,
          "num_mel_bins": 40, "padding_side": "right", "padding_value": 1, "stride": 2,
          "processor_class": "SeamlessM4TProcessor", "return_attention_mask": true,
          "sampling_rate": 16000, "language_code": ["eng"]})");
  EXPECT_EQ(settings.mels, 40U);
  EXPECT_EQ(settings.width(), 80U);
  EXPECT_THAT(refusal(R"({"feature_extractor_type": "SeamlessM4TFeatureExtractor", "stride": 3})"),
              HasSubstr("stride"));
}

TEST(Settings, ParakeetAndCohereAsrAsCheckpointsHaveThem) {
  auto settings = read<ParakeetSettings>(
      R"({"feature_extractor_type": "ParakeetFeatureExtractor", "feature_size": 128,
          "hop_length": 100, "n_fft": 400, "padding_side": "right", "padding_value": 0.0,
          "preemphasis": 0.5, "processor_class": "CanaryProcessor", "return_attention_mask": true,
          "sampling_rate": 16000, "win_length": 320})");
  EXPECT_EQ(settings.mels, 128U);
  EXPECT_EQ(settings.hop, 100U);
  EXPECT_EQ(settings.transform, 400U);
  EXPECT_EQ(settings.window, 320U);
  EXPECT_EQ(settings.preemphasis, 0.5);
  EXPECT_EQ(settings.dither, 0);
  settings = read<ParakeetSettings>(R"({"feature_extractor_type": "ParakeetFeatureExtractor"})");
  EXPECT_EQ(settings.mels, 80U);
  EXPECT_EQ(settings.preemphasis, 0.97);
  settings = read<ParakeetSettings>(
      R"({"feature_extractor_type": "ParakeetFeatureExtractor", "preemphasis": null})");
  EXPECT_EQ(settings.preemphasis, 0);
  settings = read<ParakeetSettings>(R"({"feature_extractor_type": "CohereAsrFeatureExtractor"})");
  EXPECT_EQ(settings.mels, 128U);
  EXPECT_EQ(settings.dither, 1e-5);
  settings = read<ParakeetSettings>(
      R"({"feature_extractor_type": "CohereAsrFeatureExtractor", "feature_size": 80, "dither": 0.0,
          "max_audio_clip_s": 35.0, "min_energy_window_samples": 1600,
          "overlap_chunk_second": 5.0})");
  EXPECT_EQ(settings.mels, 80U);
  EXPECT_EQ(settings.dither, 0);
  EXPECT_THAT(refusal(R"({"feature_extractor_type": "ParakeetFeatureExtractor", "n_fft": 256})"),
              HasSubstr("n_fft: found 256, allowed is an even number of win_length = 400 or more"));
  EXPECT_THAT(
      refusal(R"({"feature_extractor_type": "ParakeetFeatureExtractor", "sampling_rate": 8000})"),
      HasSubstr("sampling_rate"));
}

TEST(Settings, VitOldAndNew) {
  for (
      const char *text :
      {R"({"do_normalize": true, "do_resize": true, "feature_extractor_type": "ViTFeatureExtractor",
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 2,
            "size": 384})",
       R"({"image_processor_type": "ViTImageProcessor", "do_normalize": true, "do_rescale": true,
            "do_resize": true, "image_mean": 0.5, "image_std": 0.5, "resample": 2,
            "rescale_factor": 0.00392156862745098, "size": {"height": 384, "width": 384},
            "do_convert_rgb": null})",
       R"({"image_processor_type": "ViTImageProcessor", "size": [384, 384]})"}) {
    auto settings = read<ImageSettings>(text);
    EXPECT_EQ(settings.size->height, 384U);
    EXPECT_EQ(settings.size->width, 384U);
    EXPECT_EQ(settings.filter, Filter::bilinear);
    EXPECT_FALSE(settings.crop);
    EXPECT_EQ(*settings.scale, 1.0 / 255);
    EXPECT_THAT(settings.normalization->mean, ElementsAre(0.5, 0.5, 0.5));
    EXPECT_THAT(settings.normalization->deviation, ElementsAre(0.5, 0.5, 0.5));
  }
}

TEST(Settings, BlipHasTheSizeAndStatisticsOfItsClass) {
  auto settings = read<ImageSettings>(R"({"image_processor_type": "BlipImageProcessor"})");
  EXPECT_EQ(settings.size->height, 384u);
  EXPECT_EQ(settings.size->width, 384u);
  EXPECT_EQ(settings.filter, Filter::bicubic);
  EXPECT_FALSE(settings.crop);
  EXPECT_EQ(settings.normalization->mean, (std::array{0.48145466F, 0.4578275F, 0.40821073F}));
  EXPECT_EQ(settings.normalization->deviation, (std::array{0.26862954F, 0.26130258F, 0.27577711F}));
}

TEST(Settings, ClipHasTheSizeOfItsFile) {
  auto settings = read<ImageSettings>(
      R"({"crop_size": {"height": 224, "width": 224}, "do_center_crop": false,
          "do_convert_rgb": true, "do_normalize": true, "do_rescale": true, "do_resize": true,
          "image_processor_type": "CLIPImageProcessor", "image_seq_length": 577,
          "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 3,
          "rescale_factor": 0.00392156862745098, "size": {"height": 768, "width": 768}})");
  EXPECT_EQ(settings.finalSize()->height, 768U);
  EXPECT_EQ(settings.filter, Filter::bicubic);
  EXPECT_FLOAT_EQ(settings.normalization->mean[2], 0.406F);
  settings = read<ImageSettings>(
      R"({"image_processor_type": "CLIPImageProcessor", "size": {"height": 40, "width": 30}})");
  EXPECT_EQ(settings.finalSize()->width, 224U) << "a part of the middle";
  EXPECT_FLOAT_EQ(settings.normalization->deviation[0], 0.26862954F);
  EXPECT_THAT(refusal(R"({"image_processor_type": "CLIPImageProcessor"})"),
              HasSubstr("size: found null, allowed is an object with height and width"));
  EXPECT_THAT(refusal(R"({"image_processor_type": "CLIPImageProcessor",
                          "size": {"shortest_edge": 224}})"),
              HasSubstr("size: found"));
}

TEST(Settings, DonutMakesImagesFit) {
  auto settings = read<ImageSettings>(R"({"image_processor_type": "DonutImageProcessor"})");
  EXPECT_EQ(settings.size->height, 2560u);
  EXPECT_EQ(settings.size->width, 1920u);
  EXPECT_EQ(settings.filter, Filter::bilinear);
  ASSERT_TRUE(settings.fit);
  EXPECT_FALSE(settings.fit->turns);
  // Older files name the width first.
  settings = read<ImageSettings>(R"({"feature_extractor_type": "DonutFeatureExtractor",
      "size": [1920, 2560], "do_align_long_axis": true})");
  EXPECT_EQ(settings.size->height, 2560u);
  EXPECT_TRUE(settings.fit->turns);
  for (std::string key : {"do_resize", "do_thumbnail", "do_pad"})
    EXPECT_THAT(
        refusal(R"({"image_processor_type": "DonutImageProcessor", ")" + key + "\": false}"),
        HasSubstr(key));
}

TEST(Settings, Pix2StructHasABudgetOfPatches) {
  auto settings =
      read<FlatPatchSettings>(R"({"image_processor_type": "Pix2StructImageProcessor"})");
  EXPECT_EQ(settings.maximumPatches, 2048u);
  EXPECT_EQ(settings.patch.height, 16u);
  EXPECT_EQ(settings.width(), 770u);
  settings = read<FlatPatchSettings>(R"({"image_processor_type": "Pix2StructImageProcessor",
      "max_patches": 9, "patch_size": {"height": 4, "width": 8}, "is_vqa": false})");
  EXPECT_EQ(settings.maximumPatches, 9u);
  EXPECT_EQ(settings.width(), 2u + 3 * 4 * 8);
  auto refused = [](const std::string &field) {
    return refusal(R"({"image_processor_type": "Pix2StructImageProcessor", )" + field + "}");
  };
  EXPECT_THAT(refused(R"("is_vqa": true)"), HasSubstr("questions are not drawn above images"));
  EXPECT_THAT(refused(R"("do_normalize": false)"), HasSubstr("do_normalize"));
  EXPECT_THAT(refused(R"("max_patches": 0)"), HasSubstr("max_patches"));
  EXPECT_THAT(refused(R"("patch_size": {"height": 257, "width": 8})"),
              HasSubstr("sides up to 256"));
}

TEST(Settings, DeitDefaultsAndSwitches) {
  auto settings = read<ImageSettings>(R"({"image_processor_type": "DeiTImageProcessor"})");
  EXPECT_EQ(settings.size->height, 256U);
  EXPECT_EQ(settings.crop->width, 224U);
  EXPECT_EQ(settings.filter, Filter::bicubic);
  settings = read<ImageSettings>(
      R"({"feature_extractor_type": "DeiTFeatureExtractor", "do_center_crop": false,
          "do_resize": false, "do_rescale": false, "do_normalize": false, "crop_size": 224})");
  EXPECT_FALSE(settings.size);
  EXPECT_FALSE(settings.crop);
  EXPECT_FALSE(settings.scale);
  EXPECT_FALSE(settings.normalization);
}

TEST(Settings, NamesTheTypesThatAreSupported) {
  EXPECT_THAT(refusal("{}"), HasSubstr("found neither, supported are WhisperFeatureExtractor, "));
  EXPECT_THAT(refusal(R"({"image_processor_type": "SiglipImageProcessor"})"),
              HasSubstr("found \"SiglipImageProcessor\", supported are "));
  EXPECT_THAT(refusal("{}", "Nothing"), HasSubstr("found \"Nothing\""));
  std::vector<std::string> warnings;
  EXPECT_TRUE(std::holds_alternative<ImageSettings>(
      readSettings("{}", "config", "ViTImageProcessor", warnings)));
}

TEST(Settings, AreThoseOfTheExtractorInAProcessorsFile) {
  EXPECT_FALSE(
      read<WaveformSettings>(R"({"processor_class": "MoonshineProcessor", "feature_extractor":
      {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "do_normalize": false}})")
          .normalizes);
  EXPECT_THAT(refusal(R"({"image_processor": {"image_processor_type": "SiglipImageProcessor"}})"),
              HasSubstr("config: image_processor: feature_extractor_type or image_processor_type"));
}

TEST(Settings, WarnAboutFieldsThatAreNotKnown) {
  std::vector<std::string> warnings;
  read<ImageSettings>(R"({"image_processor_type": "ViTImageProcessor", "do_center_crop": true})",
                      &warnings);
  EXPECT_THAT(warnings,
              ElementsAre("config: do_center_crop is not known to ViTImageProcessor and has no "
                          "effect"));
}

TEST(Settings, RefuseWhatIsNotSupportedByName) {
  auto whisper = [](const std::string &field) {
    return refusal(R"({"feature_extractor_type": "WhisperFeatureExtractor", )" + field + "}");
  };
  EXPECT_EQ(whisper(R"("sampling_rate": 8000)"),
            "config: sampling_rate: found 8000, allowed is 16000");
  EXPECT_EQ(whisper(R"("dither": 0.1)"), "config: dither: found 0.1, allowed is 0");
  EXPECT_EQ(whisper(R"("padding_value": -1)"), "config: padding_value: found -1, allowed is 0");
  EXPECT_EQ(whisper(R"("padding_side": "left")"),
            "config: padding_side: found \"left\", allowed is \"right\"");
  EXPECT_EQ(whisper(R"("n_fft": 401)"), "config: n_fft: found 401, allowed is an even number");
  EXPECT_EQ(whisper(R"("feature_size": 0)"),
            "config: feature_size: found 0, allowed is an integer from 1 to 512");
  EXPECT_EQ(whisper(R"("feature_size": 80.5)"),
            "config: feature_size: found 80.5, allowed is an integer from 1 to 512");
  EXPECT_EQ(whisper(R"("hop_length": -160)"),
            "config: hop_length: found -160, allowed is an integer from 40 to 8192");
  EXPECT_THAT(whisper(R"("auto_map": {"AutoFeatureExtractor": "x.Y"})"), HasSubstr("auto_map"));

  auto vit = [](const std::string &field) {
    return refusal(R"({"image_processor_type": "ViTImageProcessor", )" + field + "}");
  };
  EXPECT_EQ(vit(R"("resample": 1)"),
            "config: resample: found 1, allowed is 2 (bilinear) or 3 (bicubic)");
  EXPECT_THAT(vit(R"("size": {"shortest_edge": 224})"),
              HasSubstr(R"(config: size: found {"shortest_edge":224}, allowed is an integer, or)"));
  EXPECT_EQ(vit(R"("size": {"height": 224, "width": 0})"),
            "config: size.width: found 0, allowed is an integer from 1 to 4096");
  EXPECT_EQ(vit(R"("image_mean": [0.5, 0.5])"),
            "config: image_mean: found [0.5,0.5], allowed is three numbers");
  EXPECT_EQ(vit(R"("image_mean": [0.5, 0.5, "x"])"),
            "config: image_mean[2]: found \"x\", allowed is a finite number");
  EXPECT_THAT(vit(R"("image_std": [0.5, 0, 0.5])"), HasSubstr("numbers other than 0"));
  EXPECT_EQ(vit(R"("do_resize": 1)"), "config: do_resize: found 1, allowed is true or false");
}

TEST(Settings, RefuseWhatIsNoConfig) {
  EXPECT_THAT(refusal(""), HasSubstr("config: not valid JSON: "));
  EXPECT_EQ(refusal("[]"), "config: not a JSON object");
  EXPECT_THAT(refusal(std::string(1000, '[')), HasSubstr("nested deeper than 16 levels"));
  EXPECT_THAT(refusal(R"({"size": 1, "size": 2})"), HasSubstr("occurs twice: size"));
  EXPECT_THAT(refusal(R"({"image_processor_type": 3})"), HasSubstr("found 3, allowed is a string"));
}

} // namespace
} // namespace transept::features
