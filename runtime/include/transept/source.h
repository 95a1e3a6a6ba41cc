// SPDX-License-Identifier: Apache-2.0
//
// What a model gives out: encoded sources, and decoders that are fed step by step.
#ifndef TRANSEPT_SOURCE_H
#define TRANSEPT_SOURCE_H

#include "transept/detail/OpenLibrary.h"
#include "transept/options.h"

#include <memory>
#include <utility>

namespace transept {

class Decoder;

/// An encoded source: its encoder KV cache entry stays as long as a copy of this lives. Copies
/// share it; a source can be used by many calls and threads at once, and may outlive its Model.
class Source {
public:
  Source(const Source &other) : library(other.library), handle(other.handle) {
    if (handle)
      library->runtime().retain_source(handle);
  }
  Source(Source &&other) noexcept
      : library(std::move(other.library)), handle(std::exchange(other.handle, nullptr)) {}
  Source &operator=(Source other) noexcept {
    std::swap(library, other.library);
    std::swap(handle, other.handle);
    return *this;
  }
  ~Source() {
    if (handle)
      library->runtime().release_source(handle);
  }

  /// Tokens that were encoded; masked ones are not.
  std::size_t length() const { return view().length; }
  /// Their ids (none where the source is features) and positions; valid as long as the source.
  std::span<const Id> ids() const { return {view().ids, view().ids ? length() : 0}; }
  std::span<const std::int32_t> positions() const { return {view().positions, length()}; }
  /// The encoder's last hidden states [length, hidden size], one row after another; valid as long
  /// as the source.
  std::span<const float> states() const {
    return {view().states, length() * opened().table().encoder_hidden_size};
  }

  /// An empty target sequence over this source, to be fed step by step.
  Decoder decode() const;

private:
  friend class Model;
  friend class Decoder;
  Source(std::shared_ptr<const detail::OpenLibrary> library, transept_source *handle)
      : library(std::move(library)), handle(handle) {}

  transept_source_view view() const {
    transept_source_view result;
    opened().runtime().view_source(handle, &result);
    return result;
  }
  const detail::OpenLibrary &opened() const { return detail::opened(library, "this Source"); }

  std::shared_ptr<const detail::OpenLibrary> library;
  transept_source *handle;
};

/// A target sequence that grows by the ids one appends: for search methods of one's own. One thread
/// at a time; forks may be used by different threads.
class Decoder {
public:
  Decoder(Decoder &&other) noexcept
      : library(std::move(other.library)), handle(std::exchange(other.handle, nullptr)) {}
  Decoder &operator=(Decoder &&other) noexcept {
    std::swap(library, other.library);
    std::swap(handle, other.handle);
    return *this;
  }
  ~Decoder() {
    if (handle)
      library->runtime().close_decoder(handle);
  }

  /// Appends ids (the first of all is usually the decoder start) and returns the logits
  /// [target vocabulary size] of what follows the last one.
  std::vector<float> append(std::span<const Id> ids) { return feed(ids, false).values; }
  std::vector<float> append(Id id) { return append(std::span(&id, 1)); }
  /// The same, with a row of logits for each appended id: [ids, target vocabulary size].
  Rows appendAll(std::span<const Id> ids) { return feed(ids, true); }

  /// A second sequence that begins with what this one has. Costs no copy of keys and values.
  Decoder fork() const {
    transept_decoder *result = nullptr;
    opened().call(opened().runtime().fork_decoder, handle, &result);
    return Decoder(library, result);
  }

  /// Ids appended so far.
  std::size_t length() const { return opened().runtime().decoder_length(handle); }

  /// Appends ids[i] to *decoders[i], all in one pass over the model, and returns the logits after
  /// the last id of each: [decoders, target vocabulary size]. All belong to one model.
  static Rows appendBatch(std::span<Decoder *const> decoders,
                          std::span<const std::vector<Id>> ids) {
    if (decoders.size() != ids.size())
      throw Error(ErrorCode::InvalidArgument, "ids has " + std::to_string(ids.size()) +
                                                  " lists, but must have one for each of the " +
                                                  std::to_string(decoders.size()) + " decoders");
    if (decoders.empty())
      return {};
    std::vector<transept_decoder *> handles;
    std::vector<Id> all;
    std::vector<std::uint64_t> offsets{0};
    for (std::size_t index = 0; index < decoders.size(); ++index) {
      std::string name = "decoders[" + std::to_string(index) + "]";
      if (!decoders[index])
        throw Error(ErrorCode::InvalidArgument, name + " is null, but must be a decoder");
      if (&detail::opened(decoders[index]->library, name) != decoders[0]->library.get())
        throw Error(ErrorCode::InvalidArgument,
                    name + " is from another model, but must be from the same one as the others");
      handles.push_back(decoders[index]->handle);
      all.insert(all.end(), ids[index].begin(), ids[index].end());
      offsets.push_back(all.size());
    }
    const detail::OpenLibrary &library = *decoders[0]->library;
    Rows logits{library.logitsWidth()};
    logits.values.resize(decoders.size() * logits.width);
    library.call(library.runtime().append, handles.data(), handles.size(), all.data(),
                 offsets.data(), 0, logits.values.data());
    return logits;
  }

private:
  friend class Source;
  Decoder(std::shared_ptr<const detail::OpenLibrary> library, transept_decoder *handle)
      : library(std::move(library)), handle(handle) {}

  const detail::OpenLibrary &opened() const { return detail::opened(library, "this Decoder"); }

  Rows feed(std::span<const Id> ids, bool allRows) {
    Rows logits{opened().logitsWidth()};
    logits.values.resize((allRows ? ids.size() : 1) * logits.width);
    std::uint64_t offsets[] = {0, ids.size()};
    Id none = 0;
    opened().call(opened().runtime().append, &handle, std::uint64_t(1),
                  ids.empty() ? &none : ids.data(), offsets, allRows ? 1 : 0, logits.values.data());
    return logits;
  }

  std::shared_ptr<const detail::OpenLibrary> library;
  transept_decoder *handle;
};

inline Decoder Source::decode() const {
  transept_decoder *decoder = nullptr;
  opened().call(opened().runtime().open_decoder, handle, &decoder);
  return Decoder(library, decoder);
}

} // namespace transept

#endif
