// SPDX-License-Identifier: Apache-2.0
//
// From the file's messages, or from the sections of a compiled asset.

#include "media/tokenizers/PieceTable.h"

#include "base/Error.h"
#include "base/PointerFile.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/CompiledAsset.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace transept::text {

PieceTable::PieceTable(std::string_view bytes, std::string_view name) {
  if (!isCompiled(bytes)) {
    refusePointerFile(bytes, std::string(name));
    PieceModel model = readPieceModel(bytes, name);
    fill(model);
    if (!model.replacements.empty())
      rules = ReplacementRules(model.replacements, fmt::format("{}: precompiled_charsmap", name));
    return;
  }
  auto sections = readCompiled(bytes, name, CompiledKind::Pieces, 11);
  copySection(sections[0], name, &facts, sizeof(facts));
  texts = TextTable(sections[1], sections[2]);
  scores = Table<float>(sections[3]);
  kinds = Table<uint8_t>(sections[4]);
  normal = Trie(sections[5]);
  reserved = Trie(sections[6]);
  unknownText = sections[7];
  rules = ReplacementRules::compiled(sections[8], sections[9]);
  joints = Joints(sections[10]);
  if (scores.size() != texts.size() || kinds.size() != texts.size() || facts.unknownId < 0 ||
      facts.unknownId >= size())
    throw InputError(fmt::format("{}: a compiled asset is damaged", name));
}

std::string PieceTable::compile(bool addsDummyPrefix) const {
  Facts trained = facts;
  trained.addsDummyPrefix = addsDummyPrefix;
  return writeCompiled(CompiledKind::Pieces,
                       {bytesOf(trained), texts.ends(), texts.texts(), scores.bytes(),
                        kinds.bytes(), normal.bytes(), reserved.bytes(), unknownText,
                        rules.trieBytes(), rules.replacementBytes(), joints.bytes()});
}

void PieceTable::fill(const PieceModel &model) {
  facts = {.unknownId = model.unknownId,
           .algorithm = int32_t(model.algorithm),
           .lowestScore = std::numeric_limits<float>::max(),
           .highestScore = std::numeric_limits<float>::min(),
           .longestPiece = 0,
           .fallsBackToBytes = model.fallsBackToBytes,
           .marksBlankBehind = model.marksBlankBehind,
           .addsDummyPrefix = model.addsDummyPrefix,
           .removesExtraBlanks = model.removesExtraBlanks,
           .escapesBlanks = model.escapesBlanks,
           .hasUnused = false,
           .hasMarkInside = false,
           .reserved = false};
  unknownText = model.unknownText;
  std::vector<std::string_view> allTexts;
  std::vector<float> allScores;
  std::vector<uint8_t> allKinds;
  std::vector<std::pair<std::string_view, int32_t>> ofTexts, ofMeanings;
  for (const PieceModel::Piece &piece : model.pieces) {
    auto id = int32_t(allTexts.size());
    allTexts.push_back(piece.text);
    allScores.push_back(piece.score);
    allKinds.push_back(uint8_t(piece.kind));
    if (piece.kind == Kind::Normal) {
      facts.lowestScore = std::min(facts.lowestScore, piece.score);
      facts.highestScore = std::max(facts.highestScore, piece.score);
    }
    if (piece.kind != Kind::Normal && piece.kind != Kind::UserDefined &&
        piece.kind != Kind::Unused) {
      ofMeanings.emplace_back(piece.text, id);
      continue;
    }
    ofTexts.emplace_back(piece.text, id);
    facts.longestPiece = std::max(facts.longestPiece, uint32_t(piece.text.size()));
    facts.hasUnused |= piece.kind == Kind::Unused;
    facts.hasMarkInside |= piece.text.find(blankMark, 1) != std::string::npos;
  }
  std::vector<std::string_view> ofNormal;
  for (const auto &[text, id] : ofTexts)
    ofNormal.push_back(text);
  // Those of broken characters are cut elsewhere than texts are: then nothing can be.
  if (std::ranges::all_of(ofNormal, [](std::string_view text) { return validUtf8(text) == text; }))
    joints = Joints(ofNormal);
  else
    facts.hasMarkInside = true;
  texts = TextTable(allTexts);
  scores = Table<float>(std::move(allScores));
  kinds = Table<uint8_t>(std::move(allKinds));
  normal = Trie(std::move(ofTexts));
  reserved = Trie(std::move(ofMeanings));
}

} // namespace transept::text
