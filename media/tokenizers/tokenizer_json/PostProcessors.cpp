// SPDX-License-Identifier: Apache-2.0
//
// What the converters of transformers 4.44 write into "post_processor", for single texts: ids in
// front and behind.

#include "base/Error.h"
#include "media/tokenizers/Tokenizer.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

#include <fmt/format.h>

namespace transept::text {

namespace {

/// No frame that a converter writes has more than a few; a short file could ask for any number.
constexpr size_t maximumFrame = 1000;

void checkFrame(const TokenFrame &frame, const Fields &fields) {
  if (size_t count = frame.prefix.size() + frame.suffix.size(); count > maximumFrame)
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

TokenFrame readTemplate(const Fields &fields) {
  TokenFrame frame;
  const Fields tokens = fields.object("special_tokens");
  int sequences = 0;
  for (const Fields &piece : fields.objects("single")) {
    if (piece.find("Sequence")) {
      ++sequences;
      continue;
    }
    const Fields token = tokens.object(piece.object("SpecialToken").text("id"));
    const Json &ids = token.need("ids");
    if (!ids.is_array())
      token.refuse("ids", ids, "an array of ids");
    for (const Json &id : ids) {
      (sequences == 0 ? frame.prefix : frame.suffix).push_back(parseId(id, token.where("ids")));
      checkFrame(frame, fields);
    }
  }
  if (sequences != 1)
    throw InputError(fmt::format("{}: found the text {} times, allowed is once",
                                 fields.where("single"), sequences));
  return frame;
}

TokenFrame readSequence(const Fields &fields) {
  TokenFrame frame;
  for (const Fields &each : fields.objects("processors")) {
    TokenFrame outer = readPostProcessor(each);
    frame.prefix.insert(frame.prefix.begin(), outer.prefix.begin(), outer.prefix.end());
    frame.suffix.insert(frame.suffix.end(), outer.suffix.begin(), outer.suffix.end());
    checkFrame(frame, fields);
  }
  return frame;
}

} // namespace

TokenFrame readPostProcessor(const Fields &fields) {
  std::string type = fields.text("type");
  if (type == "TemplateProcessing")
    return readTemplate(fields);
  if (type == "RobertaProcessing" || type == "BertProcessing")
    return {{readPair(fields, "cls")}, {readPair(fields, "sep")}};
  if (type == "Sequence")
    return readSequence(fields);
  if (type == "ByteLevel") // trims offsets, which we do not have
    return {};
  refuseType(fields, "TemplateProcessing, RobertaProcessing, BertProcessing, Sequence, ByteLevel");
}

} // namespace transept::text
