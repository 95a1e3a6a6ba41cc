// SPDX-License-Identifier: Apache-2.0
//
// JPEG through libjpeg-turbo, with its default transform and upsampling as in Pillow. The library
// reports errors by longjmp, so what needs destruction lives in decodeJpeg.

#include "base/Error.h"
#include "media/images/Image.h"

// jpeglib.h uses FILE and size_t without declaring them.
#include <csetjmp>
#include <cstdio>
#include <fmt/format.h>
#include <jerror.h>
#include <jpeglib.h>

namespace transept::features {

namespace {

/// Progressive files repeat passes over the whole image; honest ones need about ten.
constexpr int maximumScans = 64;

struct Decoder {
  jpeg_decompress_struct library{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf onError;
  char problem[JMSG_LENGTH_MAX] = "";

  Decoder();
  Decoder(const Decoder &) = delete;
  ~Decoder() { jpeg_destroy_decompress(&library); }
};

Decoder &decoderOf(j_common_ptr library) {
  return *static_cast<Decoder *>(library->client_data);
}

void giveUp(j_common_ptr library) {
  Decoder &decoder = decoderOf(library);
  decoder.errors.format_message(library, decoder.problem);
  std::longjmp(decoder.onError, 1);
}

/// Warnings are about pixels that look wrong, which Pillow accepts too, except for an early end.
void handleMessage(j_common_ptr library, int level) {
  if (level < 0 && library->err->msg_code == JWRN_JPEG_EOF)
    giveUp(library);
}

void checkScans(j_common_ptr library) {
  auto &decoder = decoderOf(library);
  if (decoder.library.input_scan_number <= maximumScans)
    return;
  std::snprintf(decoder.problem, sizeof(decoder.problem), "more than the %d scans that are allowed",
                maximumScans);
  std::longjmp(decoder.onError, 1);
}

Decoder::Decoder() {
  library.err = jpeg_std_error(&errors);
  errors.error_exit = giveUp;
  errors.emit_message = handleMessage;
  library.client_data = this;
  progress.progress_monitor = checkScans;
}

/// False when the library gave up; true with sizes in `library`.
bool start(Decoder &decoder, std::string_view bytes) {
  if (setjmp(decoder.onError))
    return false;
  jpeg_create_decompress(&decoder.library);
  decoder.library.progress = &decoder.progress;
  jpeg_mem_src(&decoder.library, reinterpret_cast<const unsigned char *>(bytes.data()),
               bytes.size());
  jpeg_read_header(&decoder.library, /*require_image=*/TRUE);
  bool hasInks =
      decoder.library.jpeg_color_space == JCS_CMYK || decoder.library.jpeg_color_space == JCS_YCCK;
  decoder.library.out_color_space = hasInks ? JCS_CMYK : JCS_RGB;
  return true;
}

/// `line` holds one row of what the library puts out. Rows of CMYK become RGB here.
bool readRows(Decoder &decoder, uint8_t *pixels, uint8_t *line) {
  if (setjmp(decoder.onError))
    return false;
  jpeg_decompress_struct &library = decoder.library;
  jpeg_start_decompress(&library);
  bool hasInks = library.out_color_space == JCS_CMYK;
  while (library.output_scanline < library.output_height) {
    uint8_t *target = pixels + size_t(library.output_scanline) * library.output_width * 3;
    uint8_t *row = hasInks ? line : target;
    jpeg_read_scanlines(&library, &row, 1);
    if (!hasInks)
      continue;
    for (size_t x = 0; x < library.output_width; ++x)
      for (size_t channel = 0; channel < 3; ++channel) {
        // As Adobe's programs write it: what is left of the paper rather than the ink.
        int light = line[x * 4 + channel] * line[x * 4 + 3];
        target[x * 3 + channel] = uint8_t((light + 127) / 255);
      }
  }
  return true;
}

} // namespace

Image decodeJpeg(std::string_view bytes, const std::string &name) {
  Decoder decoder;
  auto refuse = [&] { return InputError(fmt::format("{}: JPEG: {}", name, decoder.problem)); };
  if (!start(decoder, bytes))
    throw refuse();
  checkImageSize(decoder.library.image_width, decoder.library.image_height, name);
  Image image(decoder.library.image_width, decoder.library.image_height);
  std::vector<uint8_t> line(image.width * 4);
  if (!readRows(decoder, image.pixels.data(), line.data()))
    throw refuse();
  return image;
}

} // namespace transept::features
