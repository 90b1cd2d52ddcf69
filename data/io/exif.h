// What a camera wrote beside the pixels of an image: which way it was held, and its focal length.
#pragma once

#include <string>
#include <string_view>

#include "models/rendering/image.h"

namespace vitruvius {

// Source: CIPA DC-008-2019, "Exif 2.32", sections 4.6.4 to 4.6.6 and 4.5.5.
struct Exif {
  // 1 to 8: how the stored pixels lie. 1: upright; 6: the stored right side is the top of the scene ... (tag
  // 0x0112). 1 where the file does not say, or says nonsense, as viewers take it.
  int orientation = 1;
  // Focal length that has the same field of view on film of 36 x 24 mm, as Exif means it by the diagonal
  // (43.27 mm); mm, 0: unknown (tag 0xa405).
  double focal_35mm = 0;
  double focal_mm = 0;  // of the lens itself, mm, 0: unknown (tag 0x920a)
};

// By the first bytes of a file.
bool IsPng(std::string_view bytes);
bool IsJpeg(std::string_view bytes);

// Of the bytes of a JPEG (APP1) or PNG (eXIf) file, or their beginning; defaults for any others. What is
// damaged is left at its default: Exif is an optional part, and never costs the image. Throws nothing.
Exif ParseExif(std::string_view bytes);

// What the beginning of an image file tells without decoding a pixel.
struct ImageHead {
  int width = 0, height = 0;  // px, of the upright image, as ReadPicture gives it
  Exif exif;
};
// Throws InputError: missing, neither PNG nor JPEG, without a size, or too large for ReadPicture.
ImageHead ReadImageHead(const std::string& path);
// The Exif of ReadImageHead.
Exif ExifOf(const std::string& path);

// The scene upright, from pixels that lie as `orientation` (1 to 8) says: turned and mirrored by quarters, so
// that sides are exchanged for 5 to 8. Throws ContractError for any other orientation.
Image Upright(Image stored, int orientation);

}  // namespace vitruvius
