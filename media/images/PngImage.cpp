// SPDX-License-Identifier: Apache-2.0
//
// PNG through libpng. The library reports errors by longjmp, so what needs destruction lives in
// decodePng, outside of the function that calls setjmp.

#include "base/Error.h"
#include "media/images/Image.h"

#include <cstring>
#include <fmt/format.h>
#include <png.h>

namespace transept::features {

namespace {

struct Reader {
  std::string_view bytes;
  size_t position = 0;
  char problem[200] = "";
};

void keepProblem(png_structp png, png_const_charp text) {
  auto &reader = *static_cast<Reader *>(png_get_error_ptr(png));
  std::strncpy(reader.problem, text, sizeof(reader.problem) - 1);
  png_longjmp(png, 1);
}

void ignoreWarning(png_structp, png_const_charp) {}

void readBytes(png_structp png, png_bytep target, size_t count) {
  auto &reader = *static_cast<Reader *>(png_get_io_ptr(png));
  if (count > reader.bytes.size() - reader.position)
    png_error(png, "the file ends early");
  std::memcpy(target, reader.bytes.data() + reader.position, count);
  reader.position += count;
}

/// False when the library gave up.
bool readHeader(png_structp png, png_infop info) {
  if (setjmp(png_jmpbuf(png)))
    return false;
  png_read_info(png, info);
  return true;
}

/// Whatever the file has becomes 8-bit RGB. 16-bit samples lose their low bytes.
bool readRows(png_structp png, png_infop info, png_bytep *rows) {
  if (setjmp(png_jmpbuf(png)))
    return false;
  png_set_strip_16(png);
  png_set_palette_to_rgb(png);
  png_set_expand_gray_1_2_4_to_8(png);
  png_set_gray_to_rgb(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != size_t(3) * png_get_image_width(png, info))
    png_error(png, "its pixels cannot be made RGB");
  png_read_image(png, rows);
  return true;
}

struct Png {
  png_structp png = nullptr;
  png_infop info = nullptr;

  explicit Png(Reader &reader)
      : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, keepProblem, ignoreWarning)) {
    if (png)
      info = png_create_info_struct(png);
  }
  Png(const Png &) = delete;
  ~Png() { png_destroy_read_struct(&png, &info, nullptr); }
};

} // namespace

Image decodePng(std::string_view bytes, const std::string &name) {
  Reader reader{bytes};
  Png file(reader);
  if (!file.info)
    throw InputError(fmt::format("{}: libpng could not be started", name));
  png_set_read_fn(file.png, &reader, readBytes);
  // Sizes are checked below, with a clearer message, before anything of that size is allocated.
  png_set_user_limits(file.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  auto refuse = [&] { return InputError(fmt::format("{}: PNG: {}", name, reader.problem)); };
  if (!readHeader(file.png, file.info))
    throw refuse();
  size_t width = png_get_image_width(file.png, file.info);
  size_t height = png_get_image_height(file.png, file.info);
  checkImageSize(width, height, name);
  // Deflate makes 1032 bytes of one at most, and a row has a byte more than its pixels.
  size_t needed = (png_get_rowbytes(file.png, file.info) + 1) * height / 1032;
  if (needed > bytes.size())
    throw InputError(fmt::format("{}: {} bytes are too few for {} x {} pixels: the file ends early",
                                 name, bytes.size(), width, height));
  Image image(width, height);
  std::vector<png_bytep> rows(height);
  for (size_t y = 0; y < height; ++y)
    rows[y] = image.pixels.data() + y * width * 3;
  if (!readRows(file.png, file.info, rows.data()))
    throw refuse();
  return image;
}

} // namespace transept::features
