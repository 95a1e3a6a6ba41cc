// SPDX-License-Identifier: Apache-2.0
//
// The path through the pieces of a text whose scores have the highest sum. Sums are rounded as they
// grow, so that which path wins may depend on all of the text before; parts of a text whose best
// path is ahead by more than rounding can be are kept, and found again without looking for pieces.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_BESTPATH_H
#define TRANSEPT_MEDIA_TOKENIZERS_BESTPATH_H

#include "media/text/Unicode.h"
#include "media/tokenizers/Joints.h"
#include "media/tokenizers/Trie.h"
#include "media/tokenizers/WordCache.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace transept::text {

struct PathPiece {
  uint32_t length;
  int32_t id; // -1: a character that is no piece
};

/// The best paths through parts, which all texts share. Sums are kept as `Sum`; of pieces that
/// reach one sum at one place the first wins. `Scores` has isPiece(id), and scoreOf(id, length) of
/// a piece of so many bytes, or, of -1, of a character that is no piece; they always say the same.
template <typename Sum, typename Scores> class BestPaths {
public:
  /// Keeps references. `joints` are those of the texts of `trie`.
  BestPaths(const Trie &trie, const Joints &joints, const Scores &scores)
      : trie(trie), joints(joints), scores(scores) {}

  /// One text, of which words are added in their order: no piece crosses the end of one.
  class Search {
  public:
    explicit Search(const BestPaths &paths) : paths(paths) {}

    void add(std::string_view word) {
      if (addKnown(word))
        return;
      for (const size_t whole = word.size(); !word.empty();) {
        const std::string_view part = word.substr(0, paths.joints.partLength(word));
        if ((part.size() == whole || !addKnown(part)) && !addNew(part))
          addExactly(part);
        word.remove_prefix(part.size());
      }
    }

    /// The path through all that was added.
    std::vector<PathPiece> path;

  private:
    struct Node {
      Sum sum = 0;
      uint32_t length = 0; // of the best piece that ends here; 0 for none
      int32_t id = -1;
    };

    /// False where nothing was kept of it.
    bool addKnown(std::string_view part) {
      auto known = paths.parts.find(part);
      if (known && !addIfAhead(part, *known))
        addExactly(part);
      return known.has_value();
    }

    /// False where rounding could make another path win.
    bool addIfAhead(std::string_view part, std::span<const int32_t> known) {
      auto number = [&](size_t index) { return double(std::bit_cast<float>(known[index])); };
      const double lead = number(0), reach = number(1);
      // Each of the sums has as many roundings as there are bytes at most, each of half a unit in
      // the last place of what was reached; four times as much is sure.
      constexpr double unit = double(std::numeric_limits<Sum>::epsilon());
      if (!(lead > 4 * unit * double(part.size()) * (distance + reach)))
        return false;
      distance += number(2);
      for (int32_t piece : known.subspan(headers))
        path.push_back({uint32_t(piece & lengthMask), piece >> lengthBits});
      return true;
    }

    /// Keeps what it finds, where it is small enough.
    bool addNew(std::string_view part) {
      std::array<int32_t, WordCache::mostValues> values;
      size_t count = part.size() <= WordCache::longestWord ? paths.solve(part, values) : 0;
      if (count == 0)
        return false;
      paths.parts.insert(part, std::span(values).first(count));
      return addIfAhead(part, std::span(values).first(count));
    }

    void addExactly(std::string_view part) {
      // What was kept did not need it.
      for (; counted < path.size(); ++counted)
        sum = Sum(paths.scores.scoreOf(path[counted].id, path[counted].length) + double(sum));
      nodes.assign(part.size() + 1, Node());
      nodes[0].sum = sum;
      paths.forEachPiece(part, [&](size_t begin, size_t length, int32_t id) {
        Node &node = nodes[begin + length];
        double reached = paths.scores.scoreOf(id, length) + double(nodes[begin].sum);
        if (id < 0) // rounded before it is compared
          reached = double(Sum(reached));
        if (node.length == 0 || reached > double(node.sum))
          node = {Sum(reached), uint32_t(length), id};
      });
      const size_t first = path.size();
      for (size_t end = part.size(); end > 0; end -= nodes[end].length)
        path.push_back({nodes[end].length, nodes[end].id});
      std::reverse(path.begin() + ptrdiff_t(first), path.end());
      distance += std::abs(double(nodes.back().sum) - double(sum));
      sum = nodes.back().sum;
      counted = path.size();
    }

    const BestPaths &paths;
    Sum sum = 0; // of the first `counted` pieces
    size_t counted = 0;
    double distance = 0;     // no sum was further from 0
    std::vector<Node> nodes; // of one part
  };

private:
  // In front of the pieces: by how much the path is ahead, how far from the beginning the sum of
  // any path can be, and how far that of this one is.
  static constexpr size_t headers = 3;
  static_assert(headers + WordCache::longestWord <= WordCache::mostValues);
  static constexpr int lengthBits = 8, lengthMask = (1 << lengthBits) - 1;
  static constexpr int32_t idLimit = 1 << (31 - lengthBits);

  /// Calls `use` with where each piece of a part begins, its bytes and its id. They come in the
  /// order of their beginnings, and of one beginning in that of their lengths; where no piece is
  /// the first character, that comes last, with -1.
  template <typename Use> void forEachPiece(std::string_view part, Use use) const {
    for (size_t begin = 0; begin < part.size();) {
      const size_t length = characterLength(part, begin);
      bool hasCharacter = false;
      trie.find(part.substr(begin), [&](size_t size, int32_t id) {
        if (!scores.isPiece(id))
          return;
        use(begin, size, id);
        hasCharacter |= size == length;
      });
      if (!hasCharacter)
        use(begin, length, -1);
      begin += length;
    }
  }

  /// How many values it took; 0 where an id is too high for them.
  size_t solve(std::string_view part, std::span<int32_t> values) const {
    constexpr double none = -std::numeric_limits<double>::infinity();
    struct Node {
      double best = none, second = none; // sums of two paths
      uint32_t length = 0;
      int32_t id = -1;
    };
    std::array<Node, WordCache::longestWord + 1> nodes;
    nodes[0].best = 0;
    double largest = 0;
    int32_t highestId = -1;
    forEachPiece(part, [&](size_t begin, size_t length, int32_t id) {
      const double score = scores.scoreOf(id, length);
      const Node &from = nodes[begin];
      Node &node = nodes[begin + length];
      largest = std::max(largest, std::abs(score));
      highestId = std::max(highestId, id);
      if (double reached = from.best + score; node.length == 0 || reached > node.best) {
        node.second = std::max(node.best, from.second + score);
        node.best = reached;
        node.length = uint32_t(length);
        node.id = id;
      } else {
        node.second = std::max(node.second, reached);
      }
    });
    const Node &last = nodes[part.size()];
    size_t count = headers;
    for (size_t end = part.size(); end > 0; end -= nodes[end].length)
      values[count++] = int32_t(uint32_t(nodes[end].id) << lengthBits | nodes[end].length);
    if (highestId >= idLimit)
      return 0;
    std::reverse(values.begin() + headers, values.begin() + ptrdiff_t(count));
    values[0] = std::bit_cast<int32_t>(float(last.best - last.second));
    values[1] = std::bit_cast<int32_t>(float(largest * double(part.size())));
    values[2] = std::bit_cast<int32_t>(float(std::abs(last.best)));
    return count;
  }

  const Trie &trie;
  const Joints &joints;
  const Scores &scores;
  WordCache parts;
};

} // namespace transept::text

#endif
