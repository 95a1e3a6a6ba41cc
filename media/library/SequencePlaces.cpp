// SPDX-License-Identifier: Apache-2.0
//
// Weights are those of the decoder run once over the whole sequence: the row that produced an id is
// that of the id before it.

#include "media/library/SequencePlaces.h"

#include "media/library/LastCrossAttention.h"
#include "media/library/TokenPlaces.h"

namespace transept::media {

namespace {

/// [length, sourceLength]; nothing was looked at for the first id.
std::vector<float> weightsOf(const transept_text &text, transept_source *source,
                             std::span<const int32_t> ids, size_t sourceLength) {
  std::vector<float> weights(ids.size() * sourceLength);
  if (ids.size() < 2)
    return weights;
  const size_t rows = ids.size() - 1;
  const auto [heads, all] = lastCrossAttention(text, source, ids.first(rows), sourceLength);
  for (size_t head = 0; head < heads; ++head)
    for (size_t at = 0; at < rows * sourceLength; ++at)
      weights[sourceLength + at] += all[head * rows * sourceLength + at] / float(heads);
  return weights;
}

void shift(std::vector<transept_byte_range> &ranges, size_t distance) {
  for (transept_byte_range &range : ranges)
    range = {range.begin + distance, range.end + distance};
}

template <typename Value> const Value *dataOf(const std::vector<Value> &values) {
  return values.empty() ? nullptr : values.data();
}

} // namespace

transept_token_places SequencePlaces::view() const {
  return {.target = dataOf(target),
          .source = dataOf(source),
          .source_ids = dataOf(sourceIds),
          .source_length = sourceLength,
          .weights = dataOf(weights)};
}

void checkPlaces(const transept_text &text, const transept_text_options &options) {
  if (options.alignment != 0 && text.table.cross_attention_count == 0)
    throw Error(
        ErrorCode::Unsupported,
        fmt::format("alignment is asked for, but {} has no cross-attention", text.table.name));
}

SequencePlaces placesOf(const transept_text &text, const transept_text_options &options,
                        const GenerationPiece &piece, transept_source *source,
                        const transept_sequence &sequence, const text::DecodeOptions &decoding,
                        size_t begin) {
  SequencePlaces places;
  std::span ids(sequence.ids, sequence.length);
  transept_source_view view{};
  text.table.runtime->view_source(source, &view);
  places.sourceLength = view.length;
  if (!text.isDecoderAlone())
    places.sourceIds = piece.ids;
  if (options.token_offsets != 0) {
    places.target = rangesOf(*text.tokenizer, ids, decoding);
    shift(places.target, begin);
    places.source = sourceRangesOf(*text.tokenizer, places.sourceIds, piece.text);
    shift(places.source, piece.begin);
  }
  if (options.alignment != 0)
    places.weights = weightsOf(text, source, ids, places.sourceLength);
  return places;
}

} // namespace transept::media
