// SPDX-License-Identifier: Apache-2.0
//
// What the converters of transformers 4.44 write into "decoder".

#include "media/text/Unicode.h"
#include "media/tokenizers/ByteLevel.h"
#include "media/tokenizers/PieceModel.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

namespace transept::text {

namespace {

using Tokens = std::vector<std::string>;

TokenDecoder createSequence(const Fields &fields) {
  std::vector<TokenDecoder> steps;
  for (const Fields &each : fields.objects("decoders"))
    steps.push_back(createDecoder(each));
  return [steps](Tokens tokens) {
    for (const TokenDecoder &step : steps)
      tokens = step(std::move(tokens));
    return tokens;
  };
}

Tokens fuse(const Tokens &tokens) {
  std::string text;
  for (const std::string &each : tokens)
    text += each;
  return {text};
}

Tokens decodeByteLevel(Tokens tokens) {
  std::string bytes;
  for (const std::string &each : tokens)
    bytes += tokenToBytes(each);
  return {validUtf8(bytes)};
}

TokenDecoder createMetaspace(const Fields &fields) {
  std::string mark = fields.text("replacement");
  if (mark.empty())
    fields.refuse("replacement", mark, "one character");
  bool dropsFirst = fields.boolean("add_prefix_space", true) &&
                    fields.text("prepend_scheme", "always") != "never";
  return [=](Tokens tokens) {
    for (size_t index = 0; index < tokens.size(); ++index)
      tokens[index] = replaceAll(tokens[index], mark, index == 0 && dropsFirst ? "" : " ");
    return tokens;
  };
}

TokenDecoder createWordPiece(const Fields &fields) {
  std::string prefix = fields.text("prefix", "##");
  bool cleans = fields.boolean("cleanup", true);
  return [=](Tokens tokens) {
    for (size_t index = 0; index < tokens.size(); ++index) {
      std::string &token = tokens[index];
      if (index > 0 && token.starts_with(prefix))
        token.erase(0, prefix.size());
      else if (index > 0)
        token.insert(0, 1, ' ');
      if (cleans)
        token = cleanUpSpaces(token);
    }
    return tokens;
  };
}

TokenDecoder createSuffix(const Fields &fields) {
  std::string suffix = fields.text("suffix", "</w>");
  if (suffix.empty())
    fields.refuse("suffix", suffix, "a text of one character or more");
  return [=](Tokens tokens) {
    for (size_t index = 0; index < tokens.size(); ++index)
      tokens[index] = replaceAll(tokens[index], suffix, index + 1 == tokens.size() ? "" : " ");
    return tokens;
  };
}

TokenDecoder createReplace(const Fields &fields) {
  std::string from = fields.object("pattern").text("String");
  std::string content = fields.text("content");
  if (from.empty())
    fields.refuse("pattern", from, "a text of one character or more");
  return [=](Tokens tokens) {
    for (std::string &token : tokens)
      token = replaceAll(token, from, content);
    return tokens;
  };
}

/// Runs of byte tokens become text; each byte of a run that is no text becomes U+FFFD.
Tokens joinBytes(Tokens tokens) {
  Tokens result;
  std::string run;
  auto flush = [&] {
    if (validUtf8(run) == run)
      result.push_back(run);
    else
      result.insert(result.end(), run.size(), "\xef\xbf\xbd");
    run.clear();
  };
  for (std::string &token : tokens) {
    if (int byte = byteOfPiece(token); byte >= 0) {
      run += char(byte);
      continue;
    }
    if (!run.empty())
      flush();
    result.push_back(std::move(token));
  }
  if (!run.empty())
    flush();
  return result;
}

TokenDecoder createStrip(const Fields &fields) {
  std::string content = fields.text("content");
  auto count = [&](const std::string &key) -> int32_t {
    const Json &value = fields.need(key);
    return parseId(value, fields.where(key));
  };
  int32_t start = count("start"), stop = count("stop");
  if (content.empty())
    fields.refuse("content", content, "one character");
  return [=](Tokens tokens) {
    for (std::string &token : tokens) {
      std::string_view rest = token;
      for (int32_t index = 0; index < start && rest.starts_with(content); ++index)
        rest.remove_prefix(content.size());
      for (int32_t index = 0; index < stop && rest.ends_with(content); ++index)
        rest.remove_suffix(content.size());
      token = std::string(rest);
    }
    return tokens;
  };
}

} // namespace

TokenDecoder createDecoder(const Fields &fields) {
  std::string type = fields.text("type");
  if (type == "Sequence")
    return createSequence(fields);
  if (type == "ByteLevel")
    return decodeByteLevel;
  if (type == "Metaspace")
    return createMetaspace(fields);
  if (type == "WordPiece")
    return createWordPiece(fields);
  if (type == "BPEDecoder")
    return createSuffix(fields);
  if (type == "Replace")
    return createReplace(fields);
  if (type == "ByteFallback")
    return joinBytes;
  if (type == "Fuse")
    return fuse;
  if (type == "Strip")
    return createStrip(fields);
  refuseType(fields, "Sequence, ByteLevel, Metaspace, WordPiece, BPEDecoder, Replace, "
                     "ByteFallback, Fuse, Strip");
}

} // namespace transept::text
