// SPDX-License-Identifier: Apache-2.0
//
// What the converters of transformers 4.44 write into "post_processor": ids in front and behind,
// and between the two texts of a pair.

#include "base/Error.h"
#include "media/tokenizers/Tokenizer.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

#include <fmt/format.h>

namespace transept::text {

namespace {

/// No frame that a converter writes has more than a few; a short file could ask for any number.
constexpr size_t maximumFrame = 1000;

void checkCount(size_t count, const Fields &fields) {
  if (count > maximumFrame)
    throw InputError(fmt::format("{}: found {} ids or more around a text, allowed are {}",
                                 fields.where("type"), count, maximumFrame));
}

/// ["</s>", 2]
int32_t readPair(const Fields &fields, const std::string &key) {
  const Json &pair = fields.need(key);
  if (!pair.is_array() || pair.size() != 2)
    fields.refuse(key, pair, "a token with its id");
  return parseId(pair[1], fields.where(key));
}

/// The ids of a template, cut at its texts: those before the first, behind it, and so on.
std::vector<std::vector<int32_t>> readTemplateIds(const Fields &fields, const std::string &key) {
  std::vector<std::vector<int32_t>> parts(1);
  const Fields tokens = fields.object("special_tokens");
  size_t count = 0;
  for (const Fields &piece : fields.objects(key)) {
    if (piece.find("Sequence")) {
      parts.emplace_back();
      continue;
    }
    const Fields token = tokens.object(piece.object("SpecialToken").text("id"));
    const Json &ids = token.need("ids");
    if (!ids.is_array())
      token.refuse("ids", ids, "an array of ids");
    checkCount(count += ids.size(), fields);
    for (const Json &id : ids)
      parts.back().push_back(parseId(id, token.where("ids")));
  }
  return parts;
}

TokenFrame readTemplate(const Fields &fields) {
  std::vector<std::vector<int32_t>> single = readTemplateIds(fields, "single");
  if (single.size() != 2)
    throw InputError(fmt::format("{}: found the text {} times, allowed is once",
                                 fields.where("single"), single.size() - 1));
  TokenFrame frame{std::move(single[0]), std::move(single[1]), {}};
  if (fields.find("pair"))
    if (std::vector<std::vector<int32_t>> pair = readTemplateIds(fields, "pair"); pair.size() == 3)
      frame.between = std::move(pair[1]);
  return frame;
}

TokenFrame readSequence(const Fields &fields) {
  TokenFrame frame;
  for (const Fields &each : fields.objects("processors")) {
    TokenFrame outer = readPostProcessor(each);
    frame.prefix.insert(frame.prefix.begin(), outer.prefix.begin(), outer.prefix.end());
    frame.suffix.insert(frame.suffix.end(), outer.suffix.begin(), outer.suffix.end());
    frame.between.insert(frame.between.end(), outer.between.begin(), outer.between.end());
    checkCount(frame.prefix.size() + frame.suffix.size() + frame.between.size(), fields);
  }
  return frame;
}

} // namespace

TokenFrame readPostProcessor(const Fields &fields) {
  std::string type = fields.text("type");
  if (type == "TemplateProcessing")
    return readTemplate(fields);
  if (type == "RobertaProcessing" || type == "BertProcessing") {
    int32_t separator = readPair(fields, "sep");
    return {{readPair(fields, "cls")},
            {separator},
            std::vector<int32_t>(type == "BertProcessing" ? 1 : 2, separator)};
  }
  if (type == "Sequence")
    return readSequence(fields);
  if (type == "ByteLevel") // trims offsets, which we do not have
    return {};
  refuseType(fields, "TemplateProcessing, RobertaProcessing, BertProcessing, Sequence, ByteLevel");
}

} // namespace transept::text
