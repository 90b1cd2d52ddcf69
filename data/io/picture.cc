#include "data/io/picture.h"

#include <png.h>
#include <turbojpeg.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "data/io/atomic_file.h"
#include "data/io/exif.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Deflate never packs more than this many bytes into one.
constexpr double kMaxPngRatio = 1040;

// Throws unless a picture of this size is within bounds.
void CheckSize(long long width, long long height, const std::string& path) {
  if (width < 1 || height < 1 || width > kMaxPictureSide || height > kMaxPictureSide ||
      width * height > kMaxPicturePixels) {
    throw InputError(path, "",
                     StrCat("picture of ", width, "x", height, " px; expected 1 to ", kMaxPictureSide,
                            " a side and at most ", kMaxPicturePixels, " in all"));
  }
}

Image ParsePng(std::string_view bytes, const std::string& path) {
  png_image png;
  std::memset(&png, 0, sizeof(png));
  png.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, decltype(&png_image_free)> owner(&png, &png_image_free);
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) {
    throw InputError(path, "", StrCat("damaged PNG: ", png.message));
  }
  CheckSize(png.width, png.height, path);
  // Even one bit a pixel needs its share of compressed bytes: a small file must not claim a huge picture.
  if (static_cast<double>(png.width) * png.height / 8 > kMaxPngRatio * static_cast<double>(bytes.size())) {
    throw InputError(
        path, "",
        StrCat("damaged PNG: ", bytes.size(), " bytes cannot hold ", png.width, "x", png.height, " px"));
  }
  png.format = PNG_FORMAT_RGBA;
  Image image(static_cast<int>(png.width), static_cast<int>(png.height));
  static_assert(sizeof(Rgba) == 4, "libpng writes RGBA straight into the pixels");
  // A picture that is cut short ends in an error, one with a doubtful extra chunk in a warning.
  if (!png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr)) {
    throw InputError(path, "", StrCat("damaged PNG: ", png.message));
  }
  return image;
}

Image ParseJpeg(std::string_view bytes, const std::string& path, double scale, int* width_out,
                int* height_out) {
  const std::unique_ptr<void, int (*)(tjhandle)> handle(tjInitDecompress(), &tjDestroy);
  if (handle == nullptr) throw InputError(path, "", "JPEG decoder could not be started");
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, subsampling = 0, color_space = 0;
  if (tjDecompressHeader3(handle.get(), data, bytes.size(), &width, &height, &subsampling, &color_space) !=
      0) {
    throw InputError(path, "", StrCat("damaged JPEG: ", tjGetErrorStr2(handle.get())));
  }
  CheckSize(width, height, path);
  *width_out = width;
  *height_out = height;
  const tjscalingfactor factor = {1, static_cast<int>(std::lround(1 / PictureScale(scale)))};
  Image image(TJSCALED(width, factor), TJSCALED(height, factor));
  // TJPF_CMYK is the only format Adobe's CMYK pictures decode to; people are photographed in RGB.
  if (color_space == TJCS_CMYK || color_space == TJCS_YCCK) {
    throw InputError(path, "", "CMYK JPEG; expected RGB or grey");
  }
  if (tjDecompress2(handle.get(), data, bytes.size(), reinterpret_cast<unsigned char*>(image.pixels.data()),
                    image.width, 0, image.height, TJPF_RGBA, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0) {
    throw InputError(path, "", StrCat("damaged JPEG: ", tjGetErrorStr2(handle.get())));
  }
  return image;
}

void AppendPng(png_structp png, png_bytep data, png_size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(data), size);
}
void FlushPng(png_structp) {}

// Whether many pixels are as their neighbours: in photographs noise keeps them apart.
bool IsDrawing(const Image& image) {
  std::size_t same = 0;
  for (std::size_t i = 1; i < image.pixels.size(); ++i) same += image.pixels[i] == image.pixels[i - 1];
  return 4 * same > image.pixels.size();
}

// Rows of RGBA, or of grey alone for one channel.
// libpng leaves an error by longjmp: nothing here may have a destructor. False on failure.
bool EncodePng(const unsigned char* rows, int width, int height, int channels, bool is_drawing,
               std::string* bytes) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info == nullptr || setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return false;
  }
  png_set_write_fn(png, bytes, &AppendPng, &FlushPng);
  // Of photographs, repeats that are worth looking for are runs; the filter makes them of smooth places. On
  // them Paeth's takes twice the time of the average and packs no better, drawings become half as large again
  // without it.
  png_set_compression_level(png, Z_BEST_SPEED);
  png_set_compression_strategy(png, Z_RLE);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, is_drawing ? PNG_FILTER_PAETH : PNG_FILTER_AVG);
  png_set_IHDR(png, info, width, height, 8,
               channels == 4   ? PNG_COLOR_TYPE_RGBA
               : channels == 3 ? PNG_COLOR_TYPE_RGB
                               : PNG_COLOR_TYPE_GRAY,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  png_write_info(png, info);
  if (channels == 3) png_set_filler(png, 0, PNG_FILLER_AFTER);  // rows come with what is left out
  for (int y = 0; y < height; ++y) {
    png_write_row(png, rows + static_cast<std::size_t>(y) * width * (channels == 1 ? 1 : 4));
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return true;
}

}  // namespace

namespace {

// As stored; `width` and `height` are the whole picture's, whatever `scale` makes of it.
Image DecodeStored(std::string_view bytes, const std::string& path, double scale, int* width, int* height) {
  if (IsJpeg(bytes)) return ParseJpeg(bytes, path, scale, width, height);
  if (!IsPng(bytes)) throw InputError(path, "", "neither a PNG nor a JPEG picture");
  Image image = ParsePng(bytes, path);
  *width = image.width;
  *height = image.height;
  return image;
}

}  // namespace

Image ParsePicture(std::string_view bytes, const std::string& path, double scale) {
  int width = 0, height = 0;
  return Upright(DecodeStored(bytes, path, scale, &width, &height), ParseExif(bytes).orientation);
}

double PictureScale(double enough) {
  double scale = 0.125;
  while (scale < 1 && scale < enough) scale *= 2;
  return scale;
}

Image ReadPicture(const std::string& path) { return ReadPictureOfSize(path, 0, 0); }

Image ReadPictureOfSize(const std::string& path, int width, int height, double scale) {
  const std::string bytes = ReadFile(path, kMaxPictureBytes);
  int stored_width = 0, stored_height = 0;
  Image stored = DecodeStored(bytes, path, scale, &stored_width, &stored_height);
  const int orientation = ParseExif(bytes).orientation;
  const bool is_turned = orientation >= 5 && stored_width != stored_height;
  if (is_turned && stored_width == width && stored_height == height) return stored;
  return Upright(std::move(stored), orientation);
}

std::string SerializePng(const Image& image) {
  VT_CHECK_GT(image.width, 0);
  VT_CHECK_GT(image.height, 0);
  VT_CHECK_LE(std::max(image.width, image.height), kMaxPictureSide);
  VT_CHECK_EQ(image.pixels.size(), static_cast<std::size_t>(image.width) * image.height);
  const bool opaque =
      std::all_of(image.pixels.begin(), image.pixels.end(), [](const Rgba& pixel) { return pixel.a == 255; });
  const bool grey = std::all_of(image.pixels.begin(), image.pixels.end(),
                                [](const Rgba& pixel) { return pixel.r == pixel.g && pixel.g == pixel.b; });
  const int channels = !opaque ? 4 : grey ? 1 : 3;
  std::vector<unsigned char> greys;
  for (std::size_t i = 0; channels == 1 && i < image.pixels.size(); ++i) greys.push_back(image.pixels[i].r);
  const auto* const rows =
      channels == 1 ? greys.data() : reinterpret_cast<const unsigned char*>(image.pixels.data());
  std::string bytes;
  VT_CHECK(EncodePng(rows, image.width, image.height, channels, IsDrawing(image), &bytes));
  return bytes;
}

std::string SerializeJpeg(const Image& image, int quality) {
  VT_CHECK_GT(image.width, 0);
  VT_CHECK_GT(image.height, 0);
  VT_CHECK_LE(std::max(image.width, image.height), kMaxPictureSide);
  VT_CHECK_EQ(image.pixels.size(), static_cast<std::size_t>(image.width) * image.height);
  const std::unique_ptr<void, int (*)(tjhandle)> handle(tjInitCompress(), &tjDestroy);
  VT_CHECK(handle != nullptr);
  unsigned long size = tjBufSize(image.width, image.height, TJSAMP_444);
  std::string bytes(size, '\0');
  auto* buffer = reinterpret_cast<unsigned char*>(bytes.data());
  VT_CHECK_EQ(tjCompress2(handle.get(), reinterpret_cast<const unsigned char*>(image.pixels.data()),
                          image.width, 0, image.height, TJPF_RGBA, &buffer, &size, TJSAMP_444, quality,
                          TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT),
              0);
  bytes.resize(size);
  return bytes;
}

void WritePng(const std::string& path, const Image& image) { WriteFileAtomically(path, SerializePng(image)); }

}  // namespace vitruvius
