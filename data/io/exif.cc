#include "data/io/exif.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <utility>

#include "data/io/atomic_file.h"
#include "data/io/picture.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kExifMark("Exif\0\0", 6);

// Whole numbers at places of bytes that may not be there.
class TiffBytes {
 public:
  explicit TiffBytes(std::string_view bytes, bool is_little = false) : bytes_(bytes), is_little_(is_little) {}

  std::optional<std::uint32_t> At(std::uint64_t place, int num_bytes) const {
    if (place > bytes_.size() || bytes_.size() - place < static_cast<std::size_t>(num_bytes))
      return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i < num_bytes; ++i) {
      const auto at = place + static_cast<std::uint64_t>(is_little_ ? num_bytes - 1 - i : i);
      value = value << 8 | static_cast<unsigned char>(bytes_[static_cast<std::size_t>(at)]);
    }
    return value;
  }
  std::uint32_t Or0(std::uint64_t place, int num_bytes) const { return At(place, num_bytes).value_or(0); }

 private:
  std::string_view bytes_;
  bool is_little_;
};

// Calls visit(tag, value) for each entry of a directory whose value is one number.
template <typename Visit>
void VisitDirectory(const TiffBytes& tiff, std::uint64_t place, const Visit& visit) {
  enum Type : std::uint8_t { kByte = 1, kShort = 3, kLong = 4, kRational = 5 };
  constexpr int kEntryBytes = 12;
  const std::uint32_t count = tiff.Or0(place, 2);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t entry = place + 2 + static_cast<std::uint64_t>(i) * kEntryBytes;
    if (!tiff.At(entry, kEntryBytes - 8) || tiff.Or0(entry + 4, 4) != 1) continue;
    const std::uint32_t tag = tiff.Or0(entry, 2), type = tiff.Or0(entry + 2, 2);
    if (type == kByte || type == kShort || type == kLong) {
      visit(tag, static_cast<double>(tiff.Or0(entry + 8, type == kByte ? 1 : type == kShort ? 2 : 4)));
    } else if (type == kRational) {
      const std::uint64_t at = tiff.Or0(entry + 8, 4);
      const double above = tiff.Or0(at, 4), below = tiff.Or0(at + 4, 4);
      if (below > 0) visit(tag, above / below);
    }
  }
}

Exif ParseTiff(std::string_view bytes) {
  constexpr std::uint32_t kOrientation = 0x0112, kExifDirectory = 0x8769, kFocalLength = 0x920a,
                          kFocalLengthIn35mmFilm = 0xa405;
  constexpr double kMostFocalMm = 1e5;  // longer lenses are damaged numbers
  Exif exif;
  const bool is_little = bytes.substr(0, 2) == "II";
  const TiffBytes tiff(bytes, is_little);
  if ((!is_little && bytes.substr(0, 2) != "MM") || tiff.Or0(2, 2) != 42) return exif;
  double camera = 0;
  VisitDirectory(tiff, tiff.Or0(4, 4), [&](std::uint32_t tag, double value) {
    if (tag == kOrientation && value >= 1 && value <= 8) exif.orientation = static_cast<int>(value);
    if (tag == kExifDirectory) camera = value;
  });
  if (camera == 0) return exif;
  VisitDirectory(tiff, static_cast<std::uint64_t>(camera), [&](std::uint32_t tag, double value) {
    if (!(value > 0 && value < kMostFocalMm)) return;
    if (tag == kFocalLengthIn35mmFilm) exif.focal_35mm = value;
    if (tag == kFocalLength) exif.focal_mm = value;
  });
  return exif;
}

// Marker segments (ITU-T T.81, B.1.1) up to the first scan.
template <typename Visit>
void VisitJpegSegments(std::string_view bytes, const Visit& visit) {
  const TiffBytes jpeg(bytes);
  for (std::uint64_t at = 2; jpeg.Or0(at, 1) == 0xff;) {
    while (jpeg.Or0(at, 1) == 0xff) ++at;  // any number of fill bytes
    const std::uint32_t marker = jpeg.Or0(at, 1), length = jpeg.Or0(at + 1, 2);
    constexpr std::uint32_t kScan = 0xda;
    if (marker == kScan || length < 2) return;
    const std::uint64_t content = at + 3;
    if (content > bytes.size()) return;
    visit(marker, bytes.substr(static_cast<std::size_t>(content), length - 2));
    at += 1 + length;
  }
}

template <typename Visit>
void VisitPngChunks(std::string_view bytes, const Visit& visit) {
  const TiffBytes png(bytes);
  for (std::uint64_t at = kPngSignature.size(); at + 8 <= bytes.size();) {
    const std::uint32_t length = png.Or0(at, 4);
    visit(bytes.substr(static_cast<std::size_t>(at + 4), 4),
          bytes.substr(static_cast<std::size_t>(at + 8), length));
    at += 12 + static_cast<std::uint64_t>(length);
  }
}

// Of the pixels as stored. False where the bytes do not tell.
bool ParseSize(std::string_view bytes, ImageHead* head) {
  const auto set = [&](std::uint32_t width, std::uint32_t height) {
    // Numbers of more than 31 bits are too large in any case.
    head->width = static_cast<int>(std::min<std::uint32_t>(width, std::numeric_limits<int>::max()));
    head->height = static_cast<int>(std::min<std::uint32_t>(height, std::numeric_limits<int>::max()));
  };
  if (IsPng(bytes)) {
    constexpr std::uint64_t kWidthAt = 16;  // IHDR comes first
    const TiffBytes png(bytes);
    if (!png.At(kWidthAt + 4, 4)) return false;
    set(png.Or0(kWidthAt, 4), png.Or0(kWidthAt + 4, 4));
    return true;
  }
  bool is_found = false;
  VisitJpegSegments(bytes, [&](std::uint32_t marker, std::string_view content) {
    // Start of frame: all of 0xc0 to 0xcf but for three that are tables and extensions.
    const bool is_frame =
        marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (!is_frame || content.size() < 5) return;
    const TiffBytes frame(content);
    set(frame.Or0(3, 2), frame.Or0(1, 2));
    is_found = true;
  });
  return is_found;
}

}  // namespace

bool IsPng(std::string_view bytes) { return bytes.substr(0, kPngSignature.size()) == kPngSignature; }
bool IsJpeg(std::string_view bytes) { return bytes.substr(0, 3) == "\xff\xd8\xff"; }

Exif ParseExif(std::string_view bytes) {
  Exif exif;
  bool is_found = false;  // the first one counts: a preview may bring another
  const auto take = [&](std::string_view tiff) {
    if (!is_found) exif = ParseTiff(tiff);
    is_found = true;
  };
  if (IsPng(bytes)) {
    VisitPngChunks(bytes, [&](std::string_view kind, std::string_view content) {
      if (kind == "eXIf") take(content);
    });
  } else if (IsJpeg(bytes)) {
    constexpr std::uint32_t kApp1 = 0xe1;
    VisitJpegSegments(bytes, [&](std::uint32_t marker, std::string_view content) {
      if (marker == kApp1 && content.substr(0, kExifMark.size()) == kExifMark)
        take(content.substr(kExifMark.size()));
    });
  }
  return exif;
}

ImageHead ReadImageHead(const std::string& path) {
  // Size and Exif of nearly every JPEG lie in its first segments; PNG may have its Exif behind the pixels.
  constexpr std::size_t kUsualHeadBytes = 1 << 18;
  std::string bytes(kUsualHeadBytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  ImageHead head;
  if (!IsJpeg(bytes) || !ParseSize(bytes, &head)) {
    bytes = ReadFile(path, kMaxPictureBytes);
    if (!IsPng(bytes) && !IsJpeg(bytes)) throw InputError(path, "", "neither a PNG nor a JPEG image");
    if (!ParseSize(bytes, &head)) throw InputError(path, "", "damaged image: found no size");
  }
  if (head.width < 1 || head.height < 1 || head.width > kMaxPictureSide || head.height > kMaxPictureSide) {
    throw InputError(
        path, "",
        StrCat("image of ", head.width, "x", head.height, " px; expected 1 to ", kMaxPictureSide, " a side"));
  }
  head.exif = ParseExif(bytes);
  if (head.exif.orientation >= 5) std::swap(head.width, head.height);
  return head;
}

Exif ExifOf(const std::string& path) { return ReadImageHead(path).exif; }

Image Upright(Image stored, int orientation) {
  VT_CHECK(orientation >= 1 && orientation <= 8);
  if (orientation == 1) return stored;
  // Where the upright image's first pixel is stored, and where its rows and columns lead there.
  const bool is_turned = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const int last_x = stored.width - 1, last_y = stored.height - 1;
  Image upright(is_turned ? stored.height : stored.width, is_turned ? stored.width : stored.height);
  for (int y = 0; y < upright.height; ++y) {
    for (int x = 0; x < upright.width; ++x) {
      const int along = is_turned ? y : x, down = is_turned ? x : y;
      upright.at(x, y) = stored.at(from_right ? last_x - along : along, from_below ? last_y - down : down);
    }
  }
  return upright;
}

}  // namespace vitruvius
