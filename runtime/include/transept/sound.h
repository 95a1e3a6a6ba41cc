// SPDX-License-Identifier: Apache-2.0
//
// Sounds of a program's memory into a model that listens: any rate, any number of channels, any
// length.
//
//     auto transcript = transept::transcribe(model, {.samples = samples, .sampleRate = 44100});
//     for (const transept::SoundSegment &segment : transcript.segments)
//       std::printf("%.2f %s\n", segment.begin, segment.text.c_str());
#ifndef TRANSEPT_SOUND_H
#define TRANSEPT_SOUND_H

#include "transept/detail/WholeSound.h"
#include "transept/long_speech.h"
#include "transept/sound_abi.h"

namespace transept {

/// A sound in memory, which must stay there until the call that takes it returns.
struct Pcm {
  std::span<const float> samples; ///< [frames, channels], full scale is 1
  unsigned sampleRate = 16000;    ///< frames a second, 1000 to 768000
  unsigned channels = 1;          ///< 1 to 64; they are averaged
};

namespace detail {

/// A sound as the library hears it. Throws Error where it cannot.
class HeardSound {
public:
  HeardSound(const Model &model, const Pcm &pcm)
      : model(model), functions(functionsOf(model)), sound(nullptr, functions.close_sound) {
    if (pcm.channels == 0 || pcm.samples.size() % pcm.channels != 0)
      throw Error(ErrorCode::InvalidArgument,
                  "channels is " + std::to_string(pcm.channels) + ", but must divide the " +
                      std::to_string(pcm.samples.size()) + " samples into frames");
    transept_pcm given{pcm.samples.data(), pcm.samples.size() / pcm.channels, pcm.sampleRate,
                       pcm.channels};
    transept_sound *opened = nullptr;
    call([&](char **message) {
      return functions.open_sound(&this->model.table(), &given, &opened, message);
    });
    sound.reset(opened);
  }

  std::size_t frameCount() const { return functions.frame_count(sound.get()); }
  double seconds() const { return functions.seconds(sound.get()); }
  std::vector<float> read(std::size_t begin, std::size_t count) {
    std::vector<float> rows(count * model.sourceFeatureWidth());
    call([&](char **message) {
      return functions.read_features(sound.get(), begin, count, rows.data(), message);
    });
    return rows;
  }

  static const transept_sound_functions &functionsOf(const Model &model) {
    if (!model.table().sound)
      throw Error(ErrorCode::Unsupported, std::string(model.name()) +
                                              " takes no sounds; where it listens, its checkpoint "
                                              "lacked a preprocessor_config.json");
    return *model.table().sound;
  }

private:
  template <typename Function> void call(Function function) const {
    char *message = nullptr;
    transept_status status = function(&message);
    if (status == TRANSEPT_OK)
      return;
    std::string text = message ? message : "there is not enough memory for an error message";
    model.table().runtime->release_message(message);
    throw Error(static_cast<ErrorCode>(status), text);
  }

  const Model &model;
  const transept_sound_functions &functions;
  std::unique_ptr<transept_sound, void (*)(transept_sound *)> sound;
};

} // namespace detail

/// Encodes a sound; of more than one window, only the first.
inline Source encodeSound(const Model &model, const Pcm &pcm) {
  detail::HeardSound sound(model, pcm);
  std::size_t window = model.sourceFeatureCount();
  std::size_t count = window == 0 ? sound.frameCount() : std::min(window, sound.frameCount());
  return model.encodeFeatures(sound.read(0, count));
}

/// What is said in a sound of any length, as transcribeSound finds it; `found` is called with each
/// segment as soon as it is known. Segments have texts where the library has a tokenizer. Models
/// without windows take the sound in one piece, which becomes one segment without times in it.
inline SoundTranscript transcribe(const Model &model, const Pcm &pcm,
                                  const SoundOptions &options = {},
                                  const std::function<void(const SoundSegment &)> &found = {}) {
  detail::HeardSound sound(model, pcm);
  if (!model.table().speech || model.sourceFeatureCount() == 0)
    return detail::transcribeWhole(model, sound.read(0, sound.frameCount()), sound.seconds(),
                                   options, found);
  SoundOptions complete = options;
  if (!complete.compressedSize)
    complete.compressedSize = [&](std::string_view bytes) {
      return detail::HeardSound::functionsOf(model).compressed_size(bytes.data(), bytes.size());
    };
  SoundFeatures features{
      .frameCount = sound.frameCount(),
      .read = [&](std::size_t begin, std::size_t count) { return sound.read(begin, count); },
      .seconds = sound.seconds()};
  return transcribeSound(model, features, complete, found);
}

/// A word of a segment, with what stands around it: a blank before it, a comma behind it.
struct SpokenWord {
  double begin = 0, end = 0; ///< seconds from the beginning of the sound
  std::string text = {};
  double probability = 0; ///< the mean of its tokens
};

/// The words of a segment that has tokenTimes, by the library's tokenizer. As transformers 4.44
/// finds them: at blanks, and in languages without these at characters.
inline std::vector<SpokenWord> wordsOf(const Model &model, const SoundSegment &segment) {
  const transept_sound_functions &functions = detail::HeardSound::functionsOf(model);
  if (segment.tokenTimes.size() != segment.ids.size())
    throw Error(ErrorCode::InvalidArgument,
                "the segment has no times of its tokens; SoundOptions::tokenTimes asks for them");
  const double last = segment.tokenTimes.empty() ? segment.end : segment.tokenTimes.back();
  const transept_spoken_ids spoken{.ids = segment.ids.data(),
                                   .times = segment.tokenTimes.data(),
                                   .scores = segment.tokenScores.size() == segment.ids.size()
                                                 ? segment.tokenScores.data()
                                                 : nullptr,
                                   .count = segment.ids.size(),
                                   .end = std::max(last, segment.end),
                                   .language = segment.language.c_str()};
  transept_words *handle = nullptr;
  const detail::OpenLibrary &library = model.opened();
  library.call(functions.group_words, library.text(), &spoken, &handle);
  std::unique_ptr<transept_words, void (*)(transept_words *)> owner(handle,
                                                                    functions.release_words);
  std::uint64_t count = 0;
  const transept_word *words = functions.list_words(handle, &count);
  std::vector<SpokenWord> result;
  result.reserve(count);
  for (const transept_word &word : std::span(words, count))
    result.push_back({word.begin, word.end, {word.text.data, word.text.size}, word.probability});
  return result;
}

} // namespace transept

#endif
