// SPDX-License-Identifier: Apache-2.0
//
// One function a class of transformers; the table at the end says which names mean which.

#include "media/preprocessor/Settings.h"

#include "base/Error.h"
#include "media/preprocessor/ConfigFields.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace transept::features {

namespace {

using Json = ConfigFields::Json;

constexpr size_t maximumMels = 512, maximumTransform = 8192, maximumChunkSeconds = 300;
// More frames than this are a mistake, or meant to fill the memory.
constexpr size_t minimumHop = 40;
constexpr size_t maximumImageSide = 4096, maximumPatches = 65536, maximumPatchSide = 256;

/// What the number must be, because nothing else is supported.
void requireNumber(ConfigFields &fields, const std::string &key, double only) {
  const Json *value = fields.find(key);
  if (value && fields.number(*value, key) != only)
    fields.refuse(key, *value, fmt::format("{}", only));
}

void readSpeechFields(ConfigFields &fields) {
  requireNumber(fields, "sampling_rate", 16000);
  // Dither would add noise, so that no two runs are alike.
  requireNumber(fields, "dither", 0);
  fields.ignore({"return_attention_mask"});
}

Settings readWhisper(ConfigFields &fields) {
  WhisperSettings settings;
  readSpeechFields(fields);
  settings.mels = fields.integer("feature_size", settings.mels, 1, maximumMels);
  settings.hop = fields.integer("hop_length", settings.hop, minimumHop, maximumTransform);
  settings.transform = fields.integer("n_fft", settings.transform, 4, maximumTransform);
  if (settings.transform % 2 != 0)
    fields.refuse("n_fft", settings.transform, "an even number");
  settings.chunkSeconds =
      fields.integer("chunk_length", settings.chunkSeconds, 1, maximumChunkSeconds);
  requireNumber(fields, "padding_value", 0);
  if (std::string side = fields.text("padding_side", "right"); side != "right")
    fields.refuse("padding_side", side, "\"right\"");
  // The original computes these again from the others.
  fields.ignore({"mel_filters", "n_samples", "nb_max_frames"});
  return settings;
}

Settings readSpeech2Text(ConfigFields &fields) {
  Speech2TextSettings settings;
  readSpeechFields(fields);
  settings.mels = fields.integer("num_mel_bins", settings.mels, 1, maximumMels);
  bool normalizes = fields.boolean("do_ceptral_normalize", true);
  settings.normalizesMeans = fields.boolean("normalize_means", true) && normalizes;
  settings.normalizesVariances = fields.boolean("normalize_vars", true) && normalizes;
  // One sound at a time is never padded; the filters' number is num_mel_bins.
  fields.ignore({"padding_value", "padding_side", "feature_size"});
  return settings;
}

Settings readStacked(ConfigFields &fields) {
  StackedSettings settings;
  readSpeechFields(fields);
  settings.mels = fields.integer("num_mel_bins", settings.mels, 1, maximumMels);
  requireNumber(fields, "stride", double(StackedSettings::framesPerRow));
  // As above; languages are of texts.
  fields.ignore({"padding_value", "padding_side", "feature_size", "language_code"});
  return settings;
}

Settings readWaveform(ConfigFields &fields) {
  WaveformSettings settings;
  readSpeechFields(fields);
  requireNumber(fields, "feature_size", 1);
  settings.normalizes = fields.boolean("do_normalize", true);
  // One sound at a time is never padded but to whole rows of the model.
  fields.ignore({"padding_value", "padding_side", "pad_to_multiple_of"});
  return settings;
}

ParakeetSettings readMels(ConfigFields &fields, ParakeetSettings settings) {
  requireNumber(fields, "sampling_rate", 16000);
  settings.mels = fields.integer("feature_size", settings.mels, 1, maximumMels);
  settings.hop = fields.integer("hop_length", settings.hop, minimumHop, maximumTransform);
  settings.transform = fields.integer("n_fft", settings.transform, 4, maximumTransform);
  settings.window = fields.integer("win_length", settings.window, 2, maximumTransform);
  if (settings.transform % 2 != 0 || settings.window > settings.transform)
    fields.refuse("n_fft", settings.transform,
                  fmt::format("an even number of win_length = {} or more", settings.window));
  if (const Json *part = fields.find("preemphasis"))
    settings.preemphasis = fields.number(*part, "preemphasis");
  else if (fields.isNull("preemphasis"))
    settings.preemphasis = 0;
  requireNumber(fields, "padding_value", 0);
  // One sound at a time is never padded.
  fields.ignore({"padding_side", "return_attention_mask"});
  return settings;
}

Settings readParakeet(ConfigFields &fields) {
  return readMels(fields, {});
}

/// With a little noise; longer sounds are cut by the original, and refused here.
Settings readCohereAsr(ConfigFields &fields) {
  ParakeetSettings settings = readMels(fields, {.mels = 128, .dither = 1e-5});
  if (const Json *dither = fields.find("dither"))
    settings.dither = std::max(0.0, fields.number(*dither, "dither"));
  fields.ignore({"max_audio_clip_s", "overlap_chunk_second", "min_energy_window_samples"});
  return settings;
}

/// A number for both sides, a pair of height and width, or an object with them.
ImageSize readSize(ConfigFields &fields, const std::string &key, ImageSize fallback) {
  const Json *value = fields.find(key);
  if (!value)
    return fallback;
  auto side = [&](const Json &side, const std::string &where) {
    return fields.integer(side, where, 1, maximumImageSide);
  };
  if (value->is_number()) {
    size_t both = side(*value, key);
    return {both, both};
  }
  if (value->is_array() && value->size() == 2)
    return {side((*value)[0], key + "[0]"), side((*value)[1], key + "[1]")};
  if (!value->is_object() || value->size() != 2 || !value->contains("height") ||
      !value->contains("width"))
    fields.refuse(key, *value, "an integer, or an object with height and width and nothing else");
  return {side((*value)["height"], key + ".height"), side((*value)["width"], key + ".width")};
}

using Channels = std::array<float, 3>;

/// Three numbers, or one for all three channels.
Channels readChannels(ConfigFields &fields, const std::string &key, Channels channels) {
  const Json *value = fields.find(key);
  if (!value)
    return channels;
  if (!value->is_number() && !(value->is_array() && value->size() == 3))
    fields.refuse(key, *value, "three numbers");
  for (size_t channel = 0; channel < 3; ++channel)
    channels[channel] = float(
        value->is_array() ? fields.number((*value)[channel], fmt::format("{}[{}]", key, channel))
                          : fields.number(*value, key));
  return channels;
}

Filter readFilter(ConfigFields &fields, size_t fallback) {
  constexpr size_t bilinear = 2, bicubic = 3;
  const Json *value = fields.find("resample");
  // Pillow's numbers: 0 nearest, 1 Lanczos, 4 box, 5 Hamming.
  size_t number = value ? fields.integer(*value, "resample", 0, 5) : fallback;
  if (number != bilinear && number != bicubic)
    fields.refuse("resample", *value, "2 (bilinear) or 3 (bicubic)");
  return number == bilinear ? Filter::bilinear : Filter::bicubic;
}

/// Of the images that a network was trained on, where the file does not say.
struct Statistics {
  Channels mean{0.5F, 0.5F, 0.5F}, deviation{0.5F, 0.5F, 0.5F};
};

void readScaling(ConfigFields &fields, ImageSettings &settings, const Statistics &fallback = {}) {
  const Json *scale = fields.find("rescale_factor");
  settings.scale = scale ? fields.number(*scale, "rescale_factor") : 1.0 / 255;
  if (!fields.boolean("do_rescale", true))
    settings.scale.reset();
  Channels mean = readChannels(fields, "image_mean", fallback.mean);
  Channels deviation = readChannels(fields, "image_std", fallback.deviation);
  if (std::find(deviation.begin(), deviation.end(), 0.0F) != deviation.end())
    fields.refuse("image_std", Json(deviation), "numbers other than 0");
  settings.normalization = {mean, deviation};
  if (!fields.boolean("do_normalize", true))
    settings.normalization.reset();
  // Images are always made RGB.
  fields.ignore({"do_convert_rgb", "_valid_processor_keys", "data_format", "input_data_format",
                 "return_tensors"});
}

Settings readVit(ConfigFields &fields) {
  ImageSettings settings;
  settings.size = readSize(fields, "size", {224, 224});
  settings.filter = readFilter(fields, /*fallback=*/2);
  if (!fields.boolean("do_resize", true))
    settings.size.reset();
  readScaling(fields, settings);
  return settings;
}

Settings readDeit(ConfigFields &fields) {
  ImageSettings settings;
  settings.size = readSize(fields, "size", {256, 256});
  settings.filter = readFilter(fields, /*fallback=*/3);
  if (!fields.boolean("do_resize", true))
    settings.size.reset();
  settings.crop = readSize(fields, "crop_size", {224, 224});
  if (!fields.boolean("do_center_crop", true))
    settings.crop.reset();
  readScaling(fields, settings);
  return settings;
}

const Statistics clipStatistics = {.mean = {0.48145466F, 0.4578275F, 0.40821073F},
                                   .deviation = {0.26862954F, 0.26130258F, 0.27577711F}};

Settings readBlip(ConfigFields &fields) {
  ImageSettings settings;
  settings.size = readSize(fields, "size", {384, 384});
  settings.filter = readFilter(fields, /*fallback=*/3);
  if (!fields.boolean("do_resize", true))
    settings.size.reset();
  readScaling(fields, settings, clipStatistics);
  return settings;
}

/// Where the file gives no size of both sides, the class resizes the shorter one.
Settings readClip(ConfigFields &fields) {
  ImageSettings settings;
  if (!fields.boolean("do_resize", true))
    settings.size.reset();
  else if (!fields.find("size"))
    fields.refuse("size", Json(), "an object with height and width: shorter sides are not resized");
  else
    settings.size = readSize(fields, "size", {});
  settings.filter = readFilter(fields, /*fallback=*/3);
  settings.crop = readSize(fields, "crop_size", {224, 224});
  if (!fields.boolean("do_center_crop", true))
    settings.crop.reset();
  readScaling(fields, settings, clipStatistics);
  fields.ignore({"image_seq_length"}); // what becomes of an image is the model's
  return settings;
}

/// Images keep their proportions, and get borders. Files of before say width and height in this
/// order.
Settings readDonut(ConfigFields &fields) {
  ImageSettings settings;
  settings.size = readSize(fields, "size", {2560, 1920});
  if (const Json *size = fields.find("size"); size && size->is_array())
    std::swap(settings.size->height, settings.size->width);
  settings.filter = readFilter(fields, /*fallback=*/2);
  settings.fit = ImageSettings::Fit{.turns = fields.boolean("do_align_long_axis", false)};
  for (const char *key : {"do_resize", "do_thumbnail", "do_pad"})
    if (!fields.boolean(key, true))
      fields.refuse(key, Json(false), "true");
  if (fields.boolean("random_padding", false))
    fields.refuse("random_padding", Json(true), "false");
  readScaling(fields, settings);
  return settings;
}

/// As many patches as a budget allows. A question that is drawn above the image changes all of it.
Settings readFlatPatches(ConfigFields &fields) {
  FlatPatchSettings settings;
  settings.maximumPatches =
      fields.integer("max_patches", settings.maximumPatches, 1, maximumPatches);
  settings.patch = readSize(fields, "patch_size", settings.patch);
  if (settings.patch.height > maximumPatchSide || settings.patch.width > maximumPatchSide)
    fields.refuse("patch_size", *fields.find("patch_size"),
                  fmt::format("sides up to {}", maximumPatchSide));
  if (!fields.boolean("do_normalize", true))
    fields.refuse("do_normalize", Json(false), "true");
  if (fields.boolean("is_vqa", false))
    fields.refuse("is_vqa", Json(true),
                  "false: questions are not drawn above images; without this file, the model takes "
                  "rows of features");
  // Images are always made RGB.
  fields.ignore({"do_convert_rgb", "_valid_processor_keys", "data_format", "input_data_format",
                 "return_tensors"});
  return settings;
}

struct Type {
  const char *name;
  Settings (*read)(ConfigFields &fields);
};

/// "FeatureExtractor" is what image processors were called before.
constexpr std::array<Type, 17> types = {{{"WhisperFeatureExtractor", readWhisper},
                                         {"ParakeetFeatureExtractor", readParakeet},
                                         {"CohereAsrFeatureExtractor", readCohereAsr},
                                         {"Speech2TextFeatureExtractor", readSpeech2Text},
                                         {"SeamlessM4TFeatureExtractor", readStacked},
                                         {"Wav2Vec2FeatureExtractor", readWaveform},
                                         {"ViTImageProcessor", readVit},
                                         {"ViTImageProcessorFast", readVit},
                                         {"ViTFeatureExtractor", readVit},
                                         {"DeiTImageProcessor", readDeit},
                                         {"DeiTFeatureExtractor", readDeit},
                                         {"BlipImageProcessor", readBlip},
                                         {"CLIPImageProcessor", readClip},
                                         {"CLIPImageProcessorFast", readClip},
                                         {"DonutImageProcessor", readDonut},
                                         {"DonutFeatureExtractor", readDonut},
                                         {"Pix2StructImageProcessor", readFlatPatches}}};

} // namespace

Settings readSettings(std::string_view text, const std::string &name,
                      const std::string &defaultType, std::vector<std::string> &warnings) {
  ConfigFields fields(text, name);
  std::string type = fields.text("feature_extractor_type", defaultType);
  type = fields.text("image_processor_type", type);
  fields.ignore({"processor_class"});
  auto found =
      std::find_if(types.begin(), types.end(), [&](const Type &each) { return each.name == type; });
  if (found == types.end()) {
    std::vector<std::string> names;
    for (const Type &each : types)
      names.emplace_back(each.name);
    throw InputError(fmt::format("{}: feature_extractor_type or image_processor_type: found {}, "
                                 "supported are {}",
                                 fields.origin(), type.empty() ? "neither" : '"' + type + '"',
                                 fmt::join(names, ", ")));
  }
  if (fields.find("auto_map"))
    throw InputError(
        fmt::format("{}: auto_map: the checkpoint brings Python code of its own, which is "
                    "not supported",
                    fields.origin()));
  Settings settings = found->read(fields);
  for (const std::string &key : fields.unreadKeys())
    warnings.push_back(
        fmt::format("{}: {} is not known to {} and has no effect", fields.origin(), key, type));
  return settings;
}

} // namespace transept::features
