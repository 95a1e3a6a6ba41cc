// SPDX-License-Identifier: Apache-2.0
//
// A part of the vocabulary that a search looks at instead of all of it: the panels of its tokens,
// gathered from those of the model, so that a step reads no others.
#ifndef TRANSEPT_RUNTIME_CACHE_VOCABULARYSHARES_H
#define TRANSEPT_RUNTIME_CACHE_VOCABULARYSHARES_H

#include "runtime/platform/AlignedMemory.h"

#include "transept/abi.h"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace transept::runtime {

class VocabularyShare {
public:
  /// `ids` are ascending, unique and in the vocabulary; `decode` searches it. Throws
  /// std::bad_alloc.
  VocabularyShare(const transept_model_table &table, const transept_program &decode,
                  std::vector<std::int32_t> ids);

  /// Ascending: what generated code calls a token is its place among them.
  const std::vector<std::int32_t> &ids() const { return tokens; }
  /// The place of an id, -1 where it is not in the share.
  std::int64_t placeOf(std::int32_t id) const;
  std::int64_t size() const { return std::int64_t(tokens.size()); }
  const void *panels() const { return words.data(); }
  /// Null where the model has none.
  const float *bias() const { return biases.floats(); }
  std::uint64_t bytes() const { return words.bytes() + biases.bytes(); }

private:
  void gatherPanels(const transept_program &decode, const std::byte *from);
  void gatherBias(const transept_program &decode, const float *from);

  std::vector<std::int32_t> tokens;
  AlignedMemory words, biases;
};

/// The shares that were asked for last, since one request after another asks for the same.
class VocabularyShares {
public:
  VocabularyShares(const transept_model_table &table, const transept_program &decode)
      : table(table), decode(decode) {}

  /// `ids` as for VocabularyShare.
  std::shared_ptr<const VocabularyShare> find(const std::vector<std::int32_t> &ids);

private:
  std::shared_ptr<const VocabularyShare> findKept(const std::vector<std::int32_t> &ids);

  const transept_model_table &table;
  const transept_program &decode;
  std::mutex mutex;
  std::list<std::shared_ptr<const VocabularyShare>> kept; // those asked for last first
};

} // namespace transept::runtime

#endif
