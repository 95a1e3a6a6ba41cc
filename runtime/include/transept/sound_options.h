// SPDX-License-Identifier: Apache-2.0
//
// How to transcribe a sound of any length, and what comes of it; for long_speech.h and sound.h.
#ifndef TRANSEPT_SOUND_OPTIONS_H
#define TRANSEPT_SOUND_OPTIONS_H

#include "transept/speech.h"

namespace transept {

/// The features of one sound, of which a window is in memory at a time.
struct SoundFeatures {
  std::size_t frameCount = 0; ///< 1 or more
  /// Gives frames [count, sourceFeatureWidth()] from `begin` on, all below frameCount. `begin`
  /// never decreases from one call to the next.
  std::function<std::vector<float>(std::size_t begin, std::size_t count)> read;
  /// Its length without silence that fills it up, for onProgress; 0: that of its frames.
  double seconds = 0;
};

/// Where the text of SoundOptions::previousText stands before a window.
enum class PreviousText {
  FirstWindow, ///< as if it had been said before the sound; without conditionsOnPrevious, always
  AllWindows   ///< before each window, and before what was said in the ones before it
};

/// How to transcribe a sound. The defaults are those of transformers 4.44.
struct SoundOptions {
  /// `timestamps` is unset or true, and `generate` has no prompt, sample or temperature: windows
  /// are cut at timestamps, and what follows says the others. Lengths count the whole prompt.
  SpeechOptions speech = {};

  /// A window is searched greedily or with beams at temperature 0, else sampled, with the next
  /// temperature each time that what came out is poor by one of the first two thresholds.
  std::vector<float> temperatures = {0};
  /// Poor: repeats itself so that its ids compress to less than 1/threshold of their bytes.
  std::optional<double> compressionRatioThreshold = {};
  /// Poor: less likely than this (see SoundSegment::averageLogProbability), e.g. -1.
  std::optional<double> logProbabilityThreshold = {};
  /// A window is silence if the probability of that is larger and its text is unlikely by
  /// logProbabilityThreshold (if that is set).
  std::optional<double> noSpeechThreshold = {};
  /// The size that bytes have when zlib compresses them at level 6, headers included. Needed for
  /// compressionRatioThreshold and the segments' compressionRatio; this header has no zlib.
  std::function<std::size_t(std::string_view bytes)> compressedSize = {};

  /// Let what was said, at a temperature below 0.5, stand before the next window.
  bool conditionsOnPrevious = false;
  /// Ids of words to stand before each window, before all other text: names and how they are
  /// written. No special ids; together with previousText at most half of the model's positions.
  std::vector<Id> hotwords = {};
  /// Ids of a text to stand before windows: names, spelling, style; no special ids.
  std::vector<Id> previousText = {};
  PreviousText previousTextIsFor = PreviousText::FirstWindow;

  /// Whether segments get tokenTimes.
  bool tokenTimes = false;

  /// Windows end where the sound is silent, and many are decoded together, which is faster; silence
  /// between them is left out. Silent is what is so many decibels or more below the loudest frame
  /// so far, e.g. 40. Not with conditionsOnPrevious. What is spoken is detected in the first
  /// window. A sound of one window is transcribed in one piece nevertheless.
  std::optional<double> splitAtSilence = {};
  /// Windows to decode together at most, with splitAtSilence. Results do not depend on it.
  std::size_t batchSize = 8;

  /// A smaller model of the same vocabulary and features that guesses the text of windows, see
  /// draft.h: transcripts are those without it. It must outlive the call, and is not for beams.
  const Model *draft = nullptr;

  /// Called after each window, on the calling thread, behind `found` of its segments, with the
  /// seconds of the sound that are done and all of them. Returning false ends the call as
  /// `speech.generate.stop` does, an exception with that exception.
  std::function<bool(double done, double total)> onProgress = {};
};

/// A piece of a transcript, and how sure its window is.
struct SoundSegment {
  double begin = 0, end = 0; ///< seconds from the beginning of the sound
  std::vector<Id> ids;       ///< its text with its timestamps, which count from its window
  std::string text;          ///< where the library has a tokenizer; one after another, all is said
  std::vector<double> tokenTimes; ///< the second at which each of the ids begins, if asked for
  std::vector<float> tokenScores; ///< the log-probability of each of the ids, as it was found
  std::string language;           ///< of the sound
  std::size_t window = 0;         ///< counted from 0, silent ones too
  std::size_t firstFrame = 0;     ///< of the window
  double temperature = 0;         ///< at which it was found
  /// Of the window's ids without the end, summed / (their number + 1): what the search saw after
  /// its rules, or of sampled ids what the model says.
  double averageLogProbability = 0;
  /// Bytes of the window's ids / their compressed size; nothing without compressedSize.
  std::optional<double> compressionRatio = {};
  /// Nothing for models without an id for it.
  std::optional<double> noSpeechProbability = {};
};

struct SoundTranscript {
  std::string language; ///< given, or detected in the first window; empty for models of one
  std::vector<SoundSegment> segments;
};

} // namespace transept

#endif
