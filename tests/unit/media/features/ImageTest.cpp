// SPDX-License-Identifier: Apache-2.0
//
// Image files of every kind against Pillow, and files that must be refused.

#include "media/images/Orientation.h"
#include "tests/unit/media/features/References.h"

namespace transept::features {
namespace {

using ::testing::HasSubstr;

TEST(Image, DecodesEveryKindAsPillowDoes) {
  auto references = readReferenceJson("images.json");
  for (const auto &[name, expected] : references["decode"].items()) {
    SCOPED_TRACE(name);
    Image image = decodeImage(readReference(name), name);
    EXPECT_EQ(image.width, expected["width"]);
    EXPECT_EQ(image.height, expected["height"]);
    EXPECT_EQ(image.pixels, expected["pixels"].get<std::vector<uint8_t>>());
  }
}

TEST(Image, TakesTheHighBytesOfSixteenBits) {
  EXPECT_EQ(decodeImage(readReference("rgb_16_bits.png"), "deep"),
            decodeImage(readReference("rgb.png"), "flat"));
  // Where Pillow makes nearly everything white.
  EXPECT_EQ(decodeImage(readReference("gray_16_bits.png"), "deep"),
            decodeImage(readReference("gray.png"), "flat"));
}

TEST(Image, TurnsByExifOrientation) {
  auto expected = readReferenceJson("images.json")["orientation"];
  Image image(expected["width"], expected["height"]);
  image.pixels = expected["image"].get<std::vector<uint8_t>>();
  EXPECT_EQ(orientImage(image, 1), image);
  for (const auto &[orientation, pixels] : expected["turned"].items()) {
    Image turned = orientImage(image, std::stoi(orientation));
    EXPECT_EQ(turned.width, orientation >= "5" ? image.height : image.width) << orientation;
    EXPECT_EQ(turned.pixels, pixels.get<std::vector<uint8_t>>()) << orientation;
  }
}

TEST(Image, FindsOrientationsAndIgnoresDamagedOnes) {
  for (std::string name : {"orientation_6.png", "orientation_6.jpg"}) {
    std::string bytes = readReference(name);
    EXPECT_EQ(findOrientation(bytes), 6) << name;
    // Cut off or overwritten anywhere: some orientation, and no read outside.
    for (size_t length = 0; length < bytes.size(); ++length) {
      int orientation = findOrientation(std::string(bytes, 0, length));
      EXPECT_TRUE(orientation == 1 || orientation == 6);
      std::string damaged = bytes;
      damaged[length] = '\xff';
      orientation = findOrientation(damaged);
      EXPECT_TRUE(orientation >= 1 && orientation <= 8);
    }
  }
  EXPECT_EQ(findOrientation(readReference("rgb.png")), 1);
  EXPECT_EQ(findOrientation(readReference("rgb.jpg")), 1);
}

TEST(Image, RefusesWhatIsNoImage) {
  auto decode = [](const std::string &bytes) { return errorOf([&] { decodeImage(bytes, "it"); }); };
  EXPECT_EQ(decode(""), "it: the file is empty");
  EXPECT_EQ(decode("GIF89a"), "it: neither a PNG nor a JPEG image");
  EXPECT_EQ(decode(std::string(100, '\0')), "it: neither a PNG nor a JPEG image");
  EXPECT_THAT(decode("\xff\xd8 and no more"), HasSubstr("it: JPEG: "));
}

TEST(Image, RefusesFilesThatEndEarly) {
  for (std::string name : {"rgb.png", "palette.png", "interlaced.png"}) {
    std::string bytes = readReference(name);
    // The pixels end 16 bytes before the file: 12 of the end chunk, 4 of a checksum.
    for (size_t length : {size_t(8), size_t(20), size_t(33), size_t(50), bytes.size() - 24})
      EXPECT_EQ(errorOf([&] { decodeImage(std::string_view(bytes).substr(0, length), "it"); }),
                "it: PNG: the file ends early")
          << name << length;
  }
  for (std::string name : {"rgb.jpg", "progressive.jpg"}) {
    std::string bytes = readReference(name);
    for (size_t length = 2; length + 2 < bytes.size(); ++length)
      EXPECT_THAT(errorOf([&] { decodeImage(std::string_view(bytes).substr(0, length), "it"); }),
                  HasSubstr("it: JPEG: "))
          << name << length;
  }
}

/// The checksum of a chunk of PNG.
uint32_t checksum(std::string_view bytes) {
  uint32_t sum = ~uint32_t(0);
  for (char byte : bytes) {
    sum ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit)
      sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum;
}

TEST(Image, RefusesPromisesThatTheFileCannotKeep) {
  std::string bytes = readReference("rgb.png");
  // Behind the signature and a length: the header's name, width and height, and at last a checksum.
  bytes[18] = bytes[22] = '\x20';
  uint32_t sum = checksum(std::string_view(bytes).substr(12, 17));
  for (size_t index = 0; index < 4; ++index)
    bytes[29 + index] = char(sum >> (24 - 8 * index));
  EXPECT_THAT(errorOf([&] { decodeImage(bytes, "huge.png"); }),
              HasSubstr("pixels: the file ends early"));
}

TEST(Image, RefusesDamagedPixels) {
  std::string bytes = readReference("rgb.png");
  bytes[bytes.size() - 20] ^= 1;
  EXPECT_THAT(errorOf([&] { decodeImage(bytes, "it"); }), HasSubstr("it: PNG: "));
}

TEST(Image, RefusesEndlessScans) {
  std::string bytes = readReference("progressive.jpg");
  size_t scan = bytes.rfind("\xff\xda"), end = bytes.rfind("\xff\xd9");
  ASSERT_LT(scan, end);
  std::string repeated;
  for (int count = 0; count < 100; ++count)
    repeated += bytes.substr(scan, end - scan);
  EXPECT_EQ(errorOf([&] { decodeImage(bytes.insert(end, repeated), "it"); }),
            "it: JPEG: more than the 64 scans that are allowed");
}

TEST(Image, RefusesHugeImagesBeforeAllocating) {
  EXPECT_EQ(errorOf([] { decodeImage(readReference("huge.png"), "it"); }),
            "it: 40000 x 30000 pixels, allowed are 89478485 altogether");
  std::string jpeg = readReference("rgb.jpg");
  size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  // Height and width follow the marker, a length and the number of bits.
  jpeg.replace(frame + 5, 4, "\xff\x00\xff\x00", 4);
  EXPECT_EQ(errorOf([&] { decodeImage(jpeg, "it"); }),
            "it: 65280 x 65280 pixels, allowed are 89478485 altogether");
  EXPECT_THAT(errorOf([] { checkImageSize(65501, 1, "it"); }), HasSubstr("65500 on a side"));
  EXPECT_THAT(errorOf([] { checkImageSize(0, 1, "it"); }), HasSubstr("there is nothing in it"));
}

} // namespace
} // namespace transept::features
