// SPDX-License-Identifier: Apache-2.0
//
// Paths of parts that are kept, against one search over the whole text, in texts so long that sums
// are rounded, and with scores of few values, so that many paths are equally good.

#include "media/tokenizers/BestPath.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace transept::text {
namespace {

struct Scores {
  std::vector<float> values;
  bool isPiece(int32_t) const { return true; }
  double scoreOf(int32_t id, size_t) const { return id < 0 ? -20.0 : double(values[size_t(id)]); }
};

using Pieces = std::vector<std::pair<std::string_view, int32_t>>;
using Path = std::vector<std::pair<uint32_t, int32_t>>;

/// Of equal sums the first: pieces come by their beginnings, then by their lengths.
Path plainPath(const std::string &text, const Pieces &pieces, const Scores &scores) {
  struct Node {
    float sum = 0;
    uint32_t length = 0;
    int32_t id = -1;
  };
  std::vector<Node> nodes(text.size() + 1);
  for (size_t begin = 0; begin < text.size(); ++begin) {
    if (begin > 0 && nodes[begin].length == 0)
      continue;
    auto reach = [&](size_t length, int32_t id) {
      double sum = scores.scoreOf(id, length) + double(nodes[begin].sum);
      if (id < 0)
        sum = double(float(sum));
      Node &node = nodes[begin + length];
      if (node.length == 0 || sum > double(node.sum))
        node = {float(sum), uint32_t(length), id};
    };
    bool hasCharacter = false;
    for (size_t length = 1; begin + length <= text.size() && length <= 4; ++length)
      for (const auto &[piece, id] : pieces)
        if (piece == std::string_view(text).substr(begin, length)) {
          reach(length, id);
          hasCharacter |= length == 1;
        }
    if (!hasCharacter)
      reach(1, -1);
  }
  Path path;
  for (size_t end = text.size(); end > 0; end -= nodes[end].length)
    path.insert(path.begin(), {nodes[end].length, nodes[end].id});
  return path;
}

TEST(BestPath, IsThatOfOneSearchWhateverWasKept) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::string> texts;
    for (const char *letter : {"a", "b", "c"})
      texts.emplace_back(letter);
    while (texts.size() < 14) {
      std::string text;
      for (size_t length = 2 + random() % 3; length > 0; --length)
        text += char('a' + random() % 5);
      if (std::ranges::find(texts, text) == texts.end())
        texts.push_back(text);
    }
    Scores scores;
    Pieces pieces;
    for (const std::string &text : texts) {
      pieces.emplace_back(text, int32_t(pieces.size()));
      // Halves have equal sums, thirds are rounded.
      scores.values.push_back(seed % 2 == 0 ? -0.5F * float(1 + random() % 4)
                                            : -float(1 + random() % 30) / 3);
    }
    const Trie trie(pieces);
    const Joints joints(std::vector<std::string_view>(texts.begin(), texts.end()));
    const BestPaths<float, Scores> paths(trie, joints, scores);
    for (int round = 0; round < 20; ++round) {
      std::vector<std::string> words;
      for (size_t count = 1 + random() % 6; count > 0; --count) {
        words.emplace_back();
        for (size_t length = 1 + random() % 9; length > 0; --length)
          words.back() += char('a' + random() % 6);
      }
      std::string whole;
      BestPaths<float, Scores>::Search search(paths);
      const size_t size = round == 19 ? 3000 : 30 + random() % 100;
      while (whole.size() < size) {
        // No piece crosses the end of a word: 'f' is in none.
        const std::string word = words[random() % words.size()] + "f";
        whole += word;
        search.add(word);
      }
      Path found;
      for (const PathPiece &piece : search.path)
        found.emplace_back(piece.length, piece.id);
      ASSERT_EQ(found, plainPath(whole, pieces, scores)) << "seed " << seed << ": " << whole;
    }
  }
}

} // namespace
} // namespace transept::text
