#include "data/io/picture.h"

#include <turbojpeg.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius::picture_test {
namespace {

Image RandomImage(int width, int height, bool opaque, std::uint64_t seed) {
  Rng rng(seed);
  Image image(width, height);
  const auto byte = [&] { return static_cast<std::uint8_t>(rng.Index(256)); };
  for (Rgba& pixel : image.pixels) {
    pixel = {byte(), byte(), byte(), 255};
    if (!opaque) pixel.a = byte();
  }
  return image;
}

// A smooth picture, as photographs are.
Image SmoothImage(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.at(x, y) = {static_cast<std::uint8_t>(255 * x / width),
                        static_cast<std::uint8_t>(255 * y / height), 90, 255};
    }
  }
  return image;
}

std::string SerializeGreyJpeg(const Image& image) {
  const tjhandle handle = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(handle, reinterpret_cast<const unsigned char*>(image.pixels.data()), image.width, 0,
                        image.height, TJPF_RGBA, &bytes, &size, TJSAMP_GRAY, 95, 0),
            0);
  std::string result(reinterpret_cast<char*>(bytes), size);
  tjFree(bytes);
  tjDestroy(handle);
  return result;
}

std::string BigEndian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

// CRC-32 as PNG defines it.
std::uint32_t Crc(const std::string& bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = crc & 1 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
  }
  return ~crc;
}

std::string PngChunk(const std::string& kind, const std::string& content) {
  return BigEndian(content.size()) + kind + content + BigEndian(Crc(kind + content));
}

std::string PngHeader(std::uint32_t width, std::uint32_t height, char bits = 8, char color_type = 2) {
  return "\x89PNG\r\n\x1a\n" +
         PngChunk("IHDR", BigEndian(width) + BigEndian(height) + bits + color_type + std::string(3, '\0'));
}

// A zlib stream of one stored block, at most 65535 bytes.
std::string Deflate(const std::string& bytes) {
  std::uint32_t a = 1, b = 0;  // Adler-32
  for (const char c : bytes) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  const auto size = static_cast<std::uint16_t>(bytes.size());
  const auto inverse = static_cast<std::uint16_t>(~size);
  const char head[] = {0x78,
                       0x01,
                       1,
                       static_cast<char>(size),
                       static_cast<char>(size >> 8),
                       static_cast<char>(inverse),
                       static_cast<char>(inverse >> 8)};
  return std::string(head, sizeof(head)) + bytes + BigEndian(b << 16 | a);
}

std::string MessageOf(const std::string& bytes) {
  try {
    ParsePicture(bytes, "some.file");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

class PictureFile : public testing::Test {
 protected:
  PictureFile()
      : folder_(
            std::filesystem::temp_directory_path() /
            (std::string("picture_test_") + testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~PictureFile() override { std::filesystem::remove_all(folder_); }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

TEST_F(PictureFile, PngRoundTripKeepsEveryPixel) {
  for (const bool opaque : {true, false}) {
    for (const auto& [width, height] : {std::pair(1, 1), std::pair(7, 3), std::pair(64, 33)}) {
      const Image image = RandomImage(width, height, opaque, width);
      WritePng(Path("a.png"), image);
      const Image again = ReadPicture(Path("a.png"));
      EXPECT_EQ(again.width, width);
      EXPECT_EQ(again.height, height);
      EXPECT_EQ(again.pixels, image.pixels);
    }
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1)
      << "something was left behind";
}

TEST_F(PictureFile, PlacesThatCannotBeReadOrWritten) {
  EXPECT_THROW(ReadPicture(Path("missing.png")), InputError);
  EXPECT_THROW(ReadPicture(folder_.string()), InputError);
  EXPECT_THROW(WritePng(Path("no/such/folder/a.png"), Image(2, 2)), InputError);
  std::ofstream(Path("empty.png"));
  EXPECT_THROW(ReadPicture(Path("empty.png")), InputError);
}

TEST(Png, SameBytesAndSmall) {
  const Image image = SmoothImage(200, 100);
  EXPECT_EQ(SerializePng(image), SerializePng(image));
  EXPECT_LT(SerializePng(image).size(), 200u * 100 * 3 / 4);
  EXPECT_EQ(SerializePng(image)[25], 2) << "opaque pictures are RGB";
  EXPECT_EQ(SerializePng(RandomImage(2, 2, false, 1))[25], 6) << "others RGBA";
}

TEST(Png, GreyOnesAreStoredAsGreyAndKeepEveryPixel) {
  Image grey(5, 3);
  for (size_t i = 0; i < grey.pixels.size(); ++i) {
    const auto level = static_cast<std::uint8_t>(17 * i);
    grey.pixels[i] = {level, level, level, 255};
  }
  EXPECT_EQ(SerializePng(grey)[25], 0) << "the colour type of grey";
  EXPECT_EQ(ParsePicture(SerializePng(grey), "").pixels, grey.pixels);
  grey.pixels[7].g ^= 1;  // one pixel of colour
  EXPECT_EQ(SerializePng(grey)[25], 2);
  EXPECT_EQ(ParsePicture(SerializePng(grey), "").pixels, grey.pixels);
}

TEST(Png, EmptyPicturesAreNotWritten) {
  EXPECT_THROW(SerializePng(Image()), ContractError);
  EXPECT_THROW(SerializePng(Image(0, 5)), ContractError);
  Image inconsistent(2, 2);
  inconsistent.pixels.resize(3);
  EXPECT_THROW(SerializePng(inconsistent), ContractError);
}

TEST(Png, GreyPaletteAnd16BitBecomeRgba) {
  // One row of two pixels each, after the filter byte.
  const std::string end = PngChunk("IEND", "");
  const std::string grey =
      PngHeader(2, 1, 8, 0) + PngChunk("IDAT", Deflate(std::string("\0\x10\xf0", 3))) + end;
  EXPECT_THAT(ParsePicture(grey, "").pixels,
              testing::ElementsAre(Rgba{0x10, 0x10, 0x10, 255}, Rgba{0xf0, 0xf0, 0xf0, 255}));
  const std::string palette = PngHeader(2, 1, 8, 3) + PngChunk("PLTE", "\x01\x02\x03\x04\x05\x06") +
                              PngChunk("IDAT", Deflate(std::string("\0\x01\x00", 3))) + end;
  EXPECT_THAT(ParsePicture(palette, "").pixels, testing::ElementsAre(Rgba{4, 5, 6, 255}, Rgba{1, 2, 3, 255}));
}

TEST(Png, EveryTruncationIsAnErrorNotAPicture) {
  const std::string bytes = SerializePng(RandomImage(9, 5, false, 2));
  // The closing chunk's 12 bytes carry no pixel: without them libpng may be content.
  for (std::size_t size = 0; size + 12 < bytes.size(); ++size) {
    EXPECT_THROW(ParsePicture(bytes.substr(0, size), "cut.png"), InputError) << size;
  }
  EXPECT_THAT(MessageOf(bytes.substr(0, 60)), testing::HasSubstr("some.file: damaged PNG"));
}

TEST(Png, EveryFlippedByteIsAnErrorOrAPictureOfBoundedSize) {
  const std::string good = SerializePng(RandomImage(9, 5, false, 3));
  int num_errors = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    try {
      EXPECT_LE(ParsePicture(bytes, "").pixels.size(), 45u);
    } catch (const InputError&) {
      ++num_errors;
    }
  }
  EXPECT_GT(num_errors, static_cast<int>(good.size()) / 2);
}

TEST(Png, HugeClaimsAreRefusedBeforeMemoryIsTaken) {
  const std::string pixels = PngChunk("IDAT", Deflate(std::string(1000, '\0'))) + PngChunk("IEND", "");
  EXPECT_THAT(MessageOf(PngHeader(60000, 60000) + pixels), testing::HasSubstr("some.file"));
  EXPECT_THAT(MessageOf(PngHeader(16384, 16384) + pixels), testing::HasSubstr("16384x16384"));
  EXPECT_THAT(MessageOf(PngHeader(8192, 8192) + pixels), testing::HasSubstr("cannot hold 8192x8192"));
  EXPECT_THAT(MessageOf(PngHeader(2147483647, 2147483647) + pixels), testing::HasSubstr("some.file"));
  EXPECT_NE(MessageOf(PngHeader(0, 10) + pixels), "");
  EXPECT_NE(MessageOf(PngHeader(10, 0) + pixels), "");
}

TEST(Png, SidesBeyondTheLimitAreRefusedThoughTheirPixelsAreThere) {
  const auto strip = [](int width) {
    const std::string row(1 + (width + 7) / 8, '\0');  // one bit a pixel
    return PngHeader(width, 1, 1, 0) + PngChunk("IDAT", Deflate(row)) + PngChunk("IEND", "");
  };
  EXPECT_EQ(ParsePicture(strip(kMaxPictureSide), "").width, kMaxPictureSide);
  EXPECT_THAT(MessageOf(strip(kMaxPictureSide + 1)), testing::HasSubstr("expected 1 to 16384 a side"));
}

TEST(Jpeg, IsReadToWithinItsLoss) {
  const Image image = SmoothImage(64, 48);
  const Image again = ParsePicture(SerializeJpeg(image), "");
  ASSERT_EQ(again.width, 64);
  ASSERT_EQ(again.height, 48);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    EXPECT_NEAR(again.pixels[i].r, image.pixels[i].r, 6);
    EXPECT_NEAR(again.pixels[i].g, image.pixels[i].g, 6);
    EXPECT_NEAR(again.pixels[i].b, image.pixels[i].b, 6);
    EXPECT_EQ(again.pixels[i].a, 255);
  }
}

TEST(Jpeg, IsReadSmallerWhereThatIsEnough) {
  EXPECT_EQ(PictureScale(1), 1);
  EXPECT_EQ(PictureScale(0.51), 1);
  EXPECT_EQ(PictureScale(0.5), 0.5);
  EXPECT_EQ(PictureScale(0.2), 0.25);
  EXPECT_EQ(PictureScale(0.001), 0.125);
  const Image image = SmoothImage(81, 48);
  const Image half = ParsePicture(SerializeJpeg(image), "", 0.5);
  ASSERT_EQ(half.width, 41);
  ASSERT_EQ(half.height, 24);
  for (int y = 0; y < half.height; ++y) {
    for (int x = 0; x + 1 < half.width; ++x) EXPECT_NEAR(half.at(x, y).r, image.at(2 * x, 2 * y).r, 12);
  }
  EXPECT_EQ(ParsePicture(SerializePng(image), "", 0.5).width, 81);  // others come whole
}

TEST(Jpeg, GreyIsRead) {
  const Image again = ParsePicture(SerializeGreyJpeg(Image(8, 8, {120, 120, 120, 255})), "");
  EXPECT_NEAR(again.at(3, 3).r, 120, 2);
  EXPECT_EQ(again.at(3, 3).r, again.at(3, 3).b);
}

TEST(Jpeg, EveryTruncationIsAnErrorNotAPicture) {
  const std::string bytes = SerializeJpeg(SmoothImage(40, 40));
  for (std::size_t size = 0; size + 2 < bytes.size(); ++size) {
    EXPECT_THROW(ParsePicture(bytes.substr(0, size), ""), InputError) << size;
  }
  EXPECT_THAT(MessageOf(bytes.substr(0, bytes.size() / 2)), testing::HasSubstr("some.file: damaged JPEG"));
}

TEST(Jpeg, HostileBytesNeverCrash) {
  const std::string good = SerializeJpeg(SmoothImage(24, 24));
  Rng rng(5);
  for (int trial = 0; trial < 3000; ++trial) {
    std::string bytes = good;
    for (int i = 0; i < 3; ++i) bytes[3 + rng.Index(bytes.size() - 3)] = static_cast<char>(rng.Index(256));
    try {
      const Image image = ParsePicture(bytes, "");
      EXPECT_LE(image.pixels.size(), static_cast<std::size_t>(kMaxPicturePixels));
    } catch (const InputError&) {
    }
  }
}

TEST(Jpeg, HugeClaimsAreRefused) {
  std::string bytes = SerializeJpeg(SmoothImage(24, 24));
  const std::size_t frame = bytes.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  for (int i = 5; i < 9; ++i) bytes[frame + i] = i % 2 == 1 ? 0x4e : 0x20;  // height and width 20000
  EXPECT_THAT(MessageOf(bytes), testing::HasSubstr("20000x20000"));
}

TEST(Picture, OtherContentIsNamed) {
  for (const std::string bytes : {"", "GIF89a", "\x89PN", "hello world, hello world"}) {
    EXPECT_THAT(MessageOf(bytes), testing::HasSubstr("neither a PNG nor a JPEG"));
  }
}

}  // namespace
}  // namespace vitruvius::picture_test
