// SPDX-License-Identifier: Apache-2.0
//
// Exif data is a TIFF file inside a JPEG segment or a PNG chunk. Damaged data counts as none: it is
// not what the user asked about.

#include "media/images/Orientation.h"

#include <cstdint>

namespace transept::features {

namespace {

constexpr size_t tiffHeaderBytes = 8, directoryEntryBytes = 12;
constexpr uint32_t orientationTag = 0x0112, shortType = 3;

/// A number of `count` bytes; 0 beyond the end.
uint32_t numberAt(std::string_view bytes, size_t position, size_t count, bool isLittleEndian) {
  if (position > bytes.size() || count > bytes.size() - position)
    return 0;
  uint32_t value = 0;
  for (size_t index = 0; index < count; ++index) {
    size_t digit = isLittleEndian ? count - 1 - index : index;
    value = value << 8 | static_cast<unsigned char>(bytes[position + digit]);
  }
  return value;
}

std::string_view jpegExif(std::string_view bytes) {
  size_t position = 2;
  while (position + 4 <= bytes.size() && bytes[position] == '\xff') {
    char marker = bytes[position + 1];
    size_t length = numberAt(bytes, position + 2, 2, /*isLittleEndian=*/false);
    constexpr char scanMarker = '\xda', exifMarker = '\xe1';
    constexpr std::string_view exifName("Exif\0\0", 6);
    if (marker == scanMarker || length < 2)
      break;
    std::string_view content = bytes.substr(position + 4, length - 2);
    if (marker == exifMarker && content.starts_with(exifName))
      return content.substr(exifName.size());
    position += 2 + length;
  }
  return {};
}

std::string_view pngExif(std::string_view bytes) {
  size_t position = 8;
  while (position + 8 <= bytes.size()) {
    size_t length = numberAt(bytes, position, 4, /*isLittleEndian=*/false);
    std::string_view type = bytes.substr(position + 4, 4);
    if (type == "eXIf")
      return bytes.substr(position + 8, length);
    if (type == "IDAT")
      break;
    position += 12 + length;
  }
  return {};
}

} // namespace

int findOrientation(std::string_view bytes) {
  std::string_view exif = bytes.starts_with("\xff\xd8") ? jpegExif(bytes) : pngExif(bytes);
  bool isLittleEndian = exif.starts_with("II");
  if (exif.size() < tiffHeaderBytes || (!isLittleEndian && !exif.starts_with("MM")))
    return 1;
  auto number = [&](size_t position, size_t count) {
    return numberAt(exif, position, count, isLittleEndian);
  };
  size_t directory = number(4, 4);
  size_t entries = number(directory, 2);
  for (size_t index = 0; index < entries; ++index) {
    size_t entry = directory + 2 + index * directoryEntryBytes;
    if (number(entry, 2) != orientationTag || number(entry + 2, 2) != shortType)
      continue;
    uint32_t value = number(entry + 8, 2);
    return value >= 1 && value <= 8 ? int(value) : 1;
  }
  return 1;
}

Image orientImage(Image image, int orientation) {
  if (orientation == 1)
    return image;
  // Orientations 5 to 8 exchange the axes; then columns, rows or both run backwards.
  bool isTransposed = orientation >= 5;
  const bool isMirrored =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool isFlipped =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  // Mirrored and flipped are said of the file's columns and rows.
  Image result(isTransposed ? image.height : image.width,
               isTransposed ? image.width : image.height);
  for (size_t y = 0; y < result.height; ++y)
    for (size_t x = 0; x < result.width; ++x) {
      size_t column = isTransposed ? y : x, row = isTransposed ? x : y;
      column = isMirrored ? image.width - 1 - column : column;
      row = isFlipped ? image.height - 1 - row : row;
      for (size_t channel = 0; channel < 3; ++channel)
        result.pixels[(y * result.width + x) * 3 + channel] =
            image.pixels[(row * image.width + column) * 3 + channel];
    }
  return result;
}

} // namespace transept::features
