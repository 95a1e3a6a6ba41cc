// SPDX-License-Identifier: Apache-2.0
//
// What one call generates from: texts or images, checked before anything is computed, in the pieces
// that become sources.

#ifndef TRANSEPT_MEDIA_LIBRARY_GENERATIONSOURCES_H
#define TRANSEPT_MEDIA_LIBRARY_GENERATIONSOURCES_H

#include "base/Error.h"

#include "transept/text_abi.h"

#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

namespace transept::media {

/// A source: an image, a text, or a sentence of one.
struct GenerationPiece {
  size_t index;               // of the text or image in the call
  size_t sentence = 0;        // its number
  std::vector<int32_t> ids{}; // none of an image
  std::string_view text{};    // that the ids are of; it lives as long as the sources
  size_t begin = 0;           // where that is in the whole text
  std::string gap{};          // the white space behind a sentence
};

class GenerationSources {
public:
  virtual ~GenerationSources() = default;

  size_t count() const { return problems.size(); }
  /// Of all texts or images that have no problem, in order.
  std::span<const GenerationPiece> pieces() const { return all; }
  /// Why there is no result; empty for the others.
  const std::string &problemOf(size_t index) const { return problems[index]; }
  /// False for a text without a sentence.
  bool hasPieces(size_t index) const { return areFilled[index]; }
  /// The white space before the first sentence.
  const std::string &blankBefore(size_t index) const { return blanks[index]; }

  /// What the encoder reads; the inputs point into this, until the next call.
  virtual std::vector<transept_source_input> inputsOf(std::span<const GenerationPiece> pieces) = 0;

protected:
  explicit GenerationSources(size_t count) : problems(count), blanks(count), areFilled(count) {}

  /// Calls `add`, which adds pieces, with each index. What it throws names the source ("texts[3]")
  /// or, if they are to be skipped, becomes its problem.
  template <typename Add> void addEach(const char *name, bool skipsInvalid, Add add) {
    for (size_t index = 0; index < count(); ++index) {
      size_t before = all.size();
      try {
        add(index);
      } catch (const InputError &error) {
        if (!skipsInvalid)
          throw InputError(fmt::format("{}[{}]: {}", name, index, error.what()));
        all.erase(all.begin() + ptrdiff_t(before), all.end());
        problems[index] = error.what();
      }
      areFilled[index] = all.size() > before;
    }
  }

  std::vector<GenerationPiece> all;
  std::vector<std::string> problems, blanks;
  std::vector<bool> areFilled;
};

} // namespace transept::media

#endif
