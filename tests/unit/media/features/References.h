// SPDX-License-Identifier: Apache-2.0
//
// The committed reference files, and how they say images and numbers.

#ifndef TRANSEPT_TESTS_UNIT_MEDIA_FEATURES_REFERENCES_H
#define TRANSEPT_TESTS_UNIT_MEDIA_FEATURES_REFERENCES_H

#include "base/Error.h"
#include "media/images/Image.h"

#include <fstream>
#include <gmock/gmock.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

namespace transept::features {

inline std::string referencePath(const std::string &name) {
  return TRANSEPT_SOURCE_DIR "/tests/unit/media/features/references/" + name;
}

inline std::string readReference(const std::string &name) {
  std::ifstream stream(referencePath(name), std::ios::binary);
  EXPECT_TRUE(stream.is_open()) << name;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline nlohmann::json readReferenceJson(const std::string &name) {
  return nlohmann::json::parse(readReference(name));
}

/// FNV-1a of 64 bits as 16 hexadecimal digits.
inline std::string hashOf(const void *data, size_t size) {
  uint64_t value = 0xcbf29ce484222325;
  for (size_t index = 0; index < size; ++index)
    value = (value ^ static_cast<const uint8_t *>(data)[index]) * 0x100000001b3;
  std::string text(16, '0');
  for (size_t digit = 16; digit-- > 0; value >>= 4)
    text[digit] = "0123456789abcdef"[value & 15];
  return text;
}

/// The pseudorandom image of make_references.py.
inline Image randomImage(size_t width, size_t height) {
  Image image(width, height);
  uint32_t state = 1;
  for (uint8_t &value : image.pixels) {
    state = 1664525 * state + 1013904223;
    value = uint8_t(state >> 24);
  }
  return image;
}

/// What `action` throws; fails the test when it throws nothing.
template <typename Action> std::string errorOf(Action action) {
  try {
    action();
  } catch (const InputError &error) {
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

} // namespace transept::features

#endif
