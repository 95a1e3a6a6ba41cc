// SPDX-License-Identifier: Apache-2.0
//
// All ids are decoded again for each: what a token's text is depends on those around it.

#include "media/library/TextStream.h"

namespace transept::media {

std::string TextStream::add(int32_t id) {
  ids.push_back(id);
  std::string text = tokenizer->decode(ids, options);
  size_t blank = text.find_last_of(" \n");
  return blank == std::string::npos ? "" : takeUpTo(text, blank);
}

std::string TextStream::finish(const std::string &text) {
  return takeUpTo(text, text.size());
}

std::string TextStream::takeUpTo(const std::string &text, size_t end) {
  if (end <= given.size() || !text.starts_with(given))
    return "";
  std::string part = text.substr(given.size(), end - given.size());
  given += part;
  return part;
}

} // namespace transept::media
