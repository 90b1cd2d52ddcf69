// Pictures in files: PNG and JPEG in and out.
#pragma once

#include <string>
#include <string_view>

#include "models/rendering/image.h"

namespace vitruvius {

// Nothing larger is opened or written: sides and area, px.
inline constexpr int kMaxPictureSide = 16384;
inline constexpr long long kMaxPicturePixels = 1LL << 26;
inline constexpr int kMaxPictureBytes = 1 << 29;  // of a file

// The kind is told by the content, not by the name. Grey, palette and 16-bit pictures become 8-bit RGBA. The
// Exif orientation is applied (exif.h): detectors and viewers see the upright image too. Colour profiles are
// not applied. Throws InputError: missing, neither PNG nor JPEG,
// damaged, cut short, too large, or a size that its bytes cannot hold.
Image ReadPicture(const std::string& path);
// The pixels as they are stored instead, where they alone have this size (px; 0: unknown): keypoints were
// found on them by a program that knows nothing of Exif. `scale`: a JPEG comes at this part of its size, one
// of those of PictureScale, in a fraction of the time.
Image ReadPictureOfSize(const std::string& path, int width, int height, double scale = 1);
// The same as ReadPicture of bytes in memory; `path` names them in messages.
Image ParsePicture(std::string_view bytes, const std::string& path, double scale = 1);

// The least of 1, 1/2, 1/4 and 1/8 that is not below `enough`.
double PictureScale(double enough);

// Written aside and renamed; the same picture gives the same bytes. Opaque pictures are stored without alpha,
// and those of grey alone as grey. Packed for speed rather than to the last byte. Throws InputError when the
// place cannot be written, ContractError for an empty or too large picture.
void WritePng(const std::string& path, const Image& image);
std::string SerializePng(const Image& image);
// The bytes of a JPEG file, quality 1 to 100; alpha is left out. Throws ContractError as above.
std::string SerializeJpeg(const Image& image, int quality = 85);

}  // namespace vitruvius
