#include "data/io/exif.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/picture.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "tests/util/exif_writer.h"

namespace vitruvius::exif_test {
namespace {

// The scene: red top left, green top right, blue bottom left, white bottom right; wider than high.
Image Scene() {
  Image image(48, 32);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 48; ++x) {
      const bool right = x >= 24, below = y >= 16;
      image.at(x, y) = right ? (below ? Rgba{255, 255, 255, 255} : Rgba{0, 255, 0, 255})
                             : (below ? Rgba{0, 0, 255, 255} : Rgba{255, 0, 0, 255});
    }
  }
  return image;
}

// How a camera that was held so stores the scene; by the words of Exif: where row 0 and column 0 of the
// stored pixels lie in the scene (4.6.4, Orientation).
Image StoredAs(const Image& scene, int orientation) {
  struct Lie {
    char row0, column0;
  };
  constexpr Lie kLies[9] = {{},         {'t', 'l'}, {'t', 'r'}, {'b', 'r'}, {'b', 'l'},
                            {'l', 't'}, {'r', 't'}, {'r', 'b'}, {'l', 'b'}};
  const Lie lie = kLies[orientation];
  const bool rows_are_rows = lie.row0 == 't' || lie.row0 == 'b';
  Image stored(rows_are_rows ? scene.width : scene.height, rows_are_rows ? scene.height : scene.width);
  for (int row = 0; row < stored.height; ++row) {
    for (int column = 0; column < stored.width; ++column) {
      int x = 0, y = 0;
      for (const auto& [side, steps] : {std::pair(lie.row0, row), std::pair(lie.column0, column)}) {
        if (side == 't') y = steps;
        if (side == 'b') y = scene.height - 1 - steps;
        if (side == 'l') x = steps;
        if (side == 'r') x = scene.width - 1 - steps;
      }
      stored.at(column, row) = scene.at(x, y);
    }
  }
  return stored;
}

TEST(Exif, EveryOrientationOfBothKindsComesOutUpright) {
  const Image scene = Scene();
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool is_little : {false, true}) {
      const Image stored = StoredAs(scene, orientation);
      const std::string tiff = OrientedTiff(static_cast<std::uint32_t>(orientation), is_little);
      const Image png = ParsePicture(PngWith(SerializePng(stored), tiff), "");
      EXPECT_EQ(png.width, 48) << orientation;
      EXPECT_TRUE(png.pixels == scene.pixels) << orientation;
      const Image jpeg = ParsePicture(JpegWith(SerializeJpeg(stored), tiff), "");
      ASSERT_EQ(jpeg.width, 48) << orientation;
      ASSERT_EQ(jpeg.height, 32) << orientation;
      for (const auto& [x, y] : {std::pair(5, 5), std::pair(42, 5), std::pair(5, 26), std::pair(42, 26)}) {
        EXPECT_NEAR(jpeg.at(x, y).r, scene.at(x, y).r, 8) << orientation;
        EXPECT_NEAR(jpeg.at(x, y).g, scene.at(x, y).g, 8) << orientation;
        EXPECT_NEAR(jpeg.at(x, y).b, scene.at(x, y).b, 8) << orientation;
      }
    }
  }
}

TEST(Exif, FocalLengthsAreRead) {
  for (const bool is_little : {false, true}) {
    // The rational 425/100 lies behind the directories: 8 + (2 + 2 * 12 + 4) + (2 + 2 * 12 + 4).
    const std::string rational = ExifNumber(425, 4, is_little) + ExifNumber(100, 4, is_little);
    const std::string tiff =
        ExifTiff({{0x0112, 3, 6}}, {{0xa405, 3, 28}, {0x920a, 5, 68}}, is_little, rational);
    const Exif exif = ParseExif(JpegWith(SerializeJpeg(Image(8, 8)), tiff));
    EXPECT_EQ(exif.orientation, 6);
    EXPECT_EQ(exif.focal_35mm, 28);
    EXPECT_EQ(exif.focal_mm, 4.25);
  }
}

TEST(Exif, NonsenseIsLeftAtItsDefault) {
  const std::string jpeg = SerializeJpeg(Image(8, 8));
  for (const std::uint32_t orientation : {0u, 9u, 65535u})
    EXPECT_EQ(ParseExif(JpegWith(jpeg, OrientedTiff(orientation))).orientation, 1);
  EXPECT_EQ(ParseExif(JpegWith(jpeg, ExifTiff({}, {{0xa405, 3, 0}, {0x920a, 5, 4000000}}, true))).focal_35mm,
            0);
  EXPECT_EQ(ParseExif(jpeg).orientation, 1);
  EXPECT_EQ(ParseExif("").orientation, 1);
  const std::string good = JpegWith(jpeg, OrientedTiff(6));
  ASSERT_EQ(ParseExif(good).orientation, 6);
  EXPECT_EQ(ParseExif(JpegWith(jpeg, OrientedTiff(6).substr(0, 12))).orientation, 1);
  EXPECT_EQ(ParsePicture(JpegWith(jpeg, OrientedTiff(6).substr(0, 12)), "").width, 8)
      << "a damaged Exif must not cost the image";
}

TEST(Exif, HostileBytesNeverCrash) {
  const std::string good = JpegWith(SerializeJpeg(Image(8, 8)), OrientedTiff(6));
  Rng rng(1);
  for (int trial = 0; trial < 5000; ++trial) {
    std::string bytes = good.substr(0, rng.Index(good.size()) + 1);
    for (int i = 0; i < 4; ++i) bytes[rng.Index(bytes.size())] = static_cast<char>(rng.Index(256));
    const Exif exif = ParseExif(bytes);
    EXPECT_TRUE(exif.orientation >= 1 && exif.orientation <= 8);
  }
}

TEST(Exif, OrientationsBeyondEightAreNoContract) {
  EXPECT_THROW(Upright(Image(2, 2), 0), ContractError);
  EXPECT_THROW(Upright(Image(2, 2), 9), ContractError);
}

class HeadOfFile : public testing::Test {
 protected:
  void Write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  void TearDown() override { std::filesystem::remove(path_); }

  const std::string path_ =
      (std::filesystem::temp_directory_path() /
       (std::string("exif_test_") + testing::UnitTest::GetInstance()->current_test_info()->name()))
          .string();
};

TEST_F(HeadOfFile, TellsTheUprightSize) {
  const Image stored(40, 24, {9, 9, 9, 255});
  for (const auto& [orientation, width] : {std::pair(1, 40), std::pair(3, 40), std::pair(6, 24)}) {
    const std::string tiff = OrientedTiff(static_cast<std::uint32_t>(orientation));
    for (const std::string& bytes :
         {JpegWith(SerializeJpeg(stored), tiff), PngWith(SerializePng(stored), tiff)}) {
      Write(bytes);
      const ImageHead head = ReadImageHead(path_);
      EXPECT_EQ(head.width, width);
      EXPECT_EQ(head.height, 64 - width);
      EXPECT_EQ(head.exif.orientation, orientation);
      EXPECT_EQ(ReadPicture(path_).width, width) << "as the decoder gives it";
      EXPECT_EQ(ExifOf(path_).orientation, orientation);
    }
  }
}

TEST_F(HeadOfFile, KeypointsOfTheStoredPixelsKeepThem) {
  Write(JpegWith(SerializeJpeg(Image(40, 24, {9, 9, 9, 255})), OrientedTiff(6)));
  EXPECT_EQ(ReadPictureOfSize(path_, 40, 24).width, 40) << "as stored";
  EXPECT_EQ(ReadPictureOfSize(path_, 24, 40).width, 24);
  EXPECT_EQ(ReadPictureOfSize(path_, 0, 0).width, 24);
  EXPECT_EQ(ReadPictureOfSize(path_, 12, 20).width, 24) << "of another resolution";
}

TEST_F(HeadOfFile, IsFoundBehindLongSegments) {
  std::string jpeg = JpegWith(SerializeJpeg(Image(40, 24, {9, 9, 9, 255})), OrientedTiff(8));
  for (int i = 0; i < 10; ++i)  // more than is read at first
    jpeg.insert(2, "\xff\xe2\xff\xff" + std::string(0xfffd, 'x'));
  Write(jpeg);
  const ImageHead head = ReadImageHead(path_);
  EXPECT_EQ(head.width, 24);
  EXPECT_EQ(head.exif.orientation, 8);
}

TEST_F(HeadOfFile, OtherFilesAreRefused) {
  EXPECT_THROW(ReadImageHead(path_), InputError);
  for (const std::string bytes : {"", "GIF89a", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n"}) {
    Write(bytes);
    EXPECT_THROW(ReadImageHead(path_), InputError);
  }
}

}  // namespace
}  // namespace vitruvius::exif_test
