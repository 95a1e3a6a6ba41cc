// SPDX-License-Identifier: Apache-2.0
//
// Where a sound is silent, by its energy: windows that end there need no text of the ones before,
// and can be decoded together. Frames are those of models with windows, (log10 of mel energies + 4)
// / 4.
#ifndef TRANSEPT_DETAIL_SILENCECUTS_H
#define TRANSEPT_DETAIL_SILENCECUTS_H

#include "transept/sound_options.h"

#include <algorithm>
#include <cmath>

namespace transept::detail {

/// Throws Error unless `size` numbers are `count` frames.
inline void checkFeatureCount(std::size_t size, std::size_t count, std::size_t width) {
  if (size != count * width)
    throw Error(ErrorCode::InvalidArgument, "read of the sound gave " + std::to_string(size) +
                                                " numbers, but must give " + std::to_string(count) +
                                                " frames of " + std::to_string(width));
}

/// Some frames of a sound.
struct SoundWindow {
  std::size_t first = 0, count = 0;
  std::vector<float> features; ///< [count, width]
};

/// Gives the windows one after another, and holds no more of the sound than one of them.
///
/// A frame is silent if its energy is so many decibels or more below that of the loudest frame so
/// far. A window begins and ends a fifth of a second before and behind what is not. One that cannot
/// hold the rest of the sound ends in the longest silence of its second half; where there is none,
/// at the quietest tenth of a second.
class SilenceCuts {
public:
  SilenceCuts(std::size_t window, std::size_t width, const SoundFeatures &sound, double decibels,
              double framesPerSecond)
      : window(window), width(width), sound(sound), decibels(decibels),
        margin(std::size_t(std::lround(framesPerSecond / 5))),
        blur(std::max<std::size_t>(1, std::size_t(std::lround(framesPerSecond / 10)))) {}

  /// Nothing at the sound's end, and where the rest is silent.
  std::optional<SoundWindow> next() {
    while (true) {
      skipSilence();
      if (levels.empty())
        return std::nullopt;
      const std::size_t cut = isAtEnd() ? levels.size() : findCut();
      std::size_t end = cut;
      while (end != 0 && isSilent(end - 1))
        --end;
      const std::size_t count = end == 0 ? 0 : std::min(cut, end + margin);
      auto begin = features.begin();
      SoundWindow result{first, count, {begin, begin + std::ptrdiff_t(count * width)}};
      drop(cut);
      // Beside something louder that follows it, all of it may be silence.
      if (count != 0)
        return result;
    }
  }

private:
  bool isAtEnd() const { return first + levels.size() == sound.frameCount; }
  bool isSilent(std::size_t frame) const { return levels[frame] <= loudest - decibels; }

  /// Holds frames from `first` on, as many as a window has or the sound.
  void fill() {
    std::size_t begin = first + levels.size();
    std::size_t count = std::min(window - levels.size(), sound.frameCount - begin);
    if (count == 0)
      return;
    std::vector<float> rows = sound.read(begin, count);
    checkFeatureCount(rows.size(), count, width);
    for (std::size_t frame = 0; frame < count; ++frame) {
      levels.push_back(levelOf(std::span(rows).subspan(frame * width, width)));
      loudest = std::max(loudest, levels.back());
    }
    features.insert(features.end(), rows.begin(), rows.end());
  }

  /// Decibels.
  static double levelOf(std::span<const float> row) {
    double sum = 0;
    for (float value : row)
      sum += std::pow(10.0, 4 * double(value) - 4);
    return 10 * std::log10(sum / double(row.size()));
  }

  void drop(std::size_t count) {
    first += count;
    levels.erase(levels.begin(), levels.begin() + std::ptrdiff_t(count));
    features.erase(features.begin(), features.begin() + std::ptrdiff_t(count * width));
  }

  /// Up to the margin before what is not silent; holds nothing where all of the rest is.
  void skipSilence() {
    while (true) {
      fill();
      std::size_t silent = 0;
      while (silent < levels.size() && isSilent(silent))
        ++silent;
      bool isAll = silent == levels.size();
      if (isAll && isAtEnd())
        return drop(levels.size());
      drop(silent - std::min(silent, margin));
      fill();
      if (!isAll)
        return;
    }
  }

  std::size_t findCut() const {
    std::size_t best = 0, longest = 0;
    for (std::size_t end = 0, length = 0; end < levels.size(); ++end) {
      length = isSilent(end) ? length + 1 : 0;
      std::size_t middle = end + 1 - length / 2;
      if (length > longest && middle >= levels.size() / 2) {
        longest = length;
        best = middle;
      }
    }
    return longest != 0 ? best : quietestFrame();
  }

  std::size_t quietestFrame() const {
    std::size_t best = levels.size();
    double quietest = HUGE_VAL;
    for (std::size_t begin = levels.size() / 2; begin + blur <= levels.size(); ++begin) {
      double sum = 0;
      for (std::size_t frame = begin; frame < begin + blur; ++frame)
        sum += levels[frame];
      if (sum < quietest) {
        quietest = sum;
        best = begin + blur / 2;
      }
    }
    return std::max<std::size_t>(1, best);
  }

  const std::size_t window, width;
  const SoundFeatures &sound;
  const double decibels;
  const std::size_t margin, blur; // frames
  std::size_t first = 0;
  std::vector<float> features; // of frames from `first` on
  std::vector<double> levels;
  double loudest = -HUGE_VAL;
};

} // namespace transept::detail

#endif
