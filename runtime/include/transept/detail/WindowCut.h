// SPDX-License-Identifier: Apache-2.0
//
// What a window of a long sound gave: where its text is cut, and the bytes by which its repetitions
// are judged.
#ifndef TRANSEPT_DETAIL_WINDOWCUT_H
#define TRANSEPT_DETAIL_WINDOWCUT_H

#include "transept/speech.h"

namespace transept::detail {

/// How one window's text is cut into segments.
struct WindowCut {
  struct Piece {
    std::size_t begin, end;    ///< of the text
    double beginTime, endTime; ///< seconds from the window's beginning
  };
  std::vector<Piece> pieces;
  /// Where the next window begins, in timestamps from this one's beginning; nothing: behind it.
  std::optional<std::size_t> next;
};

/// What becomes of text behind the last pair of timestamps.
enum class WindowRest { ComesAgain, IsKept };

/// `text` is without the end id; `seconds` is the length of the window's sound.
inline WindowCut cutWindow(std::span<const Id> text, Id firstTimestamp, double seconds,
                           WindowRest rest = WindowRest::ComesAgain) {
  auto isTimestamp = [&](std::size_t at) { return text[at] >= firstTimestamp; };
  auto place = [&](std::size_t at) {
    return isTimestamp(at) ? std::size_t(text[at] - firstTimestamp) : 0;
  };
  WindowCut cut;
  std::vector<std::size_t> ends;
  for (std::size_t at = 1; at < text.size(); ++at)
    if (isTimestamp(at - 1) && isTimestamp(at))
      ends.push_back(at);
  const std::size_t count = text.size();
  if (ends.empty()) {
    std::size_t last = count;
    while (last != 0 && !isTimestamp(last - 1))
      --last;
    double end = last != 0 ? double(place(last - 1)) * secondsPerTimestamp : 0;
    if (count != 0)
      cut.pieces.push_back({0, count, 0, end > 0 ? end : seconds});
    return cut;
  }
  // A single timestamp at the end says that nothing follows it.
  const bool isComplete = isTimestamp(count - 1) && !isTimestamp(count - 2);
  const bool isKept = !isComplete && rest == WindowRest::IsKept;
  if (isComplete || isKept)
    ends.push_back(count);
  for (std::size_t begin = 0; std::size_t end : ends) {
    cut.pieces.push_back({begin, end, double(place(begin)) * secondsPerTimestamp,
                          double(place(end - 1)) * secondsPerTimestamp});
    begin = end;
  }
  if (isKept)
    cut.pieces.back().endTime = seconds;
  if (std::size_t last = place(ends.back() - 1); !isComplete && !isKept && last != 0)
    cut.next = last;
  return cut;
}

/// The bytes of ids whose compression tells of repetitions: as many for each as the vocabulary
/// needs, the lowest first.
inline std::string bytesOf(std::span<const Id> ids, std::size_t vocabularySize) {
  auto length = std::size_t(std::log2(double(vocabularySize)) / 8) + 1;
  std::string bytes;
  for (Id id : ids)
    for (std::size_t index = 0; index < length; ++index)
      bytes += char(std::uint32_t(id) >> (8 * index));
  return bytes;
}

} // namespace transept::detail

#endif
