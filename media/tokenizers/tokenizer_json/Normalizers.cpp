// SPDX-License-Identifier: Apache-2.0
//
// What the converters of transformers 4.44 write into "normalizer".

#include "base/Error.h"
#include "media/text/Characters.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/Tokenizer.h"
#include "media/tokenizers/WordPiece.h"
#include "media/tokenizers/tokenizer_json/Charsmap.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

#include <fmt/format.h>

namespace transept::text {

namespace {

Normalizer createSequence(const Fields &fields) {
  std::vector<Normalizer> steps;
  for (const Fields &each : fields.objects("normalizers"))
    steps.push_back(createNormalizer(each));
  return [steps](std::string text) {
    for (const Normalizer &step : steps)
      text = step(std::move(text));
    return text;
  };
}

Normalizer createPrecompiled(const Fields &fields) {
  auto map = std::make_shared<Charsmap>(fields.text("precompiled_charsmap", ""),
                                        fields.where("precompiled_charsmap"));
  return [map](const std::string &text) { return map->normalize(text); };
}

/// Runs of two blanks or more become one text.
std::string replaceBlanks(std::string_view text, const std::string &content) {
  std::string result;
  for (size_t position = 0; position < text.size();) {
    size_t end = std::min(text.find_first_not_of(' ', position), text.size());
    if (end - position > 1)
      result += content;
    else
      result += text.substr(position, std::max<size_t>(end - position, 1));
    position = std::max(end, position + 1);
  }
  return result;
}

Normalizer createReplace(const Fields &fields) {
  std::string content = fields.text("content");
  const Fields pattern = fields.object("pattern");
  if (pattern.find("String")) {
    std::string from = pattern.text("String");
    if (from.empty())
      pattern.refuse("String", "", "a text of one character or more");
    return [=](const std::string &text) { return replaceAll(text, from, content); };
  }
  std::string expression = pattern.text("Regex");
  if (expression != " {2,}")
    pattern.refuse("Regex", expression, "\" {2,}\"");
  return [=](const std::string &text) { return replaceBlanks(text, content); };
}

Normalizer createBert(const Fields &fields) {
  constexpr char32_t extensionE = 0x2b920; // the reference leaves out the block's beginning
  bool cleans = fields.boolean("clean_text", true);
  bool spaces = fields.boolean("handle_chinese_chars", true);
  bool lowers = fields.boolean("lowercase", true);
  bool strips = fields.boolean("strip_accents", lowers);
  return [=](std::string text) {
    if (cleans)
      text = cleanControls(text, Unassigned::Ignore);
    if (spaces)
      text = spaceIdeographs(text, extensionE);
    if (strips)
      text = removeNonSpacingMarks(normalize(text, NormalForm::D));
    return lowers ? lowerEach(text) : text;
  };
}

std::string removeMarks(std::string_view text) {
  std::string rest;
  for (size_t position = 0; position < text.size();)
    if (char32_t character = nextCharacter(text, position); !isMark(character))
      append(rest, character);
  return rest;
}

Normalizer createForm(NormalForm form) {
  return [form](const std::string &text) { return normalize(text, form); };
}

Normalizer createPrepend(const Fields &fields) {
  constexpr size_t longest = 1000; // bytes, before each part of a text
  std::string prefix = fields.text("prepend");
  if (prefix.size() > longest)
    throw InputError(fmt::format("{}: found {} bytes, allowed are {} at most",
                                 fields.where("prepend"), prefix.size(), longest));
  return [prefix](const std::string &text) { return text.empty() ? text : prefix + text; };
}

Normalizer createStrip(const Fields &fields) {
  bool left = fields.boolean("strip_left", true), right = fields.boolean("strip_right", true);
  return [=](const std::string &text) { return std::string(trim(text, left, right)); };
}

} // namespace

/// Neither side reads further than to its first character that is no white space.
std::string_view trim(std::string_view text, bool left, bool right) {
  while (left && !text.empty()) {
    size_t length = 0;
    if (!isWhiteSpace(nextCharacter(text, length)))
      break;
    text.remove_prefix(length);
  }
  while (right && !text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xc0) == 0x80)
      --last;
    size_t position = last;
    if (!isWhiteSpace(nextCharacter(text, position)))
      break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

void refuseType(const Fields &fields, std::string_view allowed) {
  throw InputError(fmt::format("{}: found \"{}\", allowed are {}", fields.where("type"),
                               fields.text("type"), allowed));
}

Normalizer createNormalizer(const Fields &fields) {
  std::string type = fields.text("type");
  if (type == "Sequence")
    return createSequence(fields);
  if (type == "Precompiled")
    return createPrecompiled(fields);
  if (type == "Replace")
    return createReplace(fields);
  if (type == "BertNormalizer")
    return createBert(fields);
  if (type == "Strip")
    return createStrip(fields);
  if (type == "Lowercase")
    return [](const std::string &text) { return lowerEach(text); };
  if (type == "StripAccents")
    return [](const std::string &text) { return removeMarks(text); };
  if (type == "Prepend")
    return createPrepend(fields);
  if (type == "NFC")
    return createForm(NormalForm::C);
  if (type == "NFD")
    return createForm(NormalForm::D);
  if (type == "NFKC")
    return createForm(NormalForm::KC);
  if (type == "NFKD")
    return createForm(NormalForm::KD);
  refuseType(fields, "Sequence, Precompiled, Replace, BertNormalizer, Strip, Lowercase, "
                     "StripAccents, Prepend, NFC, NFD, NFKC, NFKD");
}

} // namespace transept::text
